package jobs

import (
	"context"
	"time"
)

// Every calls tick again and again, so far apart, until ctx ends; what fails goes to failed, but not the end of ctx itself.
func Every(ctx context.Context, apart time.Duration, tick func(context.Context) error, failed func(error)) {
	clock := time.NewTicker(apart)
	defer clock.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-clock.C:
			if err := tick(ctx); err != nil && ctx.Err() == nil {
				failed(err)
			}
		}
	}
}

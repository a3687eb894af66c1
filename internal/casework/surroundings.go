package casework

import (
	"log/slog"
	"time"
)

// Surroundings fills in what use cases may be made without: where they log (then nowhere) and their clock (then the system's).
func Surroundings(log **slog.Logger, now *func() time.Time) {
	if *log == nil {
		*log = slog.New(slog.DiscardHandler)
	}
	if *now == nil {
		*now = time.Now
	}
}

package qdrant

import (
	"context"
	"fmt"

	client "github.com/qdrant/go-client/qdrant"

	"touchstone/index"
)

// Compact wakes the server's optimisers, which look at a collection by themselves after changes but not after a restart or a failure: a change of
// settings that changes nothing makes them look again. They merge small segments and rewrite those with many deleted points (Qdrant's
// deleted_threshold, a fifth by default) in the background.
func (d *driver) Compact(ctx context.Context, c index.Collection) (string, error) {
	remote := d.remote(c)
	_, err := do(ctx, d.calls, writing, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, d.client.UpdateCollection(ctx, &client.UpdateCollection{CollectionName: remote, OptimizersConfig: &client.OptimizersConfigDiff{}})
	})
	if err != nil {
		return "", err
	}
	info, err := do(ctx, d.calls, reading, func(ctx context.Context) (*client.CollectionInfo, error) {
		return d.client.GetCollectionInfo(ctx, remote)
	})
	if err != nil {
		return "", err
	}
	switch status := info.GetStatus(); {
	case !info.GetOptimizerStatus().GetOk():
		return "", fmt.Errorf("%w: the optimiser of Qdrant at %s failed on collection %q: %s; see the server's log, most often its disk is full",
			index.ErrUnavailable, d.cfg.Address(), remote, info.GetOptimizerStatus().GetError())
	case status == client.CollectionStatus_Green:
		return fmt.Sprintf("Qdrant's optimiser was woken and finds nothing to do in %d segments; it tidies up by itself once a fifth of one is deleted.",
			info.GetSegmentsCount()), nil
	default:
		return fmt.Sprintf("Qdrant's optimiser was woken and works on %d segments in the background (status %s).", info.GetSegmentsCount(), status), nil
	}
}

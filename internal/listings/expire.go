package listings

import (
	"context"
	"fmt"
	"slices"
	"time"

	"touchstone/detect"
	"touchstone/index"
	"touchstone/internal/blob"
	"touchstone/internal/policy"
)

// expireBatch is how many entries a step of Expire takes.
const expireBatch = 100

// sharedFor keeps a picture that was given lately, whoever gave it: a listing with the same picture may be on its way. It must
// be more than the blob store's own grain of an hour.
const sharedFor = 2 * time.Hour

// Expire removes the entries whose time has come, from the index first, then the row, then the pictures that no other entry
// has. Pictures of a listing that was not clear stay on as evidence. It can be repeated after a crash at any point.
func (k *Keeper) Expire(ctx context.Context) error {
	for {
		expired, err := k.Store.ExpiredListings(ctx, k.Now(), expireBatch)
		if err != nil {
			return err
		}
		for _, l := range expired {
			if err := k.expire(ctx, l); err != nil {
				return fmt.Errorf("expire listing %s: %w", l.ID, err)
			}
		}
		if len(expired) < expireBatch {
			return nil
		}
	}
}

func (k *Keeper) expire(ctx context.Context, l Listing) error {
	k.work.Lock()
	defer k.work.Unlock()
	var points []string
	for position := range max(l.Points, len(l.Pictures)) {
		points = append(points, PointID(l.ID, position))
	}
	for output := range k.Pack.Spaces {
		for part := range slices.Chunk(points, index.MaxBatch) {
			if err := k.Index.Delete(ctx, detect.ListingsAlias(output), part); err != nil {
				return err
			}
		}
	}
	unshared, gone, err := k.Store.DropListing(ctx, l.ID, l.ReportID)
	if err != nil || !gone {
		return err // scored again meanwhile: its vectors were offered, or it waits
	}
	before := k.Now().Add(-sharedFor)
	for _, hash := range unshared {
		if l.Band != policy.BandClear {
			if err := k.Blobs.Hold(ctx, blob.Evidence, hash); err != nil {
				k.Log.Warn("a picture is not kept as evidence", "listing", l.ID, "picture", hash, "error", err)
			}
		}
		if err := k.Blobs.Release(ctx, blob.Listing, hash, before); err != nil {
			return err
		}
	}
	return nil
}

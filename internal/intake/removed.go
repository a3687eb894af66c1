package intake

import (
	"context"
	"image"

	"touchstone/detect"
	"touchstone/internal/photo"
	"touchstone/internal/removals"
)

// newRemovals makes the keeper of removed pictures for the pack in use; nil when they are met by their files alone.
func (s *Service) newRemovals(limits photo.Limits) *removals.Keeper {
	if s.Parts.Removals == nil {
		return nil
	}
	return removals.New(removals.Parts{Store: s.Parts.Removals, Index: s.Index, Blobs: s.Blobs, Pack: s.removed(s.engine), Photo: limits, Log: s.Log, Yield: s.Yield})
}

// RemovedPictures brings the pictures of removed listings to where scoring searches them; nil when they are met by their files alone. Its
// Run is the caller's to start.
func (s *Service) RemovedPictures() *removals.Keeper { return s.removals }

// removed is a pack as the keeper of removed pictures sees it: one that verifies no copies by geometry has no use for them.
func (s *Service) removed(e *engine) removals.Pack {
	p := removals.Pack{
		Vectors: func(ctx context.Context, hash string, img image.Image) ([][]float32, error) {
			if err := s.local.remember(ctx, hash, img); err != nil {
				return nil, err
			}
			vectors, err := turn{s, e}.viewed(ctx, img, []string{detect.OutputCopy})
			return vectors, err
		},
		Forget: func(ctx context.Context, hash string) error { return s.local.drop(ctx, hash) },
	}
	if e.detector.Fusion().NearCopy.Verify != nil {
		p.Space = e.spaces[detect.OutputCopy]
	}
	return p
}

package intake

import (
	"context"
	"fmt"
	"slices"
	"time"

	"touchstone/detect"
)

// A History knows what was decided before. Casework implements it; it is asked once a listing, on the way of the answer, and must be quick.
type History interface {
	// SellerHistory tells what was decided about a seller's listings on a marketplace; nil where nothing is recorded of sellers there.
	SellerHistory(ctx context.Context, marketplace, seller string, at time.Time) (*detect.SellerFacts, error)
	// Removed tells which of some pictures, by their SHA-256, listings showed that were removed for an infringement and not reinstated.
	// Picture is the position in the list given.
	Removed(ctx context.Context, pictures []string, at time.Time) ([]detect.Relisted, error)
}

// past puts what was decided before into facts that are still empty, and gives the rights that it is about beside the candidates.
func (s *Service) past(ctx context.Context, l detect.Listing, at time.Time, rights []string) (f detect.Facts, all []string, err error) {
	if s.History == nil {
		return f, rights, nil
	}
	if l.Seller != "" {
		if f.Seller, err = s.History.SellerHistory(ctx, l.Marketplace, l.Seller, at); err != nil {
			return f, nil, fmt.Errorf("history of a seller: %w", err)
		}
	}
	hashes := make([]string, len(l.Pictures))
	for i, p := range l.Pictures {
		if p.Photo != nil {
			hashes[i] = p.Hash
		}
	}
	if len(hashes) == 0 {
		return f, rights, nil
	}
	if f.Relisted, err = s.History.Removed(ctx, hashes, at); err != nil {
		return f, nil, fmt.Errorf("pictures that were removed before: %w", err)
	}
	all = slices.Clone(rights)
	for _, was := range f.Relisted {
		all = append(all, was.Right)
	}
	slices.Sort(all)
	return f, slices.Compact(all), nil
}

package caseload

import (
	"context"
	"errors"
	"slices"
	"time"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/casework/followup"
	"touchstone/internal/intake"
)

// Past tells scoring what was decided before.
type Past struct{ Followup *followup.Followup }

var _ intake.History = Past{}

// SellerHistory implements intake.History. Of a listing without a marketplace nothing is recorded.
func (p Past) SellerHistory(ctx context.Context, marketplace, seller string, at time.Time) (*detect.SellerFacts, error) {
	if marketplace == "" {
		return nil, nil //nolint:nilnil // the interface says so
	}
	s, err := p.Followup.Seller(ctx, marketplace, seller, at)
	if errors.Is(err, casework.ErrNotFound) { // the marketplace is gone
		return nil, nil //nolint:nilnil // the interface says so
	}
	if err != nil {
		return nil, err
	}
	return &detect.SellerFacts{Removed: s.Removed, OfRights: s.OfRights, Cleared: s.Cleared, Strikes: s.Strikes, Decisions: s.Decisions}, nil
}

// Removed implements intake.History: the same files. Entry is the case.
func (p Past) Removed(ctx context.Context, pictures []string, at time.Time) ([]detect.Relisted, error) {
	var asked []string
	for _, hash := range pictures {
		if hash != "" && !slices.Contains(asked, hash) {
			asked = append(asked, hash)
		}
	}
	if len(asked) == 0 {
		return nil, nil
	}
	list, err := p.Followup.Removed(ctx, asked)
	if err != nil {
		return nil, err
	}
	var out []detect.Relisted
	stands := map[followup.Showing]followup.Met{}
	for _, was := range list {
		for _, hash := range was.Pictures {
			position := slices.Index(pictures, hash)
			if position < 0 {
				continue
			}
			showing := followup.Showing{Picture: hash, Right: was.Right}
			met, known := stands[showing]
			if !known {
				if met, err = p.Followup.Meet(ctx, showing, list, at); err != nil {
					return nil, err
				}
				stands[showing] = met
			}
			ground := was.Ground(hash)
			out = append(out, detect.Relisted{Picture: position, Right: was.Right, Entry: was.Case, Listing: was.Listing, Decision: was.Decision, On: was.At.UTC().Format(time.DateOnly), Hash: hash, Cosine: 1,
				Chance: ground.Chance, Within: (*detect.Box)(ground.Box), Unconfirmed: !was.Confirmed(at), Removals: met.Removed, Standing: met.Standing})
		}
	}
	return out, nil
}

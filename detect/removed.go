package detect

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"touchstone/index"
)

// How deep the removed pictures that a listing resembles are looked at. In the profile fast whole pictures alone are searched with, and what
// the vectors find much alike is looked at, since nearly all listings are innocent: of val-copy-full's 1 % reach 0.35 with one of 1,247
// pictures in any region, half reach 0.20 (docs/adr/0067).
const (
	removedFloor      = 0.35 // score of the vectors, in the profile fast; in full that of registered pictures
	removedCandidates = 3    // pairs of a listing, the best ones
	removedInFull     = 8
)

// A NearRemoval is a removed picture that a listing's resembles, as far as vectors tell.
type NearRemoval struct {
	Picture int     // which of the listing, from 0
	Removed string  // SHA-256 of the removed picture
	Cosine  float64 // of the best region
	Score   float64 // the same, less how close that region is to pictures in general
}

// NearRemoved searches the removed pictures for those that the listing's pictures resemble, best first, a few at most: what Facts.Relisted
// shall hold of other files than the listing's own. full is the profile full, or geometry on every candidate: regions of the listing's
// pictures are then searched with as well. A pack that verifies nothing finds none.
func (d *Detector) NearRemoved(ctx context.Context, c *Candidates, full bool) ([]NearRemoval, error) {
	s, state := d.copies(c)
	if s == nil || len(state.vectors) == 0 || d.local == nil {
		return nil, nil
	}
	floor, most := s.removedLimits(full)
	step := 1 // each region
	if !full {
		step = len(s.regions) // whole pictures
	}
	query := index.Query{Space: s.space, Limit: most}
	for i := 0; i < len(state.vectors); i += step {
		query.Vectors = append(query.Vectors, state.vectors[i])
	}
	lists, err := d.index.Search(ctx, RemovedAlias, query)
	if err != nil {
		return nil, fmt.Errorf("search the removed pictures: %w", err)
	}
	best := map[pair]NearRemoval{}
	for k, list := range lists {
		i := k * step
		picture, region := c.seen.where[i/len(s.regions)], i%len(s.regions)
		for _, h := range list {
			n := NearRemoval{picture, h.ID, float64(h.Score), s.raw(float64(h.Score), state.backgrounds[i], region)}
			at := pair{picture, h.ID}
			if b, ok := best[at]; n.Score >= floor && (!ok || n.Score > b.Score) {
				best[at] = n
			}
		}
	}
	near := slices.SortedFunc(maps.Values(best), func(a, b NearRemoval) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Picture, b.Picture), cmp.Compare(a.Removed, b.Removed))
	})
	return near[:min(len(near), most)], nil
}

// copies is the signal that verifies copies with what it has of the candidates; nil where the pack has none.
func (d *Detector) copies(c *Candidates) (*nearCopy, *likeState) {
	for i, s := range d.signals {
		copies, is := s.(*nearCopy)
		if !is || copies.cfg.Verify == nil || c.bySignal[i] == nil {
			continue
		}
		if state, ok := c.bySignal[i].state.(*likeState); ok {
			return copies, state
		}
	}
	return nil, nil
}

// removedLimits are the floor of the vectors' score and the number of pairs in a profile.
func (s *nearCopy) removedLimits(full bool) (floor float64, most int) {
	if full {
		return s.cfg.Verify.Floor, removedInFull
	}
	return max(removedFloor, s.cfg.Verify.Floor), removedCandidates
}

// verifyRemoved looks at the removed pictures that the facts say the listing's resemble, detail by detail. A report that is made again
// has in its facts what its last stage looked at, of which an earlier one takes the best above its own floor as it did then.
func (d *Detector) verifyRemoved(ctx context.Context, c *Candidates, facts Facts, see *views) error {
	s, state := d.copies(c)
	if s == nil {
		return nil
	}
	checks := maps.Clone(c.removed) // the stage before has its own
	if checks == nil {
		checks = map[pair]*check{}
	}
	floor, most := s.removedLimits(state.full)
	looked := map[pair]bool{}
	for _, was := range edited(facts.Relisted) {
		at := pair{was.Picture, was.Hash}
		if was.Score < floor || was.Picture >= len(see.pictures) || see.pictures[was.Picture].Photo == nil {
			continue
		}
		if looked[at] = true; len(looked) > most {
			break
		}
		if _, inScope := facts.Rights[was.Right]; !inScope || checks[at] != nil {
			continue
		}
		var err error
		if checks[at], err = see.examine(ctx, was.Picture, was.Hash); err != nil {
			return err
		}
	}
	c.removed = checks
	return nil
}

// edited are the removals of other files than the listing's, those that its pictures resemble most first.
func edited(all []Relisted) []Relisted {
	near := slices.DeleteFunc(slices.Clone(all), func(r Relisted) bool { return r.Score == 0 })
	slices.SortStableFunc(near, func(a, b Relisted) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Picture, b.Picture), cmp.Compare(a.Hash, b.Hash))
	})
	return near
}

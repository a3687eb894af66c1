package detect

import (
	"context"
	"slices"

	"touchstone/detect/keypoint"
	"touchstone/index"
	"touchstone/models"
)

// nearCopy finds a registered picture in a listing picture after edits: cropped, mirrored, pasted into another, captioned. What the
// vectors propose is verified by geometry (detect/keypoint), where the pack has settings for it.
type nearCopy struct{ *likeness }

func newNearCopy(cfg PictureConfig, space index.Space, regions []models.Region, background [][]float32, s Searcher) *nearCopy {
	return &nearCopy{newLikeness(SignalNearCopy, cfg, space, regions, background, s)}
}

// claim is a listing picture and a right that it may infringe.
type claim struct {
	picture int
	right   string
}

// verify checks the best pairs above the floor; in the fast profile, of a right no more once one of its references is verified.
func (s *nearCopy) verify(ctx context.Context, p *proposals, facts Facts, see *views) error {
	state, _ := p.state.(*likeState)
	if s.cfg.Verify == nil || state == nil {
		return nil
	}
	state.checks = map[pair]*check{}
	settled := map[claim]bool{} // picture and right of pairs that are verified
	for _, h := range s.worthwhile(state, see.pictures, facts) {
		if err := ctx.Err(); err != nil {
			return err
		}
		at := claim{h.picture, h.right}
		if settled[at] {
			continue // another reference of the right cannot make it more of a copy
		}
		c := state.known[pair{h.picture, h.reference}]
		if c == nil {
			var err error
			if c, err = see.examine(ctx, h.picture, facts.Rights[h.right].References[h.reference].Picture); err != nil {
				return err
			}
		}
		state.checks[pair{h.picture, h.reference}] = c
		settled[at] = !state.full && s.verified(h, c)
	}
	return nil
}

// verified reports whether geometry alone makes of a hit what the pack calls a copy.
func (s *nearCopy) verified(h likeHit, c *check) bool {
	return s.likely(h.score, c) >= s.cfg.Threshold
}

// likely is the calibrated probability that a pair which geometry has placed shows the same picture; 0 for one that it has not.
func (s *nearCopy) likely(score float64, c *check) float64 {
	if c == nil || c.problem != "" || c.placement.Inliers < leastInliers {
		return 0
	}
	return s.cfg.Calibration.Probability(sigmoid(s.cfg.Verify.Acceptance.logOdds(score, c.placement, c.agreement, c.lookup)))
}

// doubt is what limits verification in the profile of a state; nil in the full one.
func (s *nearCopy) doubt(state *likeState) *FastVerify {
	if state.full {
		return nil
	}
	return s.cfg.Verify.Fast
}

// worthwhile lists the hits to verify: the best of each pair, above the floor, of rights that could be infringed, best first; in the
// fast profile those that the vectors leave in doubt.
func (s *nearCopy) worthwhile(state *likeState, pictures []Picture, facts Facts) []likeHit {
	list := state.pairs(func(h likeHit) bool {
		_, inScope := facts.Rights[h.right].References[h.reference] // and not deleted meanwhile
		return h.score >= s.cfg.Verify.Floor && inScope && !facts.excused(h.right, h.reference, pictures[h.picture].Hash)
	})
	most := s.cfg.Verify.Candidates
	if fast := s.doubt(state); fast != nil {
		most = fast.Candidates
		decided := map[int]bool{} // pictures that the vectors are sure of
		for _, h := range list {
			decided[h.picture] = decided[h.picture] || h.score >= fast.To
		}
		list = slices.DeleteFunc(list, func(h likeHit) bool { return decided[h.picture] || !fast.doubtful(h.score) })
	}
	return list[:min(len(list), most)]
}

// find ranks by what geometry makes of each pair. A pair that it could not look at, or that the fast profile leaves to the vectors,
// ranks by them; one that was left out because better ones stood before it ranks as if nothing had been found.
func (s *nearCopy) find(l Listing, p *proposals, facts Facts) []Finding {
	state, _ := p.state.(*likeState)
	if s.cfg.Verify == nil || state == nil {
		return s.likeness.find(l, p, facts)
	}
	hits := make([]likeHit, len(state.hits))
	looked := map[int]bool{} // pictures that geometry looked at
	for at := range state.checks {
		looked[at.picture] = true
	}
	fast := s.doubt(state)
	for i, h := range state.hits {
		c := state.checks[pair{h.picture, h.reference}]
		switch accept := s.cfg.Verify.Acceptance; {
		case state.checks == nil || c != nil && c.problem != "" || c == nil && fast != nil && (!looked[h.picture] || !fast.doubtful(h.score)):
			h.score = s.cfg.Verify.Unverified.Probability(h.score)
		case c == nil:
			h.score = sigmoid(accept.logOdds(h.score, keypoint.Placement{}, keypoint.Agreement{}, keypoint.Lookup{}))
		default:
			h.score = sigmoid(accept.logOdds(h.score, c.placement, c.agreement, c.lookup))
		}
		hits[i] = h
	}
	found := s.judge(l, hits, facts)
	for i := range found {
		f := &found[i]
		if c := state.checks[pair{f.Picture.Index, f.Reference}]; c != nil {
			s.explain(f, c, l.Pictures[f.Picture.Index], facts.Rights[f.Right].References[f.Reference])
		}
	}
	return found
}

// explain adds to a finding what geometry says about it.
func (s *nearCopy) explain(f *Finding, c *check, pic Picture, ref ReferenceFacts) {
	v := c.evidence(pic.Photo.Width, pic.Photo.Height, ref)
	v.Verified = c.problem == "" && c.placement.Inliers >= leastInliers && f.Probability >= s.cfg.Threshold
	f.Picture.Verification = v
	switch {
	case v.Verified:
		f.Picture.Box = v.Box
		f.For = append(f.For, Note{Code: "geometry_verified", Text: v.sentence()})
	case c.problem != "":
		f.Against = append(f.Against, Note{Code: "geometry_not_possible", Text: c.problem})
	case v.sameSetting():
		v.Points, v.Edits, v.Changes = nil, nil, nil
		f.Against = append(f.Against, Note{Code: "geometry_middle_differs", Text: "The surroundings fit, the middle shows something else: other goods before the same background, or another print on the same mock-up."})
	default:
		v.Points, v.Matrix, v.Edits, v.Changes = nil, nil, nil, nil // of a chance placement
		f.Against = append(f.Against, Note{Code: "geometry_not_confirmed", Text: "The details of the two pictures do not lie as in a copy."})
	}
}

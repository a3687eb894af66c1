package detect

import (
	"context"
	"fmt"
	"slices"

	"touchstone/index"
	"touchstone/models"
)

// designSimilarity finds a registered design in another photo, view or colour of the same product, or of one that imitates it. To what the
// vectors say it adds, in the full profile, what geometry finds of the design: a print is the same print in another colour or from nearer.
type designSimilarity struct{ *likeness }

func newDesignSimilarity(cfg PictureConfig, space index.Space, regions []models.Region, background [][]float32, s Searcher) *designSimilarity {
	return &designSimilarity{newLikeness(SignalDesignSimilarity, cfg, space, regions, background, s)}
}

// DetailsConfig sets what is added to a design's score for details that lie as the registered picture has them. It never takes away: other views
// of the same goods share none.
type DetailsConfig struct {
	Candidates int     `json:"candidates"` // pairs of a listing's picture and a reference that are looked at, best first
	Least      int     `json:"least"`      // details from which they count: fewer lie right by chance
	Full       int     `json:"full"`       // details from which they count in full
	Inliers    float64 `json:"inliers"`    // what they add to the score in full
	Agrees     float64 `json:"agrees"`     // what is added where every shown part of the design has most of its details
}

func (c DetailsConfig) validate(name string, check func(ok bool, format string, args ...any)) {
	check(c.Candidates > 0 && c.Candidates <= 100, "%s.details.candidates is %d: use 1 to 100", name, c.Candidates)
	check(c.Least >= leastInliers && c.Full > c.Least, "%s.details.least and full are %d and %d: use %d <= least < full", name, c.Least, c.Full, leastInliers)
	check(c.Inliers >= 0 && c.Inliers <= 1, "%s.details.inliers is %g: use 0 to 1", name, c.Inliers)
	check(c.Agrees >= 0 && c.Agrees <= 1, "%s.details.agrees is %g: use 0 to 1", name, c.Agrees)
}

// added is what a check adds to a score, 0 or more.
func (c DetailsConfig) added(k *check) float64 {
	if k == nil || k.problem != "" || k.placement.Inliers < leastInliers {
		return 0
	}
	fit := float64(k.placement.Inliers-c.Least) / float64(c.Full-c.Least)
	return c.Inliers*min(1, max(0, fit)) + c.Agrees*max(0, k.lookup.Agrees)
}

// verify looks for the details of the designs that the vectors propose first.
func (s *designSimilarity) verify(ctx context.Context, p *proposals, facts Facts, see *views) error {
	state, _ := p.state.(*likeState)
	if s.cfg.Details == nil || state == nil || !state.full {
		return nil
	}
	proposed := state.pairs(func(h likeHit) bool {
		_, inScope := facts.Rights[h.right].References[h.reference]
		return inScope
	})
	state.checks = map[pair]*check{}
	for _, h := range proposed[:min(len(proposed), s.cfg.Details.Candidates)] {
		c, err := see.examine(ctx, h.picture, facts.Rights[h.right].References[h.reference].Picture)
		if err != nil {
			return err
		}
		state.checks[pair{h.picture, h.reference}] = c
	}
	return nil
}

func (s *designSimilarity) find(l Listing, p *proposals, facts Facts) []Finding {
	state, _ := p.state.(*likeState)
	if s.cfg.Details == nil || state == nil || state.checks == nil {
		return s.likeness.find(l, p, facts)
	}
	hits := slices.Clone(state.hits)
	for i, h := range hits {
		hits[i].score += s.cfg.Details.added(state.checks[pair{h.picture, h.reference}])
	}
	found := s.judge(l, hits, facts)
	for i := range found {
		f := &found[i]
		c := state.checks[pair{f.Picture.Index, f.Reference}]
		if c == nil || c.problem != "" || c.placement.Inliers < s.cfg.Details.Least {
			continue
		}
		photo := l.Pictures[f.Picture.Index].Photo
		f.Picture.Verification = c.evidence(photo.Width, photo.Height, facts.Rights[f.Right].References[f.Reference])
		f.For = append(f.For, Note{Code: "details_fit", Text: fmt.Sprintf("%d details lie where the registered design has them.", c.placement.Inliers)})
	}
	return found
}

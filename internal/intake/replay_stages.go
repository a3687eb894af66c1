package intake

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"touchstone/detect"
	"touchstone/embed"
	"touchstone/index"
)

// look runs the signals as they were run for the report: in one profile, or in stages, each of which follows again from what the one before
// it comes to.
func (r *replay) look(ctx context.Context, s *shelf) (detected, error) {
	if profileOf(&r.rec.Report) == detect.ProfileStaged {
		return staged(ctx, again{r, s}, r.stagesOf(r.Policies.For(r.market.Policy)))
	}
	return r.once(ctx, s, detect.Scope{Full: r.rec.Report.Profile == detect.ProfileFull}, r.facts)
}

// again scores what was scored before.
type again struct {
	*replay
	shelf *shelf
}

// fast asked the questions that full asked first, and did not know of rights that do not reach the listing.
func (a again) fast(ctx context.Context) (detected, error) {
	return a.once(ctx, a.shelf.anew(), detect.Scope{}, within(a.facts))
}

func (a again) closer(ctx context.Context, first detected) (detected, error) {
	return a.turn.closer(ctx, a.listing, first)
}

func (a again) full(ctx context.Context, first detected) (detected, error) {
	return a.once(ctx, a.shelf.anew(), detect.Scope{Full: true, Before: first.candidates}, a.facts)
}

// once runs the signals over what is kept of the listing, the references on the shelf and the facts that the report had.
func (r *replay) once(ctx context.Context, s *shelf, scope detect.Scope, f detect.Facts) (detected, error) {
	scope.Index, scope.Lexicon = s, lexicon(f)
	scope.Filter = index.Filter{ActiveOnly: true, At: r.rec.CreatedAt} // the shelf holds those that reached the listing as active
	candidates, err := r.detector.Candidates(ctx, r.listing, scope)
	if errors.Is(err, embed.ErrBusy) {
		err = fmt.Errorf("%w: %w", ErrBusy, err)
	}
	if err != nil {
		return detected{}, err
	}
	if err := r.detector.Verify(ctx, r.listing, candidates, f); err != nil {
		return detected{}, err
	}
	return detected{report: r.detector.Assess(r.listing, candidates, f), facts: f, candidates: candidates}, nil
}

// within are facts without the rights that do not reach the listing, which the profile full alone looks at.
func within(f detect.Facts) detect.Facts {
	f.Rights = maps.Clone(f.Rights)
	maps.DeleteFunc(f.Rights, func(_ string, right detect.RightFacts) bool { return len(right.Outside) > 0 })
	return f
}

// anew is the same shelf before its first question.
func (s *shelf) anew() *shelf {
	return &shelf{points: s.points, reaches: maps.Clone(s.reaches)}
}

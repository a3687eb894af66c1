package intake

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/policy"
)

// detected is what the signals made of a listing, and what they made it of.
type detected struct {
	report     *detect.Report
	facts      detect.Facts
	candidates *detect.Candidates
	// before is the first stage of a listing that was scored in stages, where a later one decided; nil elsewhere.
	before *detected
}

// stager runs the profiles of which a scoring in stages is made.
type stager interface {
	fast(ctx context.Context) (detected, error)
	closer(ctx context.Context, first detected) (detected, error)
	full(ctx context.Context, first detected) (detected, error)
}

// staged scores in stages: fast; where that comes near, with geometry on every candidate; and in full where either does not find the listing clear
// enough. The report tells which profile decided and why.
func staged(ctx context.Context, s stager, c detect.StagedConfig) (detected, error) {
	first, err := s.fast(ctx)
	if err != nil {
		return detected{}, err
	}
	found, stages := first, c.Stages(first.report.Best())
	if stages.Look() {
		if found, err = s.closer(ctx, first); err != nil {
			return detected{}, err
		}
		found.before = &first
		stages = stages.Looked(found.report.Best())
	}
	if stages.Full() {
		if found, err = s.full(ctx, found); err != nil {
			return detected{}, err
		}
		found.before = &first
	}
	found.report.Stages = &stages
	return found, nil
}

// profile is the one that a listing is scored in: the one asked for, else that of the marketplace's policy.
func (s *Service) profile(asked string, market casework.Marketplace) string {
	return cmp.Or(asked, s.Policies.For(market.Policy).Profile, policy.ProfileStaged)
}

// stagesOf is how listings under a policy are scored in stages: as the policy or else the pack says, and in full at the latest from the lowest
// probability that the policy acts on, so that nothing is held or queued by the profile fast.
func (t turn) stagesOf(p policy.Policy) detect.StagedConfig {
	c := t.detector.Fusion().Stage()
	if p.FullFrom > 0 {
		c.From = p.FullFrom
	}
	c.From = min(c.From, p.Infringement.Review)
	return c
}

// look runs the signals in a profile.
func (t turn) look(ctx context.Context, l detect.Listing, market casework.Marketplace, profile string) (detected, error) {
	if profile == detect.ProfileStaged {
		return staged(ctx, live{t, l, market}, t.stagesOf(t.Policies.For(market.Policy)))
	}
	return t.detect(ctx, l, market, detect.Scope{Full: profile == detect.ProfileFull})
}

// live scores a listing that has come.
type live struct {
	turn
	listing detect.Listing
	market  casework.Marketplace
}

func (s live) fast(ctx context.Context) (detected, error) {
	return s.detect(ctx, s.listing, s.market, detect.Scope{})
}

func (s live) closer(ctx context.Context, first detected) (detected, error) {
	var err error
	if first.facts, err = s.deeper(ctx, s.listing, s.market, first); err != nil {
		return detected{}, err
	}
	return s.turn.closer(ctx, s.listing, first)
}

// deeper adds to the facts of the profile fast the removed pictures that it does not look at, with their rights.
func (t turn) deeper(ctx context.Context, l detect.Listing, market casework.Marketplace, first detected) (detect.Facts, error) {
	f := first.facts
	if t.History == nil || !t.removals.Some() {
		return f, nil
	}
	scope := t.scope(market, detect.Scope{})
	if err := t.relisted(ctx, &f, l, scope.Filter.At, first.candidates, true); err != nil {
		return f, err
	}
	var unknown []string
	for _, was := range f.Relisted {
		if _, known := f.Rights[was.Right]; !known && !slices.Contains(unknown, was.Right) {
			unknown = append(unknown, was.Right)
		}
	}
	if len(unknown) == 0 {
		return f, nil
	}
	more, err := t.facts(ctx, l, market, scope, unknown)
	if err != nil {
		return f, err
	}
	f.Rights = maps.Clone(f.Rights)
	maps.Copy(f.Rights, more.Rights)
	return f, nil
}

func (s live) full(ctx context.Context, first detected) (detected, error) {
	return s.detect(ctx, s.listing, s.market, detect.Scope{Full: true, Before: first.candidates})
}

// closer has geometry look at every candidate that the profile fast had.
func (t turn) closer(ctx context.Context, l detect.Listing, first detected) (detected, error) {
	c := first.candidates.Closer()
	if err := t.detector.Verify(ctx, l, c, first.facts); err != nil {
		return detected{}, err
	}
	return detected{report: t.detector.Assess(l, c, first.facts), facts: first.facts, candidates: c}, nil
}

// profileOf is the profile that a report was asked for in.
func profileOf(r *detect.Report) string {
	if r.Stages != nil {
		return detect.ProfileStaged
	}
	return r.Profile
}

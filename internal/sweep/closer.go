package sweep

import (
	"context"
	"errors"
	"slices"

	"touchstone/detect/wordmark"
	"touchstone/index"
	"touchstone/internal/casework"
	"touchstone/internal/policy"
)

// closerStep is how many listings a sweep looks closer at before others that wait have their turn.
const closerStep = 256

// looksCloser says for what a sweep with a reason looks closer under a policy.
func looksCloser(mode, reason string) (marks, words bool) {
	asked := reason == ReasonAsked && mode != policy.SweepCloserNever
	always := mode == policy.SweepCloserAlways
	return asked || always || mode == policy.SweepCloserMarks || mode == "", asked || always
}

// closer looks at what kept vectors and spellings cannot show: marks on goods, for a right with a logo, and words as the word embedder
// reads them. Models run for each kept listing, so that it comes last, gives way to live scoring and, after some listings, to other
// sweeps; more says that listings are left.
func (j *job) closer(ctx context.Context) (more bool, err error) {
	marks, words := looksCloser(j.Intake.Policies.For("default").SweepCloser, j.s.Reason)
	marks = marks && j.right.Kind() == casework.KindLogo && slices.ContainsFunc(j.refs, func(r casework.Reference) bool { return r.Kind == casework.ReferenceImage })
	if words = words && j.lexicon.Len() > 0; !marks && !words {
		return false, nil
	}
	scope := index.Filter{Territories: casework.IndexTerritories(j.right.Territories)}
	titles, err := j.Store.ListingTitles(ctx, j.s.Cursor, closerStep)
	if err != nil {
		return false, err
	}
	for i, t := range titles {
		if scope.Matches(index.Payload{Territories: t.Territories}) {
			if err := j.suspect(ctx, t.Entry, marks, words); err != nil {
				return false, err
			}
		}
		if j.s.Cursor = t.Entry; i%candidateStep == candidateStep-1 || i == len(titles)-1 {
			if err := j.save(ctx); err != nil {
				return false, err
			}
		}
	}
	return len(titles) == closerStep, nil
}

// suspect has a listing scored against the right where a closer look at it comes near enough.
func (j *job) suspect(ctx context.Context, entry string, marks, words bool) error {
	l, err := j.Listings.Listing(ctx, entry)
	if errors.Is(err, casework.ErrNotFound) {
		return nil // it has ended meanwhile
	}
	if err != nil {
		return err
	}
	lexicon := j.lexicon
	if !words {
		lexicon = wordmark.NewLexicon()
	}
	var best float64
	err = j.patiently(ctx, func() (err error) {
		best, err = j.Intake.Suspect(ctx, l, j.right.ID, lexicon, marks)
		return err
	})
	if err != nil || best < j.least {
		return err
	}
	if err := j.Store.AddCandidates(ctx, j.s.ID, []string{entry}); err != nil {
		return err
	}
	return j.score(ctx)
}

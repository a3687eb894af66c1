package docket

import (
	"context"
	"fmt"
	"slices"

	"touchstone/internal/casework"
)

// MaxBulk is how many cases one call decides at most.
const MaxBulk = 100

// BulkResult is what became of one case of many: the case, or why it was not decided.
type BulkResult struct {
	ID   string
	Case Case
	Err  error
}

// DecideAll decides cases alike, such as those of one cluster of listings, each in a transaction of its own: it claims a case for the
// reviewer and decides it. What cannot be decided (another reviewer has it, it was decided) is told beside the others.
func (d *Docket) DecideAll(ctx context.Context, a casework.Actor, ids []string, v Verdict) ([]BulkResult, error) {
	if err := mayReview(a); err != nil {
		return nil, err
	}
	if err := v.validate(); err != nil {
		return nil, err
	}
	return each(ctx, ids, func(id string) (Case, error) {
		if _, err := d.Claim(ctx, a, id); err != nil {
			return Case{}, err
		}
		return d.Decide(ctx, a, id, v)
	})
}

// UndoAll takes the last decisions of cases back, as far as Undo lets the reviewer, each in a transaction of its own; what cannot be taken back is
// told beside the others.
func (d *Docket) UndoAll(ctx context.Context, a casework.Actor, ids []string, remark string) ([]BulkResult, error) {
	if err := mayReview(a); err != nil {
		return nil, err
	}
	return each(ctx, ids, func(id string) (Case, error) { return d.Undo(ctx, a, id, remark) })
}

// each does something to cases, each once and no more than MaxBulk of them.
func each(ctx context.Context, ids []string, do func(id string) (Case, error)) ([]BulkResult, error) {
	if len(ids) == 0 || len(ids) > MaxBulk {
		return nil, &casework.ValidationError{Fields: []casework.FieldError{{Path: "cases", Message: fmt.Sprintf("must have 1 to %d cases, not %d", MaxBulk, len(ids))}}}
	}
	var out []BulkResult
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			continue
		}
		r := BulkResult{ID: id}
		r.Case, r.Err = do(id)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		out = append(out, r)
	}
	return out, nil
}

// Place is a listing as cases know it: by the marketplace's ID, or by its content where it has none.
type Place struct {
	Marketplace, Listing, ContentHash string
}

// Undecided finds the cases on listings and one right that still need their first decision, for those who judge.
func (d *Docket) Undecided(ctx context.Context, a casework.Actor, right string, places []Place) ([]string, error) {
	if err := mayReview(a); err != nil {
		return nil, err
	}
	var out []string
	for _, p := range places {
		key := Finding{Listing: p.Listing, ContentHash: p.ContentHash}.key()
		cases, err := d.Store.CasesOn(ctx, subjectOf(p.Marketplace, key, right), 20)
		if err != nil {
			return nil, fmt.Errorf("cases on listing %q: %w", p.Listing, err)
		}
		for _, c := range cases {
			if c.Undecided() && !slices.Contains(out, c.ID) {
				out = append(out, c.ID)
			}
		}
	}
	return out, nil
}

package caseload

import (
	"context"
	"strings"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/intake"
	"touchstone/internal/listings"
	"touchstone/internal/tracing"
)

// Sightings bring what scoring found to the tracing of sellers.
type Sightings struct {
	// Report reads a report; nothing of it is changed.
	Report func(ctx context.Context, id string) (intake.ReportRecord, error)
	Kept   interface {
		Listing(ctx context.Context, id string) (listings.Listing, error)
	}
}

// attackFrom is the probability of an infringement from which a listing counts as an attack on a right.
const attackFrom = 0.5

// Attacks gives what a report found, a signal a right: how a word was written, where it was one.
func (s Sightings) Attacks(ctx context.Context, reportID string) ([]tracing.Attack, error) {
	rec, err := s.Report(ctx, reportID)
	if err != nil {
		return nil, err
	}
	likely := map[string]bool{}
	for _, v := range rec.Report.Verdicts {
		likely[v.Right] = v.Probability >= attackFrom
	}
	var out []tracing.Attack
	for _, f := range rec.Report.Findings {
		if !likely[f.Right] || f.Support || f.Excused {
			continue
		}
		a := tracing.Attack{Right: f.Right, Signal: f.Signal}
		if f.Text != nil {
			a.Word, a.Form = f.Text.Word, strings.ToLower(f.Text.Matched)
		}
		out = append(out, a)
	}
	return out, nil
}

// Listing is the kept listing that a case is about; casework.ErrNotFound when it is kept no longer.
func (s Sightings) Listing(ctx context.Context, c docket.Case) (listings.Listing, error) {
	rec, err := s.Report(ctx, c.Report)
	if err != nil {
		return listings.Listing{}, err
	}
	if s.Kept == nil {
		return listings.Listing{}, casework.ErrNotFound
	}
	return s.Kept.Listing(ctx, listings.EntryID(rec.Account, rec.Marketplace, rec.Report.Listing, rec.Report.ContentHash))
}

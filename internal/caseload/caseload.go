// Package caseload joins scoring and casework: it answers the docket how likely a listing infringes a right, from the report that is
// kept of it, and brings what scoring found without a notice to the docket as cases.
package caseload

import (
	"context"
	"errors"
	"fmt"
	"math"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/intake"
	"touchstone/internal/listings"
)

// A Finder knows the listings that are kept; casework.ErrNotFound for what is not.
type Finder interface {
	// ReportOn finds the last report about a marketplace's listing, whoever had it scored.
	ReportOn(ctx context.Context, marketplace, listing string) (reportID string, err error)
	// Listing is an entry as it was last scored.
	Listing(ctx context.Context, entry string) (listings.Listing, error)
}

// Scorer answers the docket from kept reports.
type Scorer struct {
	Reports  intake.ReportStore
	Listings Finder // nil: only reports that the notice names
	// Raise gives the points of priority for what is known of a seller's ring; nil: nothing is.
	Raise func(ctx context.Context, marketplace, seller string) int
}

var _ docket.Scorer = Scorer{}

// Score implements docket.Scorer.
func (s Scorer) Score(ctx context.Context, t docket.Target) (docket.Score, error) {
	rec, err := s.report(ctx, t)
	if errors.Is(err, casework.ErrNotFound) {
		return docket.Score{}, nil
	}
	if err != nil {
		return docket.Score{}, err
	}
	out := scoreOf(rec, t.Right)
	if s.Raise != nil {
		out.Raise = s.Raise(ctx, rec.Marketplace, out.Seller)
	}
	return out, s.offer(ctx, rec, &out)
}

// offer adds what the listing offers. The report of a clear one does not say it, but its entry does for as long as it is kept as it was.
func (s Scorer) offer(ctx context.Context, rec intake.ReportRecord, out *docket.Score) error {
	if out.Title != "" || len(out.Goods) > 0 || rec.Entry == "" || s.Listings == nil {
		return nil
	}
	l, err := s.Listings.Listing(ctx, rec.Entry)
	if errors.Is(err, casework.ErrNotFound) || err == nil && l.ContentHash != rec.Report.ContentHash {
		return nil
	}
	out.Title, out.Goods = l.Title, l.Content.Goods
	return err
}

// report finds the report that a target is judged by. One that is named counts only if it is about that listing: a notifier must not
// bring the score of another.
func (s Scorer) report(ctx context.Context, t docket.Target) (intake.ReportRecord, error) {
	if t.Listing != "" && s.Listings != nil {
		id, err := s.Listings.ReportOn(ctx, t.Marketplace, t.Listing)
		if err == nil {
			return s.Reports.Report(ctx, id)
		}
		if !errors.Is(err, casework.ErrNotFound) {
			return intake.ReportRecord{}, err
		}
	}
	if t.Report == "" {
		return intake.ReportRecord{}, casework.ErrNotFound
	}
	rec, err := s.Reports.Report(ctx, t.Report)
	if err == nil && (rec.Report.Marketplace != t.Marketplace || rec.Report.Listing == "" || rec.Report.Listing != t.Listing) {
		return rec, fmt.Errorf("%w: report %s is about another listing", casework.ErrNotFound, t.Report)
	}
	return rec, err
}

// scoreOf is what a report says of one right.
func scoreOf(rec intake.ReportRecord, right string) docket.Score {
	r := rec.Report
	out := docket.Score{Known: true, Report: rec.ID, Pack: r.Pack.Name + "@" + r.Pack.Version, ContentHash: r.ContentHash, Seller: r.Seller,
		Signals: map[string]float64{}, Complete: len(r.Unchecked) == 0 && r.Profile == detect.ProfileFull}
	if rec.Snapshot != nil && rec.Snapshot.Text != nil {
		out.Title, out.Goods = rec.Snapshot.Text.Title, rec.Snapshot.Text.Goods
	}
	for _, v := range r.Verdicts {
		if v.Right != right {
			continue
		}
		out.Probability = v.Probability
		out.Signals[detect.SignalInfringement] = v.Probability
		for _, n := range v.Against {
			out.Against = append(out.Against, docket.Fact{Code: n.Code, Text: n.Text})
		}
	}
	best, shown := 0.0, []docket.Ground(nil)
	for _, f := range r.Findings {
		if f.Right != right || f.Support {
			continue
		}
		if !f.Excused { // else it counts for nothing, and no threshold may be reached by it
			out.Signals[f.Signal] = math.Max(out.Signals[f.Signal], f.Probability)
		}
		if g, ok := shows(r, f); ok {
			out.Pictures, shown = append(out.Pictures, g.Picture), append(shown, g)
		}
		if f.Probability > best {
			best, out.Strongest = f.Probability, f.Signal
		}
		for _, n := range f.Against {
			out.Against = append(out.Against, docket.Fact{Code: n.Code, Text: n.Text})
		}
	}
	out.Grounds = carrying(shown, best, out.Probability)
	return out
}

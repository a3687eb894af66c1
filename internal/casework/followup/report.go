package followup

import (
	"context"
	"fmt"
	"iter"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/enforce"
	"touchstone/internal/casework/statement"
)

// maxReport is the longest period of a report.
const maxReport = 366 * 24 * time.Hour

// reportPage is how many verdicts are read at a time.
const reportPage = 1000

// all are the verdicts whose first decision lies in a period.
func (f *Followup) all(ctx context.Context, from, to time.Time) iter.Seq2[Verdict, error] {
	return func(yield func(Verdict, error) bool) {
		var last Verdict
		for {
			page, err := f.Store.Verdicts(ctx, from, to, last, reportPage)
			if err != nil {
				yield(Verdict{}, err)
				return
			}
			for _, v := range page {
				if !yield(v, nil) {
					return
				}
			}
			if len(page) < reportPage {
				return
			}
			last = page[len(page)-1]
		}
	}
}

// Report is the transparency report of a period of at most a year, for those who run the service and for reviewers.
func (f *Followup) Report(ctx context.Context, a casework.Actor, from, to time.Time) (statement.TransparencyReport, error) {
	if !a.SeesAll() {
		return statement.TransparencyReport{}, notForRole(a)
	}
	if !from.Before(to) || to.Sub(from) > maxReport {
		return statement.TransparencyReport{}, &casework.ValidationError{Fields: []casework.FieldError{{Path: "to", Message: "must be after from, and at most a year after it"}}}
	}
	decided := func(yield func(statement.Decided, error) bool) {
		for v, err := range f.all(ctx, from, to) {
			if !yield(v.counted(), err) {
				return
			}
		}
	}
	measures, err := f.measures(ctx, from, to)
	if err != nil {
		return statement.TransparencyReport{}, err
	}
	return statement.Compile(from, to, decided, measures)
}

func (v Verdict) counted() statement.Decided {
	d := statement.Decided{Case: v.Case, Source: statement.FromDetection, Reason: v.Reason, Outcome: v.Outcome, Code: v.Code, Automation: v.Automation,
		OpenedAt: v.OpenedAt, DecidedAt: v.DecidedAt, Contested: v.Contested, ResolvedAt: v.ResolvedAt, Reversed: v.Reversed}
	if v.Origin == docket.OriginNotice {
		d.Source = statement.FromNotice
	}
	return d
}

// measures are the suspensions of a period, as the feed told them.
func (f *Followup) measures(ctx context.Context, from, to time.Time) ([]statement.Measure, error) {
	var out []statement.Measure
	kinds := map[string]string{EventFrozen: statement.FrozenStore, EventClosed: statement.ClosedStore, EventSuspended: "notifier_suspended"}
	var last docket.Event
	for {
		page, err := f.Store.Measures(ctx, from, to, last, reportPage)
		if err != nil {
			return nil, fmt.Errorf("suspensions: %w", err)
		}
		for _, e := range page {
			ground := "repeated_infringement"
			if e.Kind == EventSuspended {
				ground = "misuse_of_notices"
			}
			out = append(out, statement.Measure{Kind: kinds[e.Kind], Ground: ground})
		}
		if len(page) < reportPage {
			return out, nil
		}
		last = page[len(page)-1]
	}
}

// Labels are decisions that stand, as labelled pairs of listing and right, for whom trains or measures models.
func (f *Followup) Labels(ctx context.Context, from, to time.Time) iter.Seq2[Verdict, error] {
	return func(yield func(Verdict, error) bool) {
		for v, err := range f.all(ctx, from, to) {
			if err == nil && !v.Decided {
				continue
			}
			if !yield(v, err) {
				return
			}
		}
	}
}

// StorefrontView is a store with its penalties now.
type StorefrontView struct {
	Storefront
	Ledger []enforce.LedgerEntry `json:"ledger"`
}

// Storefront shows a store's penalties to those who judge, to its marketplace and to the seller.
func (f *Followup) Storefront(ctx context.Context, a casework.Actor, marketplace, seller string) (StorefrontView, error) {
	seen := a.SeesAll() || a.Role == "pipeline" && a.Subject == marketplace || a.Role == "seller" && a.Subject == marketplace+"/"+seller
	if !seen {
		return StorefrontView{}, fmt.Errorf("%w: there is no store %q on %q here", casework.ErrNotFound, seller, marketplace)
	}
	m, err := f.Registry.Marketplace(ctx, marketplace)
	if err != nil {
		return StorefrontView{}, err
	}
	ledger, err := f.Store.Ledger(ctx, marketplace, seller)
	if err != nil {
		return StorefrontView{}, fmt.Errorf("ledger of a store: %w", err)
	}
	state := enforce.Fold(*f.Policies.Rules(m.Policy).Penalties, ledger, f.moment())
	return StorefrontView{Storefront{marketplace, seller, state}, append([]enforce.LedgerEntry{}, ledger...)}, nil
}

// Reopen gives a store a fresh start: what it was closed or frozen for counts no more. Only those who run the service may.
func (f *Followup) Reopen(ctx context.Context, a casework.Actor, marketplace, seller string) (StorefrontView, error) {
	if !a.Operates() {
		return StorefrontView{}, notForRole(a)
	}
	if _, err := f.Store.Storefront(ctx, marketplace, seller); err != nil {
		return StorefrontView{}, fmt.Errorf("reopen store: %w", err)
	}
	e := enforce.LedgerEntry{ID: casework.NewID("led"), At: f.moment(), Kind: enforce.Reopening}
	if err := f.again(ctx, Storefront{Marketplace: marketplace, Seller: seller}, &e, a.Person()); err != nil {
		return StorefrontView{}, fmt.Errorf("reopen store: %w", err)
	}
	return f.Storefront(ctx, a, marketplace, seller)
}

package caseload

import (
	"context"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/intake"
	"touchstone/internal/policy"
)

// Opener brings what scoring found to the docket.
type Opener struct {
	Docket   *docket.Docket
	Registry *casework.Registry
	Policies policy.Set
	// Raise gives the points of priority for what is known of a seller's ring; nil: nothing is.
	Raise func(ctx context.Context, marketplace, seller string) int
}

var _ intake.CaseOpener = Opener{}

// Scored implements intake.CaseOpener: each right whose own probability is above clear gets its case. A listing of no marketplace
// opens none, since there is nobody to tell. What a sweep found is on sale: nobody was told to hold it back.
func (o Opener) Scored(ctx context.Context, rec intake.ReportRecord, title string) error {
	if rec.Marketplace == "" || rec.Outcome.Band == policy.BandClear {
		return nil
	}
	market, err := o.Registry.Marketplace(ctx, rec.Marketplace)
	if err != nil {
		return err
	}
	rules := o.Policies.For(market.Policy)
	var rights []string
	for _, v := range rec.Report.Verdicts {
		rights = append(rights, v.Right)
	}
	views, err := o.Registry.Snapshot(ctx, rights)
	if err != nil {
		return err
	}
	raise := 0
	if o.Raise != nil {
		raise = o.Raise(ctx, rec.Marketplace, rec.Report.Seller)
	}
	var found []docket.Finding
	for _, v := range rec.Report.Verdicts {
		verified := views[v.Right].Right.EffectiveState(rec.CreatedAt) == casework.StateVerified
		band := rules.BandOf(v.Probability, verified, rec.Outcome.Band == policy.BandBlock)
		if band == policy.BandClear {
			continue
		}
		found = append(found, docket.Finding{Marketplace: rec.Marketplace, Listing: rec.Report.Listing, Seller: rec.Report.Seller, Title: title,
			ContentHash: rec.Report.ContentHash, Right: v.Right, Score: scoreOf(rec, v.Right), Band: band,
			Held: band == policy.BandBlock && rec.Outcome.Action == policy.ActionHold && rec.Sweep == "", Raise: raise})
	}
	return o.Docket.Observe(ctx, found)
}

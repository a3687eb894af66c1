package docket

import (
	"context"
	"fmt"
	"math"
	"slices"

	"touchstone/internal/casework"
	"touchstone/internal/policy"
)

// Finding is what scoring found on a listing about one right, without a notice.
type Finding struct {
	Marketplace, Listing, Seller, Title string
	ContentHash                         string // of the listing as it was scored
	Right                               string
	Score                               Score
	Band                                string
	Held                                bool // the answer to the scoring held the listing back
	Raise                               int  // points of priority for what is known of the seller's ring, 0 to 20
}

// Observe opens or updates a case for each finding, all in one transaction. It is idempotent: an open case about the same listing and
// right learns the newer score, and what was decided about the same content is not asked again.
func (d *Docket) Observe(ctx context.Context, list []Finding) error {
	if len(list) == 0 {
		return nil
	}
	rights := make([]string, len(list))
	for i, f := range list {
		rights[i] = f.Right
	}
	views, err := d.Registry.Snapshot(ctx, rights)
	if err != nil {
		return fmt.Errorf("open cases of findings: %w", err)
	}
	markets := map[string]casework.Marketplace{}
	for _, f := range list {
		if _, ok := markets[f.Marketplace]; ok {
			continue
		}
		if markets[f.Marketplace], err = d.Registry.Marketplace(ctx, f.Marketplace); err != nil {
			return fmt.Errorf("open cases of findings: %w", err)
		}
	}
	err = d.Store.Update(ctx, func(tx Tx) error {
		for _, f := range list {
			view, ok := views[f.Right]
			if !ok {
				continue // the right is gone
			}
			if err := d.observe1(ctx, tx, f, view, markets[f.Marketplace]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("open cases of findings: %w", err)
	}
	return nil
}

func (d *Docket) observe1(ctx context.Context, tx Tx, f Finding, view casework.RightView, m casework.Marketplace) error {
	k := claim{right: view, market: m, reason: reasonOf(f.Score.Strongest, view.Right.Type), at: d.moment()}
	facts := k.listingFacts(f.Score)
	if slices.ContainsFunc(facts, func(n Fact) bool { return n.Code == AuthorisedSeller }) {
		return nil
	}
	facts = append(k.facts(), facts...)
	subject := subjectOf(f.Marketplace, f.key(), f.Right)
	before, err := tx.CasesOn(ctx, subject, 20)
	if err != nil {
		return err
	}
	for _, c := range before {
		switch {
		case c.Undecided():
			return d.renew(ctx, tx, c, f)
		case c.ContentHash == f.ContentHash:
			return nil // decided
		}
	}
	c := Case{ID: casework.NewID("cas"), Origin: OriginProactive, Account: view.Right.Account, Holder: view.Right.HolderID, Right: f.Right,
		Marketplace: f.Marketplace, Territories: m.Territories, Target: TargetListing, Listing: f.Listing, Seller: f.Seller, Title: f.Title,
		ContentHash: f.ContentHash, Subject: subject, Reason: k.reason, Regime: RegimePlatform, State: StateOpen, OpenedAt: k.at, Policy: m.Policy}
	c.scored(f)
	s := d.step(ctx, tx, &c, byScoring)
	t := s.t
	t.DeclineOn, t.DeclineBelow = nil, 0 // nobody asked, so there is nobody to decline
	p := triage(c, facts, f.Score, t, d.automatic(s), false, false)
	p.priority = proactivePriority(f, t)
	return d.begin(s, p)
}

// scored takes over a score.
func (c *Case) scored(f Finding) {
	c.Report, c.Pack, c.Signal, c.Probability, c.Band = f.Score.Report, f.Score.Pack, f.Score.Strongest, f.Score.Probability, f.Band
	c.Signals, c.Pictures, c.Grounds = f.Score.Signals, f.Score.Pictures, f.Score.Grounds
	if f.Held && c.Effect == EffectNone {
		c.Effect = EffectHeld
	}
}

// renew gives an open case a newer score of its listing. Its deadline stays.
func (d *Docket) renew(ctx context.Context, tx Tx, c Case, f Finding) error {
	if c.Report == f.Score.Report {
		return nil
	}
	s := d.step(ctx, tx, &c, byScoring)
	c.scored(f)
	c.ContentHash, c.Title, c.Seller = f.ContentHash, f.Title, f.Seller
	c.Priority = max(c.Priority, proactivePriority(f, s.t))
	tx.AddAudit(entry(s.now, s.by, "case.rescored", c.ID, c))
	return tx.PutCase(ctx, &c, c.Rank(s.t))
}

// key tells listings apart, as Item.key does; one without an ID is its content.
func (f Finding) key() string {
	if f.Listing == "" {
		return "content:" + f.ContentHash
	}
	return "id:" + f.Listing
}

// proactivePriority is 0 to 100: likelihood, more for what is held back and loses its seller money if it is innocent.
func proactivePriority(f Finding, t policy.Triage) int {
	p := int(math.Round(80*f.Score.Probability)) + t.ProactivePoints + f.Raise
	switch f.Band {
	case policy.BandBlock:
		p += 20
	case policy.BandUrgent:
		p += 10
	}
	return min(100, max(0, p))
}

// reasonOf is the complaint that a finding amounts to.
func reasonOf(signal string, t casework.RightType) string {
	if signal == "keyword_misuse" && reasonFits(ReasonMarkOnPage, t) {
		return ReasonMarkOnPage
	}
	return DefaultReason(t)
}

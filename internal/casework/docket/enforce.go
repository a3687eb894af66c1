package docket

import (
	"context"
	"fmt"
	"time"

	"touchstone/internal/casework"
)

// enforce tells the marketplace of a listing's new state, in the transaction of the decision. What scoring held back it has heard of in
// the answer; a hold is told only when a decision is taken back.
func (s *step) enforce() error {
	action := map[string]string{EffectNone: ActionRestore, EffectHeld: ActionHold, EffectRemoved: ActionRemove}[s.c.Effect]
	if err := s.replaceOpen(); err != nil {
		return err
	}
	chase := s.now.Add(time.Duration(s.t.ConfirmMinutes) * time.Minute)
	e := Enforcement{ID: casework.NewID("enf"), Case: s.c.ID, Marketplace: s.c.Marketplace, Action: action, Target: s.c.Target, Listing: s.c.Listing,
		URL: s.c.URL, Seller: s.c.Seller, ToldAt: s.now, Told: 1, ChaseAt: &chase}
	if s.c.Decision != nil {
		e.Decision = s.c.Decision.ID
	}
	if err := s.tx.PutEnforcement(s.ctx, e); err != nil {
		return err
	}
	s.event(EventEnforcement, e)
	return nil
}

// replaceOpen ends what the marketplace was told before about the case and has not confirmed.
func (s *step) replaceOpen() error {
	list, err := s.tx.Enforcements(s.ctx, EnforcementQuery{Case: s.c.ID, Open: true, Limit: 100})
	if err != nil {
		return err
	}
	for _, e := range list {
		e.Replaced, e.ChaseAt = true, nil
		if err := s.tx.PutEnforcement(s.ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// mayConfirm tells whether the actor speaks for the marketplace.
func mayConfirm(a casework.Actor, marketplace, id string) error {
	switch {
	case a.Operates():
		return nil
	case a.Role == rolePipeline && a.Subject == "":
		return fmt.Errorf("%w: a pipeline's key has to be bound to its marketplace (subject) for this; issue one", casework.ErrForbidden)
	case a.Role == rolePipeline && a.Subject == marketplace:
		return nil
	}
	return fmt.Errorf("%w: there is no enforcement %q here", casework.ErrNotFound, id)
}

// Confirm says that a marketplace carried out what it was told. Saying so again changes nothing.
func (d *Docket) Confirm(ctx context.Context, a casework.Actor, id string) (Enforcement, error) {
	var out Enforcement
	err := d.Store.Update(ctx, func(tx Tx) error {
		e, err := tx.Enforcement(ctx, id)
		if err != nil {
			return err
		}
		if err := mayConfirm(a, e.Marketplace, id); err != nil {
			return err
		}
		if out = e; e.ConfirmedAt != nil {
			return nil
		}
		if e.Replaced {
			return conflict("enforcement %s was replaced by a later one: carry that out", id)
		}
		now := d.moment()
		e.ConfirmedAt, e.ChaseAt = &now, nil
		out = e
		c, err := tx.Case(ctx, e.Case)
		if err != nil {
			return err
		}
		tx.AddEvent(caseEvent(c, EventConfirmed, now, out))
		tx.AddAudit(entry(now, a.Person(), "enforcement.confirm", id, out))
		return tx.PutEnforcement(ctx, out)
	})
	if err != nil {
		return Enforcement{}, fmt.Errorf("confirm enforcement: %w", err)
	}
	return out, nil
}

// Enforcements lists what marketplaces were told, for those who run the service and for the marketplace itself.
func (d *Docket) Enforcements(ctx context.Context, a casework.Actor, q EnforcementQuery) ([]Enforcement, error) {
	if !a.SeesAll() {
		if err := mayConfirm(a, a.Subject, ""); err != nil {
			return nil, err
		}
		if q.Marketplace != "" && q.Marketplace != a.Subject {
			return nil, nil
		}
		q.Marketplace = a.Subject
	}
	list, err := d.Store.Enforcements(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list enforcements: %w", err)
	}
	return list, nil
}

// chase tells a marketplace again what it has not confirmed, with growing pauses up to a day.
func (d *Docket) chase(ctx context.Context, id string) error {
	return d.Store.Update(ctx, func(tx Tx) error {
		e, err := tx.Enforcement(ctx, id)
		now := d.moment()
		if err != nil || e.ChaseAt == nil || now.Before(*e.ChaseAt) {
			return err
		}
		c, err := tx.Case(ctx, e.Case)
		if err != nil {
			return err
		}
		pause := time.Duration(d.Policies.For(c.Policy).Cases().ConfirmMinutes) * time.Minute << min(e.Told, 10)
		next := now.Add(min(pause, 24*time.Hour))
		e.Told, e.ChaseAt = e.Told+1, &next
		tx.AddEvent(caseEvent(c, EventChased, now, e))
		tx.AddAudit(entry(now, byClock, "enforcement.chase", id, e))
		return tx.PutEnforcement(ctx, e)
	})
}

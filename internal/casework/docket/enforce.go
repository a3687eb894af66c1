package docket

import (
	"context"
	"fmt"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/policy"
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
		if e.Store() != "" {
			continue // what the store brought upon itself is told and withdrawn by its ledger
		}
		e.Replaced, e.ChaseAt = true, nil
		if err := s.tx.PutEnforcement(s.ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// Order tells a marketplace what to do with a seller's whole store, in the transaction of what led to it. It takes the place of open
// orders that it makes void: a store is frozen or it is not, closed or it is not.
func Order(ctx context.Context, tx Tx, t policy.Triage, e Enforcement) (Enforcement, error) {
	list, err := tx.Enforcements(ctx, EnforcementQuery{Marketplace: e.Marketplace, Store: e.Seller, Open: true, Limit: 100})
	if err != nil {
		return e, err
	}
	for _, old := range list {
		if lasting(old.Action) != lasting(e.Action) {
			continue
		}
		old.Replaced, old.ChaseAt = true, nil
		if err := tx.PutEnforcement(ctx, old); err != nil {
			return e, err
		}
	}
	chase := e.ToldAt.Add(time.Duration(t.ConfirmMinutes) * time.Minute)
	e.ID, e.Told, e.ChaseAt = casework.NewID("enf"), 1, &chase
	return e, tx.PutEnforcement(ctx, e)
}

// lasting tells orders about closing from those about freezing.
func lasting(action string) bool { return action == ActionClose || action == ActionReopen }

// caseOf is the case that led to an order, or what stands for it where none did.
func caseOf(ctx context.Context, tx Tx, e Enforcement) (Case, error) {
	if e.Case == "" {
		return Case{Marketplace: e.Marketplace, Seller: e.Seller}, nil
	}
	return tx.Case(ctx, e.Case)
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

// A SalesObserver is an Observer that also hears how many a listing had sold when it went down, in the transaction that confirms it.
type SalesObserver interface {
	Sold(ctx context.Context, tx Tx, caseID string, sold int) error
}

// Confirm says that a marketplace carried out what it was told, and of a removal how many the listing had sold by then; nil where that is
// not told. Saying so again changes nothing.
func (d *Docket) Confirm(ctx context.Context, a casework.Actor, id string, sold *int) (Enforcement, error) {
	if sold != nil && *sold < 0 {
		return Enforcement{}, &casework.ValidationError{Fields: []casework.FieldError{{Path: "sold", Message: "must be 0 or more"}}}
	}
	out, err := d.answered(ctx, a, id, func(tx Tx, e *Enforcement, c Case, now time.Time) error {
		e.ConfirmedAt, e.ChaseAt = &now, nil
		if e.Action == ActionRemove {
			e.Sold = sold
		}
		tx.AddEvent(caseEvent(c, EventConfirmed, now, *e))
		tx.AddAudit(entry(now, a.Person(), "enforcement.confirm", id, *e))
		return d.sold(ctx, tx, *e)
	})
	if err != nil {
		return Enforcement{}, fmt.Errorf("confirm enforcement: %w", err)
	}
	return out, nil
}

// sold tells observers of sales.
func (d *Docket) sold(ctx context.Context, tx Tx, e Enforcement) error {
	for _, o := range d.Observers {
		if s, ok := o.(SalesObserver); ok && e.Sold != nil && e.Case != "" {
			if err := s.Sold(ctx, tx, e.Case, *e.Sold); err != nil {
				return err
			}
		}
	}
	return nil
}

// Fail says that a marketplace could not carry out what it was told. People are asked to look into it at once; the marketplace is told
// again all the same.
func (d *Docket) Fail(ctx context.Context, a casework.Actor, id, reason string) (Enforcement, error) {
	out, err := d.answered(ctx, a, id, func(tx Tx, e *Enforcement, c Case, now time.Time) error {
		e.Problem = reason
		tx.AddEvent(caseEvent(c, EventFailed, now, *e))
		tx.AddAudit(entry(now, a.Person(), "enforcement.fail", id, *e))
		escalate(tx, e, c, now)
		return nil
	})
	if err != nil {
		return Enforcement{}, fmt.Errorf("report a failed enforcement: %w", err)
	}
	return out, nil
}

// escalate asks people to look into an order, once.
func escalate(tx Tx, e *Enforcement, c Case, now time.Time) {
	if e.EscalatedAt == nil {
		e.EscalatedAt = &now
		tx.AddEvent(caseEvent(c, EventEscalated, now, *e))
	}
}

// answered changes an order that its marketplace speaks of. One that was confirmed stays as it is.
func (d *Docket) answered(ctx context.Context, a casework.Actor, id string, change func(Tx, *Enforcement, Case, time.Time) error) (out Enforcement, err error) {
	err = d.Store.Update(ctx, func(tx Tx) error {
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
		c, err := caseOf(ctx, tx, e)
		if err != nil {
			return err
		}
		if err := change(tx, &out, c, d.moment()); err != nil {
			return err
		}
		return tx.PutEnforcement(ctx, out)
	})
	return out, err
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

// chase tells a marketplace again what it has not confirmed, with growing pauses up to a day. After so many times as policy says people
// are asked to look into it.
func (d *Docket) chase(ctx context.Context, id string) error {
	return d.Store.Update(ctx, func(tx Tx) error {
		e, err := tx.Enforcement(ctx, id)
		now := d.moment()
		if err != nil || e.ChaseAt == nil || now.Before(*e.ChaseAt) {
			return err
		}
		c, err := caseOf(ctx, tx, e)
		if err != nil {
			return err
		}
		t := d.Policies.For(c.Policy).Cases()
		pause := time.Duration(t.ConfirmMinutes) * time.Minute << min(e.Told, 10)
		next := now.Add(min(pause, 24*time.Hour))
		e.Told, e.ChaseAt = e.Told+1, &next
		tx.AddEvent(caseEvent(c, EventChased, now, e))
		tx.AddAudit(entry(now, byClock, "enforcement.chase", id, e))
		if e.Told > t.EscalateTold {
			escalate(tx, &e, c, now)
		}
		return tx.PutEnforcement(ctx, e)
	})
}

package tracing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/network"
)

// Judge records a person's answer about two sellers: one hand, different hands, or "" to take an answer back. It merges and splits rings
// and binds every later computation.
func (t *Tracer) Judge(ctx context.Context, a casework.Actor, j Judgement) (network.RingChange, error) {
	if err := mayTrace(a); err != nil {
		return network.RingChange{}, err
	}
	for _, name := range []string{j.A, j.B} {
		marketplace, seller := split(name)
		if _, err := t.Store.Seller(ctx, marketplace, seller); err != nil {
			return network.RingChange{}, err
		}
	}
	if j.A == j.B || !slices.Contains([]string{"", network.DecidedSame, network.DecidedDifferent}, j.Answer) {
		return network.RingChange{}, invalid("answer", fmt.Sprintf("answer is %q, %q or empty, about two sellers", network.DecidedSame, network.DecidedDifferent))
	}
	if len(j.Note) > 2000 {
		return network.RingChange{}, invalid("note", "at most 2,000 bytes")
	}
	j.A, j.B = min(j.A, j.B), max(j.A, j.B)
	j.By, j.At = a.Person(), t.Now().UTC().Truncate(time.Microsecond)
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.Store.PutJudgement(ctx, j); err != nil {
		return network.RingChange{}, err
	}
	change, err := t.net.Decide(j.A, j.B, j.Answer)
	if errors.Is(err, network.ErrSeller) { // a profile with nothing to compare: it gets its node now
		if err := t.net.Load(j.A); err != nil {
			return change, problem(err)
		}
		if err := t.net.Load(j.B); err != nil {
			return change, problem(err)
		}
		change, err = t.net.Decide(j.A, j.B, j.Answer)
	}
	if err != nil {
		return change, problem(err)
	}
	return change, t.Audit.Record(ctx, a, "link.judge", j.A+" "+j.B, j)
}

// Recompute forms all rings anew.
func (t *Tracer) Recompute(ctx context.Context, a casework.Actor) (network.Stats, error) {
	if !a.Operates() {
		return network.Stats{}, fmt.Errorf("%w: role %q may not form rings anew; use a key of an operator or admin", casework.ErrForbidden, a.Role)
	}
	if err := t.net.Recompute(ctx); err != nil {
		return network.Stats{}, err
	}
	return t.net.Stats(), t.keep(ctx)
}

// Forget erases what is known of a seller: profile, contacts, prices, sightings. Judgements about it stay by its name, and so do cases:
// they are casework's.
func (t *Tracer) Forget(ctx context.Context, a casework.Actor, marketplace, seller string) error {
	if !a.Operates() {
		return fmt.Errorf("%w: role %q may not erase what is known of a seller; use a key of an operator or admin", casework.ErrForbidden, a.Role)
	}
	if err := t.Erase(ctx, marketplace, seller); err != nil {
		return err
	}
	return t.Audit.Record(ctx, a, "seller.forget", NameOf(marketplace, seller), nil)
}

// Erase is Forget on behalf of who has asked elsewhere. A seller that is not known is casework.ErrNotFound.
func (t *Tracer) Erase(ctx context.Context, marketplace, seller string) error {
	name := NameOf(marketplace, seller)
	t.mu.Lock()
	err := t.Store.ForgetSeller(ctx, marketplace, seller)
	if err == nil {
		delete(t.spelt, name)
		if err = t.net.Forget(name); errors.Is(err, network.ErrSeller) {
			err = nil // nothing to compare was known
		}
	}
	t.mu.Unlock()
	if err != nil {
		return err
	}
	return t.keep(ctx)
}

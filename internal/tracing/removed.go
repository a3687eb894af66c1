package tracing

import (
	"context"
	"errors"
	"fmt"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/jobs"
	"touchstone/internal/listings"
	"touchstone/internal/network"
)

// JobRemoved is the kind of job that notes the pictures of what was taken down.
const JobRemoved = "tracing.removed"

type removedJob struct {
	Case string `json:"case_id"`
}

// Decided implements docket.Observer: what was taken down, or put back, is noted by a job of the same transaction.
func (t *Tracer) Decided(ctx context.Context, tx docket.Tx, c docket.Case, d docket.Decision) error {
	if c.Seller == "" || c.Report == "" {
		return nil
	}
	j, err := jobs.New(casework.NewID("job"), JobRemoved, removedJob{c.ID}, d.At)
	if err != nil {
		return err
	}
	return tx.Enqueue(ctx, j)
}

// Handlers are those of this package's jobs. Cases and listings give the case and its listing as it was kept.
func (t *Tracer) Handlers(cases func(context.Context, string) (docket.Case, error), kept func(context.Context, docket.Case) (listings.Listing, error)) map[string]jobs.Handler {
	return map[string]jobs.Handler{JobRemoved: func(ctx context.Context, j jobs.Job) error {
		r, err := jobs.Decode[removedJob](j)
		if err != nil {
			return err
		}
		c, err := cases(ctx, r.Case)
		if err != nil {
			return fmt.Errorf("case %s: %w", r.Case, err)
		}
		l, err := kept(ctx, c)
		if errors.Is(err, casework.ErrNotFound) {
			return nil // expired: its pictures were noted while it was there, or never
		}
		if err != nil {
			return err
		}
		return t.removed(ctx, c, l)
	}}
}

// removed notes that a listing of the seller was taken down, and its pictures, or that it no longer is.
func (t *Tracer) removed(ctx context.Context, c docket.Case, l listings.Listing) error {
	names, err := t.Store.PictureNames(ctx, l.Pictures)
	if err != nil {
		return err
	}
	down := c.Effect == docket.EffectRemoved && c.Decision != nil
	at := l.ScoredAt
	if down {
		at = c.Decision.At
	}
	name := NameOf(c.Marketplace, c.Seller)
	traits := []network.Trait{{Kind: network.Offence, Value: c.ID, At: at}}
	for _, hash := range l.Pictures {
		if what := names[hash]; what != "" {
			traits = append(traits, network.Trait{Kind: network.Relisting, Value: what, At: at})
		}
	}
	if down {
		return t.observe(ctx, name, traits)
	}
	return t.unlearn(ctx, name, traits)
}

// unlearn takes traits from a seller: what was taken down by mistake says nothing of it.
func (t *Tracer) unlearn(ctx context.Context, name string, traits []network.Trait) error {
	if len(traits) == 0 {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.Store.DropTraits(ctx, name, traits); err != nil {
		return err
	}
	left, err := t.Store.TraitsOf(ctx, name)
	if err != nil || !t.ready {
		return err
	}
	if err := t.net.Forget(name); err != nil && !errors.Is(err, network.ErrSeller) {
		return err
	}
	again := make([]network.Trait, len(left))
	for i, h := range left {
		again[i] = h.Trait
	}
	_, err = t.net.Observe(name, again...)
	return problem(err)
}

// relisted are the pictures among names that were taken down elsewhere, as traits of who shows them now.
func (t *Tracer) relisted(ctx context.Context, l listings.Listing, names []string) ([]network.Trait, error) {
	removed, err := t.Store.Sharers(ctx, network.Relisting, names)
	if err != nil {
		return nil, err
	}
	var traits []network.Trait
	for what, first := range removed {
		if first.Before(l.ScoredAt) {
			traits = append(traits, network.Trait{Kind: network.Relisting, Value: what, At: l.ScoredAt})
		}
	}
	return traits, nil
}

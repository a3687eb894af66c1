package tracing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/followup"
	"touchstone/internal/network"
)

// Stores are the penalties of stores; *followup.Followup's store is one.
type Stores interface {
	Storefront(ctx context.Context, marketplace, seller string) (followup.Storefront, error)
}

// Penalties are reckoned anew when a family is approved or ended; *followup.Followup does it.
type Penalties interface {
	Reckon(ctx context.Context, marketplace string, sellers []string) error
}

// Registry is what tracing asks of the registry; *casework.Registry is one.
type Registry interface {
	Right(ctx context.Context, a casework.Actor, id string) (casework.Right, error)
	Marketplace(ctx context.Context, id string) (casework.Marketplace, error)
}

// Auditor keeps what was changed or viewed by whom.
type Auditor interface {
	Record(ctx context.Context, a casework.Actor, action, object string, payload any) error
	// Tell keeps it and adds an event to the feed, in one transaction.
	Tell(ctx context.Context, a casework.Actor, e docket.Event, object string, payload any) error
}

// Parts are what a Tracer works with. Store, Stores, Registry and Audit are required.
type Parts struct {
	Store     Store
	Stores    Stores
	Penalties Penalties // nil: families change no penalties
	Registry  Registry
	Audit     Auditor
	// Attacks gives what a report found, for trends; nil: none are counted.
	Attacks func(ctx context.Context, reportID string) ([]Attack, error)
	// Alert, if not nil, hands an alert on; it is called again after an error.
	Alert  func(ctx context.Context, a Alert) error
	Config network.Config
	Model  *network.Model // nil: the built-in one
	Log    *slog.Logger
	Now    func() time.Time
}

// A Tracer keeps the network of sellers. It is safe for concurrent use.
type Tracer struct {
	Parts
	net *network.Network

	mu       sync.Mutex // of what follows, and so that the store and the network take observations in one order
	spelling network.Spelling
	spelt    map[string]bool   // sellers whose words were counted
	rings    map[string]string // as they were last kept
	ready    bool              // the network is what the store says
}

// New makes a Tracer. Call Load, then Run.
func New(p Parts) (*Tracer, error) {
	casework.Surroundings(&p.Log, &p.Now)
	model := network.DefaultModel()
	if p.Model != nil {
		model = *p.Model
	}
	net, err := network.New(p.Config, model)
	if err != nil {
		return nil, err
	}
	return &Tracer{Parts: p, net: net, spelt: map[string]bool{}}, nil
}

// loadPage is how many traits are read at once.
const loadPage = 5000

// Load makes the network from the store: traits, rings as they were, judgements, and then rings anew.
func (t *Tracer) Load(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for after := (Held{}); ; {
		page, err := t.Store.Traits(ctx, after, loadPage)
		if err != nil {
			return fmt.Errorf("load sellers: %w", err)
		}
		if len(page) == 0 {
			break
		}
		for _, h := range page {
			if err := t.net.Load(h.Seller, h.Trait); err != nil {
				t.Log.Warn("a seller's trait cannot be used", "seller", h.Seller, "kind", h.Kind, "error", err)
			}
		}
		after = page[len(page)-1]
	}
	rings, err := t.Store.Rings(ctx)
	if err != nil {
		return fmt.Errorf("load rings: %w", err)
	}
	t.net.Adopt(rings)
	t.rings = rings
	judgements, err := t.Store.Judgements(ctx)
	if err != nil {
		return fmt.Errorf("load judgements: %w", err)
	}
	for _, j := range judgements {
		if _, err := t.net.Decide(j.A, j.B, j.Answer); err != nil { // a seller was forgotten: there is nothing to bind
			t.Log.Info("a judgement is about a seller that is not known any more", "a", j.A, "b", j.B)
		}
	}
	t.ready = true
	return t.net.Recompute(ctx)
}

// Rhythms of Run.
const (
	keepEvery   = time.Minute
	alertEvery  = 10 * time.Minute
	attackDays  = 120
	recomputeIf = time.Hour // at least so often while something is stale
)

// Run keeps the rings, forms stale ones anew and looks for what is attacked, until ctx ends.
func (t *Tracer) Run(ctx context.Context) {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	lastAlert, lastFull := t.Now(), t.Now()
	for {
		select {
		case <-ctx.Done():
			last, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			t.complain(last, "rings are not kept", t.keep(last))
			done()
			return
		case <-tick.C:
		}
		if now := t.Now(); now.Sub(lastFull) >= recomputeIf && t.net.Stats().Stale {
			lastFull = now
			t.complain(ctx, "rings could not be formed anew", t.net.Recompute(ctx))
		}
		t.complain(ctx, "rings are not kept", t.keep(ctx))
		if now := t.Now(); now.Sub(lastAlert) >= alertEvery {
			lastAlert = now
			_, err := t.Watch(ctx)
			t.complain(ctx, "attacks are not watched", err)
		}
	}
}

func (t *Tracer) complain(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		t.Log.Warn(what, "error", err)
	}
}

// keep writes which rings have changed since it was last done. A crash before it costs names of rings at most: traits are kept.
func (t *Tracer) keep(ctx context.Context) error {
	now := t.net.Identities()
	t.mu.Lock()
	defer t.mu.Unlock()
	changed := map[string]string{}
	for seller, ring := range now {
		if t.rings[seller] != ring {
			changed[seller] = ring
		}
	}
	for seller := range t.rings {
		if now[seller] == "" {
			changed[seller] = ""
		}
	}
	if len(changed) == 0 {
		return nil
	}
	if err := t.Store.PutRings(ctx, changed); err != nil {
		return err
	}
	t.rings = now
	return nil
}

// NameOf is what the network calls a seller of a marketplace.
func NameOf(marketplace, seller string) string { return marketplace + "/" + seller }

// split is the inverse of NameOf: IDs of marketplaces have no slash.
func split(name string) (marketplace, seller string) {
	marketplace, seller, _ = strings.Cut(name, "/")
	return marketplace, seller
}

// problem turns an error of the network into one of the input.
func problem(err error) error {
	for _, e := range []error{network.ErrSeller, network.ErrTrait, network.ErrFlow} {
		if errors.Is(err, e) {
			return &casework.ValidationError{Fields: []casework.FieldError{{Path: "", Message: err.Error()}}}
		}
	}
	return err
}

package privacy

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/jobs"
	"touchstone/internal/policy"
)

// Parts are what an Office is made of. Store and Policies are required.
type Parts struct {
	Store    Store
	Policies policy.Set
	// Forget drops what is known of a seller beside cases, in memory as well; nil: the Store's ForgetSeller.
	Forget func(ctx context.Context, marketplace, seller string) error
	// Files are those of evidence and certificates; nil: theirs do not end here.
	Files Files
	Log   *slog.Logger
	Now   func() time.Time // nil: time.Now
}

// Office does what people ask about their data. It is safe for concurrent use.
type Office struct{ Parts }

// New makes an Office.
func New(p Parts) *Office {
	casework.Surroundings(&p.Log, &p.Now)
	if p.Forget == nil {
		p.Forget = p.Store.ForgetSeller
	}
	return &Office{p}
}

func (o *Office) moment() time.Time { return o.Now().UTC().Truncate(time.Microsecond) }

// byOffice is who acts when time does.
const byOffice = "machine:privacy"

func mayErase(a casework.Actor) error {
	if a.Operates() {
		return nil
	}
	return fmt.Errorf("%w: role %q may not handle requests about personal data; use a key of an operator", casework.ErrForbidden, a.Role)
}

// update runs fn in a transaction.
func (o *Office) update(ctx context.Context, fn func(Tx) error) error {
	return o.Store.Update(ctx, func(tx docket.Tx) error {
		t, ok := tx.(Tx)
		if !ok {
			return fmt.Errorf("privacy: the store's transaction %T cannot erase", tx)
		}
		return fn(t)
	})
}

// Request keeps a request for erasure and does as much of it as can be done now. Reason is the operator's note, without names.
func (o *Office) Request(ctx context.Context, a casework.Actor, p Person, reason string) (Erasure, error) {
	if err := mayErase(a); err != nil {
		return Erasure{}, err
	}
	if err := p.Validate(); err != nil {
		return Erasure{}, err
	}
	var f casework.Faults
	f.Text("reason", reason, 0, 500)
	if err := f.Err(); err != nil {
		return Erasure{}, err
	}
	if p.Kind == KindUser {
		if _, err := o.Store.Person(ctx, p.User); err != nil {
			return Erasure{}, notFound("user", p.User)
		}
	}
	id := casework.NewID("era")
	e := Erasure{ID: id, Person: p, Pseudonym: pseudonymPrefix + strings.TrimPrefix(id, "era_"), AskedBy: a.Person(), AskedAt: o.moment(), Reason: reason,
		State: StateOpen, NextAt: o.moment(), Erased: []ErasedCount{}, Kept: []Withheld{}}
	err := o.update(ctx, func(tx Tx) error {
		tx.AddAudit(audit.Event{At: e.AskedAt, Actor: e.AskedBy, Action: "privacy.erase", Subject: e.ID})
		return tx.PutErasure(ctx, e)
	})
	if err != nil {
		return Erasure{}, fmt.Errorf("keep a request for erasure: %w", err)
	}
	return o.advance(ctx, e)
}

// advance does as much of an erasure as can be done now. It may run again at any time: what is erased is found no more.
func (o *Office) advance(ctx context.Context, e Erasure) (Erasure, error) {
	e.Kept, e.More, e.NextAt = []Withheld{}, 0, time.Time{}
	var err error
	switch e.Person.Kind {
	case KindSeller:
		err = o.seller(ctx, &e)
	case KindNotifier:
		err = o.notifier(ctx, &e)
	case KindUser:
		err = o.user(ctx, &e)
	}
	if err != nil {
		return Erasure{}, fmt.Errorf("erasure %s: %w", e.ID, err)
	}
	now := o.moment()
	if e.NextAt.IsZero() {
		e.State, e.DoneAt = StateDone, &now
		e.forget()
	}
	err = o.update(ctx, func(tx Tx) error {
		tx.AddAudit(audit.Event{At: now, Actor: byOffice, Action: "privacy.erased." + e.State, Subject: e.ID})
		return tx.PutErasure(ctx, e)
	})
	if err != nil {
		return Erasure{}, fmt.Errorf("erasure %s: %w", e.ID, err)
	}
	return e, nil
}

// Erasures lists requests, newest first.
func (o *Office) Erasures(ctx context.Context, a casework.Actor, before string, limit int) ([]Erasure, error) {
	if err := mayErase(a); err != nil {
		return nil, err
	}
	list, err := o.Store.Erasures(ctx, before, limit)
	if err != nil {
		return nil, fmt.Errorf("list erasures: %w", err)
	}
	return list, nil
}

// Erasure shows one.
func (o *Office) Erasure(ctx context.Context, a casework.Actor, id string) (Erasure, error) {
	if err := mayErase(a); err != nil {
		return Erasure{}, err
	}
	e, err := o.Store.Erasure(ctx, id)
	if err != nil {
		return Erasure{}, fmt.Errorf("erasure: %w", err)
	}
	return e, nil
}

// tickPage is how many erasures one Tick goes on with.
const tickPage = 50

// Tick goes on with erasures that waited, and ends what was kept for long enough. It says how much it did.
func (o *Office) Tick(ctx context.Context) (int, error) {
	due, err := o.Store.DueErasures(ctx, o.moment(), tickPage)
	if err != nil {
		return 0, fmt.Errorf("look for erasures: %w", err)
	}
	for _, e := range due {
		if _, err := o.advance(ctx, e); err != nil {
			return 0, err
		}
	}
	n, err := o.retain(ctx)
	return len(due) + n, err
}

// Run does so at an interval until ctx ends.
func (o *Office) Run(ctx context.Context, every time.Duration) {
	tick := func(ctx context.Context) error {
		_, err := o.Tick(ctx)
		return err
	}
	jobs.Every(ctx, every, tick, func(err error) { o.Log.Error("erasures are late", "error", err) })
}

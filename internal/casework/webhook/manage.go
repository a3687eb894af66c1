package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
)

// Sender sends a message and says with what status it was answered; *fetch.Client is one. It reaches public addresses only.
type Sender interface {
	Post(ctx context.Context, address string, header http.Header, body []byte) (status int, err error)
	// Check refuses an address that could never be posted to.
	Check(address string) error
}

// Confirmer hears what a marketplace carried out; *docket.Docket is one.
type Confirmer interface {
	Confirm(ctx context.Context, a casework.Actor, id string, sold *int) (docket.Enforcement, error)
	Fail(ctx context.Context, a casework.Actor, id, reason string) (docket.Enforcement, error)
}

// Parts are what Hooks is made of. Store, Send and Orders are required.
type Parts struct {
	Store  Store
	Send   Sender
	Orders Confirmer
	Seal   Sealer // nil: secrets lie in the store as they are
	Local  bool   // addresses may be http: for tests and for trying it out
	Log    *slog.Logger
	Now    func() time.Time // nil: time.Now
	// Count, if it is set, hears what became of each attempt: "done", "failed", "dead", and of callbacks "taken", "refused".
	Count func(result string)
}

// Hooks is the use cases. It is safe for concurrent use.
type Hooks struct{ Parts }

// New makes Hooks.
func New(p Parts) *Hooks {
	casework.Surroundings(&p.Log, &p.Now)
	if p.Count == nil {
		p.Count = func(string) {}
	}
	return &Hooks{p}
}

func (s *Hooks) moment() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

// Issued is a hook with the secrets that are shown once.
type Issued struct {
	Hook
	Secret         string `json:"secret" doc:"signs what is sent to you; shown this once"`
	CallbackSecret string `json:"callback_secret" doc:"sign with it what you send back; shown this once"`
}

func issued(h Hook) Issued { return Issued{h, h.Secrets[0].Key, h.Callbacks[0].Key} }

// scope is what events an actor may hear, as docket.Events has it.
func scope(a casework.Actor, h *Hook) error {
	switch {
	case a.Operates():
	case a.Role == "holder" || a.Role == "agent":
		h.Rights, h.Holder, h.Marketplace = a.Account, a.Subject, ""
	case a.Role == "pipeline" && a.Subject != "":
		h.Marketplace = a.Subject
	case a.Role == "pipeline":
		return fmt.Errorf("%w: a pipeline's key has to be bound to its marketplace (subject) for this; issue one", casework.ErrForbidden)
	case a.Role == rolePartner && a.Partner != "":
		h.Rights, h.Holder, h.Marketplace = a.Partner, "", ""
	case a.Role == rolePartner:
		return idle(a)
	default:
		return fmt.Errorf("%w: role %q makes no webhooks", casework.ErrForbidden, a.Role)
	}
	h.Account, h.Subject = a.Account, subject(a)
	return nil
}

// rolePartner acts for the partner in Actor.Partner.
const rolePartner = "partner"

// idle refuses a partner whose agreement does not hold.
func idle(a casework.Actor) error {
	if a.Role != rolePartner || a.Partner != "" {
		return nil
	}
	return fmt.Errorf("%w: this key acts for no partner whose agreement holds", casework.ErrForbidden)
}

// subject is what hooks of an actor are bound to.
func subject(a casework.Actor) string {
	if a.Role == rolePartner {
		return a.Partner
	}
	return a.Subject
}

// Add makes a hook that hears what happens from now on.
func (s *Hooks) Add(ctx context.Context, a casework.Actor, in Hook) (Issued, error) {
	if err := in.validate(s.Local); err != nil {
		return Issued{}, err
	}
	if err := s.Send.Check(in.URL); err != nil {
		return Issued{}, &casework.ValidationError{Fields: []casework.FieldError{{Path: "url", Message: err.Error()}}}
	}
	now := s.moment()
	h := Hook{ID: casework.NewID("whk"), Marketplace: in.Marketplace, URL: in.URL, Kinds: in.Kinds, Description: in.Description, State: Active, CreatedAt: now,
		Secrets: []Secret{newSecret()}, Callbacks: []Secret{newSecret()}}
	if err := scope(a, &h); err != nil {
		return Issued{}, err
	}
	err := s.Store.Update(ctx, func(tx docket.Tx) error {
		t, err := own(tx)
		if err != nil {
			return err
		}
		if err := t.LockHook(ctx, "account "+h.Account); err != nil {
			return err
		}
		there, err := t.Hooks(ctx, h.Account, "", MostHooks)
		if err != nil {
			return err
		}
		if len(there) == MostHooks {
			return fmt.Errorf("%w: an account has at most %d webhooks; delete one", casework.ErrConflict, MostHooks)
		}
		if h.Seen, err = t.LastEvent(ctx); err != nil {
			return err
		}
		tx.AddAudit(s.entry(now, a.Person(), "webhook.add", h.ID, h.URL))
		kept, err := s.sealed(h)
		if err != nil {
			return err
		}
		return t.PutHook(ctx, kept)
	})
	if err != nil {
		return Issued{}, fmt.Errorf("add webhook: %w", err)
	}
	return issued(h), nil
}

func (s *Hooks) entry(at time.Time, actor, action, subject, text string) audit.Event {
	return audit.Event{At: at, Actor: actor, Action: action, Subject: subject, Payload: audit.Open([]byte(text)).Hash()}
}

// mine hides what belongs to others behind casework.ErrNotFound.
func mine(a casework.Actor, h Hook, err error) (Hook, error) {
	if err := idle(a); err != nil {
		return Hook{}, err
	}
	if err == nil && !a.Operates() && (h.Account != a.Account || h.Subject != subject(a) || a.Account == "") {
		err = fmt.Errorf("%w: there is no webhook %q in this account", casework.ErrNotFound, h.ID)
	}
	if err != nil {
		return Hook{}, err
	}
	return h, nil
}

// Get shows a hook to its owner and to operators.
func (s *Hooks) Get(ctx context.Context, a casework.Actor, id string) (Hook, error) {
	h, err := s.Store.Hook(ctx, id)
	if h, err = mine(a, h, err); err != nil {
		return Hook{}, fmt.Errorf("webhook: %w", err)
	}
	return h, nil
}

// List shows an account its hooks, and operators all.
func (s *Hooks) List(ctx context.Context, a casework.Actor, after string, limit int) ([]Hook, error) {
	if err := idle(a); err != nil {
		return nil, err
	}
	if a.Operates() {
		return s.Store.Hooks(ctx, "", after, limit)
	}
	all, err := s.Store.Hooks(ctx, a.Account, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list webhooks: %w", err)
	}
	return slices.DeleteFunc(all, func(h Hook) bool { _, err := mine(a, h, nil); return err != nil }), nil
}

// change changes a hook of the actor's in one transaction.
func (s *Hooks) change(ctx context.Context, a casework.Actor, id, action string, fn func(t Tx, h *Hook) error) (out Hook, err error) {
	err = s.Store.Update(ctx, func(tx docket.Tx) error {
		t, err := own(tx)
		if err != nil {
			return err
		}
		if err := t.LockHook(ctx, id); err != nil {
			return err
		}
		h, err := t.Hook(ctx, id)
		if out, err = mine(a, h, err); err != nil {
			return err
		}
		if err := fn(t, &out); err != nil {
			return err
		}
		tx.AddAudit(s.entry(s.moment(), a.Person(), action, id, out.State))
		return nil
	})
	if err != nil {
		return Hook{}, fmt.Errorf("webhook: %w", err)
	}
	return out, nil
}

// SetState pauses a hook or lets it go on.
func (s *Hooks) SetState(ctx context.Context, a casework.Actor, id, state string) (Hook, error) {
	return s.change(ctx, a, id, "webhook."+state, func(t Tx, h *Hook) error {
		h.State = state
		return t.PutHook(ctx, *h)
	})
}

// Rotate gives a hook new secrets. Until the grace is over what is sent is signed with both, and what comes back may be signed with either.
func (s *Hooks) Rotate(ctx context.Context, a casework.Actor, id string) (Issued, error) {
	var out Issued
	_, err := s.change(ctx, a, id, "webhook.rotate", func(t Tx, h *Hook) error {
		now := s.moment()
		h.Secrets, h.Callbacks = rotated(h.Secrets, now), rotated(h.Callbacks, now)
		out = issued(*h)
		kept, err := s.sealed(*h)
		if err != nil {
			return err
		}
		return t.PutHook(ctx, kept)
	})
	if err != nil {
		return Issued{}, err
	}
	return out, nil
}

// Remove ends a hook; what was not delivered is dropped.
func (s *Hooks) Remove(ctx context.Context, a casework.Actor, id string) error {
	_, err := s.change(ctx, a, id, "webhook.remove", func(t Tx, _ *Hook) error { return t.DropHook(ctx, id) })
	return err
}

// Deliveries lists what is on its way to a hook, was taken lately, or was given up.
func (s *Hooks) Deliveries(ctx context.Context, a casework.Actor, id, state string, after int64, limit int) ([]Delivery, error) {
	if _, err := s.Get(ctx, a, id); err != nil {
		return nil, err
	}
	list, err := s.Store.Deliveries(ctx, id, state, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	return list, nil
}

// Replay sends a delivery again that was given up or taken; of all dead ones when seq is 0. It says how many.
func (s *Hooks) Replay(ctx context.Context, a casework.Actor, id string, seq int64) (n int, err error) {
	_, err = s.change(ctx, a, id, "webhook.replay", func(t Tx, _ *Hook) error {
		n = 0
		state, after, limit := Dead, int64(0), replayMost
		if seq > 0 {
			state, after, limit = "", seq-1, 1
		}
		list, err := t.Deliveries(ctx, id, state, after, limit)
		if err != nil {
			return err
		}
		if seq > 0 && (len(list) == 0 || list[0].Seq != seq) {
			return fmt.Errorf("%w: there is no delivery %d of this webhook; what was taken is kept for a week", casework.ErrNotFound, seq)
		}
		for _, d := range list {
			if d.State == Waiting {
				return fmt.Errorf("%w: delivery %d is on its way already", casework.ErrConflict, d.Seq)
			}
			d.State, d.Attempts, d.NextAt, d.EndedAt = Waiting, 0, s.moment(), time.Time{}
			if err := t.PutDelivery(ctx, d, time.Time{}); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// replayMost is how many dead deliveries one Replay sends again.
const replayMost = 1000

// errGone: the receiver wants no more.
var errGone = errors.New("the receiver answered 410: it wants no more; the webhook is paused")

package partner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/evidence"
	"touchstone/internal/signing"
)

// RolePartner is the role of keys and people that act for a partner.
const RolePartner = "partner"

// Kinds of event that partners add to their own feed. An event names what it is about, and tells nothing of it.
const (
	EventAlert  = "partner.alert"
	EventBundle = "partner.bundle"
	EventAction = "partner.action"
)

// Registry is what partners need of the registry; *casework.Registry is one.
type Registry interface {
	Holder(ctx context.Context, a casework.Actor, id string) (casework.Holder, error)
	Right(ctx context.Context, a casework.Actor, id string) (casework.Right, error)
	Marketplace(ctx context.Context, id string) (casework.Marketplace, error)
}

// Cases are looked up to be linked; *docket.Docket has them.
type Cases interface {
	Case(ctx context.Context, a casework.Actor, id string) (docket.Case, []docket.Decision, error)
}

// Evidence gathers what is known of a case or a ring, as a bundle would tell it, before anything is taken out; caseload.Bundler does. Contact values whose
// kind is not in told are numbered, and stores for whose marketplace within says no are left out of a ring, with all that names them.
type Evidence interface {
	Case(ctx context.Context, a casework.Actor, id string) (evidence.Content, []evidence.Picture, error)
	Ring(ctx context.Context, a casework.Actor, id string, told []string, within func(marketplace string) bool) (evidence.Content, error)
}

// Rings tells whether a ring is there; *tracing.Tracer does.
type Rings interface {
	Stands(ring string) bool
}

// SentFile is a paper that somebody sent.
type SentFile struct {
	Account, Hash, Name, Type string
	Size                      int
}

// Papers are files that accounts sent; package dossier keeps them.
type Papers interface {
	// Paper is a file that the actor may open; casework.ErrNotFound for others.
	Paper(ctx context.Context, a casework.Actor, hash string) (SentFile, error)
	// Keep keeps a file of the actor's account, after a look into it: a *casework.ValidationError of "file" for one that is not taken.
	Keep(ctx context.Context, a casework.Actor, name string, data []byte) (SentFile, error)
	// Bytes of a file, whoever sent it.
	Bytes(ctx context.Context, hash string) ([]byte, error)
}

// Files keeps the bytes of bundles; *blob.Store does.
type Files interface {
	Put(ctx context.Context, class blob.Class, data []byte) (string, error)
	Get(ctx context.Context, hash string) ([]byte, error)
	Delete(ctx context.Context, class blob.Class, hash string) error
}

// Parts are what an Alliance is made of. Refused, Log and Now may be nil; without Rings no ring can be linked or told of.
type Parts struct {
	Store    Store
	Registry Registry
	Cases    Cases
	Rings    Rings
	Evidence Evidence
	Papers   Papers
	Files    Files
	Key      signing.Key
	// Refused is told what was refused and why, for the audit log.
	Refused func(a casework.Actor, what, subject string)
	Log     *slog.Logger
	Now     func() time.Time
}

// Alliance is the use cases. It is safe for concurrent use.
type Alliance struct{ Parts }

// New makes an Alliance.
func New(p Parts) *Alliance {
	casework.Surroundings(&p.Log, &p.Now)
	if p.Refused == nil {
		p.Refused = func(casework.Actor, string, string) {}
	}
	return &Alliance{p}
}

func (s *Alliance) moment() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

// mayManage is for those who run the service: agreements are theirs.
func mayManage(a casework.Actor) error {
	if a.Operates() {
		return nil
	}
	return fmt.Errorf("%w: role %q may not do that with partners; use a key of an operator or admin", casework.ErrForbidden, a.Role)
}

// refuse tells the audit log and gives the error on.
func (s *Alliance) refuse(a casework.Actor, what, subject string, err error) error {
	s.Refused(a, what, subject)
	return err
}

// acting is the partner for which an actor asks, if its agreement holds at this moment. Everything that partners do begins here.
func (s *Alliance) acting(ctx context.Context, a casework.Actor, what string) (Partner, error) {
	p, err := s.member(ctx, a)
	switch {
	case errors.Is(err, casework.ErrForbidden):
		return Partner{}, s.refuse(a, what+" by no member", "", err)
	case err != nil:
		return Partner{}, err
	case p.State != StateActive:
		return Partner{}, s.refuse(a, what+" while "+p.State, p.ID, fmt.Errorf("%w: the agreement with %s is %s", casework.ErrForbidden, p.Name, p.State))
	}
	return p, nil
}

// member is the partner that an actor is a member of, with its state.
func (s *Alliance) member(ctx context.Context, a casework.Actor) (Partner, error) {
	if a.Role != RolePartner || a.Account == "" {
		return Partner{}, fmt.Errorf("%w: role %q acts for no partner", casework.ErrForbidden, a.Role)
	}
	p, err := s.Store.PartnerOf(ctx, a.Account)
	if errors.Is(err, casework.ErrNotFound) || err == nil && a.Subject != "" && a.Subject != p.ID {
		return Partner{}, fmt.Errorf("%w: this account is a member of no partner; ask the desk to add it", casework.ErrForbidden)
	}
	if err != nil {
		return Partner{}, fmt.Errorf("partner of the account: %w", err)
	}
	return p.at(s.moment()), nil
}

// Acting names the partner for which an actor asks, for what other packages tell: events, webhooks, files. It is the actor unchanged where there is no such
// partner or its agreement does not hold: those packages refuse then.
func (s *Alliance) Acting(ctx context.Context, a casework.Actor) (casework.Actor, error) {
	p, err := s.member(ctx, a)
	if errors.Is(err, casework.ErrForbidden) || err == nil && p.State != StateActive {
		return a, nil
	}
	a.Partner = p.ID
	return a, err
}

// told is what a partner is told about the right of a holder ("": of none): its own fields, and of the rights of another partner what that one shares.
func (s *Alliance) told(ctx context.Context, p Partner, holder string) (told, error) {
	t := setOf(p.Agreement.Fields)
	if holder == "" || !p.peer() {
		return t, nil
	}
	owner, err := s.Store.PartnerOfHolder(ctx, holder)
	if errors.Is(err, casework.ErrNotFound) || err == nil && owner.ID == p.ID {
		return t, nil
	}
	if err != nil {
		return nil, fmt.Errorf("partner that owns the right: %w", err)
	}
	return t.and(setOf(owner.Agreement.Shares)), nil
}

// event tells a partner's feed.
func event(tx docket.Tx, partner, kind, key, id string, at time.Time) {
	tx.AddEvent(docket.Event{Kind: kind, Account: partner, At: at, Data: fmt.Appendf(nil, `{%q:%q}`, key, id)})
}

// entry makes an entry of the audit log that binds a payload under a salt.
func entry(at time.Time, who, action, subject string, payload any) audit.Event {
	data, err := json.Marshal(payload)
	if err != nil { // values of this package always marshal
		panic(err)
	}
	return audit.Event{At: at, Actor: who, Action: action, Subject: subject}.Binding(data)
}

// update runs fn in a transaction of the docket's store.
func (s *Alliance) update(ctx context.Context, what string, fn func(t Tx) error) error {
	err := s.Store.Update(ctx, func(tx docket.Tx) error {
		t, err := own(tx)
		if err != nil {
			return err
		}
		return fn(t)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// again is what a request with the same key made the first time. found is false where it is new or has no key.
func again[T any](request string, look func() (T, error)) (was T, found bool, err error) {
	if request == "" {
		return was, false, nil
	}
	was, err = look()
	if errors.Is(err, casework.ErrNotFound) {
		return was, false, nil
	}
	return was, err == nil, err
}

func conflict(format string, args ...any) error {
	return fmt.Errorf("%w: %s", casework.ErrConflict, fmt.Sprintf(format, args...))
}

// fault makes of something that is not there a fault of the field that names it.
func fault(path string, err error) error {
	if errors.Is(err, casework.ErrNotFound) {
		return &casework.ValidationError{Fields: []casework.FieldError{{Path: path, Message: "names nothing that is known here; correct it or leave it out"}}}
	}
	return err
}

func tidy(s string) string { return strings.TrimSpace(s) }

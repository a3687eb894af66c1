package inquiry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/casework/deadline"
	"touchstone/internal/casework/docket"
	"touchstone/internal/policy"
)

// Kinds of event that inquiries add to the feed of who asked.
const (
	EventOpened    = "inquiry.opened"
	EventAnswered  = "inquiry.answered"
	EventAsked     = "inquiry.asked" // who asked wrote again
	EventResolved  = "inquiry.resolved"
	EventEscalated = "inquiry.escalated"
)

// byClock is who acts when time does.
const byClock = "machine:clock"

// Cases takes an inquiry over as a case; *docket.Docket does.
type Cases interface {
	Escalate(ctx context.Context, tx docket.Tx, a casework.Actor, e docket.Escalation) (docket.Case, error)
	Case(ctx context.Context, a casework.Actor, id string) (docket.Case, []docket.Decision, error)
	Notice(ctx context.Context, a casework.Actor, id string) (docket.Notice, error)
}

// Registry is what inquiries ask of the registry; *casework.Registry is one.
type Registry interface {
	Holder(ctx context.Context, a casework.Actor, id string) (casework.Holder, error)
	Right(ctx context.Context, a casework.Actor, id string) (casework.Right, error)
}

// Parts are what a Desk is made of. Store, Registry, Cases and Policies are required.
type Parts struct {
	Store    Store
	Registry Registry
	Cases    Cases
	Policies policy.Set
	Files    docket.Files // nil: nothing is sent along
	// Calendars by which deadlines are reckoned; nil: those that are built in.
	Calendars deadline.Calendars
	Log       *slog.Logger
	Now       func() time.Time // nil: time.Now
}

// Desk is the use cases of inquiries. It is safe for concurrent use.
type Desk struct{ Parts }

// New makes a Desk.
func New(p Parts) *Desk {
	casework.Surroundings(&p.Log, &p.Now)
	if p.Calendars == nil {
		p.Calendars = deadline.Builtin()
	}
	return &Desk{p}
}

func (d *Desk) moment() time.Time { return d.Now().UTC().Truncate(time.Microsecond) }

func (d *Desk) terms(name string) terms {
	return terms{*d.Policies.Rules(name).Inquiries, d.Calendars}
}

// askers are the roles that ask the desk.
var askers = []string{"holder", "agent", "seller", "pipeline"}

// mostFiles is how many files one message brings along.
const mostFiles = 6

// files checks that what a message brings along was sent here by the account.
func (d *Desk) files(ctx context.Context, a casework.Actor, hashes []string) error {
	var f casework.Faults
	f.Check(len(hashes) <= mostFiles, "files", "must be at most %d", mostFiles)
	f.Check(len(hashes) == 0 || d.Files != nil, "files", "are not taken here")
	if len(hashes) == 0 || f.Err() != nil {
		return f.Err()
	}
	missing, err := d.Files.Sent(ctx, a.Account, hashes)
	if err != nil {
		return err
	}
	f.Check(missing == "", "files", "names %.80q, which this account never sent; send it with POST /v1/files first", missing)
	return f.Err()
}

// sees hides the inquiries of others.
func sees(a casework.Actor, i Inquiry) error {
	if a.SeesAll() || a.Account != "" && a.Account == i.Account && (a.Subject == "" || a.Subject == i.Subject) {
		return nil
	}
	return fmt.Errorf("%w: there is no inquiry %q in this account", casework.ErrNotFound, i.ID)
}

// mayAnswer is for the desk.
func mayAnswer(a casework.Actor) error {
	if a.SeesAll() {
		return nil
	}
	return fmt.Errorf("%w: role %q may not do that with inquiries; use a key of a reviewer", casework.ErrForbidden, a.Role)
}

// own is the docket's transaction with inquiries; a store that lacks them is wired wrongly.
func own(tx docket.Tx) (Tx, error) {
	t, ok := tx.(Tx)
	if !ok {
		return nil, fmt.Errorf("inquiry: the store's transaction %T keeps no inquiries", tx)
	}
	return t, nil
}

// step is one change of an inquiry within a transaction.
type step struct {
	ctx context.Context
	tx  Tx
	i   *Inquiry
	now time.Time
	t   terms
	by  string
}

// event tells who asked. Its data names the inquiry, and nothing that is written in it.
func (s *step) event(kind string) {
	e := docket.Event{Kind: kind, Case: s.i.Escalated, Account: s.i.Account, At: s.now, Data: []byte(fmt.Sprintf(`{"inquiry_id":%q}`, s.i.ID))}
	if s.i.AskedAs == "holder" || s.i.AskedAs == "agent" {
		e.Holder = s.i.Subject
	}
	s.tx.AddEvent(e)
}

// message adds one to the thread.
func (s *step) message(m Message) error {
	if s.i.Messages >= maxMessages {
		return conflict("inquiry %s has %d messages, which is the most; open another one and name it", s.i.ID, maxMessages)
	}
	m.ID, m.Inquiry, m.By, m.At = casework.NewID("msg"), s.i.ID, s.by, s.now
	s.i.Messages++
	return s.tx.AddInquiryMessage(s.ctx, m)
}

// errNothing: the inquiry stays as it is.
var errNothing = errors.New("nothing to change")

// change loads an inquiry that the actor may see, lets fn change it, and commits it with its audit row.
func (d *Desk) change(ctx context.Context, a casework.Actor, by, id, action string, fn func(*step) error) (Inquiry, error) {
	var out Inquiry
	err := d.Store.Update(ctx, func(tx docket.Tx) error {
		t, err := own(tx)
		if err != nil {
			return err
		}
		i, err := t.Inquiry(ctx, id)
		if err != nil {
			return err
		}
		if err := sees(a, i); by != byClock && err != nil {
			return err
		}
		s := &step{ctx, t, &i, d.moment(), d.terms(i.Policy), by}
		if err := fn(s); errors.Is(err, errNothing) {
			out = i
			return nil
		} else if err != nil {
			return err
		}
		if err := t.PutInquiry(ctx, &i); err != nil {
			return err
		}
		tx.AddAudit(entry(s.now, by, action, id, i.Version))
		out = i
		return nil
	})
	if err != nil {
		return Inquiry{}, fmt.Errorf("%s: %w", action, err)
	}
	return out, nil
}

// entry binds the version that a change made; the thread itself tells what was in it.
func entry(at time.Time, by, action, id string, version int64) audit.Event {
	return audit.Event{At: at, Actor: by, Action: action, Subject: id, Payload: audit.Open([]byte(fmt.Sprintf(`{"version":%d}`, version))).Hash()}
}

// mayAsk is for those who ask.
func mayAsk(a casework.Actor) error {
	switch {
	case !slices.Contains(askers, a.Role):
		return fmt.Errorf("%w: role %q does not ask the desk; holders, agents, sellers and marketplaces do, each with a key of theirs", casework.ErrForbidden, a.Role)
	case a.Account == "":
		return fmt.Errorf("%w: this key belongs to no account", casework.ErrForbidden)
	}
	return nil
}

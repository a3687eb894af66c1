package docket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/casework/deadline"
	"touchstone/internal/policy"
	"touchstone/internal/threshold"
)

// Roles of actors, as internal/server names them.
const (
	rolePipeline = "pipeline"
	roleReviewer = "reviewer"
	roleHolder   = "holder"
	roleAgent    = "agent"
	roleSeller   = "seller"
	rolePartner  = "partner"
)

// Machines that act.
const (
	byTriage  = "machine:triage"
	byClock   = "machine:clock"
	byScoring = "machine:detection"
)

// Registry is what the docket asks of the registry; *casework.Registry is one.
type Registry interface {
	Right(ctx context.Context, a casework.Actor, id string) (casework.Right, error)
	Snapshot(ctx context.Context, rightIDs []string) (map[string]casework.RightView, error)
	Marketplace(ctx context.Context, id string) (casework.Marketplace, error)
}

// Powers knows powers of attorney. Agent tells whether one lets the agent, by its account, file notices for the holder at a moment.
type Powers interface {
	Agent(ctx context.Context, a casework.Actor, holderID string, at time.Time) (bool, error)
}

// Files knows what was sent here as evidence. Sent tells the first of some hashes that an account never sent, "" when it sent all.
type Files interface {
	Sent(ctx context.Context, account string, hashes []string) (missing string, err error)
}

// Papers knows the certificates of rights. Against tells what they say otherwise than the form of the right, a sentence each.
type Papers interface {
	Against(ctx context.Context, a casework.Actor, rightID string) ([]string, error)
}

// A Gate lets notices in. Admit looks at a notice before it is kept and may refuse it (an error that wraps casework.ErrForbidden or
// is a *LimitError), or give it the fast lane. It runs in the transaction that keeps the notice.
type Gate interface {
	Admit(ctx context.Context, tx Tx, n Notice) (fastLane bool, err error)
}

// A Watchman is a Gate that also hears of notices on a right that is another's. They are refused; what it writes is kept all the same.
type Watchman interface {
	Trespassed(ctx context.Context, tx Tx, a casework.Actor, n Notice) error
}

// An Observer hears of every decision in its transaction, undone ones included: strikes, standing and labels follow from it.
type Observer interface {
	Decided(ctx context.Context, tx Tx, c Case, d Decision) error
}

// A LimitError says that it is too many for now; come again after Until.
type LimitError struct {
	Sentence string
	Until    time.Time
}

func (e *LimitError) Error() string { return e.Sentence }

// Parts are what a Docket is made of. Store, Registry and Policies are required.
type Parts struct {
	Store     Store
	Registry  Registry
	Policies  policy.Set
	Scorer    Scorer             // nil: nothing is scored, and no case is decided for its probability
	Powers    Powers             // nil: whoever has the account of a right may act for it
	Files     Files              // nil: hashes of evidence are taken as they come
	Papers    Papers             // nil: nothing is known of certificates
	Gate      Gate               // nil: everybody may file
	Observers []Observer         // called in order
	Calendars deadline.Calendars // nil: those that are built in
	Measured  *threshold.Book    // what has been measured of thresholds; nil: nothing, and nothing likely is decided without a person
	Wake      func()             // called after work was queued; nil: nobody waits for it
	Log       *slog.Logger
	Now       func() time.Time // nil: time.Now
}

// Docket is the use cases of notices and cases. It is safe for concurrent use.
type Docket struct {
	Parts
	viewed viewings
}

// New makes a Docket.
func New(p Parts) *Docket {
	casework.Surroundings(&p.Log, &p.Now)
	if p.Calendars == nil {
		p.Calendars = deadline.Builtin()
	}
	if p.Wake == nil {
		p.Wake = func() {}
	}
	return &Docket{p, newViewings()}
}

// moment is the time as stores keep it.
func (d *Docket) moment() time.Time { return d.Now().UTC().Truncate(time.Microsecond) }

// step is one change of a case within a transaction.
type step struct {
	ctx   context.Context
	tx    Tx
	c     *Case
	now   time.Time
	rules policy.Policy
	t     policy.Triage
	dates policy.Rules
	days  deadline.Calendars
	by    string
}

// deadline is when one of the rules' deadlines passes that begins now, by the calendar of the marketplace or the rule's own.
func (s *step) deadline(name string) time.Time { return s.due(name).At }

// due is deadline with the moment before which what follows is barred, where the rule has one.
func (s *step) due(name string) deadline.Due {
	rule := s.dates.Deadlines[name]
	return deadline.Of(rule, s.days.Calendar(rule, s.c.Territories...), deadline.Start(s.now))
}

// change loads a case, lets fn change it, and commits it with what follows from it: enforcement, audit row, the notice's state.
// may tells whether the actor may do this to this case at all.
func (d *Docket) change(ctx context.Context, by, id, action string, may func(Case) error, fn func(*step) error) (Case, error) {
	var out Case
	err := d.Store.Update(ctx, func(tx Tx) error {
		c, err := tx.Case(ctx, id)
		if err != nil {
			return err
		}
		if err := may(c); err != nil {
			return err
		}
		s := d.step(ctx, tx, &c, by)
		before, open := c.Effect, c.Undecided()
		if err := fn(s); errors.Is(err, errNothing) {
			out = c
			return nil
		} else if err != nil {
			return err
		}
		out = c
		if err := d.commit(s, before, open); err != nil {
			return err
		}
		tx.AddAudit(entry(s.now, by, action, id, c))
		out = c
		return nil
	})
	if err != nil {
		return Case{}, fmt.Errorf("%s: %w", action, err)
	}
	d.Wake()
	return out, nil
}

// errNothing: the change was made before, and the case stays as it is.
var errNothing = errors.New("nothing to change")

func (d *Docket) step(ctx context.Context, tx Tx, c *Case, by string) *step {
	rules := d.Policies.For(c.Policy)
	return &step{ctx: ctx, tx: tx, c: c, now: d.moment(), rules: rules, t: rules.Cases(), dates: d.Policies.Rules(c.Policy), days: d.Calendars, by: by}
}

// commit keeps a changed case and what follows: before is its effect until now, open whether it was undecided.
func (d *Docket) commit(s *step, before string, open bool) error {
	if err := s.tx.PutCase(s.ctx, s.c, s.c.Rank(s.t)); err != nil {
		return err
	}
	if s.c.Effect != before {
		if err := s.enforce(); err != nil {
			return err
		}
	}
	if s.c.Notice != "" && open != s.c.Undecided() {
		return s.noticeState()
	}
	return nil
}

// noticeState closes a notice with its last open case, and opens it again with an undone decision. A notice whose cases are still
// being opened waits for that.
func (s *step) noticeState() error {
	n, err := s.tx.Notice(s.ctx, s.c.Notice)
	if err != nil || n.State == NoticeReceived {
		return err
	}
	left, err := s.tx.OpenCases(s.ctx, n.ID)
	if err != nil {
		return err
	}
	state := NoticeOpen
	if left == 0 {
		state = NoticeClosed
	}
	if state == n.State {
		return nil
	}
	n.State = state
	return s.tx.PutNotice(s.ctx, &n)
}

// event adds an event about the case.
func (s *step) event(kind string, data any) {
	s.tx.AddEvent(caseEvent(*s.c, kind, s.now, data))
}

func caseEvent(c Case, kind string, at time.Time, data any) Event {
	return Event{Kind: kind, Case: c.ID, Notice: c.Notice, Account: c.Account, Holder: c.Holder, Marketplace: c.Marketplace, Seller: c.Seller, At: at, Data: encode(data)}
}

// encode writes what an event carries; the types here always encode.
func encode(v any) json.RawMessage {
	if v == nil {
		return nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("docket: encode %T: %v", v, err))
	}
	return b
}

// entry makes an entry of the audit log about a payload, which it binds so that nobody can guess what is personal in it.
func entry(at time.Time, actor, action, subject string, payload any) audit.Event {
	return audit.Event{At: at, Actor: actor, Action: action, Subject: subject}.Binding(encode(payload))
}

// subjectOf names a listing and a right, whoever speaks of them.
func subjectOf(marketplace, key, right string) string { return marketplace + "\n" + key + "\n" + right }

// Auditor writes what others than the docket do, and who looked, into the audit log.
type Auditor struct {
	Store Store
	Now   func() time.Time
}

// Record appends one entry, in a transaction of its own.
func (r Auditor) Record(ctx context.Context, a casework.Actor, action, subject string, payload any) error {
	return r.Store.Update(ctx, func(tx Tx) error {
		tx.AddAudit(entry(r.Now().UTC().Truncate(time.Microsecond), a.Person(), action, subject, payload))
		return nil
	})
}

// Tell appends an entry that is named as an event is, and adds the event to the feed, in one transaction.
func (r Auditor) Tell(ctx context.Context, a casework.Actor, e Event, subject string, payload any) error {
	return r.Store.Update(ctx, func(tx Tx) error {
		tx.AddAudit(entry(r.Now().UTC().Truncate(time.Microsecond), a.Person(), e.Kind, subject, payload))
		tx.AddEvent(e)
		return nil
	})
}

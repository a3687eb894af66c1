package inquiry

import (
	"context"
	"strings"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/policy"
)

// Answer is what the desk writes.
type Answer struct {
	Text     string
	Canned   string // a ready answer that the text follows; see Canned
	Internal bool   // a note of the desk to itself
	Wait     bool   // the inquiry waits for who asked
	Resolve  bool   // it is settled with this answer
}

func (n Answer) validate() error {
	var f casework.Faults
	least := 1
	if n.Canned != "" {
		least = 0
		f.Check(cannedTopic(n.Canned) != "", "canned", "there is no such ready answer; GET /v1/canned-answers lists them")
	}
	f.Text("text", strings.TrimSpace(n.Text), least, maxText)
	f.Check(!n.Internal || !n.Wait && !n.Resolve, "internal", "a note reaches nobody: it can neither wait for an answer nor settle the inquiry")
	f.Check(!n.Wait || !n.Resolve, "resolve", "an inquiry waits or is settled, not both")
	return f.Err()
}

// Answer adds a message of the desk. The first who answers an inquiry that nobody has takes it.
func (d *Desk) Answer(ctx context.Context, a casework.Actor, id string, n Answer) (Inquiry, error) {
	if err := mayAnswer(a); err != nil {
		return Inquiry{}, err
	}
	if err := n.validate(); err != nil {
		return Inquiry{}, err
	}
	return d.change(ctx, a, a.Person(), id, "inquiry.answer", func(s *step) error {
		text := strings.TrimSpace(n.Text)
		if n.Canned != "" {
			text = strings.TrimSpace(s.i.ready(n.Canned) + "\n\n" + text)
		}
		if n.Internal {
			s.i.UpdatedAt = s.now
			return s.message(Message{Side: SideDesk, Internal: true, Text: text})
		}
		if err := s.i.answered(s.t, s.now, n.Wait); err != nil {
			return err
		}
		if s.i.Assignee == "" {
			s.i.Assignee = s.by
		}
		if err := s.message(Message{Side: SideDesk, Canned: n.Canned, Text: text}); err != nil {
			return err
		}
		s.event(EventAnswered)
		if n.Resolve {
			return s.end(OutcomeAnswered)
		}
		return nil
	})
}

func (s *step) end(outcome string) error {
	if err := s.i.settle(s.t, outcome, s.now); err != nil {
		return err
	}
	s.event(EventResolved)
	return nil
}

// Assign gives an inquiry to a person of the desk; "" is the actor. Others than the actor are named by those who run the service.
func (d *Desk) Assign(ctx context.Context, a casework.Actor, id, to string) (Inquiry, error) {
	if err := mayAnswer(a); err != nil {
		return Inquiry{}, err
	}
	if to == "" {
		to = a.Person()
	}
	var f casework.Faults
	f.Text("assignee", to, 1, 300)
	f.Check(to == a.Person() || a.Operates(), "assignee", "may be yourself alone (leave it out): an operator assigns to others")
	if err := f.Err(); err != nil {
		return Inquiry{}, err
	}
	return d.change(ctx, a, a.Person(), id, "inquiry.assign", func(s *step) error {
		if s.i.Assignee == to {
			return errNothing
		}
		s.i.Assignee, s.i.UpdatedAt = to, s.now
		return nil
	})
}

// Sort gives an inquiry another topic or priority, or both; "" keeps what it has.
func (d *Desk) Sort(ctx context.Context, a casework.Actor, id, topic, priority string) (Inquiry, error) {
	if err := mayAnswer(a); err != nil {
		return Inquiry{}, err
	}
	var f casework.Faults
	f.Check(topic != "" || priority != "", "topic", "give a topic, a priority, or both")
	if topic != "" {
		f.One("topic", topic, Topics())
	}
	if priority != "" {
		f.One("priority", priority, policy.Priorities())
	}
	if err := f.Err(); err != nil {
		return Inquiry{}, err
	}
	return d.change(ctx, a, a.Person(), id, "inquiry.sort", func(s *step) error { return s.i.sort(s.t, topic, priority, s.now) })
}

// Resolve settles an inquiry without another word.
func (d *Desk) Resolve(ctx context.Context, a casework.Actor, id string) (Inquiry, error) {
	if err := mayAnswer(a); err != nil {
		return Inquiry{}, err
	}
	return d.change(ctx, a, a.Person(), id, "inquiry.resolve", func(s *step) error {
		if s.i.RespondedAt == nil {
			return conflict("inquiry %s was never answered: answer it, and settle it with the answer", s.i.ID)
		}
		return s.end(OutcomeAnswered)
	})
}

// Reopen takes a settled inquiry up again for the desk, at any time.
func (d *Desk) Reopen(ctx context.Context, a casework.Actor, id string) (Inquiry, error) {
	if err := mayAnswer(a); err != nil {
		return Inquiry{}, err
	}
	return d.change(ctx, a, a.Person(), id, "inquiry.reopen", func(s *step) error {
		if s.i.Open() {
			return errNothing
		}
		s.i.Outcome = ""
		later := s.now.AddDate(0, 0, 1)
		s.i.ReopenUntil = &later
		return s.i.asked(s.t, s.now)
	})
}

// Escalate makes a case of an inquiry, or brings the case that it is about to the hard queue: in one transaction, so that neither is
// there without the other. The inquiry is settled; the case tells what comes of it.
func (d *Desk) Escalate(ctx context.Context, a casework.Actor, id string, e docket.Escalation) (Inquiry, docket.Case, error) {
	if err := mayAnswer(a); err != nil {
		return Inquiry{}, docket.Case{}, err
	}
	var c docket.Case
	i, err := d.change(ctx, a, a.Person(), id, "inquiry.escalate", func(s *step) (err error) {
		if !s.i.Open() {
			return conflict("inquiry %s is settled: reopen it first", s.i.ID)
		}
		if e.Case == "" && e.Right == "" {
			e.Case = s.i.About.Case
		}
		e.Inquiry = s.i.ID
		if c, err = d.Cases.Escalate(ctx, s.tx, a, e); err != nil {
			return err
		}
		s.i.Escalated = c.ID
		if s.i.RespondedAt == nil {
			s.i.RespondedAt = &s.now // who asked hears of the case
			s.i.LateResponse = !s.now.Before(s.i.RespondBy)
		}
		s.event(EventEscalated)
		return s.i.settle(s.t, OutcomeEscalated, s.now)
	})
	if err != nil {
		return Inquiry{}, docket.Case{}, err
	}
	return i, c, nil
}

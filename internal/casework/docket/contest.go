package docket

import (
	"context"
	"fmt"
	"strings"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/policy"
)

// Objection is what a party says against a decision.
type Objection struct {
	Statement string
	Evidence  []Evidence
	Sworn     bool // counter-notices: under penalty of perjury, a mistake or misidentification
	Signature string
}

func (o Objection) validate(counter bool) error {
	var f faults
	f.text("statement", strings.TrimSpace(o.Statement), minExplanation, maxExplanation)
	f.evidence(o.Evidence)
	if counter {
		f.check(o.Sworn, "sworn", "must be true: a counter-notice needs the statement that the listing was removed by mistake or misidentification")
		f.text("signature", strings.TrimSpace(o.Signature), 1, 300)
	}
	return f.err()
}

// side of the actor in a case: seller or notifier; ErrNotFound for everybody else, ErrForbidden for those who judge.
func side(a casework.Actor, c Case) (string, error) {
	switch {
	case a.Role == roleSeller && sellerOf(a, c):
		return SideSeller, nil
	case (a.Role == roleHolder || a.Role == roleAgent) && a.Owns(c.Account, c.Holder):
		return SideNotifier, a.Permit(c.Account, c.Holder, casework.ScopeNotices, c.Territories)
	case a.SeesAll():
		return "", fmt.Errorf("%w: a decision is contested by the seller or the notifier, with a key of theirs", casework.ErrForbidden)
	}
	return "", a.Hides("case", c.ID, c.Holder)
}

// sellerOf tells whether a seller's key is bound to the seller of the case: its subject is "MARKETPLACE/SELLER".
func sellerOf(a casework.Actor, c Case) bool {
	return c.Seller != "" && a.Subject == c.Marketplace+"/"+c.Seller && c.Decision != nil
}

// CounterNotice is a seller's answer to a take-down upon a notice. It is forwarded to the holder, who has the regime's time to
// answer; silence brings the listing back, an answer brings the case to a person.
func (d *Docket) CounterNotice(ctx context.Context, a casework.Actor, id string, o Objection) (Case, error) {
	return d.object(ctx, a, id, CounterNotice, o)
}

// Appeal is a complaint against a decision, by either side. A person decides, and not the one who made it.
func (d *Docket) Appeal(ctx context.Context, a casework.Actor, id string, o Objection) (Case, error) {
	return d.object(ctx, a, id, Complaint, o)
}

func (d *Docket) object(ctx context.Context, a casework.Actor, id, kind string, o Objection) (Case, error) {
	var who string
	may := func(c Case) (err error) {
		who, err = side(a, c)
		if err == nil && kind == CounterNotice && who != SideSeller {
			err = fmt.Errorf("%w: a counter-notice is the seller's; a notifier appeals", casework.ErrForbidden)
		}
		return err
	}
	if err := o.validate(kind == CounterNotice); err != nil {
		return Case{}, err
	}
	return d.change(ctx, a.Person(), id, "case."+kind, may, func(s *step) error {
		k := Contest{ID: casework.NewID("con"), Kind: kind, By: s.by, Side: who, At: s.now, Statement: o.Statement, Evidence: o.Evidence}
		due := s.now.Add(time.Duration(s.t.ContestHours) * time.Hour)
		if kind == CounterNotice {
			answer := s.due(answers[s.c.Regime])
			until := answer.At
			if !answer.NotBefore.IsZero() {
				k.NotBefore = &answer.NotBefore
			}
			k.Until, due = &until, until.Add(time.Duration(s.t.ContestHours)*time.Hour)
		}
		if err := s.c.contest(k, s.now, due); err != nil {
			return err
		}
		s.event(EventContested, s.c.Contest)
		return nil
	})
}

// answers are the deadlines of counter-notices by the regime that the notice was filed under.
var answers = map[string]string{RegimeDSA: policy.DeadlineHolder, RegimePlatform: policy.DeadlineHolder, RegimeDMCA: policy.DeadlineDMCA, RegimeChina: policy.DeadlineChina}

// Answer is the notifier's answer: to a reviewer's question, or to a counter-notice that was forwarded to them.
func (d *Docket) Answer(ctx context.Context, a casework.Actor, id, text string, evidence []Evidence) (Case, error) {
	var f faults
	f.text("answer", strings.TrimSpace(text), 1, maxExplanation)
	f.evidence(evidence)
	if err := f.err(); err != nil {
		return Case{}, err
	}
	may := func(c Case) error {
		if a.Operates() {
			return nil
		}
		who, err := side(a, c)
		if err == nil && who != SideNotifier {
			err = fmt.Errorf("%w: the notifier is asked, not the seller", casework.ErrForbidden)
		}
		return err
	}
	return d.change(ctx, a.Person(), id, "case.answer", may, func(s *step) error {
		if s.c.State == StateContest {
			if err := s.c.reply(text, evidence, s.now, s.now.Add(time.Duration(s.t.ContestHours)*time.Hour)); err != nil {
				return err
			}
			s.event(EventReplied, nil)
			return nil
		}
		if err := s.c.answer(text, evidence, s.now); err != nil {
			return err
		}
		s.event(EventAnswered, nil)
		return nil
	})
}

// Reinstate takes a take-down back on a contest that the reviewer has claimed; it is Decide with that outcome.
func (d *Docket) Reinstate(ctx context.Context, a casework.Actor, id, remark, request string) (Case, error) {
	return d.Decide(ctx, a, id, Verdict{Outcome: OutcomeReinstated, Remark: remark, Request: request})
}

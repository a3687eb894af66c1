package docket

import (
	"fmt"
	"time"

	"touchstone/internal/casework"
)

// conflict is a change that the state of a case forbids, with a sentence.
func conflict(format string, args ...any) error {
	return fmt.Errorf("%w: %s", casework.ErrConflict, fmt.Sprintf(format, args...))
}

// take leases the case to a reviewer. A reviewer's own claim is renewed and keeps its begin.
func (c *Case) take(by string, now, until time.Time) error {
	if !c.Waiting() {
		return conflict("case %s is in the state %s and waits for no reviewer", c.ID, c.State)
	}
	if who := c.barred(by); who != "" {
		return conflict("case %s needs another person: %s", c.ID, who)
	}
	if c.Claim != nil && c.Claim.By != by && now.Before(c.Claim.Until) {
		return conflict("case %s is claimed by another reviewer until %s", c.ID, c.Claim.Until.Format(time.RFC3339))
	}
	from := now
	if c.Claim != nil && c.Claim.By == by && now.Before(c.Claim.Until) {
		from = c.Claim.At
	} else if c.Claim != nil {
		c.drop(c.Claim.Until, "expired")
	}
	c.Claim = &Claim{By: by, At: from, Until: until}
	return nil
}

// barred says why somebody may not work on the case; "" when they may.
func (c *Case) barred(by string) string {
	switch {
	case c.Opinion != nil && c.Opinion.By == by:
		return "you gave the first opinion"
	case c.State == StateContest && c.Contest.Decider == by:
		return "you made the decision that is complained of"
	}
	return ""
}

// drop ends the claim.
func (c *Case) drop(at time.Time, how string) {
	if c.Claim == nil {
		return
	}
	c.Handled = append(c.Handled, Handling{By: c.Claim.By, From: c.Claim.At, To: at, Ended: how})
	c.Claim = nil
}

// holds is an error unless the case is claimed by that reviewer at that moment.
func (c *Case) holds(by string, now time.Time) error {
	switch {
	case !c.Waiting():
		return conflict("case %s is in the state %s and waits for no reviewer", c.ID, c.State)
	case c.Claim == nil || !now.Before(c.Claim.Until):
		return conflict("case %s is not claimed: claim it first, since another reviewer may be at it", c.ID)
	case c.Claim.By != by:
		return conflict("case %s is claimed by another reviewer until %s", c.ID, c.Claim.Until.Format(time.RFC3339))
	}
	return nil
}

// release gives a claim back.
func (c *Case) release(by string, now time.Time) error {
	if err := c.holds(by, now); err != nil {
		return err
	}
	c.drop(now, "released")
	return nil
}

// ask puts a question to the notifier; the clock stands still until the answer.
func (c *Case) ask(by, question string, now, until time.Time) error {
	if err := c.holds(by, now); err != nil {
		return err
	}
	if c.State != StateOpen || c.Origin != OriginNotice {
		return conflict("case %s cannot be put back to its notifier: only an undecided case of a notice can", c.ID)
	}
	c.drop(now, "clarify")
	c.State = StateClarify
	c.Question = &Clarification{Question: question, AskedBy: by, AskedAt: now, Until: until, Left: max(0, c.DueAt.Sub(now))}
	return nil
}

// answer brings a case back to its queue with the time that was left.
func (c *Case) answer(text string, evidence []Evidence, now time.Time) error {
	if c.State != StateClarify {
		return conflict("case %s waits for no answer: it is in the state %s", c.ID, c.State)
	}
	c.Question.Answer, c.Question.Evidence, c.Question.Answered = text, evidence, &now
	for _, e := range evidence {
		c.Evidence = append(c.Evidence, e.Blob)
	}
	c.State, c.DueAt = StateOpen, now.Add(c.Question.Left)
	return nil
}

// settle applies a first decision. d carries everything but the effect, which is set here.
func (c *Case) settle(d Decision, now, appeal time.Time) error {
	if !c.Undecided() {
		return conflict("case %s was decided already: %s", c.ID, c.Outcome)
	}
	switch d.Outcome {
	case OutcomeTakenDown:
		d.Effect = EffectRemoved
	case OutcomeDeclined, OutcomeNoAction:
		d.Effect = EffectNone
	default:
		return conflict("%s is no first decision on case %s", d.Outcome, c.ID)
	}
	if (d.Outcome == OutcomeDeclined) != (c.Origin == OriginNotice) && d.Outcome != OutcomeTakenDown {
		return conflict("case %s came from %s: a notice is declined, and a finding without a notice ends with no_action", c.ID, c.Origin)
	}
	c.decided(d, StateDecided, now, appeal)
	return nil
}

// decided puts a decision into effect and keeps what was before it.
func (c *Case) decided(d Decision, state string, now, appeal time.Time) {
	c.Before = &Before{State: c.State, Outcome: c.Outcome, Effect: c.Effect, Decision: c.Decision, Contest: c.Contest, AppealBy: c.AppealBy}
	if c.State == StateSecond || c.State == StateClarify {
		c.Before.State = StateOpen
	}
	c.drop(now, "decided")
	c.State, c.Outcome, c.Effect, c.Opinion = state, d.Outcome, d.Effect, nil
	c.Decision = &d
	c.AppealBy = &appeal
}

// undo brings back what was before the last decision.
func (c *Case) undo() error {
	switch {
	case c.Before == nil || c.Decision == nil:
		return conflict("case %s has no decision that can be undone", c.ID)
	case c.State != StateDecided && c.State != StateUpheld && c.State != StateReversed:
		return conflict("case %s is in the state %s: what was complained of or closed is not undone but decided anew", c.ID, c.State)
	}
	b := c.Before
	c.State, c.Outcome, c.Effect, c.Contest, c.AppealBy = b.State, b.Outcome, b.Effect, b.Contest, b.AppealBy
	c.Decision, c.Before = b.Decision, nil
	return nil
}

package docket

import (
	"time"

	"touchstone/internal/policy"
)

// Sides of a contest.
const (
	SideSeller   = "seller"
	SideNotifier = "notifier"
)

// contest puts a counter-notice or complaint against the last decision. due is when it must be decided, where nobody has to be
// heard first.
func (c *Case) contest(k Contest, now, due time.Time) error {
	switch {
	case c.State != StateDecided && c.State != StateUpheld && c.State != StateReversed:
		return conflict("case %s is in the state %s: only a decision that stands can be contested", c.ID, c.State)
	case c.AppealBy != nil && !now.Before(*c.AppealBy):
		return conflict("the time for complaints about case %s ended on %s", c.ID, c.AppealBy.Format(time.DateOnly))
	case k.Side == SideSeller && c.Effect != EffectRemoved:
		return conflict("case %s keeps no listing down, so there is nothing to put back", c.ID)
	case k.Side == SideNotifier && c.Effect == EffectRemoved:
		return conflict("case %s was decided as the notice asked", c.ID)
	case k.Kind == CounterNotice && (c.State != StateDecided || c.Origin != OriginNotice):
		return conflict("case %s takes no counter-notice, which answers a notice once; file a complaint", c.ID)
	}
	k.Against, k.Decider = c.Decision.ID, c.Decision.By
	c.Contest, c.State, c.Before = &k, StateContest, nil
	c.Queue, c.DueAt, c.Overdue = policy.QueueHard, due, false
	return nil
}

// reply is the holder's answer to a counter-notice; a person then decides.
func (c *Case) reply(text string, proof []Evidence, now, due time.Time) error {
	if c.State != StateContest || c.Contest.Until == nil || c.Contest.Answered != nil {
		return conflict("case %s waits for no answer to a counter-notice", c.ID)
	}
	c.Contest.Answer, c.Contest.Proof, c.Contest.Answered = text, proof, &now
	c.DueAt, c.Overdue = due, false
	return nil
}

// resolve decides a contest: upheld, reinstated, or taken_down where a notifier's complaint is right.
func (c *Case) resolve(d Decision, now, appeal time.Time) error {
	if c.State != StateContest {
		return conflict("case %s is not contested", c.ID)
	}
	if k := c.Contest; d.Outcome == OutcomeReinstated && k.NotBefore != nil && now.Before(*k.NotBefore) {
		return conflict("the rules that the notice was filed under bar putting the listing of case %s back before %s", c.ID, k.NotBefore.Format(time.RFC3339))
	}
	state := StateUpheld
	switch {
	case d.Outcome == OutcomeUpheld:
		d.Effect = c.Effect
	case d.Outcome == OutcomeReinstated && c.Contest.Side == SideSeller:
		d.Effect, state = EffectNone, StateReversed
	case d.Outcome == OutcomeTakenDown && c.Contest.Side == SideNotifier:
		d.Effect, state = EffectRemoved, StateDecided
	default:
		return conflict("%s does not answer what the %s asked for in case %s", d.Outcome, c.Contest.Side, c.ID)
	}
	d.OnContest = c.Contest.ID
	c.decided(d, state, now, appeal)
	return nil
}

// silent brings a listing back whose holder did not answer the counter-notice in time: what the regime says, not a judgement.
func (c *Case) silent(d Decision, now, appeal time.Time) error {
	if c.State != StateContest || c.Contest.Until == nil || c.Contest.Answered != nil || now.Before(*c.Contest.Until) {
		return conflict("case %s has no counter-notice whose time for an answer is over", c.ID)
	}
	c.Contest.Silence = true
	return c.resolve(d, now, appeal)
}

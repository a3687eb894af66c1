package docket

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/policy"
)

// MaxClaims is how many cases one call claims at most.
const MaxClaims = 20

// mayReview is for those who judge cases.
func mayReview(a casework.Actor) error {
	if a.SeesAll() {
		return nil
	}
	return fmt.Errorf("%w: role %q may not judge cases; use a key of a reviewer", casework.ErrForbidden, a.Role)
}

// anyCase is for actors whom a role check has let through to every case.
func anyCase(Case) error { return nil }

// ClaimNext leases the next cases of a queue to the reviewer: those first whose deadline, brought forward by their priority, comes
// first. Fewer than n, or none, when no more wait.
func (d *Docket) ClaimNext(ctx context.Context, a casework.Actor, q QueueQuery, n int) ([]Case, error) {
	if err := mayReview(a); err != nil {
		return nil, err
	}
	if !slices.Contains(policy.Queues(), q.Queue) || n < 1 || n > MaxClaims {
		return nil, &casework.ValidationError{Fields: []casework.FieldError{{Path: "queue", Message: fmt.Sprintf("must be one of %s, and limit 1 to %d", strings.Join(policy.Queues(), ", "), MaxClaims)}}}
	}
	var out []Case
	err := d.Store.Update(ctx, func(tx Tx) error {
		out = nil
		q := q
		q.FreeAt, q.Lock, q.Limit = d.moment(), true, 2*n+4
		for {
			page, err := tx.Queue(ctx, q)
			if err != nil {
				return err
			}
			for _, e := range page {
				if e.Case.barred(a.Person()) != "" {
					continue
				}
				if err := d.lease(ctx, tx, &e.Case, a.Person()); err != nil {
					return err
				}
				if out = append(out, e.Case); len(out) == n {
					return nil
				}
			}
			if len(page) < q.Limit {
				return nil
			}
			q.AfterRank, q.AfterID = page[len(page)-1].Rank, page[len(page)-1].Case.ID
		}
	})
	if err != nil {
		return nil, fmt.Errorf("claim cases: %w", err)
	}
	return out, nil
}

// lease claims one case within a transaction.
func (d *Docket) lease(ctx context.Context, tx Tx, c *Case, by string) error {
	s := d.step(ctx, tx, c, by)
	if err := c.take(by, s.now, s.now.Add(time.Duration(s.t.LeaseMinutes)*time.Minute)); err != nil {
		return err
	}
	if err := tx.PutCase(ctx, c, c.Rank(s.t)); err != nil {
		return err
	}
	tx.AddAudit(entry(s.now, by, "case.claim", c.ID, c.Claim))
	return nil
}

// Claim leases one case to the reviewer, or renews the lease that they have.
func (d *Docket) Claim(ctx context.Context, a casework.Actor, id string) (Case, error) {
	if err := mayReview(a); err != nil {
		return Case{}, err
	}
	return d.change(ctx, a.Person(), id, "case.claim", anyCase, func(s *step) error {
		return s.c.take(s.by, s.now, s.now.Add(time.Duration(s.t.LeaseMinutes)*time.Minute))
	})
}

// Release gives a claimed case back to its queue.
func (d *Docket) Release(ctx context.Context, a casework.Actor, id string) (Case, error) {
	if err := mayReview(a); err != nil {
		return Case{}, err
	}
	return d.change(ctx, a.Person(), id, "case.release", anyCase, func(s *step) error { return s.c.release(s.by, s.now) })
}

// Decide decides a case that the reviewer has claimed: a first decision, or one on a contest. Where policy wants four eyes, the
// case then waits for a second person. The same request key again changes nothing.
func (d *Docket) Decide(ctx context.Context, a casework.Actor, id string, v Verdict) (Case, error) {
	if err := mayReview(a); err != nil {
		return Case{}, err
	}
	if err := v.validate(); err != nil {
		return Case{}, err
	}
	return d.change(ctx, a.Person(), id, "case.decide", anyCase, func(s *step) error { return d.decide(s, v) })
}

func (d *Docket) decide(s *step, v Verdict) error {
	c := s.c
	if v.Request != "" && (c.Decision != nil && c.Decision.Request == v.Request || c.Opinion != nil && c.Opinion.Request == v.Request) {
		return errNothing
	}
	if err := c.holds(s.by, s.now); err != nil {
		return err
	}
	if c.Opinion != nil {
		return conflict("case %s has a first opinion: agree with it or not by second-opinion", c.ID)
	}
	dec := s.decision(v.Outcome, v.Code, v.Remark)
	dec.Request = v.Request
	if !s.fourEyes(v.Outcome) {
		if err := s.apply(dec); err != nil {
			return err
		}
		return d.record(s)
	}
	trial := *c // the first opinion must be one that can be agreed with
	if err := (&step{c: &trial, now: s.now, t: s.t, dates: s.dates, days: s.days}).apply(dec); err != nil {
		return err
	}
	c.drop(s.now, "second_opinion")
	c.Opinion, c.Queue = &dec, policy.QueueHard
	if c.State == StateOpen {
		c.State = StateSecond
	}
	return nil
}

// Second is the second person's opinion on a case that they have claimed: agreed, the decision takes effect; otherwise the case
// goes back to the hard queue with what both said.
func (d *Docket) Second(ctx context.Context, a casework.Actor, id string, agree bool, remark string) (Case, error) {
	if err := mayReview(a); err != nil {
		return Case{}, err
	}
	return d.change(ctx, a.Person(), id, "case.second_opinion", anyCase, func(s *step) error {
		c := s.c
		if c.Opinion == nil {
			return conflict("case %s waits for no second opinion", c.ID)
		}
		if err := c.holds(s.by, s.now); err != nil {
			return err
		}
		if c.Opinion.By == s.by {
			return conflict("case %s needs another person: you gave the first opinion", c.ID)
		}
		dec := *c.Opinion
		if !agree {
			c.drop(s.now, "disagreed")
			c.Notes = append(c.Notes, Fact{Code: factDiffer, Text: strings.TrimSpace(fmt.Sprintf(differ, dec.Outcome, dec.Code, remark))})
			c.Opinion = nil
			if c.State == StateSecond {
				c.State = StateOpen
			}
			return nil
		}
		dec.Agreed, dec.At = s.by, s.now
		if err := s.apply(dec); err != nil {
			return err
		}
		return d.record(s)
	})
}

// Clarify asks the notifier; the case's clock stands still until they answer.
func (d *Docket) Clarify(ctx context.Context, a casework.Actor, id, question string) (Case, error) {
	if err := mayReview(a); err != nil {
		return Case{}, err
	}
	var f faults
	f.text("question", strings.TrimSpace(question), 10, 5000)
	if err := f.err(); err != nil {
		return Case{}, err
	}
	return d.change(ctx, a.Person(), id, "case.clarify", anyCase, func(s *step) error {
		if err := s.c.ask(s.by, question, s.now, s.deadline(policy.DeadlineClarification)); err != nil {
			return err
		}
		s.event(EventAsked, s.c.Question)
		return nil
	})
}

// Undo takes the last decision back: the case, the listing and what followed are as they were before it. The reviewer who decided
// may for as long as policy says, who runs the service as long as nobody complained.
func (d *Docket) Undo(ctx context.Context, a casework.Actor, id, remark string) (Case, error) {
	if err := mayReview(a); err != nil {
		return Case{}, err
	}
	return d.change(ctx, a.Person(), id, "case.undo", anyCase, func(s *step) error {
		last := s.c.Decision
		if last == nil {
			return conflict("case %s has no decision that can be undone", s.c.ID)
		}
		if !a.Operates() && (last.By != s.by || s.now.After(last.At.Add(time.Duration(s.t.UndoHours)*time.Hour))) {
			return fmt.Errorf("%w: a decision can be undone by who made it within %d hours, later and by others with a key of an operator", casework.ErrForbidden, s.t.UndoHours)
		}
		if err := s.c.undo(); err != nil {
			return err
		}
		dec := *last
		dec.ID, dec.By, dec.At, dec.Undoes, dec.Remark, dec.Request, dec.Agreed = casework.NewID("dec"), s.by, s.now, last.ID, remark, "", ""
		dec.Effect, dec.Automatic, dec.ClaimedAt = s.c.Effect, AutomationNone, nil
		dec.Sentence = "The decision was taken back; the case is as it was before it."
		if err := s.tx.AddDecision(s.ctx, dec); err != nil {
			return err
		}
		s.event(EventUndone, dec.public())
		return d.observe(s, dec)
	})
}

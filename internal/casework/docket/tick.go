package docket

import (
	"context"
	"errors"
	"fmt"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/deadline"
	"touchstone/internal/jobs"
	"touchstone/internal/policy"
)

// tickPage is how many deadlines one round of Tick looks at.
const tickPage = 200

// Tick does what time brings: claims that end, questions and counter-notices that nobody answered, deadlines that pass,
// enforcements to be told again, complaints that come too late. It goes on until nothing is due, and says how much it did. What is due
// is read from the cases themselves, so a Tick that was missed is made good by the next.
func (d *Docket) Tick(ctx context.Context) (int, error) {
	done := 0
	for {
		now := d.moment()
		cases, err := d.Store.Alarms(ctx, now, tickPage)
		if err != nil {
			return done, fmt.Errorf("look for deadlines: %w", err)
		}
		chases, err := d.Store.Chases(ctx, now, tickPage)
		if err != nil {
			return done, fmt.Errorf("look for enforcements: %w", err)
		}
		if len(cases)+len(chases) == 0 {
			return done, nil
		}
		var errs []error
		for _, id := range cases {
			errs = append(errs, d.ring(ctx, id))
		}
		for _, id := range chases {
			errs = append(errs, d.chase(ctx, id))
		}
		done += len(cases) + len(chases)
		if err := errors.Join(errs...); err != nil {
			return done, fmt.Errorf("keep deadlines: %w", err)
		}
	}
}

// ring does what is due on one case. A conflict means that somebody else did it, or changed the case, meanwhile.
func (d *Docket) ring(ctx context.Context, id string) error {
	_, err := d.change(ctx, byClock, id, "case.clock", anyCase, d.due)
	if errors.Is(err, casework.ErrConflict) || errors.Is(err, casework.ErrNotFound) {
		return nil
	}
	return err
}

// due applies everything whose time has come.
func (d *Docket) due(s *step) error {
	c := s.c
	if at := c.Alarm(); at.IsZero() || s.now.Before(at) {
		return errNothing
	}
	if c.Claim != nil && !s.now.Before(c.Claim.Until) {
		c.drop(c.Claim.Until, "expired")
	}
	switch {
	case c.State == StateClarify && !s.now.Before(c.Question.Until):
		dec := s.decision(OutcomeDeclined, ClarificationNeeded, "")
		dec.Automatic = AutomationFull
		if err := c.settle(dec, s.now, s.deadline(policy.DeadlineComplaint)); err != nil {
			return err
		}
		return d.record(s)
	case c.State == StateContest && c.Contest.Until != nil && c.Contest.Answered == nil && !s.now.Before(*c.Contest.Until):
		dec := s.decision(OutcomeReinstated, "", "")
		dec.Code, dec.Sentence = "HOLDER_SILENT", "The listing is put back: the holder did not answer the counter-notice in time."
		dec.Automatic = AutomationFull
		if err := c.silent(dec, s.now, s.deadline(policy.DeadlineComplaint)); err != nil {
			return err
		}
		return d.record(s)
	case c.Waiting() && !c.Overdue && !s.now.Before(c.DueAt):
		c.Overdue = true
		s.event(EventOverdue, map[string]any{"queue": c.Queue, "due_at": c.DueAt})
	case c.AppealBy != nil && !s.now.Before(*c.AppealBy) && (c.State == StateDecided || c.State == StateUpheld || c.State == StateReversed):
		at := s.now
		c.State, c.ClosedAt, c.Before = StateClosed, &at, nil
		s.event(EventClosed, nil)
	}
	return nil
}

// Run keeps deadlines until ctx ends. While the system clock has jumped and not settled, no deadline passes: each is made good when it has.
func (d *Docket) Run(ctx context.Context, every time.Duration) {
	var watch deadline.Watch
	begin := time.Now()
	tick := func(ctx context.Context) error {
		if _, steady := watch.Look(d.Now(), time.Since(begin)); !steady {
			d.Log.Warn("the system clock has jumped: deadlines wait until it has settled")
			return nil
		}
		_, err := d.Tick(ctx)
		return err
	}
	jobs.Every(ctx, every, tick, func(err error) { d.Log.Error("deadlines are late", "error", err) })
}

package inquiry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/jobs"
)

// Thread shows an inquiry with a page of its messages, oldest first, to those who may see it. next is the ID that the next page begins
// behind, "" on the last one; a page may be shorter than its limit, where the desk wrote to itself.
func (d *Desk) Thread(ctx context.Context, a casework.Actor, id, after string, limit int) (i Inquiry, out []Message, next string, err error) {
	i, err = d.Store.Inquiry(ctx, id)
	if err == nil {
		err = sees(a, i)
	}
	if err != nil {
		return Inquiry{}, nil, "", fmt.Errorf("inquiry: %w", err)
	}
	all, err := d.Store.InquiryMessages(ctx, id, after, limit+1)
	if err != nil {
		return Inquiry{}, nil, "", fmt.Errorf("messages of inquiry %s: %w", id, err)
	}
	if len(all) > limit {
		all, next = all[:limit], all[limit-1].ID
	}
	for _, m := range all {
		if seen, ok := m.For(a); ok {
			out = append(out, seen)
		}
	}
	return i.For(a), out, next, nil
}

// List lists inquiries that the actor may see, newest first.
func (d *Desk) List(ctx context.Context, a casework.Actor, q Query) ([]Inquiry, error) {
	if !a.SeesAll() {
		if err := mayAsk(a); err != nil {
			return nil, err
		}
		if q.Account, q.Assignee = a.Account, ""; a.Subject != "" {
			q.Subject = a.Subject
		}
	}
	list, err := d.Store.Inquiries(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list inquiries: %w", err)
	}
	for n := range list {
		list[n] = list[n].For(a)
	}
	return list, nil
}

// Due lists what waits for the desk, by what is due first.
func (d *Desk) Due(ctx context.Context, a casework.Actor, q DueQuery) ([]Inquiry, error) {
	if err := mayAnswer(a); err != nil {
		return nil, err
	}
	list, err := d.Store.DueInquiries(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list due inquiries: %w", err)
	}
	return list, nil
}

// tickPage is how many clocks one round of Tick looks at.
const tickPage = 200

// Tick does what time brings: deadlines that pass are told to the operators by their mark and the log, and what waits for somebody who stays silent
// is settled. It goes on until nothing is due, and says how much it did.
func (d *Desk) Tick(ctx context.Context) (int, error) {
	for done := 0; ; {
		due, err := d.Store.InquiryAlarms(ctx, d.moment(), tickPage)
		if err != nil {
			return done, fmt.Errorf("look for deadlines of inquiries: %w", err)
		}
		if len(due) == 0 {
			return done, nil
		}
		for _, id := range due {
			if err := d.ring(ctx, id); err != nil {
				return done, err
			}
			done++
		}
	}
}

// ring does what is due on one inquiry; a conflict means that somebody changed it meanwhile.
func (d *Desk) ring(ctx context.Context, id string) error {
	_, err := d.change(ctx, casework.Actor{}, byClock, id, "inquiry.clock", func(s *step) error {
		rang, err := s.i.ring(s.t, s.now)
		if err != nil || len(rang) == 0 {
			return errors.Join(err, ifNone(rang))
		}
		for _, what := range rang {
			d.Log.Warn("an inquiry is late", "inquiry", id, "what", what)
			s.event(what)
		}
		return nil
	})
	if errors.Is(err, casework.ErrConflict) || errors.Is(err, casework.ErrNotFound) {
		return nil
	}
	return err
}

func ifNone(rang []string) error {
	if len(rang) == 0 {
		return errNothing
	}
	return nil
}

// Run keeps the clocks until ctx ends.
func (d *Desk) Run(ctx context.Context, every time.Duration) {
	tick := func(ctx context.Context) error {
		_, err := d.Tick(ctx)
		return err
	}
	jobs.Every(ctx, every, tick, func(err error) { d.Log.Error("clocks of inquiries are late", "error", err) })
}

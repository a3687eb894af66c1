package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	signed "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
)

// Rhythm and bounds of deliveries.
const (
	attempts  = 17 // which with the pauses is about a day
	firstWait = 5 * time.Second
	longest   = 4 * time.Hour
	lease     = 2 * time.Minute // of a delivery that is being made
	page      = 200             // events that one transaction gives out
	together  = 8               // deliveries to one hook at a time
	hooksAt   = 16              // hooks at a time
	keepDone  = 7 * 24 * time.Hour
)

// message is the body of a delivery.
type message struct {
	Type      string       `json:"type"`
	Timestamp time.Time    `json:"timestamp"`
	Data      docket.Event `json:"data"`
}

// Run delivers until ctx ends, looking for events at an interval.
func (s *Hooks) Run(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	swept := time.Time{}
	for {
		if err := s.Pump(ctx); err != nil && ctx.Err() == nil {
			s.Log.Error("webhooks are late", "error", err)
		}
		if now := s.moment(); now.Sub(swept) > time.Hour {
			swept = now
			if err := s.sweep(ctx, now.Add(-keepDone)); err != nil && ctx.Err() == nil {
				s.Log.Error("old deliveries stay", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *Hooks) sweep(ctx context.Context, before time.Time) error {
	return s.Store.Update(ctx, func(tx docket.Tx) error {
		t, err := own(tx)
		if err != nil {
			return err
		}
		return t.DropDeliveries(ctx, before)
	})
}

// Pump gives every active hook what has happened and makes what is due, hooks side by side; it returns when nothing is due.
func (s *Hooks) Pump(ctx context.Context) error {
	var group sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	room := make(chan struct{}, hooksAt)
	for after := ""; ; {
		hooks, err := s.Store.Hooks(ctx, "", after, page)
		if err != nil {
			errs = append(errs, err)
			break
		}
		for _, h := range hooks {
			after = h.ID
			if h.State != Active {
				continue
			}
			room <- struct{}{}
			group.Go(func() {
				defer func() { <-room }()
				if err := s.serve(ctx, h); err != nil {
					mu.Lock()
					defer mu.Unlock()
					errs = append(errs, fmt.Errorf("webhook %s: %w", h.ID, err))
				}
			})
		}
		if len(hooks) < page {
			break
		}
	}
	group.Wait()
	return errors.Join(errs...)
}

// serve brings one hook up to date. A hook that fails a whole round is left for the next, so that one slow receiver holds up nobody.
func (s *Hooks) serve(ctx context.Context, h Hook) error {
	for {
		more, err := s.give(ctx, h)
		if err != nil {
			return err
		}
		h.Seen = more
		took, failed, err := s.makeDue(ctx, h.ID)
		if err != nil || ctx.Err() != nil || failed > 0 || took == 0 {
			return err
		}
	}
}

// query is the hook's part of the feed behind its place in it.
func (h Hook) query(limit int) docket.EventQuery {
	return docket.EventQuery{After: h.Seen, Account: h.Rights, Holder: h.Holder, Marketplace: h.Marketplace, Limit: limit}
}

// give makes deliveries out of the next page of events and moves the hook on, in one transaction. It looks first, so that a feed
// without news costs none.
func (s *Hooks) give(ctx context.Context, h Hook) (seen int64, err error) {
	if news, err := s.Store.Events(ctx, h.query(1)); err != nil || len(news) == 0 {
		return h.Seen, err
	}
	err = s.Store.Update(ctx, func(tx docket.Tx) error {
		t, err := own(tx)
		if err != nil {
			return err
		}
		if err := t.LockHook(ctx, h.ID); err != nil {
			return err
		}
		now, err := t.Hook(ctx, h.ID)
		if errors.Is(err, casework.ErrNotFound) {
			return nil // removed meanwhile
		}
		if err != nil {
			return err
		}
		events, err := t.Events(ctx, now.query(page))
		if err != nil {
			return err
		}
		for _, e := range events {
			now.Seen = e.Seq
			if !now.hears(e.Kind) {
				continue
			}
			d := Delivery{Hook: h.ID, Seq: e.Seq, Lane: laneOf(e), Kind: e.Kind, State: Waiting, NextAt: s.moment()}
			if err := t.PutDelivery(ctx, d, time.Time{}); err != nil {
				return err
			}
		}
		seen = now.Seen
		return t.PutHook(ctx, now)
	})
	return seen, err
}

// laneOf is what an event's deliveries are in order of.
func laneOf(e docket.Event) string {
	for _, id := range []string{e.Case, e.Notice} {
		if id != "" {
			return id
		}
	}
	return e.Marketplace + "/" + e.Seller
}

// makeDue leases what is due to a hook, sends it, and keeps what came of it.
func (s *Hooks) makeDue(ctx context.Context, id string) (took, failed int, err error) {
	if some, err := s.Store.DueDeliveries(ctx, id, s.moment(), 1); err != nil || len(some) == 0 {
		return 0, 0, err
	}
	var h Hook
	var due []Delivery
	err = s.Store.Update(ctx, func(tx docket.Tx) error {
		t, err := own(tx)
		if err != nil {
			return err
		}
		if err := t.LockHook(ctx, id); err != nil {
			return err
		}
		if h, err = t.Hook(ctx, id); err != nil {
			return err
		}
		now := s.moment()
		if due, err = t.DueDeliveries(ctx, id, now, together); err != nil {
			return err
		}
		for i := range due {
			due[i].Attempts++
			if err := t.PutDelivery(ctx, due[i], now.Add(lease)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, 0, err
	}
	errs := make([]error, len(due))
	var group sync.WaitGroup
	for i, d := range due {
		group.Go(func() { errs[i] = s.send(ctx, h, d) })
	}
	group.Wait()
	for _, e := range errs {
		if e != nil {
			failed++
		}
	}
	return len(due), failed, s.keep(ctx, h.ID, due, errs)
}

// keep writes what came of deliveries, also while the service stops.
func (s *Hooks) keep(ctx context.Context, id string, due []Delivery, errs []error) error {
	stopping := ctx.Err() != nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	var results []string
	err := s.Store.Update(ctx, func(tx docket.Tx) error {
		results = results[:0]
		t, err := own(tx)
		if err != nil {
			return err
		}
		if err := t.LockHook(ctx, id); err != nil {
			return err
		}
		h, err := t.Hook(ctx, id)
		if errors.Is(err, casework.ErrNotFound) {
			return nil // removed meanwhile, with its deliveries
		}
		if err != nil {
			return err
		}
		h.Problem = ""
		for i, d := range due {
			results = append(results, s.ended(&d, errs[i], stopping))
			if errs[i] != nil {
				h.Problem = d.Problem
			}
			if errors.Is(errs[i], errGone) {
				h.State = Paused
			}
			if err := t.PutDelivery(ctx, d, time.Time{}); err != nil {
				return err
			}
		}
		return t.PutHook(ctx, h)
	})
	if err != nil {
		return err
	}
	for _, r := range results {
		s.Count(r)
	}
	return nil
}

// ended says on a delivery what came of an attempt.
func (s *Hooks) ended(d *Delivery, err error, stopping bool) string {
	now := s.moment()
	switch {
	case err == nil:
		d.State, d.Problem, d.EndedAt = Done, "", now
		return "done"
	case stopping: // that is no failure of the receiver
		d.Attempts--
		d.NextAt = now
		return "failed"
	case d.Attempts >= attempts || errors.Is(err, errGone):
		d.State, d.Problem, d.EndedAt = Dead, err.Error(), now
		s.Log.Error("a delivery is given up; see the dead letters", "webhook", d.Hook, "seq", d.Seq, "error", err)
		return "dead"
	}
	d.Problem, d.NextAt = err.Error(), now.Add(pause(d.Attempts))
	return "failed"
}

// pause before the next attempt, after so many.
func pause(n int) time.Duration {
	d := firstWait
	for range n - 1 {
		if d *= 2; d >= longest {
			return longest
		}
	}
	return d
}

// send makes one attempt.
func (s *Hooks) send(ctx context.Context, h Hook, d Delivery) error {
	events, err := s.Store.Events(ctx, docket.EventQuery{After: d.Seq - 1, Limit: 1})
	if err != nil {
		return err
	}
	if len(events) == 0 || events[0].Seq != d.Seq {
		return fmt.Errorf("event %d is kept no longer", d.Seq)
	}
	body, err := json.Marshal(message{events[0].Kind, events[0].At, events[0]})
	if err != nil {
		return err
	}
	secrets, err := s.opened(h.ID, good(h.Secrets, s.moment()))
	if err != nil {
		return err
	}
	header, err := signature(secrets, d.MessageID(), s.Now(), body)
	if err != nil {
		return err
	}
	status, err := s.Send.Post(ctx, h.URL, header, body)
	switch {
	case err != nil:
		return err
	case status == http.StatusGone:
		return errGone
	case status/100 != 2:
		return fmt.Errorf("the receiver answered %d %s; 2xx is wanted", status, http.StatusText(status))
	}
	return nil
}

// signature is the headers of a message, signed with each secret.
func signature(secrets []Secret, id string, at time.Time, body []byte) (http.Header, error) {
	var list []string
	for _, s := range secrets {
		w, err := signed.NewWebhook(s.Key)
		if err != nil {
			return nil, err
		}
		one, err := w.Sign(id, at, body)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	h := http.Header{"Content-Type": {"application/json"}}
	h.Set(signed.HeaderWebhookID, id)
	h.Set(signed.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	h.Set(signed.HeaderWebhookSignature, strings.Join(list, " "))
	return h, nil
}

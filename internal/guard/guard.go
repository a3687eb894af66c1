// Package guard holds what speaks against likenesses from outside them: benign collisions that reviewers recorded (suppressions), and
// references and pictures that resemble so much that they tell nothing (quarantine).
//
// A registered size chart resembles thousands of listings, and the picture of a white ground thousands of references. Neither may flood
// the queue of reviewers. What was matched is counted beside scoring, never on its way; what goes over the limits of policy is set
// aside until a reviewer has confirmed or released it. Its findings are shown and count for nothing.
package guard

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/policy"
)

// Rhythms of Run.
const (
	flushEvery  = 5 * time.Second
	reloadEvery = time.Minute // what another process recorded is in force by then
	expireEvery = time.Hour
	lastWords   = 5 * time.Second
	mostNoted   = 50_000 // matches that wait; beyond them counting lags behind, and nothing else does
)

// Parts are what a Guard works with.
type Parts struct {
	Store Store
	Rule  policy.Lookalike
	Log   *slog.Logger
	Now   func() time.Time
}

// Guard is safe for concurrent use. What scoring asks of it is answered from memory.
type Guard struct {
	Parts

	mu           sync.RWMutex
	suppressions map[string][]Suppression // in force, by right
	quarantined  map[string]string        // subject to quarantine, of those in force
	released     map[string]time.Time     // subject to the end of its release

	noting sync.Mutex
	noted  []Match
	scored int
}

// New makes a Guard. Load it before the first question, and let Run go beside it.
func New(p Parts) *Guard {
	casework.Surroundings(&p.Log, &p.Now)
	return &Guard{Parts: p}
}

func (g *Guard) now() time.Time { return g.Now().UTC().Truncate(time.Microsecond) }

// Load reads what is in force.
func (g *Guard) Load(ctx context.Context) error {
	now := g.now()
	suppressions, err := g.Store.SuppressionsInForce(ctx, now)
	if err != nil {
		return fmt.Errorf("load suppressions: %w", err)
	}
	quarantines, err := g.Store.QuarantinesInForce(ctx, now)
	if err != nil {
		return fmt.Errorf("load quarantines: %w", err)
	}
	byRight, quarantined, released := map[string][]Suppression{}, map[string]string{}, map[string]time.Time{}
	for _, s := range suppressions {
		byRight[s.RightID] = append(byRight[s.RightID], s)
	}
	for _, q := range quarantines {
		if q.State == StateReleased {
			released[q.Subject] = *q.Until
		} else {
			quarantined[q.Subject] = q.ID
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.suppressions, g.quarantined, g.released = byRight, quarantined, released
	return nil
}

// Quarantined gives the quarantine of a reference or picture; "" for none.
func (g *Guard) Quarantined(subject string) string {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.quarantined[subject]
}

// Of lists the suppressions of a right that are in force on a marketplace at a moment. The slice is the caller's.
func (g *Guard) Of(right, marketplace string, at time.Time) []Suppression {
	g.mu.RLock()
	defer g.mu.RUnlock()
	var list []Suppression
	for _, s := range g.suppressions[right] {
		if s.InForce(at) && (s.Marketplace == "" || s.Marketplace == marketplace) {
			list = append(list, s)
		}
	}
	return list
}

// Note counts a scored listing and what it resembled. It never waits.
func (g *Guard) Note(matches ...Match) {
	g.noting.Lock()
	defer g.noting.Unlock()
	g.scored++
	if len(g.noted)+len(matches) <= mostNoted {
		g.noted = append(g.noted, matches...)
	}
}

// Run counts and sets aside until ctx ends.
func (g *Guard) Run(ctx context.Context) {
	flush, reload, expire := time.NewTicker(flushEvery), time.NewTicker(reloadEvery), time.NewTicker(expireEvery)
	defer flush.Stop()
	defer reload.Stop()
	defer expire.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			last, done := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
			defer done()
			if err := g.Flush(last); err != nil {
				g.Log.Warn("matches were not counted", "error", err)
			}
			return
		case <-flush.C:
			err = g.Flush(ctx)
		case <-reload.C:
			err = g.Load(ctx)
		case <-expire.C:
			err = g.Store.ExpireMatches(ctx, g.windowStart())
		}
		if err != nil && ctx.Err() == nil {
			g.Log.Warn("the look-alike guard lags behind", "error", err)
		}
	}
}

func (g *Guard) windowStart() time.Time { return g.now().AddDate(0, 0, -max(1, g.Rule.Days)) }

// Flush counts what was noted, and sets aside the references that have gone over the limit.
func (g *Guard) Flush(ctx context.Context) error {
	g.noting.Lock()
	noted, scored := g.noted, g.scored
	g.noted, g.scored = nil, 0
	g.noting.Unlock()
	if scored == 0 {
		return nil
	}
	if err := g.Store.AddMatches(ctx, noted, scored, g.now()); err != nil {
		g.noting.Lock() // once more later
		g.noted, g.scored = append(noted, g.noted...), g.scored+scored
		g.noting.Unlock()
		return err
	}
	if g.Rule.Listings == 0 {
		return nil
	}
	touched := map[string]Match{}
	for _, m := range noted {
		touched[m.Reference] = m
	}
	if len(touched) == 0 {
		return nil
	}
	counts, all, err := g.Store.CountMatches(ctx, subjects(touched), g.windowStart())
	if err != nil {
		return err
	}
	for id, n := range counts {
		if n >= g.Rule.Listings && float64(n) >= g.Rule.Share*float64(all) {
			if err := g.setAside(ctx, KindReference, id, touched[id].Right, n); err != nil {
				return err
			}
		}
	}
	return nil
}

func subjects(m map[string]Match) []string {
	list := make([]string, 0, len(m))
	for id := range m {
		list = append(list, id)
	}
	slices.Sort(list)
	return list
}

// Flooding tells whether a picture that resembles so many references is to be set aside, and does it. It answers with the quarantine, ""
// where the picture stays.
func (g *Guard) Flooding(ctx context.Context, picture string, references int) (string, error) {
	if g.Rule.References == 0 || references < g.Rule.References {
		return "", nil
	}
	if err := g.setAside(ctx, KindPicture, picture, "", references); err != nil {
		return "", err
	}
	return g.Quarantined(picture), nil
}

// setAside puts a subject into quarantine unless it is there or was released.
func (g *Guard) setAside(ctx context.Context, kind, subject, right string, count int) error {
	now := g.now()
	g.mu.RLock()
	free := now.Before(g.released[subject])
	g.mu.RUnlock()
	if g.Quarantined(subject) != "" || free {
		return nil
	}
	q, err := g.Store.OpenQuarantine(ctx, Quarantine{ID: casework.NewID("qua"), Kind: kind, Subject: subject, RightID: right, State: StateOpen, Count: count, CreatedAt: now})
	if err != nil {
		return fmt.Errorf("quarantine %s: %w", subject, err)
	}
	if q.State != StateReleased {
		g.Log.Warn("set aside: it resembles too much to tell anything; a reviewer confirms or releases it", "quarantine", q.ID, "kind", kind, "subject", subject, "count", count)
	}
	return g.Load(ctx)
}

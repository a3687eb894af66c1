package simulate

import (
	"math"
	"testing"
	"time"
)

// TestScaledReviewers: a part of a month keeps the people, their shifts and their pace, and what the rest of the market takes of them; a
// larger one has more people.
func TestScaledReviewers(t *testing.T) {
	p, err := Builtin("market")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		scale     float64
		count     int
		elsewhere float64
	}{{1, 5, 0}, {0.1, 5, 9}, {0.03, 5, 100.0/3 - 1}, {2, 10, 0}, {1.5, 8, 8/7.5 - 1}} {
		p.Scale = c.scale
		r := p.Scaled().Reviewers
		if r.Count != c.count || math.Abs(r.elsewhere-c.elsewhere) > 1e-9 || r.Minutes != p.Reviewers.Minutes {
			t.Errorf("at %v: %d people, %v minutes a case, %v elsewhere; want %d and %v", c.scale, r.Count, r.Minutes, r.elsewhere, c.count, c.elsewhere)
		}
	}
}

// TestRest: work for the rest of the market is done before the next case, what a shift leaves is done in the next one, and nobody works
// after the shift.
func TestRest(t *testing.T) {
	ten := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		owes, left time.Duration
		until      time.Time
		next       time.Time // zero: not in this shift
	}{
		"within the shift":          {3 * time.Hour, 0, ten.Add(4 * time.Hour), ten.Add(3 * time.Hour)},
		"more than the shift":       {6 * time.Hour, 2 * time.Hour, ten.Add(4 * time.Hour), time.Time{}},
		"to its last minute":        {4 * time.Hour, 0, ten.Add(4 * time.Hour), time.Time{}},
		"the case took its end":     {time.Hour, time.Hour, ten.Add(-time.Minute), time.Time{}},
		"nothing, and it has ended": {0, 0, ten, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			m := &month{clock: NewClock(ten)}
			r := &reviewer{until: c.until, owes: c.owes}
			if err := m.rest(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			if r.owes != c.left || len(m.queue) > 1 || (len(m.queue) == 0) != c.next.IsZero() {
				t.Fatalf("still owes %v with %d events, want %v", r.owes, len(m.queue), c.left)
			}
			if len(m.queue) == 1 && !m.queue[0].at.Equal(c.next) {
				t.Errorf("goes on at %v, want %v", m.queue[0].at, c.next)
			}
		})
	}
}

// TestOpened: who has nothing to do sees what came after a glance, once for many, and nobody else is called.
func TestOpened(t *testing.T) {
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	idler, busy, home := &reviewer{idle: true, until: now.Add(time.Hour)}, &reviewer{until: now.Add(time.Hour)}, &reviewer{idle: true, until: now}
	m := &month{clock: NewClock(now), reviewers: []*reviewer{idler, busy, home}}
	m.opened()
	m.opened()
	if len(m.queue) != 1 || !m.queue[0].at.Equal(now.Add(glance)) || !idler.called || home.called {
		t.Errorf("%d events, %+v", len(m.queue), idler)
	}
}

package deadline

import (
	"slices"
	"time"
)

// Clock is the time that runs against a deadline: since when, and when it stood still. The methods give changed copies, so that a
// Clock is kept as a value with what it belongs to.
type Clock struct {
	Started time.Time `json:"started"`
	Pauses  []Pause   `json:"pauses,omitempty"` // in the order of time, none inside another
}

// Pause is a time in which the clock stood still. A zero To: it still does.
type Pause struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to,omitzero"`
}

// Start begins a clock.
func Start(at time.Time) Clock { return Clock{Started: at.UTC()} }

// latest is the last moment that the clock has seen. A system clock that was set back gives earlier ones: they count as this one,
// so that no time is taken away that has run, and none runs twice.
func (c Clock) latest() time.Time {
	if len(c.Pauses) == 0 {
		return c.Started
	}
	last := c.Pauses[len(c.Pauses)-1]
	if last.To.IsZero() {
		return last.From
	}
	return last.To
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b.UTC()
	}
	return a
}

// Paused tells whether the clock stands still.
func (c Clock) Paused() bool { return len(c.Pauses) > 0 && c.Pauses[len(c.Pauses)-1].To.IsZero() }

// Pause stops the clock; one that stands still goes on standing.
func (c Clock) Pause(at time.Time) Clock {
	if c.Paused() {
		return c
	}
	c.Pauses = append(slices.Clone(c.Pauses), Pause{From: later(c.latest(), at)})
	return c
}

// Resume lets the clock run again; one that runs goes on running.
func (c Clock) Resume(at time.Time) Clock {
	if !c.Paused() {
		return c
	}
	to := later(c.latest(), at)
	c.Pauses = slices.Clone(c.Pauses)
	c.Pauses[len(c.Pauses)-1].To = to
	return c
}

// stood is how long the clock has stood still in pauses that have ended.
func (c Clock) stood() time.Duration {
	var sum time.Duration
	for _, p := range c.Pauses {
		if !p.To.IsZero() {
			sum += p.To.Sub(p.From)
		}
	}
	return sum
}

// stoodOn tells whether the clock stood still at some time of a day.
func (c Clock) stoodOn(d Day, zone *time.Location) bool {
	from, to := d.start(zone), d.Add(1).start(zone)
	return slices.ContainsFunc(c.Pauses, func(p Pause) bool { return p.From.Before(to) && p.To.After(from) })
}

package deadline

import (
	"time"

	"touchstone/internal/policy"
)

// maxDays bounds the reckoning: a clock that stood still for longer than a century is a mistake.
const maxDays = 40_000

// Due is when a deadline passes.
type Due struct {
	// At is the first moment at which the deadline has passed; zero while the clock stands still.
	At time.Time `json:"at,omitzero"`
	// NotBefore is the first moment at which what follows may be done; zero when there is no such bound.
	NotBefore time.Time `json:"not_before,omitzero"`
	// Provisional: the days lie in a year whose holidays were not announced when the calendar was made.
	Provisional bool `json:"provisional,omitempty"`
}

// Passed tells whether the deadline has passed at a moment. One whose clock stands still has not.
func (d Due) Passed(now time.Time) bool { return !d.At.IsZero() && !now.Before(d.At) }

// Of reckons when a deadline passes by a clock. Hours are prolonged by the time that the clock stood still. A day on which it stood
// still does not count, so that who waits for an answer never loses a part of a day.
func Of(rule policy.Deadline, c *Calendar, clock Clock) Due {
	if clock.Paused() {
		return Due{}
	}
	due := Due{At: end(rule, c, clock, rule.Hours+rule.Days+rule.WorkingDays+rule.Months)}
	if rule.NotBefore > 0 {
		due.NotBefore = end(rule, c, clock, rule.NotBefore)
	}
	if rule.WorkingDays > 0 {
		for y := clock.Started.In(c.zone).Year(); y <= due.At.In(c.zone).Year(); y++ {
			due.Provisional = due.Provisional || !c.Known(y)
		}
	}
	return due
}

// Calendar that a deadline is reckoned by: its own, else the first that the marketplace's territories have.
func (c Calendars) Calendar(rule policy.Deadline, territories ...string) *Calendar {
	if rule.Calendar != "" {
		return c.For(rule.Calendar)
	}
	return c.For(territories...)
}

// end of a length in the rule's unit.
func end(rule policy.Deadline, c *Calendar, clock Clock, length int) time.Time {
	day := DayOf(clock.Started, c.zone)
	switch {
	case rule.Hours > 0:
		return clock.Started.Add(time.Duration(length)*time.Hour + clock.stood()).UTC()
	case rule.Months > 0:
		last := sameDay(day, length)
		lost := 0
		for d, n := day.Add(1), 0; !last.Add(lost).before(d) && n < maxDays; d, n = d.Add(1), n+1 {
			if clock.stoodOn(d, c.zone) {
				lost++
			}
		}
		return last.Add(lost + 1).start(c.zone).UTC()
	}
	counted := 0
	for n := 0; counted < length && n < maxDays; n++ {
		day = day.Add(1)
		if (rule.WorkingDays == 0 || c.Working(day)) && !clock.stoodOn(day, c.zone) {
			counted++
		}
	}
	return day.Add(1).start(c.zone).UTC()
}

// sameDay is the day of the same number so many months later, or the last of that month.
func sameDay(d Day, months int) Day {
	first := DayOf(time.Date(d.Year, d.Month+time.Month(months), 1, 12, 0, 0, 0, time.UTC), time.UTC)
	last := Day{first.Year, first.Month + 1, 1}.Add(-1)
	return Day{first.Year, first.Month, min(d.Day, last.Day)}
}

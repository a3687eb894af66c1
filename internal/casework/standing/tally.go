// Package standing says how far a notifier is trusted, by what became of the notices they filed: the fast lane for the good, daily
// limits, warnings and suspension for those who misuse notice and takedown, and the patterns that give mass filing away.
//
// Nothing of it is kept but counts of results by day. Assess reckons the standing from them each time, so that a decision which is
// reversed changes the standing as if it had been right from the start. The package is pure; the numbers are data of internal/policy.
package standing

import (
	"errors"
	"fmt"
	"time"
)

// Day counts days of UTC since 1 January 1970.
type Day int

// DayOf is the day of a moment.
func DayOf(t time.Time) Day {
	s := t.Unix()
	d := s / 86400
	if s%86400 < 0 {
		d--
	}
	return Day(d)
}

// Time is the first moment of the day.
func (d Day) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// String is the day as 2026-11-20.
func (d Day) String() string { return d.Time().Format(time.DateOnly) }

// MarshalText writes the day as 2026-11-20.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Day) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return fmt.Errorf("%q is no day such as 2026-11-20", text)
	}
	*d = DayOf(t)
	return nil
}

// plus gives the day so many months later.
func (d Day) plus(months int) Day { return DayOf(d.Time().AddDate(0, months, 0)) }

// Result is what became of a notified listing.
type Result string

// The results. One listing has one result at a time: a reversal takes the first away and gives it another.
const (
	Upheld    Result = "upheld"    // taken down, and it stayed so
	Countered Result = "countered" // taken down, and reinstated since the notice was wrong
	Declined  Result = "declined"
	Unfounded Result = "unfounded" // declined as manifestly unfounded
	Withdrawn Result = "withdrawn"
)

// Results lists them all.
func Results() []Result { return []Result{Upheld, Countered, Declined, Unfounded, Withdrawn} }

// Tally is how many listings that a notifier filed on one day for one reason came to a result on another day.
type Tally struct {
	Reason  string `json:"reason"`
	Filed   Day    `json:"filed"`
	Decided Day    `json:"decided"`
	Result  Result `json:"result"`
	Count   int    `json:"count"`
}

// Validate reports every fault at once.
func (t Tally) Validate() error {
	var errs []error
	if t.Reason == "" {
		errs = append(errs, errors.New("reason is needed"))
	}
	if t.Count < 0 {
		errs = append(errs, fmt.Errorf("count is %d: more results were taken back than there were", t.Count))
	}
	if index(t.Result) < 0 {
		errs = append(errs, fmt.Errorf("result is %q: use one of %q", t.Result, Results()))
	}
	return errors.Join(errs...)
}

func index(r Result) int {
	for i, known := range Results() {
		if r == known {
			return i
		}
	}
	return -1
}

// Counts are results added up.
type Counts struct {
	Upheld    int `json:"upheld"`
	Countered int `json:"countered"`
	Declined  int `json:"declined"`
	Unfounded int `json:"unfounded"`
	Withdrawn int `json:"withdrawn"`
}

func (c *Counts) add(r Result, n int) {
	switch r {
	case Upheld:
		c.Upheld += n
	case Countered:
		c.Countered += n
	case Declined:
		c.Declined += n
	case Unfounded:
		c.Unfounded += n
	case Withdrawn:
		c.Withdrawn += n
	}
}

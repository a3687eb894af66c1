// Package drift counts how the scores of a market's listings are spread, by day, pack and signal, and measures how far that is from how
// they were spread before, or in the sets that a pack was calibrated on. Probabilities that drift away tell, before any reversed decision
// does, that listings, rights or pictures are no longer what the models were fitted to.
package drift

import (
	"math"
	"time"

	"touchstone/internal/threshold"
)

// Bins are of equal width, from 0 to 1. The last one holds 1 itself.
const Bins = 20

// Counts are listings by the highest probability that a signal gave them; those of which it found nothing are in the first bin.
type Counts [Bins]int64

// Bin of a probability; what lies outside of 0 to 1 is in the nearest.
func Bin(p float64) int {
	if !(p > 0) { // a NaN as well
		return 0
	}
	return min(Bins-1, int(p*Bins))
}

// Of is how many listings there are.
func (c Counts) Of() (n int64) {
	for _, k := range c {
		n += k
	}
	return n
}

// Shares of the listings by bin; all 0 where there are none.
func (c Counts) Shares() (s [Bins]float64) {
	if n := c.Of(); n > 0 {
		for i, k := range c {
			s[i] = float64(k) / float64(n)
		}
	}
	return s
}

// Plus adds other counts.
func (c Counts) Plus(o Counts) Counts {
	for i, k := range o {
		c[i] += k
	}
	return c
}

// Expected is how a curve's listings are spread on a market of which a share infringes: the shares by bin.
func Expected(c threshold.Curve, base float64) (s [Bins]float64) {
	in := c.Sample()
	for _, part := range []struct {
		list  []float64
		share float64
	}{{in.Infringing, base}, {in.Innocent, 1 - base}} {
		for _, p := range part.list {
			s[Bin(p)] += part.share / float64(len(part.list))
		}
	}
	return s
}

// Bounds of PSI by a rule of thumb of credit scoring (N. Siddiqi, Credit Risk Scorecards, 2006): below Stable nothing has happened, from
// Shifted on the scores are another distribution.
const (
	Stable  = 0.1
	Shifted = 0.25
)

// least is the share that an empty bin counts with, so that its logarithm is finite.
const least = 1e-4

// PSI is the population stability index of two distributions over the bins: the sum of the differences of their shares, each weighed by
// the logarithm of their ratio. It is 0 where they are the same, symmetric, and never negative.
func PSI(expected, actual [Bins]float64) float64 {
	sum := 0.0
	for i := range expected {
		e, a := max(expected[i], least), max(actual[i], least)
		sum += (a - e) * math.Log(a/e)
	}
	return sum
}

// Day is a day in UTC, counted from 1 January 1970.
type Day int64

// DayOf a moment.
func DayOf(t time.Time) Day {
	return Day(t.UTC().Truncate(24*time.Hour).Unix() / (24 * 60 * 60))
}

// Time is when the day begins.
func (d Day) Time() time.Time { return time.Unix(int64(d)*24*60*60, 0).UTC() }

// Key is what is counted together. Pack is name@version, Signal one of package detect or "infringement".
type Key struct {
	Day          Day
	Pack, Signal string
}

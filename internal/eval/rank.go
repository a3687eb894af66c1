package eval

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"
)

// keep is how many rights a listing and signal are kept, judged and written.
const keep = 10

// rank checks what a System returned for a listing, keeps the best prediction a signal and right, and orders them by
// signal, then best first, ties by right. Everything after the tenth right of a signal is dropped.
func rank(listing string, preds []Prediction, rights map[string]bool) ([]Prediction, error) {
	for _, p := range preds {
		if err := p.check(rights); err != nil {
			return nil, err
		}
	}
	preds = slices.Clone(preds)
	slices.SortStableFunc(preds, func(a, b Prediction) int {
		return cmp.Or(cmp.Compare(a.Signal, b.Signal), cmp.Compare(b.Score, a.Score), cmp.Compare(a.Right, b.Right),
			cmp.Compare(b.Probability, a.Probability))
	})
	type place struct{ signal, right string }
	seen := map[place]bool{}
	count := map[string]int{}
	out := preds[:0]
	for _, p := range preds {
		if at := (place{p.Signal, p.Right}); seen[at] || count[p.Signal] == keep {
			continue
		} else {
			seen[at] = true
		}
		count[p.Signal]++
		p.Listing = listing
		out = append(out, p)
	}
	return out, nil
}

func (p Prediction) check(rights map[string]bool) error {
	switch {
	case !rights[p.Right]:
		return fmt.Errorf("prediction names right %q, which the set does not register", p.Right)
	case p.Signal == "":
		return fmt.Errorf("prediction of right %q has no signal", p.Right)
	case math.IsNaN(p.Score) || math.IsInf(p.Score, 0):
		return fmt.Errorf("%s of right %q: score %v is not finite", p.Signal, p.Right, p.Score)
	case !(p.Probability >= 0 && p.Probability <= 1):
		return fmt.Errorf("%s of right %q: probability %v is not between 0 and 1", p.Signal, p.Right, p.Probability)
	}
	return nil
}

// A stopwatch measures elapsed and CPU time from its start.
type stopwatch struct {
	wall time.Time
	cpu  time.Duration
}

func startClock() stopwatch { return stopwatch{time.Now(), cpuTime()} }

// per returns seconds and CPU seconds since the start, divided by n.
func (s stopwatch) per(n int) (seconds, cpu float64) {
	return time.Since(s.wall).Seconds() / float64(max(n, 1)), (cpuTime() - s.cpu).Seconds() / float64(max(n, 1))
}

// quantile is the q-quantile of values by linear interpolation between order statistics; 0 for no values.
func quantile(values []float64, q float64) float64 {
	return quantileSorted(slices.Sorted(slices.Values(values)), q)
}

func quantileSorted(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	at := q * float64(len(sorted)-1)
	low := int(at)
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (at-float64(low))*(sorted[high]-sorted[low])
}

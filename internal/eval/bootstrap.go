package eval

import (
	"math/rand/v2"
	"slices"
)

// bootstrap draws as many rows as there are, with replacement, resamples times, and returns the percentiles 2.5 and
// 97.5 of every figure over the draws where it is defined (Efron's percentile interval). A figure that no draw
// defines keeps its point value.
func (s *sample) bootstrap(point [numFigures]float64, resamples int, seed, stream uint64) (low, high [numFigures]float64) {
	if len(s.rows) == 0 {
		return point, point
	}
	rng := rand.New(rand.NewPCG(seed, stream))
	drawn := [numFigures][]float64{}
	w := make([]int, len(s.rows))
	for range resamples {
		clear(w)
		for range s.rows {
			w[rng.IntN(len(s.rows))]++
		}
		for i, v := range s.values(w) {
			if defined(v) {
				drawn[i] = append(drawn[i], v)
			}
		}
	}
	for i, v := range drawn {
		if len(v) == 0 {
			v = point[i : i+1]
		}
		slices.Sort(v)
		low[i], high[i] = quantileSorted(v, 0.025), quantileSorted(v, 0.975)
	}
	return low, high
}

package embed

import (
	"math"
	"sync"
)

// Tables of weights are kept for the next picture of the same size: maxKept of
// them, of sides up to keptSide, some megabytes. They are forgotten together
// when there are more: strangers choose the sizes of their pictures.
const (
	maxKept  = 64
	keptSide = 4096
)

var kept = struct {
	sync.Mutex
	tables map[[2]int][]taps
}{tables: map[[2]int][]taps{}}

// tapsOf gives the taps of each of to samples out of from, to be read only.
// Where the two are the same each sample is its own, exactly.
func tapsOf(from, to int) []taps {
	kept.Lock()
	table := kept.tables[[2]int{from, to}]
	kept.Unlock()
	if table != nil {
		return table
	}
	if from == to {
		table = identity(to)
	} else {
		table = lanczos(from, to)
	}
	if from > keptSide {
		return table
	}
	kept.Lock()
	defer kept.Unlock()
	if len(kept.tables) >= maxKept {
		clear(kept.tables)
	}
	kept.tables[[2]int{from, to}] = table
	return table
}

func identity(n int) []taps {
	table, one := make([]taps, n), []int32{1 << precision}
	for i := range table {
		table[i] = taps{i, one}
	}
	return table
}

// lanczos computes the taps. When it shrinks, the kernel is stretched, so that
// every source sample counts.
func lanczos(from, to int) []taps {
	scale := float64(from) / float64(to)
	stretch := max(scale, 1)
	support := lobes * stretch
	out := make([]taps, to)
	var weights []float64
	for i := range out {
		centre := (float64(i) + 0.5) * scale
		start := max(0, int(centre-support+0.5))
		end := min(from, int(centre+support+0.5))
		weights = weights[:0]
		var sum float64
		for x := start; x < end; x++ {
			w := kernel((float64(x) - centre + 0.5) / stretch)
			weights = append(weights, w)
			sum += w
		}
		out[i] = taps{start, make([]int32, len(weights))}
		for k, w := range weights {
			out[i].weights[k] = int32(math.Round(w / sum * (1 << precision)))
		}
	}
	return out
}

func kernel(x float64) float64 {
	if x < -lobes || x >= lobes {
		return 0
	}
	return sinc(x) * sinc(x/lobes)
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(x*math.Pi) / (x * math.Pi)
}

package lanczos

import (
	"math"
	"sync"
)

const (
	lobes     = 3.0
	precision = 32 - 8 - 2 // bits behind the point of a weight
)

// taps are the source samples that make each target sample: n of them from starts[i] on, with the weights from n*i on, which sum
// to 1<<precision. Where fewer samples count, the others have the weight 0.
type taps struct {
	n       int
	starts  []int32
	weights []int32
}

// Tables of weights are kept for the next picture of the same size: maxKept of them, of sides up to keptSide, some megabytes. They
// are forgotten together when there are more: strangers choose the sizes of their pictures.
const (
	maxKept  = 64
	keptSide = 4096
)

var kept = struct {
	sync.Mutex
	tables map[[2]int]taps
}{tables: map[[2]int]taps{}}

// tapsOf gives the taps of each of to samples out of from, to be read only. Where the two are the same each sample is its own,
// exactly.
func tapsOf(from, to int) taps {
	kept.Lock()
	table, found := kept.tables[[2]int{from, to}]
	kept.Unlock()
	if found {
		return table
	}
	if from == to {
		table = pack(identity(to), from)
	} else {
		table = pack(kernels(from, to), from)
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

// A window is the source samples of one target sample: from start, with weights that sum to 1<<precision.
type window struct {
	start   int
	weights []int32
}

func identity(n int) []window {
	windows, one := make([]window, n), []int32{1 << precision}
	for i := range windows {
		windows[i] = window{i, one}
	}
	return windows
}

// kernels computes the windows with Pillow's arithmetic. When it shrinks, the kernel is stretched, so that every source sample
// counts.
func kernels(from, to int) []window {
	scale := float64(from) / float64(to)
	stretch := max(scale, 1)
	support := lobes * stretch
	out := make([]window, to)
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
		out[i] = window{start, make([]int32, len(weights))}
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

// pack gives all windows the length of the longest: they begin earlier where they would reach beyond the source.
func pack(windows []window, from int) taps {
	t := taps{starts: make([]int32, len(windows))}
	for _, w := range windows {
		t.n = max(t.n, len(w.weights))
	}
	t.weights = make([]int32, t.n*len(windows))
	for i, w := range windows {
		start := min(w.start, from-t.n)
		t.starts[i] = int32(start)
		copy(t.weights[t.n*i+w.start-start:], w.weights)
	}
	return t
}

package keypoint

import "math"

// The pyramid of Lowe's paper: three scales an octave, the first level blurred to 1.6 pixels.
const (
	scales      = 3
	levels      = scales + 3
	firstSigma  = 1.6
	sourceSigma = 0.5 // the blur that a picture comes with, in its own pixels
	leastSide   = 16  // of the smallest octave
)

// octave is one halving of the picture: levels of growing blur, and their differences.
type octave struct {
	step  float32 // pixels of the working picture that one pixel here stands for
	level [levels]*plane
	diff  [levels - 1]*plane
}

// octaveSteps are the kernels that lead from each level to the next.
var octaveSteps = func() (s [levels - 1][]float32) {
	k := math.Pow(2, 1.0/scales)
	for i := range s {
		s[i] = gaussian(firstSigma * math.Pow(k, float64(i)) * math.Sqrt(k*k-1))
	}
	return s
}()

// ringSize is how many values blur needs room for at a width.
func ringSize(width int) int { return (2*mostReach + 1) * (width + lanes) }

// pyramid builds the octaves of a picture that was enlarged by zoom (below 1: shrunk).
func pyramid(a *arena, base *plane, zoom float64) []octave {
	have := sourceSigma * math.Max(1, zoom)
	ring := a.take(ringSize(base.w))
	current := base
	if have < firstSigma {
		current = a.plane(base.w, base.h)
		blur(base, current, a.plane(base.w, base.h), ring, gaussian(math.Sqrt(firstSigma*firstSigma-have*have)))
	}
	var all []octave
	for step := float32(1); min(current.w, current.h) >= leastSide; step *= 2 {
		o := octave{step: step}
		o.level[0] = current
		for i, kernel := range octaveSteps {
			o.level[i+1], o.diff[i] = a.plane(current.w, current.h), a.plane(current.w, current.h)
			blur(o.level[i], o.level[i+1], o.diff[i], ring, kernel)
		}
		all = append(all, o)
		current = o.level[scales].half(a)
	}
	return all
}

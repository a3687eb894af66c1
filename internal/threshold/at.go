package threshold

import (
	"cmp"
	"slices"
)

// At is what the threshold t does: what the lowest cut that is not below it does. Where nothing is so likely it takes nothing down. Ask
// before Thin, which leaves cuts out.
func (s *Simulation) At(t float64) Cut {
	i, _ := slices.BinarySearchFunc(s.Cuts, t, func(c Cut, at float64) int { return cmp.Compare(c.Threshold, at) })
	if i < len(s.Cuts) {
		c := s.Cuts[i]
		c.Threshold = t
		return c
	}
	return s.cut(CurveStep{At: t})
}

// Sample is a sample with the curve's counts, for Simulate: as fine as the curve's steps, and what none of them takes down at 0.
func (c Curve) Sample() Sample {
	in := Sample{Kind: c.Kind, Floor: c.Floor, Infringing: make([]float64, c.Infringing), Innocent: make([]float64, c.Innocent)}
	for _, s := range c.Steps { // ascending, and counts never grow: the last step that takes a listing sets it
		for i := range s.Taken {
			in.Infringing[i] = s.At
		}
		for i := range s.Wrong {
			in.Innocent[i] = s.At
		}
	}
	return in
}

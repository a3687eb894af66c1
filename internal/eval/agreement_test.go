package eval_test

import (
	"math"
	"testing"

	"touchstone/internal/eval"
)

// TestAgree holds the figures against ones worked out by hand.
func TestAgree(t *testing.T) {
	times := func(n int, a, b bool) [][2]bool {
		out := make([][2]bool, n)
		for i := range out {
			out[i] = [2]bool{a, b}
		}
		return out
	}
	// 20 both yes, 15 both no, 5 and 10 apart: agreement 0.7, chance 0.5*0.6 + 0.5*0.4 = 0.5, kappa 0.4
	mixed := append(append(times(20, true, true), times(15, false, false)...), append(times(5, true, false), times(10, false, true)...)...)
	for name, tt := range map[string]struct {
		pairs        [][2]bool
		share, kappa float64
		defined      bool
	}{
		"none":              {nil, 0, 0, false},
		"by hand":           {mixed, 0.7, 0.4, true},
		"all the same":      {times(3, true, true), 1, 0, false},
		"always apart":      {append(times(5, true, false), times(5, false, true)...), 0, -1, true},
		"agreed, two kinds": {append(times(2, true, true), times(2, false, false)...), 1, 1, true},
	} {
		got := eval.Agree(tt.pairs)
		if got.Cases != len(tt.pairs) || math.Abs(got.Share-tt.share) > 1e-12 || math.Abs(got.Kappa-tt.kappa) > 1e-12 || got.Defined != tt.defined {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

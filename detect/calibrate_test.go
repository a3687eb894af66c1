package detect

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestCalibrationByHand(t *testing.T) {
	logistic := Calibration{A: 2, B: -1}
	points := Calibration{Points: [][2]float64{{0.2, 0.1}, {0.4, 0.5}, {0.8, 0.9}}}
	tests := []struct {
		name  string
		c     Calibration
		score float64
		want  float64
	}{
		{"logistic in the middle: 1/(1+e^0)", logistic, 0.5, 0.5},
		{"logistic: 1/(1+e^-3)", logistic, 2, 1 / (1 + math.Exp(-3))},
		{"below the first point", points, -3, 0.1},
		{"half way: 0.1 + (0.5-0.1)·0.1/0.2", points, 0.3, 0.3},
		{"on a point", points, 0.4, 0.5},
		{"a quarter on: 0.5 + 0.4·0.1/0.4", points, 0.5, 0.6},
		{"beyond the last", points, 5, 0.9},
	}
	for _, tt := range tests {
		if got := tt.c.Probability(tt.score); math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("%s: %g, want %g", tt.name, got, tt.want)
		}
	}
}

func TestCalibrationValidate(t *testing.T) {
	bad := map[string]Calibration{
		"flat":                  {},
		"falling":               {A: -1},
		"not finite":            {A: math.Inf(1)},
		"both forms":            {A: 1, Points: [][2]float64{{0, 0}}},
		"probability above one": {Points: [][2]float64{{0, 0}, {1, 1.1}}},
		"scores not ascending":  {Points: [][2]float64{{0, 0}, {0, 1}}},
		"probability descends":  {Points: [][2]float64{{0, 0.5}, {1, 0.4}}},
		"score not a number":    {Points: [][2]float64{{math.NaN(), 0.5}}},
	}
	for name, c := range bad {
		if c.Validate() == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	for _, c := range []Calibration{{A: 3, B: 1}, {Points: [][2]float64{{0, 0}, {1, 1}}}} {
		if err := c.Validate(); err != nil {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// TestCalibrationIsMonotone: whatever valid points a pack ships, a higher score is never less likely.
func TestCalibrationIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "points")
		var c Calibration
		score, p := rapid.Float64Range(-5, 5).Draw(t, "first"), 0.0
		for range n {
			c.Points = append(c.Points, [2]float64{score, p})
			score += rapid.Float64Range(0.01, 2).Draw(t, "step")
			p += rapid.Float64Range(0, 1-p).Draw(t, "rise")
		}
		if err := c.Validate(); err != nil {
			t.Skip(err)
		}
		a := rapid.Float64Range(-10, 30).Draw(t, "a")
		b := a + rapid.Float64Range(0, 10).Draw(t, "more")
		if pa, pb := c.Probability(a), c.Probability(b); pb < pa || pa < 0 || pb > 1 {
			t.Fatalf("P(%g) = %g, P(%g) = %g", a, pa, b, pb)
		}
	})
}

package detect

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestRarityByHand: half way between one in 100 and one in 10,000, on the scale of ratios, lies one in 1,000.
func TestRarityByHand(t *testing.T) {
	r := Rarity{{0.2, 100}, {0.4, 10000}, {0.6, 100000}}
	for score, want := range map[float64]int{0.1: 0, 0.2: 9900, 0.3: 9990, 0.4: 9999, 0.9: 9999, math.Inf(1): 9999} {
		if got := r.closerThan(score); got != want {
			t.Errorf("score %g: closer than %d, want %d", score, got, want)
		}
	}
	if got := (Rarity)(nil).closerThan(1); got != 0 {
		t.Errorf("without points: %d", got)
	}
	if got := r.closerThan(math.NaN()); got != 0 {
		t.Errorf("a score that is no number: %d", got)
	}
}

func TestRarityValidate(t *testing.T) {
	for name, r := range map[string]Rarity{
		"scores descend": {{0.4, 10}, {0.2, 100}}, "rarity descends": {{0.2, 100}, {0.4, 10}},
		"more than all": {{0.2, 0.5}}, "not a number": {{math.NaN(), 2}},
	} {
		if r.Validate() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// A higher score is never said to be less rare.
func TestRarityIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r Rarity
		score, oneIn := -1.0, 1.0
		for range rapid.IntRange(1, 6).Draw(t, "points") {
			score, oneIn = score+rapid.Float64Range(0.01, 1).Draw(t, "step"), oneIn*rapid.Float64Range(1, 30).Draw(t, "ratio")
			r = append(r, [2]float64{score, oneIn})
		}
		a := rapid.Float64Range(-2, 8).Draw(t, "a")
		b := a + rapid.Float64Range(0, 3).Draw(t, "more")
		if low, high := r.closerThan(a), r.closerThan(b); low > high || high >= outOf || low < 0 {
			t.Fatalf("closer than %d at %g, %d at %g", low, a, high, b)
		}
	})
}

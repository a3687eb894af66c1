package threshold

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestAt: a threshold between two cuts does what the higher one does, and one above all takes nothing.
func TestAt(t *testing.T) {
	s, err := Simulate(Sample{Infringing: []float64{0.4, 0.8, 0.9}, Innocent: []float64{0, 0.4, 0.6}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[float64][2]int{0.1: {3, 2}, 0.4: {3, 2}, 0.41: {2, 1}, 0.6: {2, 1}, 0.7: {2, 0}, 0.9: {1, 0}, 0.95: {0, 0}} {
		c := s.At(at)
		if c.Threshold != at || c.Taken.Count != want[0] || c.Wrong.Count != want[1] {
			t.Errorf("at %g: %d and %d, want %v", at, c.Taken.Count, c.Wrong.Count, want)
		}
	}
	if c := s.At(0.95); c.Hours != 0 || c.Missed != s.Prior*s.Listings {
		t.Errorf("above everything: %+v", c)
	}
}

// TestCurveSample: a curve's sample has the curve.
func TestCurveSample(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		probabilities := rapid.SliceOfN(rapid.Float64Range(0, 1), 1, 40)
		in := Sample{Infringing: probabilities.Draw(t, "infringing"), Innocent: probabilities.Draw(t, "innocent")}
		c := in.Curve()
		if len(c.Steps) == 0 {
			return // nothing above 0
		}
		out := c.Sample()
		for _, list := range [][]float64{in.Infringing, in.Innocent, out.Infringing, out.Innocent} {
			slices.Sort(list)
		}
		if d := cmp.Diff(in.Infringing, out.Infringing) + cmp.Diff(in.Innocent, out.Innocent); d != "" {
			t.Fatal(d)
		}
	})
}

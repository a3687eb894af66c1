package threshold

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// TestSimulateByHand: of four guilty listings 0.9, 0.8, 0.4 and one unseen; of four innocents one at 0.4. At 0.8 two of four are
// taken and none wrongly; at 0.4 three of four and one of four. With a base rate of 0.1: 0.1·0.75 / (0.1·0.75 + 0.9·0.25) = 0.25.
// A reviewer at three minutes a listing needs 1000·(0.075 + 0.225)·3/60 = 15 hours. Exact intervals of 0 of 4: 1 − 0.025^(1/4) = 0.602.
func TestSimulateByHand(t *testing.T) {
	s, err := Simulate(Sample{Infringing: []float64{0.9, 0.8, 0.4, 0}, Innocent: []float64{0.4, 0, 0, 0}}, Options{Prior: 0.1, Minutes: 3, Listings: 1000})
	if err != nil {
		t.Fatal(err)
	}
	var at []float64
	for _, c := range s.Cuts {
		at = append(at, c.Threshold)
	}
	if diff := cmp.Diff([]float64{0.4, 0.8, 0.9}, at); diff != "" {
		t.Fatalf("thresholds (-want +got):\n%s", diff)
	}
	low := s.Cuts[0]
	got := []float64{low.Taken.Value, low.Wrong.Value, low.Precision.Value, low.TakenListings, low.WrongListings, low.Missed, low.Hours, s.Cuts[1].Wrong.High, s.Cuts[1].Precision.Value}
	want := []float64{0.75, 0.25, 0.25, 75, 225, 25, 15, 0.602365, 1}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-6)); diff != "" {
		t.Errorf("figures (-want +got):\n%s", diff)
	}
	if low.Taken.Count != 3 || low.Wrong.Count != 1 || s.Guilty != 4 || s.Innocent != 4 {
		t.Errorf("counts: %+v of %d, %+v of %d", low.Taken, s.Guilty, low.Wrong, s.Innocent)
	}
}

func TestRecommendTakesTheLowestThatIsShown(t *testing.T) {
	var guilty, innocent []float64
	for i := range 400 {
		guilty = append(guilty, 0.5+float64(i)/1000) // 0.5 to 0.899
	}
	for i := range 4000 {
		innocent = append(innocent, float64(i)/8000) // to 0.4999
	}
	s, err := Simulate(Sample{Infringing: guilty, Innocent: innocent}, Options{Prior: 0.2})
	if err != nil {
		t.Fatal(err)
	}
	list := s.Recommend(0.95, 0.9999)
	c := list[0].Cut
	if c == nil || c.Precision.Low < 0.95 || c.Threshold > 0.5 {
		t.Fatalf("recommended %+v", c)
	}
	for _, lower := range s.Cuts {
		if lower.Threshold < c.Threshold && lower.Precision.Low >= 0.95 {
			t.Errorf("threshold %g would do", lower.Threshold)
		}
	}
	if list[1].Cut != nil || list[1].Needed < 4000 {
		t.Errorf("4,000 innocents cannot show a precision of 0.9999, recommended %+v", list[1])
	}
	// As many innocents as Needed says, all of them below, show it.
	n := s.Needed(0.99, 0.9)
	upper := share(0, n).High
	if p := at(s.Prior, 0.9, upper); p < 0.99 {
		t.Errorf("%d innocents show a precision of %g only", n, p)
	}
	if p := at(s.Prior, 0.9, share(0, n-2).High); p >= 0.99 {
		t.Errorf("%d innocents would do", n-2)
	}
}

func TestSimulateNeedsBothKinds(t *testing.T) {
	for _, in := range []Sample{{Infringing: []float64{0.9}}, {Innocent: []float64{0.9}}} {
		if _, err := Simulate(in, Options{}); err == nil || !strings.Contains(err.Error(), "both are needed") {
			t.Errorf("error %v", err)
		}
	}
}

// A higher threshold never takes more, of either kind.
func TestSimulateIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.Float64Range(0, 1), 1, 30)
		s, err := Simulate(Sample{Infringing: p.Draw(t, "guilty"), Innocent: p.Draw(t, "innocent")}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range s.Cuts {
			if !(c.Precision.Low <= c.Precision.Value && c.Precision.Value <= c.Precision.High) || math.IsNaN(c.Precision.Value) {
				t.Fatalf("precision %+v", c.Precision)
			}
			if i > 0 && (c.Taken.Count > s.Cuts[i-1].Taken.Count || c.Wrong.Count > s.Cuts[i-1].Wrong.Count) {
				t.Fatalf("at %g more is taken than at %g", c.Threshold, s.Cuts[i-1].Threshold)
			}
		}
	})
}

package eval

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// answers makes a run on a set of guilty listings, of which some have their right first and others do not, and of innocents.
func answers(set *Set, first func(i int) bool) *Run {
	run := &Run{Set: set}
	for i, l := range set.Listings {
		right, p := "A", 0.9
		if !first(i) {
			right, p = "B", 0.8
		}
		if len(l.Truth) == 0 {
			p = 0.1
		}
		run.Predictions = append(run.Predictions, Prediction{Listing: l.ID, Right: right, Signal: "near_copy", Score: p, Probability: p})
	}
	return run
}

func compareSet(guilty, innocent int) *Set {
	set := &Set{Name: "set", Tasks: []string{"near_copy"}}
	for i := range guilty + innocent {
		l := Labelled{Listing: Listing{ID: fmt.Sprint("L", i)}}
		if i < guilty {
			l.Truth = []Truth{{Right: "A", Signal: "near_copy"}}
		}
		set.Listings = append(set.Listings, l)
	}
	return set
}

// TestCompareByHand: A has 60 of 100 right and B 90 of 100, thirty of them other listings: the difference is 0.3 and real.
func TestCompareByHand(t *testing.T) {
	set := compareSet(100, 50)
	a, b := answers(set, func(i int) bool { return i < 60 || i >= 100 }), answers(set, func(i int) bool { return i < 90 || i >= 100 })
	c, err := Compare(a, b, nil, nil, MeasureOptions{Resamples: 200})
	if err != nil {
		t.Fatal(err)
	}
	s := c.Signals["near_copy"]
	d := s.Differences["recall_at_1"]
	if math.Abs(d.Value-0.3) > 1e-12 || !d.Real || d.Low < 0.15 || d.High > 0.45 {
		t.Errorf("difference of recall at 1: %+v, want 0.3 and real", d)
	}
	if len(s.OnlyA) != 0 || len(s.OnlyB) != 30 || s.OnlyB[0] != "L60" {
		t.Errorf("only A %v, only B %v", s.OnlyA, s.OnlyB)
	}
	if _, has := s.Differences["precision"]; has {
		t.Error("a figure at a threshold without a threshold")
	}
	if s.A.RecallAt1.Value != 0.6 || s.B.RecallAt1.Value != 0.9 {
		t.Errorf("figures %+v and %+v", s.A.RecallAt1, s.B.RecallAt1)
	}
}

// A system compared with itself differs in nothing; one listing of a hundred proves nothing.
func TestCompareFindsNoDifferenceWhereNoneIs(t *testing.T) {
	set := compareSet(100, 50)
	a := answers(set, func(i int) bool { return i < 60 || i >= 100 })
	for name, b := range map[string]*Run{"itself": a, "one listing more": answers(set, func(i int) bool { return i < 61 || i >= 100 })} {
		c, err := Compare(a, b, map[string]float64{"near_copy": 0.5}, map[string]float64{"near_copy": 0.5}, MeasureOptions{Resamples: 200})
		if err != nil {
			t.Fatal(err)
		}
		for figure, d := range c.Signals["near_copy"].Differences {
			if d.Real {
				t.Errorf("%s: %s differs by %+v", name, figure, d)
			}
		}
	}
}

func TestCompareRefusesDifferentSets(t *testing.T) {
	a, b := &Run{Set: compareSet(1, 1)}, &Run{Set: compareSet(2, 1)}
	if _, err := Compare(a, b, nil, nil, MeasureOptions{}); err == nil {
		t.Error("runs of different sets are compared")
	}
}

// The names are those of metrics.json, in its order.
func TestFigureNamesAreThoseOfMetrics(t *testing.T) {
	var f Figures
	for i, at := range f.figures() {
		*at = &Figure{Value: float64(i)}
	}
	raw, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var written map[string]Figure
	if err := json.Unmarshal(raw, &written); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(written, f.ByName()); diff != "" || len(written) != len(FigureNames) {
		t.Errorf("figures by name (-written +got):\n%s", diff)
	}
}

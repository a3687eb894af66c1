package simulate

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPairs: precision and recall of rings, counted by hand: of the three pairs in the first ring one is one hand, the pair in the second
// is one hand; hand x has three stores, so three pairs, and y one.
func TestPairs(t *testing.T) {
	hand := map[string]string{"a": "x", "b": "x", "c": "x", "d": "y", "e": "y", "f": "f"}
	var got Rings
	got.pairs(hand, [][]string{{"a", "b", "f"}, {"d", "e"}})
	if diff := cmp.Diff(Rings{Precision: Share{2, 4}, Recall: Share{2, 4}}, got); diff != "" {
		t.Errorf("pairs (-want +got):\n%s", diff)
	}
}

// TestMeasureRings: rings are drawn, found for the most part, and nobody who was framed is in one.
func TestMeasureRings(t *testing.T) {
	p, err := Builtin("market")
	if err != nil {
		t.Fatal(err)
	}
	p.Scale = 0.5
	p.Links.Planted = 1
	w := NewWorld(p, 2, nil)
	r, err := MeasureRings(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	if r.Recall.Of == 0 || r.Sources.Of != 3 {
		t.Fatalf("nothing was drawn: %+v", r)
	}
	if r.Precision.Count*10 < r.Precision.Of*9 || r.Recall.Count*2 < r.Recall.Of {
		t.Errorf("precision %v, recall %v", r.Precision, r.Recall)
	}
}

package storetest

import (
	"testing"

	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/followup"
	"touchstone/internal/threshold"
)

// testCurves: what was measured of the same key last counts, and keys do not touch each other.
func testCurves(t *testing.T, s Store) {
	curve := func(source string) threshold.Curve {
		return threshold.Curve{Kind: threshold.KindReviewed, Source: source, Infringing: 2, Innocent: 1, Steps: []threshold.CurveStep{{At: 0.5, Taken: 2, Wrong: 1}, {At: 0.9, Taken: 1}}}
	}
	keep := func(key threshold.Key, source string) threshold.Kept {
		k := threshold.Kept{Key: key, Curve: curve(source), KeptAt: T0, By: "operator:ops/k"}
		must(t, s.Update(ctx, func(tx docket.Tx) error { return tx.(followup.Tx).PutCurve(ctx, k) }))
		return k
	}
	a, b := threshold.Key{Pack: "p@1", Marketplace: "alpha", Population: threshold.Listings, Signal: "infringement"}, threshold.Key{Pack: "p@2", Marketplace: "alpha", Population: threshold.Listings, Signal: "infringement"}
	if got := must2(s.Curves(ctx)); len(got) != 0 {
		t.Errorf("at first: %+v", got)
	}
	keep(a, "May")
	want := []threshold.Kept{keep(a, "June"), keep(b, "June")}
	same(t, "curves", must2(s.Curves(ctx)), want)
}

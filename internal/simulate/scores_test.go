package simulate

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/threshold"
)

// TestScores: of an infringing listing its own right counts, of an innocent one the most that is said of any right which something can rest
// on and for which its seller is not authorised; what was not scored does not count.
func TestScores(t *testing.T) {
	mine, other := &Right{Holder: 1, State: "verified"}, &Right{Holder: 2, State: "verified"}
	expired := &Right{Holder: 3, State: "expired"}
	w := &World{sellers: sellers{authorised: map[int][]string{2: {"friend"}}}}
	w.P.Listings.Count = 1
	copied := &Listing{Kind: kindPicture, Right: mine, scored: true}
	copied.hear(mine, fused, 0.8)
	copied.hear(mine, "near_copy", 0.4)
	copied.hear(mine, "near_copy", 0.3)
	copied.hear(other, fused, 0.9)
	honest := &Listing{Kind: kindHonest, Seller: "friend", scored: true}
	honest.hear(mine, fused, 0.2)
	honest.hear(other, fused, 0.99)
	honest.hear(expired, fused, 0.95)
	m := &month{w: w, offered: []*Listing{copied, honest, {Kind: kindHonest}}, listings: map[string]*Listing{"a": copied, "b": honest}}
	want := Scores{fused: {Infringing: []float64{0.8}, Innocent: []float64{0.2}}, "near_copy": {Infringing: []float64{0.4}, Innocent: []float64{0}}}
	if d := cmp.Diff(want, m.scores()); d != "" {
		t.Error(d)
	}
	w.P.Listings.Count = 0
	m.cases = map[string]*Record{"c1": {listing: copied, right: mine, Truth: Truth{Infringes: true}}, "c2": {listing: honest, right: other, Way: wayMismatch},
		"c3": {listing: honest, right: other, Way: wayAuthorised}, "c4": {Way: wayNotFound}, "c5": {listing: copied, right: other, Proactive: true}}
	want = Scores{fused: {Infringing: []float64{0.8}, Innocent: []float64{0.99}}, "near_copy": {Infringing: []float64{0.4}, Innocent: []float64{0}}}
	if d := cmp.Diff(want, m.scores()); d != "" {
		t.Errorf("of notices: %s", d)
	}
	want.merge(Scores{fused: {Innocent: []float64{0.5}}, "keyword_misuse": {Infringing: []float64{1}}})
	if d := cmp.Diff(threshold.Sample{Infringing: []float64{0.8}, Innocent: []float64{0.99, 0.5}}, *want[fused]); d != "" || len(want) != 3 {
		t.Error(d)
	}
}

// TestLate: what was sold before it was taken down is told, oldest first, and nothing else.
func TestLate(t *testing.T) {
	at := time.Date(2026, 3, 2, 23, 10, 0, 0, time.UTC)
	right := &Right{}
	late := &Listing{no: 2, Kind: kindLogo, Evasion: "crop", Right: right, PutUp: at, SoldAt: at.Add(90 * time.Minute), stoppedAt: at.Add(7 * time.Hour), proactive: true, tooLate: true, band: "urgent"}
	late.hear(right, fused, 0.9)
	earlier := *late
	earlier.no, earlier.PutUp = 1, at.Add(-time.Hour)
	m := &month{offered: []*Listing{late, {no: 3, proactive: true}, {no: 4}, &earlier}}
	got := m.late(map[*Listing]bool{late: true})
	want := Late{Kind: kindLogo, Evasion: "crop", Hour: 23, SoldIn: 1.5, DownIn: 7, Band: "urgent", Automatic: true, Chances: said{fused: 0.9}}
	if len(got) != 2 || got[0].Hour != 22 {
		t.Fatalf("%+v", got)
	}
	if d := cmp.Diff(want, got[1]); d != "" {
		t.Error(d)
	}
}

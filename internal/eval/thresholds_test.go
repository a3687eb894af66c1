package eval

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/threshold"
)

// A listing that is taken down for another right than it infringes is not rightly taken down; an innocent one is wrongly for any.
func TestSampled(t *testing.T) {
	truth := []Truth{{Right: "A", Signal: "near_copy"}}
	run := &Run{Set: &Set{Tasks: []string{"near_copy"}, Listings: []Labelled{
		{Listing: Listing{ID: "wrong right"}, Truth: truth}, {Listing: Listing{ID: "right"}, Truth: truth}, {Listing: Listing{ID: "innocent"}}, {Listing: Listing{ID: "unseen"}}}}}
	for _, p := range []Prediction{{Listing: "wrong right", Right: "B", Probability: 0.9}, {Listing: "right", Right: "A", Probability: 0.7},
		{Listing: "right", Right: "B", Probability: 0.8}, {Listing: "innocent", Right: "B", Probability: 0.4}, {Listing: "innocent", Right: "A", Probability: 0.3}} {
		p.Signal, p.Score = Infringement, p.Probability
		run.Predictions = append(run.Predictions, p)
	}
	want := threshold.Sample{Kind: threshold.KindLabelled, Infringing: []float64{0, 0.7}, Innocent: []float64{0.4, 0}}
	if diff := cmp.Diff(want, Sampled([]*Run{run}, Infringement)); diff != "" {
		t.Error(diff)
	}
}

package docket_test

import (
	"testing"

	"touchstone/internal/casework/docket"
)

// TestReviews: who judged twice, and what they thought.
func TestReviews(t *testing.T) {
	down := docket.Decision{By: "a", Effect: docket.EffectRemoved, Outcome: docket.OutcomeTakenDown}
	agreed, machine := down, down
	agreed.Agreed, machine.Automatic = "b", "full"
	back := docket.Decision{By: "b", OnContest: "con_1", Outcome: docket.OutcomeReinstated}
	same := back
	same.By = "a"
	for name, tt := range map[string]struct {
		notes             []docket.Fact
		decisions         []docket.Decision
		first, second, ok bool
	}{
		"nobody":                   {},
		"one person":               {decisions: []docket.Decision{down}},
		"four eyes agree":          {decisions: []docket.Decision{agreed}, first: true, second: true, ok: true},
		"reversed by another":      {decisions: []docket.Decision{down, back}, first: true, ok: true},
		"reversed by the same":     {decisions: []docket.Decision{down, same}},
		"a machine, then one":      {decisions: []docket.Decision{machine, back}},
		"four eyes do not agree":   {notes: []docket.Fact{{Code: "OPINIONS_DIFFER", Text: "One reviewer would have decided taken_down (COUNTERFEIT); another disagreed."}}, decisions: []docket.Decision{down}, first: true, ok: true},
		"nor agree on an upheld":   {notes: []docket.Fact{{Code: "OPINIONS_DIFFER", Text: "One reviewer would have decided no_action (GENUINE); another disagreed. Look at the label."}}, second: true, ok: true},
		"another note says little": {notes: []docket.Fact{{Code: "PRICE", Text: "One reviewer would"}}},
	} {
		first, second, ok := docket.Reviews(docket.Case{Notes: tt.notes}, tt.decisions)
		if first != tt.first || second != tt.second || ok != tt.ok {
			t.Errorf("%s: %t %t %t", name, first, second, ok)
		}
	}
}

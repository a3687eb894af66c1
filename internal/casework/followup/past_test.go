package followup_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/followup"
	"touchstone/internal/policy"
	"touchstone/internal/threshold"
)

// grounded says of every listing that it shows a picture which carries the complaint, and another beside it.
type grounded struct {
	w      *world
	chance float64
}

func (s grounded) Score(context.Context, docket.Target) (docket.Score, error) {
	return docket.Score{Known: true, Seller: s.w.shop, Pack: "p@1", Probability: s.chance, Strongest: "near_copy", Signals: map[string]float64{"near_copy": s.chance},
		Pictures: []string{"beside", "shown"}, Grounds: []docket.Ground{{Picture: "shown", Chance: s.chance}}}, nil
}

// TestWhoStandsBehindARemoval: what later listings meet is the picture that carried a take-down; one that the service made by itself is
// confirmed once a person upholds it, or nobody has complained of it in time; one that a person made is at once, and one that is taken back is
// met no more.
func TestWhoStandsBehindARemoval(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	rules, triage := policy.Default(), policy.DefaultTriage()
	triage.TakeDown = map[string]float64{"near_copy": 0.9}
	rules.Triage = &triage
	w.docket.Policies["default"] = rules
	w.docket.Measured = threshold.NewBook()
	w.docket.Measured.AddPack("p@1", map[string]threshold.Curve{"near_copy": threshold.Sample{Infringing: slices.Repeat([]float64{1}, 1000), Innocent: make([]float64, 1000)}.Curve()})
	met := func(caseID string) *followup.Past {
		all := must(w.follow.Removed(ctx, []string{"shown", "beside"}))
		if i := slices.IndexFunc(all, func(p followup.Past) bool { return p.Case == caseID }); i >= 0 {
			return &all[i]
		}
		return nil
	}
	w.docket.Scorer = grounded{w, 0.99}
	automatic := w.file(t, docket.ReasonMarkOnPage, "L1")[0]
	p := met(automatic)
	if p == nil || !p.Automatic || p.Confirmed(w.now) || p.FinalAt.IsZero() || p.Confirmed(p.FinalAt.Add(-1)) || !p.Confirmed(p.FinalAt) {
		t.Fatalf("by the service: %+v", p)
	}
	if diff := cmp.Diff([]string{"shown"}, p.Pictures); diff != "" || p.Ground("shown").Chance != 0.99 || p.Ground("beside").Chance != 0 {
		t.Errorf("it rests on %+v: %s", p.Grounds, diff)
	}
	must(w.docket.Appeal(ctx, sellerOf(w), automatic, docket.Objection{Statement: "These are our own goods, see the invoice."}))
	w.decide(t, automatic, docket.OutcomeUpheld, "")
	if p = met(automatic); p == nil || p.Automatic || !p.Confirmed(w.now) {
		t.Errorf("upheld by a person: %+v", p)
	}

	w.docket.Scorer = grounded{w, 0.6}
	byHand := w.file(t, docket.ReasonMarkOnPage, "L2")[0]
	if met(byHand) != nil {
		t.Error("met before it was decided")
	}
	w.decide(t, byHand, docket.OutcomeTakenDown, "")
	if p = met(byHand); p == nil || p.Automatic || !p.Confirmed(w.now) || p.Ground("shown").Chance != 0.6 {
		t.Errorf("by a person: %+v", p)
	}
	w.reinstate(t, byHand)
	if p = met(byHand); p != nil {
		t.Errorf("after it was put back: %+v", p)
	}
}

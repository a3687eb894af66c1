package followup_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/followup"
	"touchstone/internal/policy"
	"touchstone/internal/threshold"
)

var (
	scientist = casework.Actor{Account: "lab", Role: "scientist"}
	infringed = docket.Verdict{Outcome: docket.OutcomeTakenDown}
	innocent  = docket.Verdict{Outcome: docket.OutcomeNoAction}
)

// inUse is the pack in use.
func inUse() string { return "p@1" }

// found brings a finding of scoring to the docket and gives its case.
func (w *world) found(t fataler, listing, pack string, p float64) docket.Case {
	t.Helper()
	ctx := context.Background()
	f := docket.Finding{Marketplace: "alpha", Listing: listing, Seller: w.shop, Right: w.right.ID, ContentHash: listing, Band: policy.BandUrgent,
		Score: docket.Score{Known: true, Report: "rep_" + listing, Pack: pack, Probability: p, Strongest: "near_copy", Signals: map[string]float64{"near_copy": p / 2, "infringement": p}}}
	if err := w.docket.Observe(ctx, []docket.Finding{f}); err != nil {
		t.Fatal(err)
	}
	for _, c := range must(w.store.Cases(ctx, docket.CaseQuery{Marketplace: "alpha", Limit: 100})) {
		if c.Listing == listing {
			return c
		}
	}
	t.Fatalf("no case of %s", listing)
	return docket.Case{}
}

// TestReviewedHistory: what people decided counts by what holds now; what another pack scored does not, nor what policy decided alone.
func TestReviewedHistory(t *testing.T) {
	w := newWorld(t)
	w.follow.Pack = inUse
	for listing, v := range map[string]docket.Verdict{"L1": infringed, "L2": infringed, "L3": innocent} {
		c := w.found(t, listing, "p@1", map[string]float64{"L1": 0.9, "L2": 0.8, "L3": 0.7}[listing])
		w.decide(t, c.ID, v.Outcome, "")
	}
	w.decide(t, w.found(t, "L4", "p@0", 0.6).ID, docket.OutcomeNoAction, "")
	w.found(t, "L5", "p@1", 0.6) // undecided
	for _, id := range w.file(t, docket.ReasonMarkOnPage, "N1") {
		w.decide(t, id, docket.OutcomeTakenDown, "")
	}
	q := followup.HistoryQuery{Marketplace: "alpha", From: w.now.AddDate(0, 0, -1), To: w.now.AddDate(0, 0, 1)}
	h := must(w.follow.Reviewed(context.Background(), scientist, q))
	slices.Sort(h.Sample.Infringing)
	want := followup.History{Pack: "p@1", Cases: 3, OtherPack: 1, Sample: threshold.Sample{Kind: threshold.KindReviewed, Infringing: []float64{0.8, 0.9}, Innocent: []float64{0.7}, Floor: 0.3}}
	if diff := cmp.Diff(want, h); diff != "" {
		t.Error(diff)
	}
	q.Signal = "near_copy"
	if h = must(w.follow.Reviewed(context.Background(), scientist, q)); len(h.Sample.Innocent) != 1 || h.Sample.Innocent[0] != 0.35 {
		t.Errorf("of one signal: %+v", h.Sample)
	}
	q.Population = threshold.Notices
	if h = must(w.follow.Reviewed(context.Background(), scientist, q)); h.Unscored != 1 || h.Cases != 0 { // the world's scorer names no report
		t.Errorf("of notices: %+v", h)
	}
}

// TestMeasuredPrecisionCounts: once the decided cases of a marketplace have been measured, they count in the place of what the pack
// brought; a reversal counts against the precision.
func TestMeasuredPrecisionCounts(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.follow.Pack, w.follow.Measured = inUse, threshold.NewBook()
	key := threshold.Key{Pack: "p@1", Marketplace: "alpha", Population: threshold.Listings, Signal: "infringement"}
	q := followup.HistoryQuery{Marketplace: "alpha", From: w.now.AddDate(0, 0, -1), To: w.now.AddDate(0, 0, 1)}
	if _, err := w.follow.Measure(ctx, operator, q); !errors.Is(err, casework.ErrConflict) || w.follow.Measured.Find(key) != nil {
		t.Fatalf("nothing was decided: %v", err)
	}
	var last docket.Case
	for i := range 60 {
		last = w.decide(t, w.found(t, fmt.Sprint("L", i), "p@1", 0.95).ID, docket.OutcomeTakenDown, "")
	}
	w.decide(t, w.found(t, "clear", "p@1", 0.5).ID, docket.OutcomeNoAction, "")
	kept := must(w.follow.Measure(ctx, operator, q))
	before := w.follow.Measured.Find(key).Prove(0.9, 0.94, 0.001)
	if kept.Key != key || !before.Shown {
		t.Fatalf("60 of 60 at 0.95: %+v, %s", kept.Key, before)
	}
	if _, err := w.docket.Undo(ctx, operator, last.ID, ""); err != nil {
		t.Fatal(err)
	}
	w.decide(t, last.ID, docket.OutcomeNoAction, "")
	must(w.follow.Measure(ctx, operator, q))
	after := w.follow.Measured.Find(key).Prove(0.9, 0.94, 0.001)
	if after.Precision.Value != 59.0/60 || after.Shown {
		t.Errorf("59 of 60: %s", after)
	}
	fresh := threshold.NewBook() // another process hears of it
	w.follow.Measured = fresh
	if _, err := w.follow.Tick(ctx); err != nil || fresh.Find(key) == nil {
		t.Errorf("after a tick: %v", err)
	}
	if list := must(w.follow.Curves(ctx, scientist)); len(list) != 1 || list[0].By == "" || list[0].Key != key {
		t.Errorf("curves %+v", list)
	}
}

// TestAdopt: what was measured elsewhere counts, is kept and audited, and what is no measurement changes nothing.
func TestAdopt(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	w.follow.Pack, w.follow.Measured = inUse, threshold.NewBook()
	key := threshold.Key{Pack: "p@1", Marketplace: "alpha", Population: threshold.Listings, Signal: "near_copy"}
	curve := threshold.Sample{Infringing: slices.Repeat([]float64{0.9}, 80), Innocent: make([]float64, 4000)}.Curve()
	long, wide := curve, curve
	long.Source, wide.Steps = strings.Repeat("x", 501), make([]threshold.CurveStep, threshold.MaxSteps+1)
	odd := key
	odd.Population = "shops"
	for what, bad := range map[string]threshold.Kept{"a curve without steps": {Key: key}, "a population that is not known": {Key: odd, Curve: curve}, "too long a source": {Key: key, Curve: long}, "too many steps": {Key: key, Curve: wide}} {
		var invalid *casework.ValidationError
		if err := w.follow.Adopt(ctx, operator, threshold.Kept{Key: key, Curve: curve}, bad); !errors.As(err, &invalid) || w.follow.Measured.Find(key) != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := w.follow.Adopt(ctx, operator, threshold.Kept{Key: key, Curve: curve, By: "labelled by hand"}); err != nil {
		t.Fatal(err)
	}
	if p := w.follow.Measured.Find(key).Prove(0.9, 0.9, 0.02); !p.Shown {
		t.Error(p)
	}
	if list := must(w.follow.Curves(ctx, scientist)); len(list) != 1 || list[0].By != "labelled by hand" {
		t.Errorf("curves %+v", list)
	}
}

// TestWhoMeasures: figures are for those who judge, run or model; what counts is decided by those who run the service.
func TestWhoMeasures(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	q := followup.HistoryQuery{Marketplace: "alpha", From: w.now.Add(-time.Hour), To: w.now}
	for _, tt := range []struct {
		actor        casework.Actor
		sees, counts bool
	}{
		{operator, true, true}, {casework.Actor{Account: "a", Role: "admin"}, true, true}, {judges[0], true, false}, {scientist, true, false},
		{w.holder, false, false}, {casework.Actor{Account: "a", Role: "agent"}, false, false}, {casework.Actor{Account: "alpha", Role: "pipeline", Subject: "alpha"}, false, false},
		{casework.Actor{Account: "s", Role: "seller", Subject: "alpha/shop"}, false, false},
	} {
		_, sees := w.follow.Reviewed(ctx, tt.actor, q)
		_, curves := w.follow.Curves(ctx, tt.actor)
		_, counts := w.follow.Measure(ctx, tt.actor, q)
		adopts := w.follow.Adopt(ctx, tt.actor)
		for what, got := range map[string]struct {
			err error
			may bool
		}{"history": {sees, tt.sees}, "curves": {curves, tt.sees}, "measure": {counts, tt.counts}, "adopt": {adopts, tt.counts}} {
			if refused := errors.Is(got.err, casework.ErrForbidden); refused == got.may {
				t.Errorf("%s, %s: %v", tt.actor.Role, what, got.err)
			}
		}
	}
	for _, bad := range []followup.HistoryQuery{{From: w.now, To: w.now}, {From: w.now.AddDate(-2, 0, 0), To: w.now}, {From: q.From, To: q.To, Population: "all"}} {
		var invalid *casework.ValidationError
		if _, err := w.follow.Reviewed(ctx, scientist, bad); !errors.As(err, &invalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

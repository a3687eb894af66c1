package followup_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/enforce"
	"touchstone/internal/casework/followup"
	"touchstone/internal/casework/standing"
	"touchstone/internal/casework/statement"
	"touchstone/internal/policy"
)

func (w *world) state(t fataler) followup.StorefrontView {
	t.Helper()
	return must(w.follow.Storefront(context.Background(), operator, "alpha", w.shop))
}

func TestTakeDownStrikesAndUndoBringsBack(t *testing.T) {
	w := newWorld(t)
	clean := w.state(t).State
	ids := w.file(t, docket.ReasonCounterfeit, "L1", "L2")
	w.decide(t, ids[0], docket.OutcomeTakenDown, "")
	s := w.state(t)
	if len(s.State.Strikes) != 1 || !s.State.Frozen.Equal(w.now.AddDate(0, 0, 1)) || len(s.Ledger) != 1 {
		t.Fatalf("after a take-down: %+v", s)
	}
	w.decide(t, ids[1], docket.OutcomeTakenDown, "") // within three days: the same strike
	if s = w.state(t); len(s.State.Strikes) != 1 || len(s.State.Strikes[0].Events) != 2 {
		t.Fatalf("after another: %+v", s)
	}
	w.undo(t, ids[1])
	w.reinstate(t, ids[0])
	got := w.state(t).State
	if diff := cmp.Diff(clean, got); diff != "" {
		t.Errorf("not as before:\n%s", diff)
	}
	kinds := w.events(t)
	if kinds["store.freeze"] != 1 || kinds["store.unfreeze"] != 1 || kinds["store.warn"] != 1 || kinds["store.withdraw_warning"] != 1 {
		t.Errorf("told: %v", kinds)
	}
}

func TestFreezeEndsByItself(t *testing.T) {
	w := newWorld(t)
	w.decide(t, w.file(t, docket.ReasonCounterfeit, "L1")[0], docket.OutcomeTakenDown, "")
	for range 2 { // the second finds nothing to do
		w.now = w.now.Add(25 * time.Hour)
		must(w.follow.Tick(context.Background()))
	}
	if kinds := w.events(t); kinds["store.unfreeze"] != 1 {
		t.Errorf("told: %v", kinds)
	}
}

func TestReopen(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	for i := range 3 {
		w.decide(t, w.file(t, docket.ReasonCounterfeit, fmt.Sprint("L", i))[0], docket.OutcomeTakenDown, "")
		w.now = w.now.AddDate(0, 0, 10)
	}
	if !w.state(t).State.Closed {
		t.Fatalf("three strikes: %+v", w.state(t).State)
	}
	if _, err := w.follow.Reopen(ctx, judges[0], "alpha", w.shop); !errors.Is(err, casework.ErrForbidden) {
		t.Errorf("a reviewer: %v", err)
	}
	if _, err := w.follow.Reopen(ctx, operator, "alpha", "nobody"); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("no such store: %v", err)
	}
	if s := must(w.follow.Reopen(ctx, operator, "alpha", w.shop)); s.State.Closed || len(s.State.Strikes) != 0 {
		t.Errorf("reopened: %+v", s.State)
	}
	if kinds := w.events(t); kinds["store.close"] != 1 || kinds["store.reopen"] != 1 {
		t.Errorf("told: %v", kinds)
	}
}

// TestStoreOrdersAreChased: what a store brought upon itself is an order that its marketplace confirms or is told again, and that a later
// order of its kind takes the place of.
func TestStoreOrdersAreChased(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	for i := range 3 {
		w.decide(t, w.file(t, docket.ReasonCounterfeit, fmt.Sprint("L", i))[0], docket.OutcomeTakenDown, "")
		w.now = w.now.AddDate(0, 0, 10)
	}
	open := func() map[string]docket.Enforcement {
		t.Helper()
		out := map[string]docket.Enforcement{}
		for _, e := range must(w.store.Enforcements(ctx, docket.EnforcementQuery{Marketplace: "alpha", Store: w.shop, Open: true, Limit: 100})) {
			out[e.Action] = e
		}
		return out
	}
	orders := open()
	closing, ok := orders[docket.ActionClose]
	if !ok || closing.Case == "" || closing.Target != docket.TargetStorefront || closing.ChaseAt == nil || len(orders) > 2 {
		t.Fatalf("orders about the store: %+v", orders)
	}
	w.now = w.now.Add(48 * time.Hour)
	for range 12 {
		must(w.docket.Tick(ctx))
		w.now = w.now.Add(12 * time.Hour)
	}
	if again := must(w.store.Enforcement(ctx, closing.ID)); again.Told < 5 || again.EscalatedAt == nil {
		t.Errorf("told again: %+v", again)
	}
	listings := must(w.store.Enforcements(ctx, docket.EnforcementQuery{Case: closing.Case, Open: true, Limit: 100}))
	must(w.follow.Reopen(ctx, operator, "alpha", w.shop))
	if orders := open(); orders[docket.ActionReopen].ID == "" || orders[docket.ActionClose].ID != "" {
		t.Errorf("after the store was opened again: %+v", orders)
	}
	market := casework.Actor{Account: "alpha", Role: "pipeline", Subject: "alpha"}
	if e := must(w.docket.Confirm(ctx, market, open()[docket.ActionReopen].ID, nil)); e.Case != "" || e.ConfirmedAt == nil {
		t.Errorf("confirmed: %+v", e)
	}
	if _, err := w.docket.Confirm(ctx, market, closing.ID, nil); !errors.Is(err, casework.ErrConflict) {
		t.Errorf("a closure that was taken back: %v", err)
	}
	w.undo(t, closing.Case)
	for _, e := range listings {
		if got := must(w.store.Enforcement(ctx, e.ID)); e.Store() == "" && !got.Replaced {
			t.Errorf("the order about a listing stands after the undo: %+v", got)
		}
	}
}

func TestStatementsAndBatches(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	ids := w.file(t, docket.ReasonCounterfeit, "L1", "L2", "L3")
	w.decide(t, ids[0], docket.OutcomeTakenDown, "")
	w.decide(t, ids[1], docket.OutcomeDeclined, docket.InsufficientEvidence)
	w.work(t)
	views := must(w.follow.StatementsOf(ctx, ids[0], "de"))
	if len(views) != 2 || !strings.Contains(views[0].Text+views[1].Text, "gesperrt") || !strings.Contains(views[0].Text+views[1].Text, "EUIPO 018000001") {
		t.Fatalf("the take-down and the freeze: %+v", views)
	}
	if got := must(w.follow.StatementsOf(ctx, ids[1], "de")); len(got) != 0 {
		t.Errorf("a declined notice restricts nothing: %+v", got)
	}
	if _, err := w.follow.NextBatch(ctx, judges[0]); !errors.Is(err, casework.ErrForbidden) {
		t.Errorf("a reviewer: %v", err)
	}
	batch := must(w.follow.NextBatch(ctx, operator))
	if len(batch.Statements) != 2 || batch.ID == "" {
		t.Fatalf("%+v", batch)
	}
	if next := must(w.follow.NextBatch(ctx, operator)); len(next.Statements) != 0 {
		t.Errorf("handed out twice: %+v", next)
	}
	if diff := cmp.Diff(batch, must(w.follow.Batch(ctx, operator, batch.ID))); diff != "" {
		t.Errorf("a batch that was lost:\n%s", diff)
	}
	bad := batch.Statements[0].PUID
	if err := w.follow.Settle(ctx, operator, batch.ID, []followup.Rejection{{PUID: bad, Problem: "content_date"}}); err != nil {
		t.Fatal(err)
	}
	if s := must(w.store.Statement(ctx, bad)); s.Submission.State != statement.Rejected || s.Submission.Problem != "content_date" {
		t.Errorf("%+v", s.Submission)
	}
	if err := w.follow.Settle(ctx, operator, batch.ID, nil); !errors.Is(err, casework.ErrConflict) {
		t.Errorf("accepted after it was rejected: %v", err)
	}
	if _, err := w.follow.Batch(ctx, operator, "tdb_none"); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("no such batch: %v", err)
	}
}

func TestReport(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	from := w.now
	ids := w.file(t, docket.ReasonMarkOnPage, "L1", "L2", "L3")
	w.now = w.now.Add(2 * time.Hour)
	w.decide(t, ids[0], docket.OutcomeTakenDown, "")
	w.decide(t, ids[1], docket.OutcomeDeclined, docket.Duplicate)
	w.decide(t, ids[2], docket.OutcomeTakenDown, "")
	w.reinstate(t, ids[2])
	r := must(w.follow.Report(ctx, operator, from, from.AddDate(0, 1, 0)))
	if r.Decisions != 3 || r.TakenDown.Part != 2 || r.InADay.Part != 3 || r.ToDecision.Median != 2 || r.HumanErrors.Part != 1 || r.HumanErrors.Of != 3 ||
		!cmp.Equal(r.Contested, []statement.Counted{{Of: "complaint", And: "reversed", Count: 1}}) || !cmp.Equal(r.Declined, []statement.Counted{{Of: "DUPLICATE", Count: 1}}) {
		t.Errorf("%+v", r)
	}
	var invalid *casework.ValidationError
	if _, err := w.follow.Report(ctx, operator, from, from); !errors.As(err, &invalid) {
		t.Errorf("an empty period: %v", err)
	}
	if _, err := w.follow.Report(ctx, w.holder, from, from.Add(1)); !errors.Is(err, casework.ErrForbidden) {
		t.Errorf("a holder: %v", err)
	}
	labels := 0
	for v, err := range w.follow.Labels(ctx, from, from.AddDate(0, 1, 0)) {
		if err != nil || v.Removed != (v.Case == ids[0]) {
			t.Errorf("%+v, %v", v, err)
		}
		labels++
	}
	if labels != 3 {
		t.Errorf("%d labels", labels)
	}
}

// TestMisuseIsHeldBack: a warning first, then a suspension, and operators may still file.
func TestMisuseIsHeldBack(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	unfounded := func(prefix string, n int) {
		for i := range n {
			w.decide(t, w.file(t, docket.ReasonMarkOnPage, fmt.Sprint(prefix, i))[0], docket.OutcomeDeclined, docket.ManifestlyUnfounded)
		}
	}
	unfounded("A", 5)
	must(w.follow.Tick(ctx))
	if kinds := w.events(t); kinds[followup.EventWarned] != 1 || kinds[followup.EventSuspended] != 0 {
		t.Fatalf("told: %v", kinds)
	}
	w.now = w.now.AddDate(0, 0, 1)
	unfounded("B", 2)
	_, err := w.docket.File(ctx, w.holder, w.notice(docket.ReasonMarkOnPage, "C"))
	if !errors.Is(err, casework.ErrForbidden) || !strings.Contains(err.Error(), "2026-12-21") {
		t.Fatalf("filed while suspended: %v", err)
	}
	if kinds := w.events(t); kinds[followup.EventSuspended] != 0 {
		t.Errorf("a refused notice left a trace: %v", kinds)
	}
	must(w.follow.Tick(ctx))
	if kinds := w.events(t); kinds[followup.EventSuspended] != 1 {
		t.Errorf("told: %v", kinds)
	}
	must(w.docket.File(ctx, operator, w.notice(docket.ReasonMarkOnPage, "D")))
	v := must(w.follow.Notifier(ctx, w.holder, ""))
	if v.Standing.Suspended == nil || len(v.Patterns) != 0 {
		t.Errorf("%+v", v)
	}
	if _, err := w.follow.Notifier(ctx, w.holder, "somebody"); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("another's standing: %v", err)
	}
	w.now = w.now.AddDate(0, 0, 31)
	must(w.docket.File(ctx, w.holder, w.notice(docket.ReasonMarkOnPage, "E")))
}

// TestFastLane: who is upheld often enough gets it, and duplicates show as a pattern to those who judge.
func TestFastLane(t *testing.T) {
	w := newWorld(t)
	var listings []string
	for i := range 20 {
		listings = append(listings, fmt.Sprint("L", i))
	}
	for _, id := range w.file(t, docket.ReasonMarkOnPage, listings...) {
		w.decide(t, id, docket.OutcomeTakenDown, "")
	}
	w.now = w.now.AddDate(0, 0, 1)
	if n := must(w.docket.File(context.Background(), w.holder, w.notice(docket.ReasonMarkOnPage, "L0"))); !n.FastLane {
		t.Error("no fast lane after 20 of 20 upheld")
	}
	if n := must(w.docket.File(context.Background(), w.holder, w.notice(docket.ReasonCounterfeit, "M"))); n.FastLane {
		t.Error("the fast lane is by reason")
	}
	v := must(w.follow.Notifier(context.Background(), judges[0], w.holder.Account))
	if len(v.Patterns) != 1 || v.Patterns[0].Kind != standing.PatternDuplicate {
		t.Errorf("%+v", v.Patterns)
	}
}

// TestFollowsTheCases: whatever is decided, undone, contested and reinstated in whatever order, the penalties of the store and the
// counts of the notifier are those of the cases as they are.
func TestFollowsTheCases(t *testing.T) {
	reasons := []string{docket.ReasonCounterfeit, docket.ReasonMarkOnPage, docket.ReasonMarkOnGoods}
	w, people := newWorld(t), 0
	rapid.Check(t, func(r *rapid.T) {
		people++
		w.people(people)
		ctx := context.Background()
		var ids []string
		for i := range rapid.IntRange(1, 3).Draw(r, "cases") {
			ids = append(ids, w.file(r, rapid.SampledFrom(reasons).Draw(r, "reason"), fmt.Sprint("L", i))...)
		}
		for range rapid.IntRange(1, 10).Draw(r, "steps") {
			w.now = w.now.Add(time.Duration(rapid.IntRange(1, 100).Draw(r, "hours")) * time.Hour)
			id := rapid.SampledFrom(ids).Draw(r, "case")
			c := must(w.store.Case(ctx, id))
			switch step := rapid.IntRange(0, 3).Draw(r, "step"); {
			case c.Undecided() && step < 2:
				w.decide(r, id, docket.OutcomeTakenDown, "")
			case c.Undecided():
				w.decide(r, id, docket.OutcomeDeclined, rapid.SampledFrom([]string{docket.Duplicate, docket.ManifestlyUnfounded, docket.Withdrawn}).Draw(r, "code"))
			case c.Before != nil && step < 2:
				w.undo(r, id)
			case c.State == docket.StateDecided && c.Effect == docket.EffectRemoved:
				w.reinstate(r, id)
			}
		}
		w.agrees(r, ids)
	})
}

// agrees reckons penalties and counts from the cases alone and compares.
func (w *world) agrees(t *rapid.T, ids []string) {
	ctx := context.Background()
	p := *policy.DefaultRules().Penalties
	var ledger []enforce.LedgerEntry
	want := map[standing.Result]int{}
	for _, id := range ids {
		c := must(w.store.Case(ctx, id))
		switch {
		case c.Decision == nil:
			continue
		case c.Effect == docket.EffectRemoved:
			e := enforce.LedgerEntry{ID: id, At: c.Decision.At, Kind: enforce.Serious, Case: id}
			if c.Reason == docket.ReasonMarkOnPage {
				e.Kind, e.Points = enforce.Minor, 2
			}
			ledger = append(ledger, e)
			want[standing.Upheld]++
		case c.Outcome == docket.OutcomeReinstated:
			want[standing.Countered]++
		case c.Decision.Code == docket.ManifestlyUnfounded:
			want[standing.Unfounded]++
		case c.Decision.Code == docket.Withdrawn:
			want[standing.Withdrawn]++
		default:
			want[standing.Declined]++
		}
	}
	expected, got := enforce.Fold(p, ledger, w.now), w.state(t).State
	plain := func(s enforce.State) string { // entries of the ledger have IDs of their own
		text := fmt.Sprintln(s.Points, s.Frozen, s.Closed, s.Next)
		for _, k := range s.Strikes {
			text += fmt.Sprintln(k.At, k.Until, k.Number, len(k.Events))
		}
		for _, m := range s.Measures {
			text += fmt.Sprintln(m.Kind, m.At, m.Until, m.Rule, m.Count)
		}
		return text
	}
	if diff := cmp.Diff(plain(expected), plain(got)); diff != "" {
		t.Fatalf("penalties:\n%s", diff)
	}
	counts := map[standing.Result]int{}
	for _, l := range must(w.store.Tallies(ctx, w.holder.Account, 0)) {
		counts[l.Result] += l.Count
	}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Fatalf("counts:\n%s", diff)
	}
}

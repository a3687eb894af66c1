package docket_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/policy"
	"touchstone/internal/store/sqlite"
)

// TestNoPathLosesACase walks at random through everything that can be done to cases, time included, and checks after each step that
// no case, deadline, enforcement or count is lost.
func TestNoPathLosesACase(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s, err := sqlite.Open(context.Background(), "")
		if err != nil {
			rt.Fatal(err)
		}
		defer s.Close()
		eyes := rapid.SampledFrom([][]string{nil, {policy.FourEyesReinstate}, {policy.FourEyesTakeDown, policy.FourEyesDecline}}).Draw(rt, "four eyes")
		w := &walk{desk: deskOn(s, policies(eyes...))}
		w.scores["copy"] = docket.Score{Known: true, Seller: "shop-7", Probability: 0.995, Signals: map[string]float64{"near_copy": 0.995}, Strongest: "near_copy"}
		for i := range 6 {
			w.scores[fmt.Sprint("L", i)] = docket.Score{Known: true, Seller: "shop-7", Probability: 0.5, ContentHash: "h"}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"file": w.file, "find": w.find, "claim": w.claim, "next": w.next, "release": w.release, "decide": w.decide, "second": w.second, "clarify": w.clarify, "answer": w.answer,
			"undo": w.undo, "counter": w.counter, "appeal": w.appeal, "confirm": w.confirm, "time": w.time, "": w.check,
		})
		w.end(rt)
	})
}

// walk is a desk and the cases that were opened on it.
type walk struct {
	*desk
	cases []string
}

var ctx = context.Background()

func (w *walk) pick(t *rapid.T) docket.Case {
	if len(w.cases) == 0 {
		t.Skip("no case yet")
	}
	return w.get(t, rapid.SampledFrom(w.cases).Draw(t, "case"))
}

// pickOf picks among the cases that fit, so that rare states are met.
func (w *walk) pickOf(t *rapid.T, fits func(docket.Case) bool) docket.Case {
	var list []string
	for _, id := range w.cases {
		if fits(w.get(t, id)) {
			list = append(list, id)
		}
	}
	if len(list) == 0 {
		t.Skip("no such case")
	}
	return w.get(t, rapid.SampledFrom(list).Draw(t, "case"))
}

func person(t *rapid.T) casework.Actor {
	return rapid.SampledFrom([]casework.Actor{ann, bob, operator}).Draw(t, "person")
}

// allowed lets refusals for state and person pass; anything else is a fault. It tells whether the change happened.
func allowed(t *rapid.T, err error) bool {
	if err != nil && !errors.Is(err, casework.ErrConflict) && !errors.Is(err, casework.ErrForbidden) {
		t.Fatal(err)
	}
	return err == nil
}

func (w *walk) file(t *rapid.T) {
	n := notice(rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"L0", "L1", "L2", "L3", "copy", "unknown"}), 1, 3, rapid.ID[string]).Draw(t, "listings")...)
	n.Regime = rapid.SampledFrom(docket.Regimes()).Draw(t, "regime")
	for _, c := range w.desk.file(t, n) {
		w.cases = append(w.cases, c.ID)
	}
}

func (w *walk) find(t *rapid.T) {
	listing := rapid.SampledFrom([]string{"L3", "L4", "L5"}).Draw(t, "listing")
	f := docket.Finding{Marketplace: "alpha", Listing: listing, Seller: "shop-7", Right: "word", ContentHash: rapid.SampledFrom([]string{"h", "h2"}).Draw(t, "content"),
		Band: policy.BandBlock, Held: rapid.Bool().Draw(t, "held"), Score: docket.Score{Known: true, Probability: 0.9, Report: casework.NewID("rep")}}
	for range 2 { // the second time changes nothing
		if err := w.Observe(ctx, []docket.Finding{f}); err != nil {
			t.Fatal(err)
		}
	}
	list, err := w.store.CasesOn(ctx, "alpha\nid:"+listing+"\nword", 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if !slices.Contains(w.cases, c.ID) {
			w.cases = append(w.cases, c.ID)
		}
	}
}

func (w *walk) claim(t *rapid.T) {
	c := w.pick(t)
	_, err := w.Claim(ctx, person(t), c.ID)
	allowed(t, err)
}

func (w *walk) next(t *rapid.T) {
	who := person(t)
	list, err := w.ClaimNext(ctx, who, docket.QueueQuery{Queue: rapid.SampledFrom(policy.Queues()).Draw(t, "queue")}, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if c.Claim == nil || c.Claim.By != who.Person() || !c.Waiting() {
			t.Fatalf("claimed %+v", c)
		}
	}
}

func (w *walk) release(t *rapid.T) {
	_, err := w.Release(ctx, person(t), w.pick(t).ID)
	allowed(t, err)
}

func (w *walk) decide(t *rapid.T) {
	v := docket.Verdict{Outcome: rapid.SampledFrom([]string{docket.OutcomeTakenDown, docket.OutcomeDeclined, docket.OutcomeNoAction, docket.OutcomeUpheld, docket.OutcomeReinstated}).Draw(t, "outcome")}
	if v.Outcome == docket.OutcomeDeclined {
		v.Code = docket.InsufficientEvidence
	}
	c, who := w.pick(t), person(t)
	if _, err := w.Claim(ctx, who, c.ID); !allowed(t, err) {
		return
	}
	_, err := w.Decide(ctx, who, c.ID, v)
	allowed(t, err)
}

func (w *walk) second(t *rapid.T) {
	c, who := w.pickOf(t, func(c docket.Case) bool { return c.Opinion != nil }), person(t)
	if _, err := w.Claim(ctx, who, c.ID); !allowed(t, err) {
		return
	}
	_, err := w.Second(ctx, who, c.ID, rapid.Bool().Draw(t, "agree"), "seen")
	allowed(t, err)
}

func (w *walk) clarify(t *rapid.T) {
	c, who := w.pick(t), person(t)
	if _, err := w.Claim(ctx, who, c.ID); !allowed(t, err) {
		return
	}
	_, err := w.Clarify(ctx, who, c.ID, "Which of the pictures do you mean?")
	allowed(t, err)
}

func (w *walk) answer(t *rapid.T) {
	before := w.pickOf(t, func(c docket.Case) bool { return c.State == docket.StateClarify || c.State == docket.StateContest })
	c, err := w.Answer(ctx, holder, before.ID, "The second one.", nil)
	if allowed(t, err) && before.State == docket.StateClarify && c.DueAt.Sub(w.clock()) != before.Question.Left {
		t.Errorf("of %v only %v is left after the answer", before.Question.Left, c.DueAt.Sub(w.clock()))
	}
}

// undo checks that the case is as it was before the decision.
func (w *walk) undo(t *rapid.T) {
	c := w.pickOf(t, func(c docket.Case) bool { return c.Decision != nil })
	after, err := w.Undo(ctx, operator, c.ID, "a mistake")
	if !allowed(t, err) {
		return
	}
	b := c.Before
	if after.State != b.State || after.Outcome != b.Outcome || after.Effect != b.Effect {
		t.Errorf("undone to %s %s %q, was %s %s %q", after.State, after.Outcome, after.Effect, b.State, b.Outcome, b.Effect)
	}
	if d := cmp.Diff(b.Decision, after.Decision); d != "" {
		t.Error(d)
	}
}

func (w *walk) counter(t *rapid.T) {
	c := w.pickOf(t, func(c docket.Case) bool { return c.Seller != "" && c.Effect == docket.EffectRemoved })
	_, err := w.CounterNotice(ctx, shop, c.ID, objection)
	allowed(t, err)
}

func (w *walk) appeal(t *rapid.T) {
	c := w.pickOf(t, func(c docket.Case) bool { return c.Decision != nil && c.Seller != "" })
	who := rapid.SampledFrom([]casework.Actor{shop, holder}).Draw(t, "side")
	_, err := w.Appeal(ctx, who, c.ID, objection)
	allowed(t, err)
}

func (w *walk) confirm(t *rapid.T) {
	list, err := w.Enforcements(ctx, market, docket.EnforcementQuery{Open: true, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if _, err := w.Confirm(ctx, market, e.ID, nil); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *walk) time(t *rapid.T) {
	w.pass(time.Duration(rapid.SampledFrom([]int{1, 20, 600, 3000, 30_000}).Draw(t, "minutes")) * time.Minute)
	w.tick(t)
	if late, err := w.store.Alarms(ctx, w.clock(), 100); err != nil || len(late) > 0 {
		t.Errorf("deadlines passed unheard: %v, %v", late, err)
	}
}

// check holds what must be true at any time.
func (w *walk) check(t *rapid.T) {
	var waiting []string
	for _, id := range w.cases {
		c := w.get(t, id)
		if c.Waiting() {
			waiting = append(waiting, id)
		}
		if c.State != docket.StateClosed && c.Alarm().IsZero() && !(c.Waiting() && c.Overdue) {
			t.Errorf("case %s in state %s has no deadline", id, c.State)
		}
		if !c.Waiting() && c.Claim != nil {
			t.Errorf("case %s in state %s is claimed", id, c.State)
		}
		w.checkEffect(t, c)
		w.checkDecisions(t, c)
	}
	slices.Sort(waiting)
	if d := cmp.Diff(waiting, w.queued(t), cmpopts.EquateEmpty()); d != "" {
		t.Errorf("what waits is not what the queues hold: %s", d)
	}
	counts, err := w.store.QueueCounts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, c := range counts {
		total += int(c.Waiting)
	}
	if total != len(waiting) {
		t.Errorf("%d cases are counted, %d wait", total, len(waiting))
	}
}

// checkEffect: what the marketplace was told last is what holds for the listing.
func (w *walk) checkEffect(t *rapid.T, c docket.Case) {
	list, err := w.store.Enforcements(ctx, docket.EnforcementQuery{Case: c.ID, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	told, open := "", 0
	for _, e := range list {
		told = e.Action
		if e.ConfirmedAt == nil && !e.Replaced {
			open++
		}
	}
	if open > 1 {
		t.Errorf("case %s: %d orders at once", c.ID, open)
	}
	if (told == docket.ActionRemove) != (c.Effect == docket.EffectRemoved) {
		t.Errorf("case %s: the marketplace was told %q last, and the effect is %q", c.ID, told, c.Effect)
	}
}

// checkDecisions: the rows of decisions lead to the case's outcome, and no decision is undone twice.
func (w *walk) checkDecisions(t *rapid.T, c docket.Case) {
	list, err := w.store.Decisions(ctx, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	var stack []docket.Decision
	for _, d := range list {
		if d.Undoes == "" {
			stack = append(stack, d)
			continue
		}
		if len(stack) == 0 || stack[len(stack)-1].ID != d.Undoes {
			t.Fatalf("case %s: %s undoes what is not the last decision", c.ID, d.ID)
		}
		stack = stack[:len(stack)-1]
	}
	outcome, effect := "", ""
	for _, d := range stack {
		outcome, effect = d.Outcome, d.Effect
	}
	if outcome != c.Outcome || len(stack) > 0 && effect != c.Effect {
		t.Errorf("case %s is %s (%q), its decisions say %s (%q)", c.ID, c.Outcome, c.Effect, outcome, effect)
	}
}

// end lets a year pass: nothing waits for an answer or a complaint any more; and the audit chain is whole, events in order.
func (w *walk) end(t *rapid.T) {
	for range 3 { // silence, then the time for complaints about what it brought
		w.pass(365 * 24 * time.Hour)
		w.tick(t)
	}
	for _, id := range w.cases {
		if c := w.get(t, id); !c.Waiting() && c.State != docket.StateClosed {
			t.Errorf("case %s is left in state %s", id, c.State)
		}
	}
	entries, err := w.store.Audits(ctx, "", 0, 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	report, err := audit.Verifier{}.Verify(func(yield func(audit.Record, error) bool) {
		for _, e := range entries {
			if !yield(audit.Record{Entry: e}, nil) {
				return
			}
		}
	})
	if err != nil || report.Entries != int64(len(entries)) {
		t.Errorf("audit chain: %+v, %v", report, err)
	}
	events, err := w.store.Events(ctx, docket.EventQuery{Limit: 1_000_000})
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range events {
		if e.Seq != int64(i+1) {
			t.Fatalf("event %d has number %d", i, e.Seq)
		}
	}
}

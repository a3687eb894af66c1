package tracing_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/jobs"
	"touchstone/internal/listings"
	"touchstone/internal/network"
	"touchstone/internal/tracing"
)

func TestJudgementsBindAndAreKept(t *testing.T) {
	w := newWorld(t)
	w.crowd(t, 40)
	w.tell(t, "a", payee, "")
	w.tell(t, "b", payee, "")
	if w.ringOf(t, "a") == "" {
		t.Fatal("no ring")
	}
	must(w.tracer.Judge(ctx, reviewer, tracing.Judgement{A: "alpha/a", B: "alpha/b", Answer: network.DecidedDifferent, Note: "a forwarder"}))
	if w.ringOf(t, "a") != "" {
		t.Error("a split ring is still there")
	}
	w.again(t)
	if w.ringOf(t, "a") != "" {
		t.Error("the judgement is lost after a restart")
	}
	must(w.tracer.Judge(ctx, reviewer, tracing.Judgement{A: "alpha/b", B: "alpha/a", Answer: ""}))
	if w.ringOf(t, "a") == "" {
		t.Error("taking the answer back does not bring the ring back")
	}
	if _, err := w.tracer.Judge(ctx, holder, tracing.Judgement{A: "alpha/a", B: "alpha/b", Answer: "same"}); !errors.Is(err, casework.ErrForbidden) {
		t.Errorf("a holder judges: %v", err)
	}
	if _, err := w.tracer.Judge(ctx, reviewer, tracing.Judgement{A: "alpha/a", B: "alpha/nobody", Answer: "same"}); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("about nobody: %v", err)
	}
	seen := must(w.store.Audits(ctx, "alpha/a alpha/b", 0, 10))
	if len(seen) != 2 {
		t.Errorf("%d rows of audit about the link, want 2", len(seen))
	}
}

// TestFamilyShares: strikes of one store count for its approved family, and no longer once that ends.
func TestFamilyShares(t *testing.T) {
	w := newWorld(t)
	w.crowd(t, 40)
	for _, s := range []string{"a", "b"} {
		w.tell(t, s, payee, "")
	}
	ring := w.ringOf(t, "a")
	w.strike(t, "a", "led_1", w.now.AddDate(0, 0, -2))
	before, _ := w.store.Storefront(ctx, "alpha", "b")
	f, err := w.tracer.Approve(ctx, reviewer, ring, []string{"alpha/b", "alpha/a"}, "one payee, one phone")
	if err != nil {
		t.Fatal(err)
	}
	if s := must(w.store.Storefront(ctx, "alpha", "b")); len(s.State.Strikes) != 1 {
		t.Errorf("the family's strike does not count: %+v", s.State)
	}
	if _, err := w.tracer.Approve(ctx, reviewer, ring, []string{"alpha/a", "alpha/b"}, "again"); !errors.Is(err, casework.ErrConflict) {
		t.Errorf("twice: %v", err)
	}
	r := must(w.tracer.Ring(ctx, reviewer, ring))
	if len(r.Families) != 1 || len(r.Members) != 2 || r.Members[1].Strikes != 1 || len(r.Links) != 1 || r.Regions["CN"] != 2 {
		t.Errorf("ring: %+v", r)
	}
	must(w.tracer.End(ctx, operator, f.ID))
	after := must(w.store.Storefront(ctx, "alpha", "b"))
	if len(after.State.Strikes) != len(before.State.Strikes) || len(after.State.Measures) != len(before.State.Measures) {
		t.Errorf("after the end b stands at %+v", after.State)
	}
	var invalid *casework.ValidationError
	for name, names := range map[string][]string{"one": {"alpha/a"}, "stranger": {"alpha/a", "alpha/honest-1"}} {
		if _, err := w.tracer.Approve(ctx, reviewer, ring, names, "note"); !errors.As(err, &invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestForget: nothing personal is left, judgements by name stay.
func TestForget(t *testing.T) {
	w := newWorld(t)
	w.crowd(t, 40)
	w.tell(t, "a", payee, "+8613900003333")
	w.tell(t, "b", payee, "")
	if err := w.tracer.Forget(ctx, reviewer, "alpha", "a"); !errors.Is(err, casework.ErrForbidden) {
		t.Errorf("a reviewer erases: %v", err)
	}
	if err := w.tracer.Forget(ctx, operator, "alpha", "a"); err != nil {
		t.Fatal(err)
	}
	if w.ringOf(t, "b") != "" || len(must(w.store.TraitsOf(ctx, "alpha/a"))) != 0 {
		t.Error("something is left")
	}
	w.again(t)
	if w.ringOf(t, "b") != "" {
		t.Error("it comes back after a restart")
	}
}

// TestForgetWithAnOpenCase: a seller is erased while a case about it is open. The case is decided later; that its listing was taken down
// is noted under its name, and nothing that was erased comes back.
func TestForgetWithAnOpenCase(t *testing.T) {
	w := newWorld(t)
	w.crowd(t, 40)
	w.tell(t, "a", payee, "+8613900003333")
	w.tell(t, "b", payee, "")
	l := w.listed(t, "a", "1", map[string][]string{"p1": nil}, nil)
	c := docket.Case{ID: "cas_9", Marketplace: "alpha", Seller: "a", Report: "rep_1", State: docket.StateOpen}
	if err := w.tracer.Forget(ctx, operator, "alpha", "a"); err != nil {
		t.Fatal(err)
	}
	c.State, c.Effect, c.Decision = docket.StateDecided, docket.EffectRemoved, &docket.Decision{At: w.now.Add(time.Hour)}
	h := w.tracer.Handlers(func(context.Context, string) (docket.Case, error) { return c, nil }, func(context.Context, docket.Case) (listings.Listing, error) { return l, nil })
	if err := h[tracing.JobRemoved](ctx, must(jobs.New("job_9", tracing.JobRemoved, map[string]string{"case_id": c.ID}, w.now))); err != nil {
		t.Fatal(err)
	}
	for _, held := range must(w.store.TraitsOf(ctx, "alpha/a")) {
		if held.Kind != network.Offence && held.Kind != network.Relisting {
			t.Errorf("%s came back", held.Kind)
		}
	}
	if w.ringOf(t, "b") != "" || w.ringOf(t, "a") != "" {
		t.Error("the erased seller is linked again")
	}
}

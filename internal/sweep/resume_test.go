package sweep_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"touchstone/internal/casework"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/policy"
	"touchstone/internal/sweep"
)

// cutAfter has the n-th of the listings that are about to be looked at end a sweep's run, as when a process ends in order.
func (w *world) cutAfter(t *testing.T, n int) {
	t.Helper()
	ctx, cut := context.WithCancel(t.Context())
	defer cut()
	before := w.Yield
	w.Yield = func(ctx context.Context) error {
		if w.yields++; w.yields == n {
			cut()
		}
		return ctx.Err()
	}
	if _, err := w.Once(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("cut off: %v", err)
	}
	w.Yield = before
}

// TestCloserGoesOnWhereItWas: cut off amid its look at every listing, a sweep goes on behind the last that it looked at: each listing is
// looked at once, and found once.
func TestCloserGoesOnWhereItWas(t *testing.T) {
	w := openWith(t, intaketest.LogoPack(t), policy.SweepCloserAlways)
	const listings = 40
	for i := range listings {
		w.score(t, fmt.Sprint("L", i), "A bag")
	}
	r := w.right(t, "VELMORA", casework.TrademarkWord)
	w.verify(t, r)
	w.word(t, r, "Velmora")
	s := w.request(t, r)
	for _, at := range []int{7, 25} { // the one that is cut off comes again
		w.cutAfter(t, at)
		if got := w.swept(t, s.ID); got.Stage != sweep.StageCloser || got.State == sweep.StateDone {
			t.Fatalf("cut off at %d: %+v", at, got)
		}
	}
	w.drain(t)
	if got := w.swept(t, s.ID); got.State != sweep.StateDone || got.Titles != listings || w.yields != listings+2 {
		t.Errorf("%+v, %d listings were about to be looked at, want %d and two again", got, w.yields, listings)
	}
}

// TestManyAlikeGoOnWhereTheyWere: more are alike than one search gives, and the sweep is cut off among them: all are found, each is scored
// once.
func TestManyAlikeGoOnWhereTheyWere(t *testing.T) {
	was := sweep.MostHits
	sweep.MostHits = 2
	t.Cleanup(func() { sweep.MostHits = was })
	w := openWith(t, intaketest.Pack(t, "1"), policy.SweepCloserNever)
	for i := range 9 {
		w.score(t, fmt.Sprint("copy", i), "", 1)
	}
	w.flush(t)
	r := w.right(t, "Meander", casework.Design)
	w.verify(t, r)
	w.picture(t, r, 1)
	s := w.request(t, r)
	w.cutAfter(t, 5)
	if found := w.findings(t, sweep.Query{SweepID: s.ID}); len(found) != 4 {
		t.Fatalf("%d found before the end", len(found))
	}
	w.drain(t)
	got, found := w.swept(t, s.ID), w.findings(t, sweep.Query{RightID: r.ID})
	if got.State != sweep.StateDone || got.Found != 9 || got.Known != 0 || got.Scored != got.Candidates || len(found) != 9 || w.yields != 10 {
		t.Errorf("%+v with %d findings, %d listings were about to be scored, want 9 and one again", got, len(found), w.yields)
	}
}

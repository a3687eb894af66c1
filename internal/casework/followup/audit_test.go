package followup_test

import (
	"context"
	"testing"
	"time"

	"touchstone/internal/casework/docket"
)

// audited counts the rows of the audit log by who did what.
func (w *world) audited(t fataler) map[string]int {
	t.Helper()
	out := map[string]int{}
	for after := int64(0); ; {
		rows := must(w.store.Audits(context.Background(), "", after, 100))
		for _, r := range rows {
			out[r.Actor+" "+r.Action]++
			after = r.Seq
		}
		if len(rows) < 100 {
			return out
		}
	}
}

// TestEverythingThatFollowsIsAudited: strikes, what they bring, what takes them back, and reopening by a person each leave a row.
func TestEverythingThatFollowsIsAudited(t *testing.T) {
	w := newWorld(t)
	id := w.file(t, docket.ReasonCounterfeit, "L1")[0]
	w.decide(t, id, docket.OutcomeTakenDown, "")
	w.now = w.now.Add(25 * time.Hour)
	must(w.follow.Tick(context.Background()))
	w.reinstate(t, id)
	must(w.follow.Reopen(context.Background(), operator, "alpha", w.shop))
	got := w.audited(t)
	for what, n := range map[string]int{"machine:penalties ledger.serious": 1, "machine:penalties ledger.reversal": 1, "machine:penalties store.freeze": 1, "machine:penalties store.unfreeze": 1,
		operator.Person() + " ledger.reopening": 1} {
		if got[what] != n {
			t.Errorf("%d rows of %s, want %d: %v", got[what], what, n, got)
		}
	}
}

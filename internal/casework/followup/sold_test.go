package followup_test

import (
	"context"
	"errors"
	"testing"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
)

// TestSold: what a marketplace says of sales when it confirms a removal stays with what became of the case; the first word counts.
func TestSold(t *testing.T) {
	w := newWorld(t)
	w.follow.Pack = inUse
	ctx := context.Background()
	market := casework.Actor{Account: "alpha", Role: "pipeline", Subject: "alpha"}
	none, three, negative := 0, 3, -1
	for listing, sold := range map[string]*int{"L1": &none, "L2": &three, "L3": nil} {
		c := w.found(t, listing, "p@1", 0.9)
		w.decide(t, c.ID, docket.OutcomeTakenDown, "")
		list := must(w.docket.Enforcements(ctx, market, docket.EnforcementQuery{Case: c.ID, Open: true, Limit: 10}))
		if len(list) != 1 || list[0].Action != docket.ActionRemove {
			t.Fatalf("orders: %+v", list)
		}
		var fault *casework.ValidationError
		if _, err := w.docket.Confirm(ctx, market, list[0].ID, &negative); !errors.As(err, &fault) {
			t.Errorf("fewer than none sold: %v", err)
		}
		for _, say := range []*int{sold, &negative} {
			if say == &negative {
				say = &three // again: nothing changes
			}
			if _, err := w.docket.Confirm(ctx, market, list[0].ID, say); err != nil {
				t.Fatal(err)
			}
		}
		v := must(w.store.Verdict(ctx, c.ID))
		if (v.Sold == nil) != (sold == nil) || sold != nil && *v.Sold != *sold {
			t.Errorf("%s sold %v, want %v", listing, v.Sold, sold)
		}
		w.undo(t, c.ID) // what was said of a sale outlives a change of mind
		if after := must(w.store.Verdict(ctx, c.ID)); (after.Sold == nil) != (sold == nil) || after.Removed {
			t.Errorf("after undoing: %+v", after)
		}
	}
}

package storetest

import (
	"testing"

	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/followup"
)

// testMeasures: suspensions are found among other events, by time, and page by page where several fall on one moment.
func testMeasures(t *testing.T, s Store) {
	must(t, s.Update(ctx, func(tx docket.Tx) error {
		for i, kind := range []string{followup.EventFrozen, docket.EventOpened, followup.EventClosed, followup.EventSuspended, followup.EventStore + "unfreeze", followup.EventFrozen} {
			tx.AddEvent(docket.Event{Kind: kind, At: at(i / 4 * 10), Seller: kind}) // four at once, two later
		}
		return nil
	}))
	reader, ok := s.(followup.Reader)
	if !ok {
		t.Fatal("the store keeps no suspensions")
	}
	var last docket.Event
	var got []string
	for {
		page := must2(reader.Measures(ctx, at(0), at(100), last, 2))
		for _, e := range page {
			got = append(got, e.Kind)
		}
		if len(page) < 2 {
			break
		}
		last = page[1]
	}
	same(t, "all", got, []string{followup.EventFrozen, followup.EventClosed, followup.EventSuspended, followup.EventFrozen})
	same(t, "of a period", len(must2(reader.Measures(ctx, at(0), at(10), docket.Event{}, 9))), 3)
	same(t, "of a later one", len(must2(reader.Measures(ctx, at(10), at(11), docket.Event{}, 9))), 1)
}

package storetest

import (
	"testing"
	"time"

	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/followup"
)

// testPast: decisions are met by seller, newest first, and removals by picture, until they are dropped.
func testPast(t *testing.T, s Store) {
	past := func(id string, hours int, pictures ...string) followup.Past {
		return followup.Past{Case: id, Decision: "dec_" + id, Marketplace: "alpha", Listing: "L-" + id, Seller: "shop", Right: "r1", At: T0.Add(time.Duration(hours) * time.Hour), Removed: len(pictures) > 0, Pictures: pictures}
	}
	update := func(fn func(followup.Tx) error) {
		must(t, s.Update(ctx, func(tx docket.Tx) error { return fn(tx.(followup.Tx)) }))
	}
	a, b, c := past("a", 1, "h1", "h2"), past("b", 2, "h2"), past("c", 3)
	for _, p := range []followup.Past{past("a", 0, "h9"), a, b, c} { // a is replaced
		update(func(tx followup.Tx) error { return tx.PutPast(ctx, p) })
	}
	same(t, "of the seller", must2(s.PastOfSeller(ctx, "alpha", "shop", T0, 2)), []followup.Past{c, b})
	same(t, "since", must2(s.PastOfSeller(ctx, "alpha", "shop", T0.Add(3*time.Hour), 9)), []followup.Past{c})
	same(t, "of another market", must2(s.PastOfSeller(ctx, "beta", "shop", T0, 9)), []followup.Past(nil))
	same(t, "of pictures", must2(s.PastOfPictures(ctx, []string{"h2", "h1", "h9"})), []followup.Past{a, b})
	same(t, "of no picture", must2(s.PastOfPictures(ctx, nil)), []followup.Past(nil))
	update(func(tx followup.Tx) error { return tx.DropPast(ctx, "b") })
	same(t, "after a drop", must2(s.PastOfPictures(ctx, []string{"h2"})), []followup.Past{a})
	same(t, "of the seller after a drop", must2(s.PastOfSeller(ctx, "alpha", "shop", T0, 9)), []followup.Past{c, a})
}

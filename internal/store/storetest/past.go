package storetest

import (
	"fmt"
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/followup"
	"touchstone/internal/removals"
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

// testSellersShowing: who shows a picture in listings that stand, each seller once; not whose listing waits for a decision on the right or was
// taken down for it.
func testSellersShowing(t *testing.T, s Store) {
	scored := func(minute int, market, listed, seller string, pictures ...string) {
		l := listing("lst_"+market+listed, "rep_"+market+listed, minute, pictures...)
		l.Marketplace, l.Listing, l.Seller = market, listed, seller
		scoredAs(t, s, l)
	}
	scored(0, "alpha", "1", "stands", "h", "h")
	scored(1, "alpha", "2", "stands", "h")
	scored(2, "alpha", "3", "down", "h")
	scored(3, "alpha", "4", "waits", "h")
	scored(4, "alpha", "5", "cleared", "h")
	scored(5, "beta", "3", "stands", "other", "h")
	scored(6, "alpha", "6", "shows another", "other")
	scored(7, "alpha", "7", "", "h")
	scored(8, "alpha", "", "no listing", "h")
	for id, c := range map[string]struct{ listing, state, outcome string }{"c3": {"3", docket.StateDecided, docket.OutcomeTakenDown}, "c4": {"4", docket.StateOpen, ""}, "c5": {"5", docket.StateDecided, docket.OutcomeNoAction}} {
		k := docketCase(id, 1)
		k.Listing, k.Subject, k.State, k.Outcome = c.listing, "alpha\nid:"+c.listing+"\nr1", c.state, c.outcome
		put(t, s, &k)
	}
	var got []followup.Shop
	shows := func(right string, limit int) []followup.Shop {
		must(t, s.Update(ctx, func(tx docket.Tx) (err error) {
			got, err = tx.(followup.Tx).SellersShowing(ctx, followup.Showing{Picture: "h", Right: right}, limit)
			return err
		}))
		return got
	}
	same(t, "standing", shows("r1", 9), []followup.Shop{{Marketplace: "alpha", Seller: "cleared"}, {Marketplace: "alpha", Seller: "stands"}, {Marketplace: "beta", Seller: "stands"}})
	same(t, "a few", shows("r1", 1), []followup.Shop{{Marketplace: "alpha", Seller: "cleared"}})
	same(t, "of another right", len(shows("r2", 9)), 5)
	for i := range 250 {
		scored(9+i, "gamma", fmt.Sprint("many", i), fmt.Sprint("many", i), "stock")
	}
	same(t, "of a picture that many show", len(must2(s.SellersShowing(ctx, followup.Showing{Picture: "stock", Right: "r1"}, 1000))), 200)
	same(t, "of no listing", must2(s.SellersShowing(ctx, followup.Showing{Picture: "none", Right: "r1"}, 9)), []followup.Shop(nil))
}

// testRemovals: pictures are on the list once they come among those removed or go, until they are settled as they were seen; features are kept
// of those that stand.
func testRemovals(t *testing.T, s Store) {
	update := func(fn func(followup.Tx) error) {
		must(t, s.Update(ctx, func(tx docket.Tx) error { return fn(tx.(followup.Tx)) }))
	}
	put := func(id string, pictures ...string) {
		update(func(tx followup.Tx) error {
			return tx.PutPast(ctx, followup.Past{Case: id, Decision: "dec_" + id, Right: "r1", At: T0, Removed: true, Pictures: pictures})
		})
	}
	listed := func(after string, limit int) (all []removals.Change) {
		all = must2(s.ChangedRemovals(ctx, after, limit))
		for i := range all {
			if all[i].Token == "" {
				t.Error("a change has no token")
			}
		}
		return all
	}
	type change struct {
		Picture string
		Stands  bool
	}
	shown := func(all []removals.Change) (out []change) {
		for _, c := range all {
			out = append(out, change{c.Picture, c.Stands})
		}
		return out
	}
	same(t, "any at first", must2(s.AnyRemoved(ctx)), false)
	put("a", "h1", "h2")
	put("b", "h2", "h3")
	put("c")
	same(t, "any", must2(s.AnyRemoved(ctx)), true)
	same(t, "changed", shown(listed("", 9)), []change{{"h1", true}, {"h2", true}, {"h3", true}})
	same(t, "a page", shown(listed("h1", 1)), []change{{"h2", true}})
	seen := listed("", 9)
	update(func(tx followup.Tx) error { return tx.DropPast(ctx, "a") }) // while somebody is at work on what was seen
	must(t, s.SettleRemovals(ctx, seen))
	same(t, "changed again", shown(listed("", 9)), []change{{"h1", false}, {"h2", true}})
	must(t, s.SettleRemovals(ctx, listed("", 9)))
	must(t, s.SettleRemovals(ctx, nil))
	same(t, "settled", len(listed("", 9)), 0)
	must(t, s.RecallRemovals(ctx))
	must(t, s.RecallRemovals(ctx))
	same(t, "recalled", shown(listed("", 9)), []change{{"h2", true}, {"h3", true}})

	must(t, s.SaveLocalFeatures(ctx, "h1", 1, []byte("gone")))
	_, err := s.LocalFeatures(ctx, "h1", 1)
	fails(t, "features of a picture that is reinstated", err, casework.ErrNotFound)
	must(t, s.SaveLocalFeatures(ctx, "h2", 1, []byte("kept")))
	must(t, s.DropLocalFeatures(ctx, "h2"))
	same(t, "features of one that stands", must2(s.LocalFeatures(ctx, "h2", 1)), []byte("kept"))
	update(func(tx followup.Tx) error { return tx.DropPast(ctx, "b") })
	must(t, s.DropLocalFeatures(ctx, "h2"))
	_, err = s.LocalFeatures(ctx, "h2", 1)
	fails(t, "features once it is reinstated", err, casework.ErrNotFound)
	same(t, "any at last", must2(s.AnyRemoved(ctx)), false)
}

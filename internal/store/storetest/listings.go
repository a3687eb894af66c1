package storetest

import (
	"testing"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/listings"
)

// listing is an entry with every field set, as the report saw it.
func listing(id, reportID string, minute int, pictures ...string) listings.Listing {
	return listings.Listing{
		ID: id, Account: "market", Marketplace: "shop", Listing: "L-" + id, Seller: "söller", Title: "Tasche \"" + id + "\" 袋",
		Content:  listings.Content{Description: "d", Attributes: map[string]string{"b": "c"}, Goods: []string{"18"}, Price: &detect.Money{Amount: 1.5, Currency: "EUR"}},
		Pictures: pictures, Territories: []string{"DE"}, ReportID: reportID, ContentHash: "hash of " + reportID, Band: "review",
		ScoredAt: at(minute), ExpiresAt: at(minute + 100),
	}
}

func scoredAs(t *testing.T, s Store, l listings.Listing) {
	t.Helper()
	must(t, s.SaveScored(ctx, report(l.ReportID), l, "p@1"))
}

func testListings(t *testing.T, s Store) {
	l := listing("l1", "rep_1", 0, "a", "", "c")
	scoredAs(t, s, l)
	same(t, "listing", must2(s.Listing(ctx, "l1")), l)
	same(t, "its report", must2(s.Report(ctx, "rep_1")).ID, "rep_1")
	_, err := s.Listing(ctx, "l2")
	fails(t, "unknown listing", err, casework.ErrNotFound)

	must(t, s.MarkListingsIndexed(ctx, "p@1", []listings.Indexed{{ID: "l1", ReportID: "rep_1", Points: 3}}))
	l.Points, l.Indexed = 3, true
	same(t, "indexed", must2(s.Listing(ctx, "l1")), l)

	again := listing("l1", "rep_2", 1, "a", "", "c")
	again.Title, again.Content.Description, again.Points, again.Indexed = "other", "other", 3, true
	scoredAs(t, s, again)
	same(t, "scored again with the same pictures", must2(s.Listing(ctx, "l1")), again)
	scoredAs(t, s, listing("l1", "rep_0", 0, "x"))
	same(t, "a scoring that comes late", must2(s.Listing(ctx, "l1")), again)
	same(t, "its report is kept all the same", must2(s.Report(ctx, "rep_0")).ID, "rep_0")

	fewer := listing("l1", "rep_3", 2, "c")
	scoredAs(t, s, fewer)
	fewer.Points = 3 // until the index is brought to it
	same(t, "scored again with other pictures", must2(s.Listing(ctx, "l1")), fewer)
	must(t, s.MarkListingsIndexed(ctx, "p@1", []listings.Indexed{{ID: "l1", ReportID: "rep_2", Points: 4, Problem: "old"}}))
	fewer.Points = 4
	same(t, "what an old hand-over wrote", must2(s.Listing(ctx, "l1")), fewer)
	same(t, "states", must2(s.ListingStates(ctx, []string{"l1", "none"})), map[string]listings.State{"l1": {ReportID: "rep_3", Points: 4}})

	bare := listing("l2", "rep_4", 3)
	scoredAs(t, s, bare)
	bare.Indexed = true // there is nothing to index
	same(t, "a listing without pictures", must2(s.Listing(ctx, "l2")), bare)
	same(t, "counts", must2(s.CountListings(ctx)), listings.Counts{Listings: 2, Waiting: 1})
}

func entryIDs(ls []listings.Listing) (out string) {
	for _, l := range ls {
		out += l.ID + " "
	}
	return out
}

func testListingQueue(t *testing.T, s Store) {
	for i, id := range []string{"l1", "l2", "l3"} {
		scoredAs(t, s, listing(id, "rep_"+id, i, "a"))
	}
	claim := func(minute, limit int) string {
		t.Helper()
		claimed, err := s.ClaimListings(ctx, at(minute), at(minute+5), limit)
		must(t, err)
		return entryIDs(claimed)
	}
	same(t, "while those who scored them hold them", claim(0, 9), "")
	same(t, "once their lease has ended", claim(2, 9), "l1 l2 ")
	same(t, "what another has claimed", claim(3, 9), "l3 ")
	same(t, "whose claim has ended", claim(7, 1), "l1 ")
	must(t, s.MarkListingsIndexed(ctx, "p@1", []listings.Indexed{{ID: "l1", ReportID: "rep_l1", Points: 1}, {ID: "l2", ReportID: "rep_l2", Points: 1}, {ID: "gone", ReportID: "x"}}))
	same(t, "what is left", claim(99, 9), "l3 ")

	same(t, "of this pack", must2(s.UnindexListings(ctx, "p@1", 9)), 0)
	same(t, "of another pack, the first", must2(s.UnindexListings(ctx, "p@2", 1)), 1)
	same(t, "of another pack, the rest", must2(s.UnindexListings(ctx, "p@0", 9)), 1)
	same(t, "all wait", must2(s.CountListings(ctx)), listings.Counts{Listings: 3, Waiting: 3})
	same(t, "and nobody has leased them", len(must2(s.ClaimListings(ctx, at(0), at(5), 9))), 2)
}

func testListingEnds(t *testing.T, s Store) {
	scoredAs(t, s, listing("l1", "rep_1", 0, "a", "b", "a"))
	scoredAs(t, s, listing("l2", "rep_2", 1, "b", "c"))
	same(t, "none yet", entryIDs(must2(s.ExpiredListings(ctx, at(99), 9))), "")
	same(t, "the first", entryIDs(must2(s.ExpiredListings(ctx, at(200), 1))), "l1 ")

	unshared, gone, err := s.DropListing(ctx, "l1", "rep_0")
	must(t, err)
	same(t, "one that was scored again", gone || len(unshared) > 0, false)
	unshared, gone, err = s.DropListing(ctx, "l1", "rep_1")
	must(t, err)
	same(t, "gone", gone, true)
	same(t, "pictures that nobody else has", unshared, []string{"a"})
	_, gone, err = s.DropListing(ctx, "l1", "rep_1")
	must(t, err)
	same(t, "gone twice", gone, false)

	must(t, s.MarkListingsIndexed(ctx, "p@1", []listings.Indexed{{ID: "l2", ReportID: "rep_2", Points: 2}}))
	_, gone, err = s.DropListing(ctx, "l2", "rep_old")
	must(t, err)
	same(t, "whose points are gone, though it stays", []bool{gone, must2(s.Listing(ctx, "l2")).Indexed}, []bool{false, false})
	unshared, _, err = s.DropListing(ctx, "l2", "rep_2")
	must(t, err)
	same(t, "its pictures", unshared, []string{"b", "c"})
}

package storetest

import (
	"testing"

	"touchstone/internal/casework"
	"touchstone/internal/listings"
)

func testClusters(t *testing.T, s Store) {
	for i, id := range []string{"l1", "l2", "l3", "l4", "l5"} {
		scoredAs(t, s, listing(id, "rep_"+id, i, "a", "only "+id))
	}
	same(t, "the same file", must2(s.SameFile(ctx, "l2", "a", 3)), []string{"l1", "l3", "l4"})
	same(t, "a file of its own", len(must2(s.SameFile(ctx, "l2", "only l2", 3))), 0)

	same(t, "shown", must2(s.ShownBy(ctx, []string{"l1", "l9", "l3"})), map[string][]string{"l1": {"a", "only l1"}, "l3": {"a", "only l3"}})

	must(t, s.SaveBands(ctx, map[string]map[int][]int{"l1": {0: {7, 70000}, 1: {9}}, "l2": {0: {7}, 1: nil}, "gone": {0: {7}}}))
	same(t, "near", must2(s.NearBands(ctx, "l3", []int{7, 9, 70000, 1}, 9)), []string{"l1#0", "l1#1", "l2#0"})
	same(t, "near but itself", must2(s.NearBands(ctx, "l1", []int{7, 9}, 9)), []string{"l2#0"})
	must(t, s.SaveBands(ctx, map[string]map[int][]int{"l1": {0: {8}}}))
	same(t, "with other pictures", must2(s.NearBands(ctx, "l3", []int{7, 9}, 9)), []string{"l2#0"})

	join := func(id, fresh, want string, others ...string) {
		t.Helper()
		must(t, s.JoinClusters(ctx, []listings.Join{{ID: id, Others: others, Fresh: fresh}}))
		for _, one := range append(others, id) {
			same(t, "cluster of "+one, must2(s.Cluster(ctx, one, "", "", 1)).ID, want)
		}
	}
	members := func(id string) (out string) {
		t.Helper()
		c := must2(s.Cluster(ctx, id, "", "", 9))
		same(t, "size", c.Size, len(c.Members))
		return c.ID + ": " + entryIDs(c.Members)
	}
	same(t, "alone", members("l5"), ": l5 ")
	join("l2", "cls_1", "cls_1", "l1")
	join("l4", "cls_2", "cls_2", "l3")
	same(t, "two", members("l1"), "cls_1: l1 l2 ")
	join("l5", "cls_3", "cls_2", "l3")
	same(t, "three", members("l3"), "cls_2: l3 l4 l5 ")
	join("l2", "cls_4", "cls_1", "l5")
	same(t, "met", members("l4"), "cls_1: l1 l2 l3 l4 l5 ")

	same(t, "by its ID", entryIDs(must2(s.ClusterMembers(ctx, "cls_1", "l1", 3))), "l2 l3 l4 ")
	same(t, "what is in no cluster", len(must2(s.ClusterMembers(ctx, "", "", 9))), 0)

	c := must2(s.Cluster(ctx, "l4", "market", "l2", 2))
	same(t, "a page", entryIDs(c.Members), "l3 l4 ")
	same(t, "its pictures", c.Pictures, []listings.SharedPicture{{Hash: "a", Listings: 5}, {Hash: "only l4", Listings: 1}})
	same(t, "another account's", len(must2(s.Cluster(ctx, "l4", "other", "", 9)).Members), 0)
	_, err := s.Cluster(ctx, "l9", "", "", 9)
	fails(t, "of nothing", err, casework.ErrNotFound)

	scoredAs(t, s, listing("l1", "rep_new", 50, "a", "only l1"))
	same(t, "scored again with its pictures", must2(s.Cluster(ctx, "l1", "", "", 9)).ID, "cls_1")
	scoredAs(t, s, listing("l1", "rep_newer", 51, "b"))
	same(t, "scored again with others", members("l1"), ": l1 ")
	_, _, err = s.DropListing(ctx, "l2", "rep_l2")
	must(t, err)
	same(t, "left", members("l3"), "cls_1: l3 l4 l5 ")
	same(t, "bands of what is gone", len(must2(s.NearBands(ctx, "l3", []int{7}, 9))), 0)
}

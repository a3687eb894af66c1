package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/casework"
)

var ctx = context.Background()

// same compares what was read with what was stored.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// fails checks the sentinel of an error.
func fails(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: got error %v, want %v", what, err, want)
	}
}

func testHolders(t *testing.T, s Store) {
	h := holder("h1", "acme")
	must(t, s.CreateHolder(ctx, h))
	same(t, "holder", must2(s.Holder(ctx, "h1")), h)
	fails(t, "same ID again", s.CreateHolder(ctx, h), casework.ErrConflict)
	_, err := s.Holder(ctx, "h2")
	fails(t, "unknown holder", err, casework.ErrNotFound)
}

// must2 keeps a call with an error usable as one argument; it panics, which
// fails the test with the error and the stack.
func must2[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func testRights(t *testing.T, s Store) {
	seed(t, s)
	same(t, "right", must2(s.Right(ctx, "r1")), right("r1", "h1", "acme"))

	bare := casework.Right{ID: "r3", HolderID: "h1", Account: "acme", Name: "x", Type: casework.Design, State: casework.StatePending, CreatedAt: T0}
	must(t, s.CreateRight(ctx, bare))
	same(t, "right without optional fields", must2(s.Right(ctx, "r3")), bare)
	bare.ID = "r4"
	must(t, s.CreateRight(ctx, bare)) // no registration number: no conflict

	fails(t, "same ID again", s.CreateRight(ctx, right("r1", "h1", "acme")), casework.ErrConflict)
	twin := right("r5", "h1", "acme")
	twin.RegistrationNumber = "01r1"
	fails(t, "same registration again", s.CreateRight(ctx, twin), casework.ErrConflict)
	twin.Account = "other"
	must(t, s.CreateRight(ctx, twin))
	fails(t, "no holder", s.CreateRight(ctx, right("r6", "h9", "acme")), casework.ErrNotFound)
	_, err := s.Right(ctx, "r9")
	fails(t, "unknown right", err, casework.ErrNotFound)
}

func testRightLists(t *testing.T, s Store) {
	must(t, s.CreateHolder(ctx, holder("h1", "acme")))
	must(t, s.CreateHolder(ctx, holder("h2", "other")))
	for i := range 9 {
		r := right(fmt.Sprintf("r%d", i), "h1", "acme")
		if i%3 == 0 {
			r.HolderID, r.Account = "h2", "other"
		}
		if i > 5 {
			r.Type = casework.Trademark3D
		}
		must(t, s.CreateRight(ctx, r))
	}
	must(t, s.SetRightState(ctx, "r4", casework.StateVerified, at(1)))
	tests := []struct {
		name string
		q    casework.RightQuery
		want string
	}{
		{"all", casework.RightQuery{Limit: 100}, "r0 r1 r2 r3 r4 r5 r6 r7 r8 "},
		{"limit", casework.RightQuery{Limit: 2}, "r0 r1 "},
		{"after", casework.RightQuery{After: "r5", Limit: 2}, "r6 r7 "},
		{"account", casework.RightQuery{Account: "other", Limit: 9}, "r0 r3 r6 "},
		{"holder and after", casework.RightQuery{HolderID: "h2", After: "r0", Limit: 9}, "r3 r6 "},
		{"state", casework.RightQuery{State: casework.StateVerified, Limit: 9}, "r4 "},
		{"type and account", casework.RightQuery{Type: casework.Trademark3D, Account: "acme", Limit: 9}, "r7 r8 "},
		{"none", casework.RightQuery{Account: "nobody", Limit: 9}, ""},
	}
	for _, tc := range tests {
		same(t, tc.name, ids(must2(s.Rights(ctx, tc.q))), tc.want)
	}
	same(t, "by ID", ids(must2(s.RightsByID(ctx, []string{"r8", "none", "r2", `x"y`}))), "r2 r8 ")
	same(t, "by no ID", ids(must2(s.RightsByID(ctx, nil))), "")
}

func ids(rs []casework.Right) (out string) {
	for _, r := range rs {
		out += r.ID + " "
	}
	return out
}

func testStates(t *testing.T, s Store) {
	seed(t, s)
	must(t, s.AddReference(ctx, imageRef("f1", "r1")))
	must(t, s.AddReference(ctx, imageRef("f2", "r2")))
	must(t, s.MarkIndexed(ctx, "f1", at(1)))
	must(t, s.MarkIndexed(ctx, "f2", at(1)))
	must(t, s.SetRightState(ctx, "r1", casework.StateVerified, at(5)))
	same(t, "state", must2(s.Right(ctx, "r1")).State, casework.StateVerified)
	same(t, "to index again", refIDs(must2(s.UnindexedReferences(ctx, "", 10))), "f1 ")
	must(t, s.MarkIndexed(ctx, "f1", at(4))) // what the index got was read before the change
	same(t, "still to index", refIDs(must2(s.UnindexedReferences(ctx, "", 10))), "f1 ")
	must(t, s.MarkIndexed(ctx, "f1", at(5)))
	same(t, "indexed", refIDs(must2(s.UnindexedReferences(ctx, "", 10))), "")
	fails(t, "state of nothing", s.SetRightState(ctx, "r9", casework.StateVerified, at(1)), casework.ErrNotFound)
}

func refIDs(rs []casework.Reference) (out string) {
	for _, r := range rs {
		out += r.ID + " "
	}
	return out
}

func testReferences(t *testing.T, s Store) {
	seed(t, s)
	image := imageRef("f2", "r1")
	word := casework.Reference{ID: "f1", RightID: "r1", Kind: casework.ReferenceWord, Word: "阿迪达斯", Language: "zh", CreatedAt: T0}
	must(t, s.AddReference(ctx, image))
	must(t, s.AddReference(ctx, word))
	must(t, s.AddReference(ctx, imageRef("f3", "r2")))
	same(t, "reference", must2(s.Reference(ctx, "f2")), image)
	same(t, "references of r1", must2(s.References(ctx, []string{"r1"})), []casework.Reference{word, image})
	same(t, "references of both", refIDs(must2(s.References(ctx, []string{"r2", "r1"}))), "f1 f2 f3 ")
	same(t, "to index", refIDs(must2(s.UnindexedReferences(ctx, "", 2))), "f1 f2 ")
	must(t, s.MarkIndexed(ctx, "f2", at(1)))
	image.IndexedAt = ptr(at(1))
	same(t, "indexed reference", must2(s.Reference(ctx, "f2")), image)

	must(t, s.MarkUnindexed(ctx, "f2", "the file is broken"))
	image.IndexedAt, image.Problem = nil, "the file is broken"
	same(t, "failing reference", must2(s.Reference(ctx, "f2")), image)
	same(t, "to index from behind f1", refIDs(must2(s.UnindexedReferences(ctx, "f1", 9))), "f2 f3 ")
	same(t, "counts", must2(s.CountUnindexed(ctx)), casework.IndexCounts{Waiting: 3, Failing: 1})
	must(t, s.MarkIndexed(ctx, "f2", at(2)))
	image.IndexedAt, image.Problem = ptr(at(2)), ""
	same(t, "mended reference", must2(s.Reference(ctx, "f2")), image)
	same(t, "counts after", must2(s.CountUnindexed(ctx)), casework.IndexCounts{Waiting: 2})

	again := image
	again.ID = "f9"
	fails(t, "same picture again", s.AddReference(ctx, again), casework.ErrConflict)
	again.RightID = "r2"
	must(t, s.AddReference(ctx, again))
	fails(t, "no right", s.AddReference(ctx, imageRef("f10", "r9")), casework.ErrNotFound)
	_, err := s.Reference(ctx, "f11")
	fails(t, "unknown reference", err, casework.ErrNotFound)
}

func testTombstones(t *testing.T, s Store) {
	seed(t, s)
	must(t, s.AddReference(ctx, imageRef("f1", "r1")))
	must(t, s.AddReference(ctx, imageRef("f2", "r1")))
	must(t, s.DeleteReference(ctx, "f1", at(3)))
	must(t, s.MarkIndexed(ctx, "f1", at(9))) // an index writer that comes late
	_, err := s.Reference(ctx, "f1")
	fails(t, "deleted reference", err, casework.ErrNotFound)
	fails(t, "deleted twice", s.DeleteReference(ctx, "f1", at(4)), casework.ErrNotFound)
	same(t, "left", refIDs(must2(s.References(ctx, []string{"r1"}))), "f2 ")
	same(t, "to index", refIDs(must2(s.UnindexedReferences(ctx, "", 9))), "f2 ")

	want := imageRef("f1", "r1")
	want.DeletedAt = ptr(at(3))
	same(t, "tombstones", must2(s.DeletedReferences(ctx, 9)), []casework.Reference{want})
	again := imageRef("f3", "r1")
	again.Blob = want.Blob
	must(t, s.AddReference(ctx, again)) // the tombstone is not in the way
	must(t, s.PurgeReference(ctx, "f1"))
	must(t, s.PurgeReference(ctx, "f1"))
	must(t, s.PurgeReference(ctx, "f2")) // no tombstone: stays
	same(t, "tombstones after", refIDs(must2(s.DeletedReferences(ctx, 9))), "")
	same(t, "references after", refIDs(must2(s.References(ctx, []string{"r1"}))), "f2 f3 ")
}

func testSellers(t *testing.T, s Store) {
	seed(t, s)
	full := casework.AuthorizedSeller{ID: "s1", RightID: "r1", Seller: "shop", Marketplace: "bazaar", Territories: []string{"DE"},
		Goods: []string{"25"}, ValidFrom: ptr(at(0)), ValidTo: ptr(at(9)), Proof: "contract 7", CreatedAt: T0}
	bare := casework.AuthorizedSeller{ID: "s2", RightID: "r2", Seller: "shop", CreatedAt: T0}
	other := casework.AuthorizedSeller{ID: "s3", RightID: "r1", Seller: "other", CreatedAt: T0}
	for _, a := range []casework.AuthorizedSeller{full, bare, other} {
		must(t, s.AddAuthorizedSeller(ctx, a))
	}
	same(t, "all of r1", must2(s.AuthorizedSellers(ctx, []string{"r1"}, "")), []casework.AuthorizedSeller{full, other})
	same(t, "one seller", must2(s.AuthorizedSellers(ctx, []string{"r1", "r2"}, "shop")), []casework.AuthorizedSeller{full, bare})
	fails(t, "same ID again", s.AddAuthorizedSeller(ctx, full), casework.ErrConflict)
	full.ID, full.RightID = "s9", "r9"
	fails(t, "no right", s.AddAuthorizedSeller(ctx, full), casework.ErrNotFound)
}

func testMarketplaces(t *testing.T, s Store) {
	b := casework.Marketplace{ID: "b", Name: "Bazaar", Territories: []string{"DE"}, Languages: []string{"de"}, ListingURL: "https://b.example/{id}", Policy: "strict", CreatedAt: T0}
	a := casework.Marketplace{ID: "a", Name: "Agora", Territories: []string{"GR"}, ListingURL: "https://a.example/{id}", CreatedAt: T0}
	must(t, s.PutMarketplace(ctx, b))
	must(t, s.PutMarketplace(ctx, a))
	b.Name, b.CreatedAt = "Bazar", at(9)
	must(t, s.PutMarketplace(ctx, b))
	b.CreatedAt = T0 // of the first put
	same(t, "marketplace", must2(s.Marketplace(ctx, "b")), b)
	same(t, "marketplaces", must2(s.Marketplaces(ctx)), []casework.Marketplace{a, b})
	_, err := s.Marketplace(ctx, "c")
	fails(t, "unknown marketplace", err, casework.ErrNotFound)
}

package listings_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/detect"
	"touchstone/embed"
	"touchstone/index"
	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/listings"
)

// score scores a listing of the shop with drawings and gives the ID of its entry.
func score(t *testing.T, w *intaketest.World, id string, drawings ...uint64) string {
	t.Helper()
	l := intake.ListingInput{ID: id, Title: "Bag", Seller: "s"}
	for _, d := range drawings {
		l.Pictures = append(l.Pictures, intake.PictureInput{Data: intaketest.Drawing(t, d)})
	}
	rec, err := w.Score(t.Context(), intake.ScoreInput{Account: "market", Listing: l})
	if err != nil {
		t.Fatal(err)
	}
	if rec.Entry == "" {
		t.Fatal("the listing is not kept")
	}
	return rec.Entry
}

var operator = casework.Actor{Account: "ops", Role: "operator"}

// design registers a verified design with a drawing.
func design(t *testing.T, w *intaketest.World, drawing uint64) casework.Reference {
	t.Helper()
	h, err := w.Registry.CreateHolder(t.Context(), operator, casework.Holder{LegalName: "Velmora Srl", Country: "IT", Email: "ip@velmora.example"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.Registry.CreateRight(t.Context(), operator, casework.Right{HolderID: h.ID, Name: "Meander", Type: casework.Design, Territories: []string{"WW"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.SetRightState(t.Context(), operator, r.ID, casework.StateVerified); err != nil {
		t.Fatal(err)
	}
	ref, err := w.AddImageReference(t.Context(), operator, r.ID, intake.ImageReference{Data: intaketest.Drawing(t, drawing)})
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// points lists what the index holds, by ID.
func points(t *testing.T, w *intaketest.World) []string {
	t.Helper()
	var ids []string
	err := w.Local.Each(t.Context(), detect.ListingsAlias(detect.OutputCopy), func(p index.Point) error {
		ids = append(ids, p.ID)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(ids)
	return ids
}

func wantPoints(t *testing.T, what string, w *intaketest.World, want ...string) {
	t.Helper()
	slices.Sort(want)
	if d := cmp.Diff(want, points(t, w)); d != "" {
		t.Errorf("%s: points (-want +got):\n%s", what, d)
	}
}

func flush(t *testing.T, w *intaketest.World) {
	t.Helper()
	if err := w.Keeper().Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func counts(t *testing.T, w *intaketest.World) listings.Counts {
	t.Helper()
	n, err := w.Store.CountListings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestOfferedVectorsAreIndexed: the vectors of scoring go to the index without another run of the model, and a listing scored
// again takes the place of what it was.
func TestOfferedVectorsAreIndexed(t *testing.T) {
	w := intaketest.Open(t, t.TempDir(), intaketest.Pack(t, "1"), nil)
	a, b := score(t, w, "A", 1, 2), score(t, w, "B", 3)
	wantPoints(t, "before anything is written", w)
	w.Fake.Err = errors.New("a second run of the model")
	flush(t, w)
	wantPoints(t, "after", w, a+"#0", a+"#1", b+"#0")
	if got := counts(t, w); got != (listings.Counts{Listings: 2}) {
		t.Errorf("counts %+v", got)
	}
	w.Fake.Err = nil
	if again := score(t, w, "A", 1); again != a {
		t.Errorf("scored again, the entry is %s, it was %s", again, a)
	}
	flush(t, w)
	wantPoints(t, "with a picture less", w, a+"#0", b+"#0")
	hits, err := w.Local.Search(t.Context(), detect.ListingsAlias(detect.OutputCopy), index.Query{
		Space: spaceOf(t, w), Vectors: vectors(t, w, a+"#0"), Limit: 1})
	if err != nil || len(hits[0]) != 1 || hits[0][0].ID != a+"#0" || !hits[0][0].Payload.Active {
		t.Errorf("hits %+v, error %v", hits, err)
	}
}

func spaceOf(t *testing.T, w *intaketest.World) index.Space {
	t.Helper()
	infos, err := w.Local.Collections(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range infos {
		if strings.HasPrefix(i.Name, detect.ListingsAlias(detect.OutputCopy)) {
			return i.Space
		}
	}
	t.Fatal("no collection of listings")
	return index.Space{}
}

func vectors(t *testing.T, w *intaketest.World, id string) [][]float32 {
	t.Helper()
	found, err := w.Local.Get(t.Context(), detect.ListingsAlias(detect.OutputCopy), []string{id})
	if err != nil || len(found) != 1 {
		t.Fatalf("point %s: %v, %v", id, found, err)
	}
	return found[0].Vectors
}

// TestLostOffersAreCaughtUp: a process that ends before it has written what was offered leaves rows that wait; the next one
// embeds their stored pictures, once those who scored them can no longer be at it.
func TestLostOffersAreCaughtUp(t *testing.T) {
	dir := t.TempDir()
	var a, b string
	t.Run("a process that is lost", func(t *testing.T) {
		w := intaketest.Open(t, dir, intaketest.Pack(t, "1"), nil)
		a, b = score(t, w, "A", 1, 2), score(t, w, "B", 3)
	})
	losePicture(t, dir, intaketest.Drawing(t, 1))
	w := intaketest.Open(t, dir, intaketest.Pack(t, "1"), nil)
	catchUp := func() {
		t.Helper()
		if err := w.Keeper().CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	catchUp()
	wantPoints(t, "while they are leased", w)
	w.Pass(2 * listings.Lease)
	w.Fake.Err = embed.ErrBusy
	if err := w.Keeper().CatchUp(t.Context()); !errors.Is(err, embed.ErrBusy) {
		t.Errorf("busy models: %v", err)
	}
	w.Fake.Err = nil
	w.Pass(2 * listings.Lease)
	catchUp()
	wantPoints(t, "caught up, but for the picture that is missing", w, a+"#1", b+"#0")
	l, err := w.Store.Listing(t.Context(), a)
	if err != nil || !l.Indexed || !strings.Contains(l.Problem, "1 of its stored pictures") {
		t.Errorf("listing %+v, error %v", l, err)
	}
}

// losePicture takes a listing's picture out of the blob store of a world.
func losePicture(t *testing.T, dir string, picture []byte) {
	t.Helper()
	blobs, err := blob.Open(filepath.Join(dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(blobs.Delete(t.Context(), blob.Listing, blob.Hash(picture)), blobs.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestChangeOfPackEmbedsListingsAgain: they wait, and are embedded from their stored pictures; the old vectors go.
func TestChangeOfPackEmbedsListingsAgain(t *testing.T) {
	dir := t.TempDir()
	var a string
	t.Run("first pack", func(t *testing.T) {
		w := intaketest.Open(t, dir, intaketest.Pack(t, "1"), nil)
		a = score(t, w, "A", 1)
		flush(t, w)
	})
	w := intaketest.Open(t, dir, intaketest.Pack(t, "2"), nil)
	if got := counts(t, w); got != (listings.Counts{Listings: 1, Waiting: 1}) {
		t.Errorf("counts after the change: %+v", got)
	}
	wantPoints(t, "before", w)
	if err := w.Keeper().CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantPoints(t, "after", w, a+"#0")
	if s := spaceOf(t, w); s.Version != "2" {
		t.Errorf("listings are in space %v", s)
	}
	infos, _ := w.Local.Collections(t.Context())
	for _, i := range infos {
		if strings.HasPrefix(i.Name, "listings.") && i.Space.Version != "2" {
			t.Errorf("collection %s is left over", i.Name)
		}
	}
}

// TestExpiry: an entry's points, row and pictures go when its time has come; pictures that another listing shows stay, and those
// of a listing that was not clear are kept as evidence.
func TestExpiry(t *testing.T) {
	dir := t.TempDir()
	w := intaketest.Open(t, dir, intaketest.Pack(t, "1"), nil)
	infringing := design(t, w, 5)
	old := score(t, w, "A", 1, 2)
	score(t, w, "C", 5)
	flush(t, w)
	w.Pass(29 * 24 * time.Hour)
	young := score(t, w, "B", 2)
	flush(t, w)
	expire := func() {
		t.Helper()
		if err := w.Keeper().Expire(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	expire()
	wantPoints(t, "after 29 days", w, old+"#0", old+"#1", young+"#0", listings.EntryID("market", "", "C", "")+"#0")
	w.Pass(2 * 24 * time.Hour)
	expire()
	wantPoints(t, "after 31 days", w, young+"#0")
	if _, err := w.Store.Listing(t.Context(), old); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("the expired entry: %v", err)
	}
	if err := w.DeleteReference(t.Context(), operator, infringing.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.Blobs.Delete(t.Context(), blob.Reference, infringing.Blob); err != nil { // it is the same picture
		t.Fatal(err)
	}
	for drawing, want := range map[uint64]error{1: blob.ErrNotFound, 2: nil, 5: nil} {
		if _, err := w.Blobs.Get(t.Context(), blob.Hash(intaketest.Drawing(t, drawing))); !errors.Is(err, want) {
			t.Errorf("picture %d: %v, want %v", drawing, err, want)
		}
	}
}

// TestNothingIsKeptWhereThePolicySaysSo: with listing_days 0 there is a report and no entry.
func TestNothingIsKeptWhereThePolicySaysSo(t *testing.T) {
	w := intaketest.Open(t, t.TempDir(), intaketest.Pack(t, "1"), nil)
	p := w.Policies["default"]
	p.ListingDays = 0
	w.Policies["default"] = p
	rec, err := w.Score(t.Context(), intake.ScoreInput{Account: "market", Listing: intake.ListingInput{ID: "A", Title: "Bag"}})
	if err != nil || rec.Entry != "" || counts(t, w) != (listings.Counts{}) {
		t.Errorf("entry %q, counts %+v, error %v", rec.Entry, counts(t, w), err)
	}
}

func TestEntryID(t *testing.T) {
	same := listings.EntryID("a", "m", "1", "x")
	if same != listings.EntryID("a", "m", "1", "y") {
		t.Error("another content makes another entry of the same listing")
	}
	for _, other := range []string{listings.EntryID("b", "m", "1", "x"), listings.EntryID("a", "n", "1", "x"), listings.EntryID("a", "m", "2", "x"),
		listings.EntryID("am", "", "1", "x"), listings.EntryID("a", "m", "", "x"), listings.EntryID("a", "m", "", "1")} {
		if other == same {
			t.Errorf("two listings have the entry %s", other)
		}
	}
}

package listings_test

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"testing"

	"github.com/disintegration/imaging"

	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/listings"
)

// resaved is a drawing at another size and quality: the same picture in other bytes.
func resaved(t *testing.T, drawing uint64) []byte {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(intaketest.Drawing(t, drawing)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, imaging.Resize(img, 100, 0, imaging.Linear), &jpeg.Options{Quality: 70}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func clusterOf(t *testing.T, w *intaketest.World, entry string) listings.Cluster {
	t.Helper()
	c, err := w.Store.Cluster(t.Context(), entry, "", "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestClustersGrowAsListingsArrive: by the same file, by the same picture saved again, and by a listing that shows both of two
// clusters' pictures, whose older ID stays.
func TestClustersGrowAsListingsArrive(t *testing.T) {
	w := intaketest.Open(t, t.TempDir(), intaketest.Pack(t, "1"), nil)
	a, b := score(t, w, "a", 1), score(t, w, "b", 2, 1)
	flush(t, w)
	first := clusterOf(t, w, a)
	if first.ID == "" || first.Size != 2 || clusterOf(t, w, b).ID != first.ID {
		t.Fatalf("the same file: %+v", first)
	}
	rec, err := w.Score(t.Context(), intake.ScoreInput{Account: "market", Listing: intake.ListingInput{ID: "c", Pictures: []intake.PictureInput{{Data: resaved(t, 1)}}}})
	if err != nil {
		t.Fatal(err)
	}
	d, e := score(t, w, "d", 7), score(t, w, "e", 7)
	flush(t, w)
	if c := clusterOf(t, w, rec.Entry); c.ID != first.ID || c.Size != 3 {
		t.Errorf("the same picture saved again: %+v", c)
	}
	second := clusterOf(t, w, d)
	if second.ID == first.ID || second.Size != 2 {
		t.Fatalf("other pictures: %+v", second)
	}
	bridge := score(t, w, "f", 7, 2)
	flush(t, w)
	for _, entry := range []string{a, b, rec.Entry, d, e, bridge} {
		if c := clusterOf(t, w, entry); c.ID != first.ID || c.Size != 6 {
			t.Errorf("where two clusters met, %s is in %s of %d", entry, c.ID, c.Size)
		}
	}
	if again := score(t, w, "a", 1); clusterOf(t, w, again).ID != first.ID {
		t.Error("scored again with the same picture, a listing left its cluster")
	}
	if away := score(t, w, "a", 30); clusterOf(t, w, away).ID == first.ID {
		t.Error("scored again with another picture, a listing stays in the cluster")
	}
	flush(t, w)
	if c := clusterOf(t, w, a); c.ID != "" || c.Size != 1 {
		t.Errorf("alone: %+v", c)
	}
}

// TestCommonPicturesTieNobody: beyond Common listings a picture says nothing about who is behind them.
func TestCommonPicturesTieNobody(t *testing.T) {
	w := intaketest.Open(t, t.TempDir(), intaketest.Pack(t, "1"), nil)
	for i := range listings.Common + 1 {
		score(t, w, fmt.Sprint("stock", i), 1)
	}
	flush(t, w)
	late := score(t, w, "late", 1, 2)
	flush(t, w)
	c := clusterOf(t, w, late)
	if c.Size != 1 {
		t.Errorf("a listing with a common picture is in a cluster of %d", c.Size)
	}
	for _, p := range c.Pictures {
		if (p.Listings > listings.Common) != (p.Listings != 1) {
			t.Errorf("picture %+v", p)
		}
	}
	own := score(t, w, "own", 2)
	flush(t, w)
	if c := clusterOf(t, w, own); c.Size != 2 {
		t.Errorf("the picture that is not common ties %d listings, want 2", c.Size)
	}
}

func TestBands(t *testing.T) {
	v := make([]float32, 128)
	for i := range v {
		v[i] = float32(i%3) - 1
	}
	w := append([]float32(nil), v...)
	w[5] = -w[5]
	a, b := listings.Bands(v), listings.Bands(w)
	if len(a) != 6 || len(b) != 6 {
		t.Fatalf("%d and %d bands of 128 numbers, want 6", len(a), len(b))
	}
	for i := range a {
		if a[i]>>16 != i || (a[i] == b[i]) != (i != 0) {
			t.Errorf("band %d: %x and %x; only the first may differ", i, a[i], b[i])
		}
	}
	if got := listings.Bands(v[:20]); len(got) != 1 {
		t.Errorf("%d bands of 20 numbers, want 1", len(got))
	}
}

//go:build bench || soak

package bench

import (
	"bytes"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"testing"

	"github.com/disintegration/imaging"

	"touchstone/internal/demo"
	"touchstone/internal/photo"
)

// Sizes of pictures, in pixels.
var (
	small  = image.Pt(512, 384)   // 0.2 megapixels
	medium = image.Pt(1152, 864)  // 1 megapixel
	large  = image.Pt(4000, 3000) // 12 megapixels
)

// A scene is a picture of the demo catalogue.
type scene struct {
	name  string // of its reference or listing
	title string // of a listing, "" for a reference
	image *image.NRGBA
}

// scenes draws up to n reference pictures and as many listing pictures of the demo catalogue.
func scenes(t testing.TB, n int) (references, listings []scene) {
	t.Helper()
	catalogue := demo.New(1)
	decode := func(name string, data []byte) *image.NRGBA {
		p, err := photo.Decode(data, photo.Limits{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return photo.RGB(p.Image)
	}
	for _, r := range catalogue.References {
		if r.Word == "" && len(references) < n {
			references = append(references, scene{name: r.ID, image: decode(r.ID, r.Picture())})
		}
	}
	for _, l := range catalogue.Listings {
		if l.HasPicture() && len(listings) < n {
			listings = append(listings, scene{name: l.ID, title: l.Title, image: decode(l.ID, l.Picture())})
		}
	}
	if len(references) == 0 || len(listings) == 0 {
		t.Fatal("the demo catalogue has no pictures")
	}
	return references, listings
}

// photograph gives a picture as a camera's file of this size: resized, with some grain, as JPEG of quality 88. The seed decides
// the grain.
func photograph(t testing.TB, img image.Image, size image.Point, seed uint64) []byte {
	t.Helper()
	out := imaging.Resize(img, size.X, size.Y, imaging.CatmullRom)
	grain := rand.New(rand.NewPCG(seed, 7))
	for i := 0; i+4 <= len(out.Pix); i += 4 {
		g := int(grain.Uint32()&7) + int(grain.Uint32()&7) - 7
		for c := range 3 {
			out.Pix[i+c] = byte(min(255, max(0, int(out.Pix[i+c])+g)))
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, out, &jpeg.Options{Quality: 88}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

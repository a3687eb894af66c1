package embed

import (
	"fmt"
	"image"

	"github.com/disintegration/imaging"

	"touchstone/models"
)

// Preprocess writes a picture into dst as the manifest's input asks: resized to
// width x height without keeping its proportions (Lanczos, three lobes,
// stretched when shrinking, as Pillow's Image.LANCZOS), flattened on white,
// divided by 255, less the mean, divided by the deviation; one plane a colour
// (CHW). dst must hold 3*width*height values; it panics when it does not.
//
// An *image.NRGBA, as internal/photo gives them, is the fast path.
func Preprocess(img image.Image, in models.Input, dst []float32) {
	plane := in.Width * in.Height
	if len(dst) != 3*plane {
		panic(fmt.Sprintf("embed: Preprocess into %d values, want %d", len(dst), 3*plane))
	}
	small := resize(img, in.Width, in.Height)
	table := newTable(in)
	r, g, b := dst[:plane], dst[plane:2*plane], dst[2*plane:]
	for y := range in.Height {
		row := small.Pix[y*small.Stride:][:4*in.Width]
		at := y * in.Width
		for x := range in.Width {
			p := row[4*x : 4*x+4 : 4*x+4]
			if p[3] != 255 {
				flatten(p)
			}
			r[at+x], g[at+x], b[at+x] = table[0][p[0]], table[1][p[1]], table[2][p[2]]
		}
	}
}

// resize gives a picture that Preprocess may write to.
func resize(img image.Image, width, height int) *image.NRGBA {
	return imaging.Resize(img, width, height, imaging.Lanczos)
}

// flatten lays one pixel of straight alpha on white.
func flatten(p []uint8) {
	a := uint32(p[3])
	for c := range 3 {
		p[c] = uint8((uint32(p[c])*a + 255*(255-a) + 127) / 255)
	}
}

// table gives the normalised value of each of the 256 values of a channel, in
// float32 arithmetic as NumPy does it.
type table [3][256]float32

func newTable(in models.Input) *table {
	var t table
	for c := range t {
		for v := range t[c] {
			t[c][v] = (float32(v)/255 - in.Mean[c]) / in.Deviation[c]
		}
	}
	return &t
}

// Encode writes a text's code points into dst, cut at its length and padded
// with zeros. Bytes that are no UTF-8 count as U+FFFD.
func Encode(text string, dst []int64) {
	i := 0
	for _, r := range text {
		if i == len(dst) {
			return
		}
		dst[i] = int64(r)
		i++
	}
	clear(dst[i:])
}

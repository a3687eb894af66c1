package embed

import (
	"fmt"
	"image"

	"touchstone/models"
)

// Preprocess writes a picture into dst as the manifest's input asks: flattened
// on white, resized to width x height without keeping its proportions (as
// Pillow's Image.resize with LANCZOS does, see resample.go), divided by 255,
// less the mean, divided by the deviation; one plane a colour (CHW). dst must
// hold 3*width*height values; it panics when it does not.
//
// An opaque *image.NRGBA, as internal/photo gives them, is the fast path. The
// picture is only read.
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
			r[at+x], g[at+x], b[at+x] = table[0][p[0]], table[1][p[1]], table[2][p[2]]
		}
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

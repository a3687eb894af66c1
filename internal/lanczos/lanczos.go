// Package lanczos makes of a picture what a model reads: resized as Pillow's Image.resize with LANCZOS does, and normalised.
//
// The arithmetic is Pillow's (ImagingResample): the same weights in the same fixed point, rows first, each rounded to a byte, then
// columns. The picture served is then the picture that was trained on, bit for bit; but for tall pictures, whose columns Pillow 13
// resamples first, so that a few samples are rounded to the next value.
//
// A picture of luma and chroma is turned into pixels a few rows at a time, on the way, with the same bytes as photo.RGB has: its
// pixels never lie in memory at full size.
//
// The work is done in C on vector instructions where cgo is there, and in plain Go elsewhere; both give the same bytes. It runs on
// the caller's goroutine alone: a worker a core is enough.
package lanczos

import (
	"fmt"
	"image"
)

// A Norm is how a model wants its numbers: (value/255 - Mean) / Deviation, for red, green and blue, in float32 arithmetic as NumPy
// does it.
type Norm struct {
	Mean, Deviation [3]float32
}

// Resize writes the picture, resized to width x height and normalised, into dst: three planes of width*height values, red, green
// and blue. It panics when dst has another length or the picture is empty. The picture is only read; what is transparent in it is
// laid on white.
//
// Pictures as internal/photo gives them (*image.YCbCr, *image.Gray, opaque *image.NRGBA, with the origin at 0,0) are read as they
// are, others through photo.RGB.
func Resize(dst []float32, img image.Image, width, height int, n Norm) {
	if width < 1 || height < 1 || len(dst) != 3*width*height {
		panic(fmt.Sprintf("lanczos: %d values for %d x %d pixels", len(dst), width, height))
	}
	if img.Bounds().Empty() {
		panic(fmt.Sprintf("lanczos: a picture of %v", img.Bounds()))
	}
	resize(dst, sourceOf(img), img, width, height, &n)
}

package photo

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"

	"github.com/disintegration/imaging"
)

// EncodeJPEG encodes a picture as baseline JPEG of quality 1 to 100, for evidence that is kept and
// shown, on white where it has alpha. Nothing of the original's metadata survives. It fails for an empty picture, a side
// above 65535 or a quality out of range.
func EncodeJPEG(img image.Image, quality int) ([]byte, error) {
	if quality < 1 || quality > 100 {
		return nil, fmt.Errorf("photo: JPEG quality %d is outside 1 to 100", quality)
	}
	if img == nil || img.Bounds().Empty() {
		return nil, fmt.Errorf("%w: there is no picture to encode", ErrEmpty)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, encodable(img), &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("photo: encode JPEG: %w", err)
	}
	return out.Bytes(), nil
}

// encodable lays a picture on white where it has alpha, and views opaque pixels as the type that the
// encoder is fastest on: they read the same premultiplied.
func encodable(img image.Image) image.Image {
	switch m := img.(type) {
	case *image.YCbCr, *image.Gray:
		return m
	case *image.NRGBA:
		if m.Opaque() {
			return &image.RGBA{Pix: m.Pix, Stride: m.Stride, Rect: m.Rect}
		}
	}
	m := flatten(img)
	return &image.RGBA{Pix: m.Pix, Stride: m.Stride, Rect: m.Rect}
}

// Thumb scales a picture down so that its longer side is at most side pixels, keeping its shape
// (Catmull-Rom, on white). Smaller pictures keep their size. The result is always a copy with its
// origin at 0,0. It panics if side is not positive.
func Thumb(img image.Image, side int) *image.NRGBA {
	if side <= 0 {
		panic(fmt.Sprintf("photo: Thumb to %d pixels", side))
	}
	src := flatten(img)
	w, h := src.Rect.Dx(), src.Rect.Dy()
	longer := max(w, h)
	if longer <= side {
		return src
	}
	// Boxes first, as long as twice the wanted size remains: the same picture in a fraction of the time.
	src = shrink(src, shrinkFactor(longer, longer, 2*side))
	tw, th := max(1, (w*side+longer/2)/longer), max(1, (h*side+longer/2)/longer)
	return imaging.Resize(src, tw, th, imaging.CatmullRom)
}

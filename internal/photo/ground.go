package photo

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/png"

	"golang.org/x/image/webp"
)

// What is laid on a dark ground: a picture that has transparency and of which nothing would be seen on white, such as a white mark.
const (
	nearlyWhite = 244 // samples from which on white nobody sees a pixel
	darkGround  = 40  // grey of the ground: darker than nearly all goods, and no black, which marks have
	leastSeen   = 8   // alpha from which a pixel counts as visible
)

// blank says whether a picture that was laid on white is white all over.
func blank(img *image.NRGBA) bool {
	w := img.Rect.Dx()
	for y := range img.Rect.Dy() {
		row := img.Pix[y*img.Stride:][:4*w]
		for i := 0; i < len(row); i += 4 {
			if row[i] < nearlyWhite || row[i+1] < nearlyWhite || row[i+2] < nearlyWhite {
				return false
			}
		}
	}
	return true
}

// onDark decodes a file once more with its alpha, and lays it on a dark ground; nil where it has none, shows nothing on any ground, or is
// part of a larger canvas.
func onDark(format string, data []byte, h header, factor int) *image.NRGBA {
	read := map[string]func() (image.Image, error){
		"png":  func() (image.Image, error) { return png.Decode(bytes.NewReader(data)) },
		"gif":  func() (image.Image, error) { return gif.Decode(bytes.NewReader(data)) },
		"webp": func() (image.Image, error) { return webp.Decode(bytes.NewReader(data)) },
	}[format]
	if read == nil {
		return nil
	}
	img, err := read()
	if err != nil || img.Bounds() != image.Rect(0, 0, h.width, h.height) {
		return nil
	}
	out, seen, through := image.NewNRGBA(img.Bounds()), false, false
	for y := range h.height {
		for x := range h.width {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			seen, through = seen || c.A >= leastSeen, through || c.A < 255-leastSeen
			out.SetNRGBA(x, y, color.NRGBA{over(c.R, c.A), over(c.G, c.A), over(c.B, c.A), 255})
		}
	}
	if !seen || !through {
		return nil
	}
	return shrink(out, factor)
}

// over is v with coverage a over the dark ground, rounded to nearest.
func over(v, a byte) byte {
	return byte((uint32(v)*uint32(a) + darkGround*(255-uint32(a)) + 127) / 255)
}

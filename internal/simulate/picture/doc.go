// Package picture draws the goods of a simulated marketplace: products of many shapes with patterns and signs of their own, shown in
// settings of many kinds, and what copyists do to such pictures.
//
// Everything comes out of numbers: a Good, a Sign and a Setting are drawn from a random source, and the same values give the same pixels on
// the same kind of processor. No two holders share a product, so that what looks alike does so by chance, as on a market. The package
// shares nothing with the data that the models were trained on, and knows nothing of what will look at its pictures.
package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"

	"git.sr.ht/~sbinet/gg"
)

// Side is the width and height of a picture in pixels.
const Side = 320

// A Shade is an opaque colour by hue (0 to 1), saturation and lightness.
type Shade struct{ H, S, L float64 }

// RGBA makes Shade a color.Color.
func (c Shade) RGBA() (r, g, b, a uint32) {
	f := func(n float64) uint8 {
		k := math.Mod(n+12*(c.H-math.Floor(c.H)), 12)
		v := c.L - c.S*math.Min(c.L, 1-c.L)*math.Max(-1, math.Min(math.Min(k-3, 9-k), 1))
		return uint8(255*math.Min(1, math.Max(0, v)) + 0.5)
	}
	return color.NRGBA{f(0), f(8), f(4), 255}.RGBA()
}

// lit is the shade with another lightness.
func (c Shade) lit(by float64) Shade {
	c.L = math.Min(0.97, math.Max(0.04, c.L+by))
	return c
}

// over is the shade with an opacity, 0 to 1.
func (c Shade) over(alpha float64) color.Color {
	r, g, b, _ := c.RGBA()
	return color.NRGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), uint8(255*alpha + 0.5)}
}

// shade draws a colour, strong or muted.
func shade(r *rand.Rand) Shade {
	return Shade{r.Float64(), 0.12 + 0.75*r.Float64(), 0.22 + 0.58*r.Float64()}
}

// JPEG encodes a picture with a quality of 1 to 100.
func JPEG(img image.Image, quality int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		panic(fmt.Sprintf("picture: %v", err)) // a buffer takes everything, and the size is bounded
	}
	return b.Bytes()
}

// canvas is a pen on a picture in coordinates from -1 to 1, y downwards.
type canvas struct{ *gg.Context }

func newCanvas(img *image.RGBA) canvas {
	c := canvas{gg.NewContextForRGBA(img)}
	w := float64(img.Rect.Dx())
	c.Translate(w/2, w/2)
	c.Scale(w/2, w/2)
	return c
}

// at draws in coordinates moved to x, y, turned by an angle in radians and scaled.
func (c canvas) at(x, y, size, angle float64, draw func()) {
	c.Push()
	c.Translate(x, y)
	c.Rotate(angle)
	c.Scale(size, size)
	draw()
	c.Pop()
}

// fill fills the path that draw makes.
func (c canvas) fill(with color.Color, draw func()) {
	c.NewSubPath()
	draw()
	c.ClosePath()
	c.SetColor(with)
	c.Fill()
}

// line strokes the path that draw makes, with a width in pixels.
func (c canvas) line(with color.Color, width float64, draw func()) {
	c.NewSubPath()
	draw()
	c.SetColor(with)
	c.SetLineWidth(width)
	c.Stroke()
}

func (c canvas) disc(with color.Color, x, y, r float64) { c.oval(with, x, y, r, r) }

func (c canvas) oval(with color.Color, x, y, rx, ry float64) {
	c.DrawEllipse(x, y, rx, ry)
	c.SetColor(with)
	c.Fill()
}

func (c canvas) box(with color.Color, x, y, w, h, round float64) {
	c.DrawRoundedRectangle(x, y, w, h, round)
	c.SetColor(with)
	c.Fill()
}

// polygon adds the points of a path.
func (c canvas) polygon(points ...float64) {
	for i := 0; i+1 < len(points); i += 2 {
		c.LineTo(points[i], points[i+1])
	}
}

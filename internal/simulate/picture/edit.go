package picture

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/f64"
	"golang.org/x/image/math/fixed"
)

// edits are what copyists do to a picture, by name.
var edits = map[string]func(*image.RGBA, *rand.Rand) *image.RGBA{
	"none":      func(img *image.RGBA, _ *rand.Rand) *image.RGBA { return img },
	"crop":      func(img *image.RGBA, r *rand.Rand) *image.RGBA { return crop(img, 0.62+0.25*r.Float64(), r) },
	"hard_crop": func(img *image.RGBA, r *rand.Rand) *image.RGBA { return crop(img, 0.36+0.14*r.Float64(), r) },
	"mirror":    mirror, "rotate": rotate, "recolour": recolour, "border": border, "caption": caption, "watermark": watermark,
	"paste": paste, "shrink": shrink, "collage": collage,
}

// Edits lists the names of the edits, sorted.
func Edits() []string {
	var out []string
	for name := range edits {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Edit does to a picture what the name says; the picture itself stays. An unknown name is an error.
func Edit(img *image.RGBA, name string, r *rand.Rand) (*image.RGBA, error) {
	do, ok := edits[name]
	if !ok {
		return nil, fmt.Errorf("picture: there is no edit %q; use one of %v", name, Edits())
	}
	return do(img, r), nil
}

// Square scales a picture to Side by Side pixels, cutting off what is longer.
func Square(src image.Image) *image.RGBA {
	out := blank()
	b := src.Bounds()
	n := min(b.Dx(), b.Dy())
	at := image.Pt(b.Min.X+(b.Dx()-n)/2, b.Min.Y+(b.Dy()-n)/2)
	draw.ApproxBiLinear.Scale(out, out.Rect, src, image.Rectangle{at, at.Add(image.Pt(n, n))}, draw.Src, nil)
	return out
}

func blank() *image.RGBA { return image.NewRGBA(image.Rect(0, 0, Side, Side)) }

func crop(img *image.RGBA, keep float64, r *rand.Rand) *image.RGBA {
	out, n := blank(), int(keep*Side)
	at := image.Pt(r.IntN(Side-n+1), r.IntN(Side-n+1))
	draw.ApproxBiLinear.Scale(out, out.Rect, img, image.Rectangle{at, at.Add(image.Pt(n, n))}, draw.Src, nil)
	return out
}

func mirror(img *image.RGBA, _ *rand.Rand) *image.RGBA {
	out := blank()
	for y := range Side {
		for x := range Side {
			out.SetRGBA(x, y, img.RGBAAt(Side-1-x, y))
		}
	}
	return out
}

// turned draws img turned and scaled onto out, with its centre at x, y.
func turned(out, img *image.RGBA, angle, scale, x, y float64) {
	c, s := scale*math.Cos(angle), scale*math.Sin(angle)
	m := f64.Aff3{c, -s, x - (c-s)*Side/2, s, c, y - (s+c)*Side/2}
	draw.ApproxBiLinear.Transform(out, m, img, img.Rect, draw.Over, nil)
}

func rotate(img *image.RGBA, r *rand.Rand) *image.RGBA {
	out := blank()
	a := (4 + 12*r.Float64()) * math.Pi / 180
	if r.IntN(2) == 0 {
		a = -a
	}
	turned(out, img, a, math.Abs(math.Sin(a))+math.Abs(math.Cos(a)), Side/2, Side/2)
	return out
}

// recolour turns the hue about the grey axis and changes the light.
func recolour(img *image.RGBA, r *rand.Rand) *image.RGBA {
	out := blank()
	a := (30 + 300*r.Float64()) * math.Pi / 180
	c, q := math.Cos(a), math.Sqrt(1.0/3)*math.Sin(a)
	k, gain := (1-c)/3, 0.85+0.3*r.Float64()
	for i := 0; i < len(img.Pix); i += 4 {
		x, y, z := gain*float64(img.Pix[i]), gain*float64(img.Pix[i+1]), gain*float64(img.Pix[i+2])
		out.Pix[i], out.Pix[i+1], out.Pix[i+2], out.Pix[i+3] = clamp(x*(c+k)+y*(k-q)+z*(k+q)), clamp(x*(k+q)+y*(c+k)+z*(k-q)), clamp(x*(k-q)+y*(k+q)+z*(c+k)), 255
	}
	return out
}

func border(img *image.RGBA, r *rand.Rand) *image.RGBA {
	out := blank()
	draw.Draw(out, out.Rect, image.NewUniform(shade(r)), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(out, out.Rect.Inset(12+r.IntN(24)), img, img.Rect, draw.Src, nil)
	return out
}

// bold is the face of captions. Its file is part of a library, so it parses.
var bold = sync.OnceValue(func() *opentype.Font {
	f, err := opentype.Parse(gobold.TTF)
	if err != nil {
		panic(fmt.Sprintf("picture: %v", err))
	}
	return f
})

// write sets a text with its left end at x, y.
func write(out *image.RGBA, text string, size float64, x, y int, ink color.Color) {
	face, err := opentype.NewFace(bold(), &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		panic(fmt.Sprintf("picture: %v", err)) // the options are constants
	}
	d := font.Drawer{Dst: out, Src: image.NewUniform(ink), Face: face}
	d.Dot.X, d.Dot.Y = fixed.I(x), fixed.I(y)
	d.DrawString(text)
}

var shouts = []string{"FREE SHIPPING", "BEST PRICE 2026", "NEW -50%", "HOT SALE", "ONLY TODAY", "1 + 1 GRATIS"}

func caption(img *image.RGBA, r *rand.Rand) *image.RGBA {
	out := copied(img)
	y := []int{0, Side - 46}[r.IntN(2)]
	draw.Draw(out, image.Rect(0, y, Side, y+46), image.NewUniform(shade(r)), image.Point{}, draw.Src)
	write(out, shouts[r.IntN(len(shouts))], 26, 14, y+33, color.White)
	return out
}

func watermark(img *image.RGBA, r *rand.Rand) *image.RGBA {
	out, name := copied(img), fmt.Sprintf("shop%03d", r.IntN(1000))
	for y := 40; y < Side; y += 70 {
		for x := -20 + y%50; x < Side; x += 120 {
			write(out, name, 22, x, y, color.NRGBA{255, 255, 255, 120})
		}
	}
	return out
}

// paste lays a print of the picture on another photo.
func paste(img *image.RGBA, r *rand.Rand) *image.RGBA {
	out := blank()
	grounds[1+r.IntN(len(grounds)-1)](out, shade(r), r.Uint64())
	layer := blank()
	turned(layer, img, 0.5*(r.Float64()-0.5), 0.5+0.25*r.Float64(), Side*(0.42+0.16*r.Float64()), Side*(0.42+0.16*r.Float64()))
	cast(out, layer, 1)
	draw.Draw(out, out.Rect, layer, image.Point{}, draw.Over)
	return out
}

// shrink loses the detail of a picture that was a thumbnail once.
func shrink(img *image.RGBA, r *rand.Rand) *image.RGBA {
	n := 90 + r.IntN(60)
	small, out := image.NewRGBA(image.Rect(0, 0, n, n)), blank()
	draw.ApproxBiLinear.Scale(small, small.Rect, img, img.Rect, draw.Src, nil)
	draw.ApproxBiLinear.Scale(out, out.Rect, small, small.Rect, draw.Src, nil)
	return out
}

// collage sets the picture beside a drawn one of something else.
func collage(img *image.RGBA, r *rand.Rand) *image.RGBA {
	out := blank()
	other := Photo(NewGood(r, r.IntN(Shapes())), nil, NewSetting(r))
	left, right := image.Rect(0, 0, Side/2, Side), image.Rect(Side/2, 0, Side, Side)
	if r.IntN(2) == 0 {
		left, right = right, left
	}
	half := image.Rect(Side/4-10, 0, 3*Side/4+10, Side)
	draw.ApproxBiLinear.Scale(out, left, img, half, draw.Src, nil)
	draw.ApproxBiLinear.Scale(out, right, other, half, draw.Src, nil)
	return out
}

func copied(img *image.RGBA) *image.RGBA {
	out := blank()
	draw.Draw(out, out.Rect, img, image.Point{}, draw.Src)
	return out
}

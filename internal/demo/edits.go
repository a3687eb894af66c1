package demo

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
)

// An edit is something that a copyist does to a picture. Its name is the one that evaluation sets use.
type edit struct {
	name string
	do   func(*image.RGBA) *image.RGBA
}

func blank() *image.RGBA { return image.NewRGBA(image.Rect(0, 0, side, side)) }

// cropped keeps the part from x0, y0 to x1, y1, each a share of the side, and enlarges it again.
func cropped(x0, y0, x1, y1 float64) edit {
	return edit{"crop", func(img *image.RGBA) *image.RGBA {
		out := blank()
		from := image.Rect(int(x0*side), int(y0*side), int(x1*side), int(y1*side))
		draw.CatmullRom.Scale(out, out.Rect, img, from, draw.Src, nil)
		return out
	}}
}

func mirrored() edit {
	return edit{"mirror", func(img *image.RGBA) *image.RGBA {
		out := blank()
		for y := range side {
			for x := range side {
				out.SetRGBA(x, y, img.RGBAAt(side-1-x, y))
			}
		}
		return out
	}}
}

// rotated turns the picture and enlarges it so that no corner stays empty.
func rotated(degrees float64) edit {
	return edit{"rotate", func(img *image.RGBA) *image.RGBA {
		out := blank()
		a := degrees * math.Pi / 180
		grow := math.Abs(math.Sin(a)) + math.Abs(math.Cos(a))
		turn(out, img, a, grow, side/2, side/2)
		return out
	}}
}

// turn draws img turned by a and scaled, with its centre at x, y.
func turn(out, img *image.RGBA, a, scale, x, y float64) {
	c, s := scale*math.Cos(a), scale*math.Sin(a)
	m := f64.Aff3{c, -s, x - (c-s)*side/2, s, c, y - (s+c)*side/2}
	draw.CatmullRom.Transform(out, m, img, img.Rect, draw.Over, nil)
}

// recoloured turns the hue of every pixel about the grey axis.
func recoloured(degrees float64) edit {
	a := degrees * math.Pi / 180
	c, s := math.Cos(a), math.Sin(a)
	k := (1 - c) / 3
	q := math.Sqrt(1.0/3) * s
	return edit{"colour", func(img *image.RGBA) *image.RGBA {
		return each(img, func(r, g, b float64) (float64, float64, float64) {
			return r*(c+k) + g*(k-q) + b*(k+q), r*(k+q) + g*(c+k) + b*(k-q), r*(k-q) + g*(k+q) + b*(c+k)
		})
	}}
}

func greyed() edit {
	return edit{"grey", func(img *image.RGBA) *image.RGBA {
		return each(img, func(r, g, b float64) (float64, float64, float64) {
			y := 0.299*r + 0.587*g + 0.114*b
			return y, y, y
		})
	}}
}

func each(img *image.RGBA, change func(r, g, b float64) (float64, float64, float64)) *image.RGBA {
	out := blank()
	clamp := func(v float64) uint8 { return uint8(math.Min(255, math.Max(0, v+0.5))) }
	for i := 0; i < len(img.Pix); i += 4 {
		r, g, b := change(float64(img.Pix[i]), float64(img.Pix[i+1]), float64(img.Pix[i+2]))
		out.Pix[i], out.Pix[i+1], out.Pix[i+2], out.Pix[i+3] = clamp(r), clamp(g), clamp(b), 255
	}
	return out
}

// shrunk loses the detail of a picture that was once a thumbnail of the given side.
func shrunk(pixels int) edit {
	return edit{"shrink", func(img *image.RGBA) *image.RGBA {
		small := image.NewRGBA(image.Rect(0, 0, pixels, pixels))
		draw.CatmullRom.Scale(small, small.Rect, img, img.Rect, draw.Src, nil)
		out := blank()
		draw.BiLinear.Scale(out, out.Rect, small, small.Rect, draw.Src, nil)
		return out
	}}
}

// bordered sets the picture in a frame with rounded corners.
func bordered(c rgb) edit {
	return edit{"border", func(img *image.RGBA) *image.RGBA {
		out := blank()
		draw.Draw(out, out.Rect, image.NewUniform(c), image.Point{}, draw.Src)
		in := out.Rect.Inset(side / 14)
		draw.CatmullRom.Scale(out, in, img, img.Rect, draw.Src, nil)
		p := newPen(out)
		p.DrawRoundedRectangle(-1.76, -1.76, 3.52, 3.52, 0.05)
		p.stroke(rgb(0xffffff), 0.03)
		return out
	}}
}

// captioned writes a seller's shout over the lower part.
func captioned(text string, c rgb) edit {
	return edit{"caption", func(img *image.RGBA) *image.RGBA {
		out := blank()
		draw.Draw(out, out.Rect, img, image.Point{}, draw.Src)
		p := newPen(out)
		p.box(c, -2, 1.36, 4, 0.5, 0)
		p.text(rgb(0xffffff), sans, text, 0, 1.6, math.Min(0.32, 5.6/float64(len(text))))
		p.at(1.42, -1.42, 0.42, 12, func() {
			starBurst(p, 0xe2382d)
			p.text(rgb(0xffffff), sans, "-60%", 0, 0, 0.62)
		})
		return out
	}}
}

func starBurst(p *pen, c rgb) {
	for i := range 32 {
		r := []float64{1, 0.84}[i%2]
		a := float64(i) * math.Pi / 16
		p.LineTo(r*math.Cos(a), r*math.Sin(a))
	}
	p.SetColor(c)
	p.Fill()
}

// watermarked writes a shop's name across the picture, over and over.
func watermarked(text string) edit {
	return edit{"watermark", func(img *image.RGBA) *image.RGBA {
		out := blank()
		draw.Draw(out, out.Rect, img, image.Point{}, draw.Src)
		p := newPen(out)
		for row := -3; row <= 3; row++ {
			for col := -1; col <= 1; col++ {
				p.at(float64(col)*1.9+0.4*float64(row), float64(row)*0.72, 1, -24, func() {
					p.text(color.NRGBA{255, 255, 255, 105}, plain, text, 0, 0, 0.24)
				})
			}
		}
		return out
	}}
}

// pasted lays a print of the picture on another photo, turned, with a white edge and a shadow.
func pasted(ground string, tint rgb, scale, degrees float64) edit {
	return edit{"paste_on_photo", func(img *image.RGBA) *image.RGBA {
		scene, layer := blank(), blank()
		grounds[ground](scene, tint, noise(77))
		framed := blank()
		draw.Draw(framed, framed.Rect, image.NewUniform(rgb(0xfcfcf8)), image.Point{}, draw.Src)
		draw.CatmullRom.Scale(framed, framed.Rect.Inset(22), img, img.Rect, draw.Src, nil)
		turn(layer, framed, degrees*math.Pi/180, scale, 0.53*side, 0.48*side)
		cast(scene, layer, 7, 11, 12, 0.55)
		over(scene, layer)
		develop(scene, noise(78))
		return scene
	}}
}

// blurred softens the picture as a shaky hand does.
func blurred(radius float64) edit {
	return edit{"blur", func(img *image.RGBA) *image.RGBA {
		out := blank()
		for k := range 3 {
			p := &plane{w: side, h: side, v: make([]float32, side*side)}
			for i := range p.v {
				p.v[i] = float32(img.Pix[4*i+k])
			}
			for i, v := range p.blur(radius).v {
				out.Pix[4*i+k], out.Pix[4*i+3] = uint8(v+0.5), 255
			}
		}
		return out
	}}
}

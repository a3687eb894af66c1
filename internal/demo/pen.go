package demo

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"strconv"
	"strings"

	"git.sr.ht/~sbinet/gg"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// side is the width and height of a drawn picture, in pixels.
const side = 640

// rgb is an opaque colour, 0xRRGGBB.
type rgb uint32

func (c rgb) parts() (r, g, b float64) {
	return float64(c >> 16 & 255), float64(c >> 8 & 255), float64(c & 255)
}

// RGBA makes rgb a color.Color.
func (c rgb) RGBA() (r, g, b, a uint32) {
	return color.NRGBA{uint8(c >> 16), uint8(c >> 8), uint8(c), 255}.RGBA()
}

// mix goes from c to o by t, 0 to 1.
func (c rgb) mix(o rgb, t float64) rgb {
	r, g, b := c.parts()
	x, y, z := o.parts()
	f := func(a, b float64) rgb { return rgb(a + (b-a)*t + 0.5) }
	return f(r, x)<<16 | f(g, y)<<8 | f(b, z)
}

func (c rgb) dark(t float64) rgb  { return c.mix(0x0a0a12, t) }
func (c rgb) light(t float64) rgb { return c.mix(0xffffff, t) }

// clear is c with an opacity, 0 to 1.
func (c rgb) clear(alpha float64) color.Color {
	return color.NRGBA{uint8(c >> 16), uint8(c >> 8), uint8(c), uint8(255*alpha + 0.5)}
}

// A pen draws on a picture in coordinates of its own; line widths follow its scale.
type pen struct {
	*gg.Context
	scale float64
}

// newPen draws on img with the origin at its centre and one unit as a quarter of its width.
func newPen(img *image.RGBA) *pen {
	p := &pen{gg.NewContextForRGBA(img), 1}
	w, h := float64(img.Rect.Dx()), float64(img.Rect.Dy())
	p.Translate(w/2, h/2)
	p.Scale(w/4, w/4)
	p.scale = w / 4
	return p
}

// at draws in coordinates moved to x, y, turned by degrees and scaled by size.
func (p *pen) at(x, y, size, degrees float64, draw func()) {
	before := p.scale
	p.Push()
	p.Translate(x, y)
	p.Rotate(degrees * math.Pi / 180)
	p.Scale(size, size)
	p.scale *= math.Abs(size)
	draw()
	p.Pop()
	p.scale = before
}

// fill fills an SVG-like path.
func (p *pen) fill(c color.Color, path string) {
	p.trace(path)
	p.SetColor(c)
	p.Fill()
}

// line strokes an SVG-like path with a width in the pen's units.
func (p *pen) line(c color.Color, width float64, path string) {
	p.trace(path)
	p.stroke(c, width)
}

// stitch strokes a dashed path.
func (p *pen) stitch(c color.Color, width float64, path string) {
	p.SetDash(3.2*width*p.scale, 2.6*width*p.scale)
	p.line(c, width, path)
	p.SetDash()
}

func (p *pen) stroke(c color.Color, width float64) {
	p.SetColor(c)
	p.SetLineWidth(width * p.scale)
	p.Stroke()
}

func (p *pen) disc(c color.Color, x, y, r float64) { p.oval(c, x, y, r, r) }

func (p *pen) oval(c color.Color, x, y, rx, ry float64) {
	p.DrawEllipse(x, y, rx, ry)
	p.SetColor(c)
	p.Fill()
}

func (p *pen) ring(c color.Color, x, y, r, width float64) {
	p.DrawCircle(x, y, r)
	p.stroke(c, width)
}

func (p *pen) box(c color.Color, x, y, w, h, round float64) {
	p.DrawRoundedRectangle(x, y, w, h, round)
	p.SetColor(c)
	p.Fill()
}

var commands = strings.NewReplacer("M", " M ", "L", " L ", "C", " C ", "Q", " Q ", "Z", " Z ")

// trace adds a path of the commands M, L, C, Q and Z with absolute coordinates. The paths are constants of this
// package, so a fault in one panics in the first test that draws it.
func (p *pen) trace(path string) {
	words := strings.Fields(commands.Replace(path))
	i := 0
	num := func() float64 {
		v, err := strconv.ParseFloat(words[i], 64)
		if err != nil {
			panic("demo: path " + path + ": " + err.Error())
		}
		i++
		return v
	}
	for command := ""; i < len(words); {
		if strings.ContainsAny(words[i], "MLCQZ") {
			command, i = words[i], i+1
		}
		switch command {
		case "M":
			p.MoveTo(num(), num())
		case "L":
			p.LineTo(num(), num())
		case "Q":
			p.QuadraticTo(num(), num(), num(), num())
		case "C":
			p.CubicTo(num(), num(), num(), num(), num(), num())
		case "Z":
			p.ClosePath()
		}
	}
}

// loop fills a smooth closed curve through points x0, y0, x1, y1, ... (Catmull-Rom).
func (p *pen) loop(c color.Color, at ...float64) {
	n := len(at) / 2
	get := func(i int) (x, y float64) { i = (i + n) % n; return at[2*i], at[2*i+1] }
	x, y := get(0)
	p.MoveTo(x, y)
	for i := range n {
		ax, ay := get(i - 1)
		bx, by := get(i)
		cx, cy := get(i + 1)
		dx, dy := get(i + 2)
		p.CubicTo(bx+(cx-ax)/6, by+(cy-ay)/6, cx-(dx-bx)/6, cy-(dy-by)/6, cx, cy)
	}
	p.ClosePath()
	p.SetColor(c)
	p.Fill()
}

// text writes s centred at x, y with an em of size units, as outlines, so that it turns and scales with the pen.
func (p *pen) text(c color.Color, f *sfnt.Font, s string, x, y, size float64) {
	const em = 1024
	var buf sfnt.Buffer
	unit := size / em / 64
	width := 0.0
	type placed struct {
		glyph sfnt.GlyphIndex
		left  float64
	}
	var glyphs []placed
	for _, r := range s {
		g, err := f.GlyphIndex(&buf, r)
		if err != nil {
			continue
		}
		advance, err := f.GlyphAdvance(&buf, g, fixed.I(em), font.HintingNone)
		if err != nil {
			continue
		}
		glyphs = append(glyphs, placed{g, width})
		width += float64(advance) * unit
	}
	for _, g := range glyphs {
		segments, err := f.LoadGlyph(&buf, g.glyph, fixed.I(em), nil)
		if err != nil {
			continue
		}
		p.glyph(segments, x-width/2+g.left, y+0.35*size, unit)
	}
	p.SetColor(c)
	p.Fill()
}

func (p *pen) glyph(segments sfnt.Segments, x, y, unit float64) {
	at := func(q fixed.Point26_6) (float64, float64) { return x + float64(q.X)*unit, y + float64(q.Y)*unit }
	for _, s := range segments {
		ax, ay := at(s.Args[0])
		bx, by := at(s.Args[1])
		cx, cy := at(s.Args[2])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			p.MoveTo(ax, ay)
		case sfnt.SegmentOpLineTo:
			p.LineTo(ax, ay)
		case sfnt.SegmentOpQuadTo:
			p.QuadraticTo(ax, ay, bx, by)
		case sfnt.SegmentOpCubeTo:
			p.CubicTo(ax, ay, bx, by, cx, cy)
		}
	}
}

// The Go fonts, in the weights that the drawings use.
var (
	sans  = mustFont(gobold.TTF)
	plain = mustFont(gomedium.TTF)
)

func mustFont(data []byte) *sfnt.Font {
	f, err := sfnt.Parse(data)
	if err != nil {
		panic(err) // the fonts are part of the program
	}
	return f
}

// pathBuilder writes the paths that are computed.
type pathBuilder struct{ b strings.Builder }

func (b *pathBuilder) move(x, y float64) { fmt.Fprintf(&b.b, "M %.4f %.4f ", x, y) }
func (b *pathBuilder) line(x, y float64) { fmt.Fprintf(&b.b, "L %.4f %.4f ", x, y) }
func (b *pathBuilder) close() string     { return b.b.String() + "Z" }

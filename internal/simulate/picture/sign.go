package picture

import (
	"image"
	"math"
	"math/rand/v2"
)

// A Sign is a figurative mark: a few strokes and figures, mirrored or turned about its centre.
type Sign struct {
	Ink   Shade
	Frame int // 0 none, 1 ring, 2 disc, 3 and more a polygon of so many corners
	Turn  int // how often its parts are repeated around the centre
	Parts [3]signPart
}

type signPart struct {
	Kind       int // 0 leaf, 1 bar, 2 arc, 3 disc, 4 triangle
	Far, Size  float64
	Angle, Cut float64
}

// NewSign draws a sign.
func NewSign(r *rand.Rand) Sign {
	s := Sign{Ink: Shade{r.Float64(), 0.4 + 0.6*r.Float64(), 0.12 + 0.25*r.Float64()}, Frame: r.IntN(8), Turn: 1 + r.IntN(6)}
	for i := range s.Parts {
		s.Parts[i] = signPart{r.IntN(5), 0.15 + 0.45*r.Float64(), 0.2 + 0.3*r.Float64(), 6.28 * r.Float64(), r.Float64()}
	}
	return s
}

// draw draws the sign within the unit circle; ground is what it stands on.
func (s *Sign) draw(c canvas, ground Shade) {
	ink, paper := s.Ink, ground
	switch {
	case s.Frame == 1:
		c.DrawCircle(0, 0, 0.94)
		c.SetColor(ink)
		c.SetLineWidth(4)
		c.Stroke()
	case s.Frame == 2:
		c.disc(ink, 0, 0, 1)
		ink, paper = paper, ink
	case s.Frame > 2:
		c.core(ink, s.Frame, 1)
		c.core(paper, s.Frame, 0.84)
	}
	for k := range s.Turn {
		c.at(0, 0, 0.86, 2*math.Pi*float64(k)/float64(s.Turn), func() {
			for _, p := range s.Parts {
				c.at(p.Far*math.Cos(p.Angle), p.Far*math.Sin(p.Angle), p.Size, p.Angle*3, func() { p.draw(c, ink, paper) })
			}
		})
	}
}

func (p signPart) draw(c canvas, ink, paper Shade) {
	switch p.Kind {
	case 0:
		c.fill(ink, func() {
			c.MoveTo(-1, 0)
			c.QuadraticTo(0, -0.4-0.6*p.Cut, 1, 0)
			c.QuadraticTo(0, 0.4+0.3*p.Cut, -1, 0)
		})
	case 1:
		c.box(ink, -1, -0.12-0.2*p.Cut, 2, 0.24+0.4*p.Cut, 0.1)
	case 2:
		c.DrawArc(0, 0, 0.8, 0, math.Pi*(0.6+p.Cut))
		c.SetColor(ink)
		c.SetLineWidth(5)
		c.Stroke()
	case 3:
		c.disc(ink, 0, 0, 0.7)
		c.disc(paper, 0.4*p.Cut, 0, 0.4*p.Cut)
	default:
		c.core(ink, 3, 0.9)
	}
}

// Draw shows a sign by itself on white, as it stands in a register.
func (s *Sign) Draw() *image.RGBA { return s.on(Shade{0, 0, 1}) }

// Reversed shows it in white on its own colour.
func (s *Sign) Reversed() *image.RGBA {
	other := *s
	other.Ink = Shade{0, 0, 0.97}
	return other.on(s.Ink)
}

func (s *Sign) on(paper Shade) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, Side, Side))
	c := newCanvas(img)
	c.box(paper, -1, -1, 2, 2, 0)
	c.at(0, 0, 0.8, 0, func() { s.draw(c, paper) })
	return img
}

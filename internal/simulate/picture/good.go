package picture

import (
	"image"
	"image/draw"
	"math"
	"math/rand/v2"
)

// A Good is a product: a shape with its proportions, colours and a pattern. A copyist's imitation is the same Good, seen anew.
type Good struct {
	Shape   int
	Form    [8]float64 // proportions, 0 to 1
	Stretch float64    // broader or higher than usual
	Tones   int        // 0 one, 1 the lower part, 2 the left half, 3 a band, 4 a diagonal of another colour
	Base    Shade
	Trim    Shade
	Pattern Pattern
	Outline Outline
	Bare    bool // no pattern: one colour all over
}

// shapes draw a product around the centre.
var shapes = []struct {
	name string
	draw func(s *stage)
}{
	{"mug", mug}, {"bottle", bottle}, {"bag", bag}, {"shoe", shoe}, {"shirt", shirt}, {"cushion", cushion},
	{"case", phoneCase}, {"lamp", lamp}, {"watch", watch}, {"vase", vase}, {"cap", cap}, {"box", carton},
	{"plate", plate}, {"glasses", glasses}, {"teddy", teddy}, {"chair", chair}, {"kettle", kettle}, {"umbrella", umbrella}, {"scarf", scarf}, {"speaker", speaker},
}

// places are where a sign goes on the shapes: x, y and radius.
var places = [...][3]float64{
	{-0.08, 0.1, 0.26}, {0, 0.25, 0.22}, {0, 0.25, 0.26}, {-0.1, 0.05, 0.17}, {0.2, -0.15, 0.16}, {0, 0, 0.36},
	{0, 0.3, 0.22}, {0, -0.25, 0.2}, {0, -0.1, 0.14}, {0, 0.25, 0.24}, {-0.08, -0.15, 0.2}, {0, 0.1, 0.3},
	{0, 0, 0.24}, {0, -0.42, 0.1}, {0, 0.4, 0.2}, {0, -0.3, 0.2}, {0, 0.3, 0.24}, {0.1, -0.28, 0.18}, {-0.15, -0.1, 0.16}, {0, 0.72, 0.14},
}

// Shapes is how many kinds of product there are.
func Shapes() int { return len(shapes) }

// ShapeName names a kind of product.
func ShapeName(shape int) string { return shapes[shape].name }

// NewGood draws a product of a shape.
func NewGood(r *rand.Rand, shape int) Good {
	g := Good{Shape: shape, Base: shade(r), Trim: shade(r), Pattern: newPattern(r), Outline: newOutline(r), Bare: r.Float64() < 0.12, Stretch: 0.78 + 0.44*r.Float64(), Tones: r.IntN(5)}
	for i := range g.Form {
		g.Form[i] = r.Float64()
	}
	return g
}

// NewDesign draws a product that somebody would register: it has a pattern that is its own, since a plain one has no character that others
// could copy.
func NewDesign(r *rand.Rand, shape int) Good {
	g := NewGood(r, shape)
	g.Bare = false
	for g.Pattern.Layout == layoutStripes || g.Pattern.plain() {
		g.Pattern = newPattern(r)
	}
	return g
}

// Recoloured is the same product in other colours, as an imitation often is.
func (g Good) Recoloured(r *rand.Rand) Good {
	g.Base, g.Trim = shade(r), shade(r)
	turn := r.Float64()
	for i := range g.Pattern.Inks {
		g.Pattern.Inks[i].H += turn
	}
	return g
}

// A Setting is how a product is shown: on what, where, and in which light.
type Setting struct {
	Ground int
	Tint   Shade
	X, Y   float64 // -1 to 1
	Size   float64 // half of the product's height, as a part of half the picture
	Angle  float64 // radians
	Light  float64 // from where, radians
	Seed   uint64  // of grain and texture
}

// NewSetting draws a setting.
func NewSetting(r *rand.Rand) Setting {
	return Setting{Ground: r.IntN(len(grounds)), Tint: Shade{r.Float64(), 0.5 * r.Float64(), 0.35 + 0.55*r.Float64()}, X: 0.24 * (r.Float64() - 0.5),
		Y: 0.2 * (r.Float64() - 0.5), Size: 0.68 + 0.24*r.Float64(), Angle: 0.4 * (r.Float64() - 0.5), Light: 2 * math.Pi * r.Float64(), Seed: r.Uint64()}
}

// Register is the plain setting of pictures that are filed: upright on a pale ground.
func Register() Setting { return Setting{Tint: Shade{0.1, 0.1, 0.94}, Size: 0.84, Light: 4} }

// A stage is what a shape draws on.
type stage struct {
	canvas
	g    Good
	sign *Sign
}

// Photo shows a product in a setting, with a sign on it unless that is nil.
func Photo(g Good, sign *Sign, at Setting) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, Side, Side))
	grounds[at.Ground](img, at.Tint, at.Seed)
	flat := image.NewRGBA(img.Rect)
	s := &stage{newCanvas(flat), g, sign}
	s.at(0, 0, upright, 0, func() {
		s.Scale(math.Min(1, g.Stretch), math.Min(1, 1/g.Stretch))
		shapes[g.Shape].draw(s)
	})
	layer := g.Outline.bend(flat, at)
	cast(img, layer, at.Light)
	round(layer, at.Light)
	draw.Draw(img, img.Rect, layer, image.Point{}, draw.Over)
	develop(img, at.Seed)
	return img
}

// Artwork is the pattern of a product by itself, as a drawing that is registered.
func Artwork(g Good) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, Side, Side))
	c := newCanvas(img)
	c.box(g.Base, -1, -1, 2, 2, 0)
	g.Pattern.draw(c)
	return img
}

// body fills the shape's main part and lays the pattern and the sign on it.
func (s *stage) body(path func()) {
	s.NewSubPath()
	path()
	s.ClosePath()
	s.SetColor(s.g.Base)
	s.FillPreserve()
	s.Clip()
	s.tones()
	if !s.g.Bare {
		s.at(0, 0, 1, 0, func() { s.g.Pattern.draw(s.canvas) })
	}
	s.ResetClip()
	if s.sign != nil {
		m := places[s.g.Shape]
		s.at(m[0], m[1], m[2], 0, func() {
			s.disc(s.g.Base.lit(0.3), 0, 0, 1.22) // a label, so that the sign can be seen on any pattern
			s.sign.draw(s.canvas, s.g.Base.lit(0.3))
		})
	}
}

// tones lays a second colour over a part of the body.
func (s *stage) tones() {
	second := s.g.Trim.lit(0.08)
	part := s.span(7, 0.2, 0.7)
	switch s.g.Tones {
	case 1:
		s.box(second, -1.3, 1-2*part*0.6, 2.6, 2, 0)
	case 2:
		s.box(second, -1.3, -1.3, 1.3, 2.6, 0)
	case 3:
		s.box(second, -1.3, part-0.6, 2.6, 0.35, 0)
	case 4:
		s.fill(second, func() { s.polygon(-1.3, -1.3, 1.3*part, -1.3, -1.3, 1.3*part) })
	}
}

// span is a number from low to high by a proportion.
func (s *stage) span(i int, low, high float64) float64 { return low + (high-low)*s.g.Form[i] }

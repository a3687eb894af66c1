package demo

import (
	"image"
	"math"
)

// An item is one product in a scene, placed in scene coordinates: -2 to 2 over the picture, y downwards.
type item struct {
	shape      string
	base, trim rgb
	print      string // a motif on the product, "" for none
	palette    string // of the print; "" for the print's own
	mark       string // a sign on the product, "" for none
	ink        rgb    // of the sign
	x, y       float64
	size       float64 // half the product's width or height; 0 means 1.45
	angle      float64 // degrees
	mirror     bool
}

// A spot is a place on a shape in the item's coordinates: the centre and the radius of what is put there.
type spot struct{ x, y, r float64 }

// A shape draws a kind of product, part by part from back to front.
type shape struct {
	draw  func(s *stage)
	mark  spot // where a sign goes
	print spot // where a print goes
}

// A stage puts the parts of one item on a scene.
type stage struct {
	item
	scene *image.RGBA
	seed  int64
	made  int
}

// A part says how one piece of a product takes the light.
type part struct {
	bulge  float64 // how far the roundness reaches in, in hundredths of the item's size; 0 means 9
	depth  float64 // strength of the light; 0 means 1
	cloth  float64 // strength of creases; 0 for none
	shadow float64 // strength of the shadow that it casts; 0 for none
	reach  float64 // how far the shadow falls, in hundredths of the item's size; 0 means 5
}

func (s *stage) put(how part, base func(*pen), decorate ...func(*pen)) {
	layer := s.layer(base)
	for _, d := range decorate {
		atop(layer, s.layer(d))
	}
	unit := s.size * side / 4 / 100 // pixels in a hundredth of the item's size
	if how.cloth > 0 {
		crease(layer, s.seed+int64(s.made), 0.011, 1.5, 0.8, how.cloth)
	}
	s.made++
	emboss(layer, or(how.bulge, 9)*unit, 1.15*or(how.depth, 1))
	if how.shadow > 0 {
		reach := or(how.reach, 5) * unit
		cast(s.scene, layer, int(0.55*reach), int(reach), 1.1*reach, how.shadow)
	}
	over(s.scene, layer)
}

func or(v, otherwise float64) float64 {
	if v == 0 {
		return otherwise
	}
	return v
}

func (s *stage) layer(draw func(*pen)) *image.RGBA {
	img := image.NewRGBA(s.scene.Rect)
	p := newPen(img)
	s.place(p, func() { draw(p) })
	return img
}

// place moves a pen to the item.
func (it item) place(p *pen, draw func()) {
	p.at(it.x, it.y, it.size, it.angle, func() {
		if it.mirror {
			p.Scale(-1, 1)
		}
		draw()
	})
}

// printed draws the item's print at its shape's spot.
func (s *stage) printed(p *pen) {
	if s.print == "" {
		return
	}
	at := shapes[s.shape].print
	p.at(at.x, at.y, at.r, 0, func() { prints[s.print](p, s.colours()) })
}

func (s *stage) colours() palette {
	for _, name := range []string{s.item.palette, s.print} {
		if c, ok := palettes[name]; ok {
			return c
		}
	}
	return palettes["slate"]
}

// marked draws the item's sign at its shape's spot.
func (s *stage) marked(p *pen) {
	if s.mark == "" {
		return
	}
	at := shapes[s.shape].mark
	p.at(at.x, at.y, at.r, 0, func() { marks[s.mark](p, s.ink, s.base) })
}

// markBox is where the item's sign lies in the picture: x, y, width, height in pixels. It is reckoned without drawing.
func (it item) markBox() [4]float64 {
	at := shapes[it.shape].mark
	p := newPen(image.NewRGBA(image.Rect(0, 0, side, side)))
	low, high := [2]float64{side, side}, [2]float64{}
	it.place(p, func() {
		for i := range 32 {
			a := float64(i) * math.Pi / 16
			x, y := p.TransformPoint(at.x+at.r*math.Cos(a), at.y+at.r*math.Sin(a))
			low = [2]float64{math.Min(low[0], x), math.Min(low[1], y)}
			high = [2]float64{math.Max(high[0], x), math.Max(high[1], y)}
		}
	})
	x, y := math.Max(0, math.Floor(low[0])), math.Max(0, math.Floor(low[1]))
	return [4]float64{x, y, math.Min(side, math.Ceil(high[0])) - x, math.Min(side, math.Ceil(high[1])) - y}
}

package picture

import (
	"math"
	"math/rand/v2"
)

// A Pattern covers a product: a few motifs of its own, set out in its own way.
type Pattern struct {
	Layout int
	Inks   [4]Shade
	Motifs [3]motif
	Pitch  float64
	Seed   uint64
}

// motif is a small figure out of petals, rings and a core.
type motif struct {
	Petals      int
	Long, Broad float64
	Core, Ring  float64
	Corners     int // of the core; under 3 it is round
}

// layouts of a pattern.
const (
	layoutStripes = iota
	layoutDots
	layoutLattice
	layoutScatter
	layoutScene
	layoutChecks
	layouts
)

func newPattern(r *rand.Rand) Pattern {
	p := Pattern{Layout: r.IntN(layouts), Pitch: 0.16 + 0.26*r.Float64(), Seed: r.Uint64()}
	for i := range p.Inks {
		p.Inks[i] = shade(r)
	}
	for i := range p.Motifs {
		p.Motifs[i] = motif{Petals: r.IntN(9), Long: 0.5 + 0.5*r.Float64(), Broad: 0.1 + 0.35*r.Float64(), Core: 0.15 + 0.4*r.Float64(), Ring: r.Float64(), Corners: r.IntN(7)}
	}
	return p
}

// plain tells whether most of the pattern's figures are dots or polygons and nothing else.
func (p Pattern) plain() bool {
	figures := 0
	for _, m := range p.Motifs {
		if m.Petals >= 3 {
			figures++
		}
	}
	return figures < 2
}

// draw covers the square from -1 to 1.
func (p Pattern) draw(c canvas) {
	r := rand.New(rand.NewPCG(p.Seed, 5))
	switch p.Layout {
	case layoutStripes:
		tilt, width := math.Pi*r.Float64(), 0.15+0.6*r.Float64()
		c.at(0, 0, 1.5, tilt, func() {
			for i, y := 0, -1.0; y < 1; i, y = i+1, y+p.Pitch {
				c.box(p.Inks[i%(1+int(p.Seed%4))], -1, y, 2, p.Pitch*width, 0)
			}
		})
	case layoutChecks:
		for i, x := 0, -1.0; x < 1; i, x = i+1, x+p.Pitch {
			for k, y := 0, -1.0; y < 1; k, y = k+1, y+p.Pitch {
				if (i+k)%2 == 0 {
					c.box(p.Inks[(i*3+k)%3], x, y, p.Pitch, p.Pitch, 0)
				}
			}
		}
		p.each(c, 2*p.Pitch, 0, func(i int) { p.figure(c, i) })
	case layoutDots, layoutLattice:
		p.each(c, p.Pitch*1.2, 0.5*float64(p.Layout-layoutDots), func(i int) { p.figure(c, i) })
	case layoutScatter:
		for i := range 26 {
			c.at(1.9*(r.Float64()-0.5), 1.9*(r.Float64()-0.5), p.Pitch*(0.4+0.6*r.Float64()), 6.28*r.Float64(), func() { p.figure(c, i) })
		}
	case layoutScene:
		p.scene(c, r)
	}
}

// each calls draw on a grid whose odd rows are shifted by a part of the pitch.
func (p Pattern) each(c canvas, pitch, shift float64, draw func(i int)) {
	i := 0
	for row, y := 0, -1+pitch/2; y < 1; row, y = row+1, y+pitch {
		for x := -1 + pitch/2 - shift*pitch*float64(row%2); x < 1.1; x += pitch {
			c.at(x, y, 0.42*pitch, float64(i%4)*math.Pi/4, func() { draw(i) })
			i++
		}
	}
}

// figure draws one of the motifs.
func (p Pattern) figure(c canvas, i int) {
	m, ink := p.Motifs[i%3], p.Inks[i%3]
	for k := range m.Petals {
		a := 2 * math.Pi * float64(k) / float64(m.Petals)
		c.at(0.55*m.Long*math.Cos(a), 0.55*m.Long*math.Sin(a), 1, a, func() { c.oval(ink, 0, 0, 0.5*m.Long, 0.5*m.Broad) })
	}
	if m.Ring > 0.5 {
		c.DrawCircle(0, 0, m.Ring)
		c.SetColor(p.Inks[3])
		c.SetLineWidth(2)
		c.Stroke()
	}
	c.core(p.Inks[(i+1)%4], m.Corners, m.Core)
}

// core is a disc, or a polygon with so many corners.
func (c canvas) core(ink Shade, corners int, size float64) {
	if corners < 3 {
		c.disc(ink, 0, 0, size)
		return
	}
	c.DrawRegularPolygon(corners, 0, 0, size, 0)
	c.SetColor(ink)
	c.Fill()
}

// scene is a picture rather than a pattern: bands of hills, a great disc, and figures upon them.
func (p Pattern) scene(c canvas, r *rand.Rand) {
	c.disc(p.Inks[3], 1.2*(r.Float64()-0.5), -0.6*r.Float64(), 0.25+0.3*r.Float64())
	for i := range 4 {
		y, high, phase, wave := -0.2+0.3*float64(i), 0.08+0.22*r.Float64(), 6.28*r.Float64(), 2+5*r.Float64()
		c.fill(p.Inks[i%3].lit(0.12-0.08*float64(i)), func() {
			c.LineTo(-1, 1)
			for x := -1.0; x <= 1.01; x += 0.08 {
				c.LineTo(x, y-high*math.Sin(wave*x+phase))
			}
			c.LineTo(1, 1)
		})
	}
	for i := range 5 {
		c.at(1.6*(r.Float64()-0.5), -0.2+0.9*r.Float64(), 0.12+0.16*r.Float64(), 0.6*(r.Float64()-0.5), func() { p.figure(c, i) })
	}
}

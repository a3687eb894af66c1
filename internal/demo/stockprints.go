package demo

import (
	"math"
	"math/rand/v2"
)

// boat: a sailing boat by day, as near to the night ferry as any seaside print.
func boat(p *pen, c palette) {
	wash(p, c[0].light(0.2))
	p.disc(c[3], -0.5, -0.55, 0.2)
	for i := range 4 {
		p.fill(c[1].mix(c[0], 0.2*float64(i)), wave(0.36+0.18*float64(i), 0.05, float64(i)*1.7))
	}
	p.fill(c[2], "M-0.4 0.26 L0.5 0.26 L0.34 0.5 L-0.24 0.5 Z")
	p.fill(c[4], "M0.04 -0.7 L0.04 0.2 L-0.44 0.2 Z")
	p.fill(c[3], "M0.1 -0.56 L0.1 0.2 L0.46 0.2 Z")
}

// cutouts: loose organic cuts, of the same fashion as the garden and yet another pattern.
func cutouts(p *pen, c palette) {
	wash(p, c[0])
	r := rand.New(rand.NewPCG(5, 5))
	for i := range 16 {
		x, y := -0.75+0.5*float64(i%4)+0.1*r.Float64(), -0.75+0.5*float64(i/4)+0.1*r.Float64()
		var at []float64
		for k := range 7 {
			a, d := float64(k)*2*math.Pi/7, 0.11+0.13*r.Float64()
			at = append(at, x+d*math.Cos(a), y+d*math.Sin(a))
		}
		p.loop(c[1+i%4], at...)
	}
}

func stripes(p *pen, c palette) {
	wash(p, c[0])
	for i := range 11 {
		p.box(c[1+i%2], -1.05, -1.02+0.19*float64(i), 2.1, 0.085, 0)
	}
}

func dots(p *pen, c palette) {
	wash(p, c[0])
	for i := range 64 {
		row := i / 8
		p.disc(c[1+row%2], -1+0.27*float64(i%8)+0.135*float64(row%2), -0.96+0.27*float64(row), 0.07)
	}
}

func gingham(p *pen, c palette) {
	wash(p, c[0])
	for i := range 8 {
		at := -1.02 + 0.28*float64(i)
		p.box(c[1].clear(0.5), at, -1.05, 0.14, 2.1, 0)
		p.box(c[1].clear(0.5), -1.05, at, 2.1, 0.14, 0)
	}
}

func cat(p *pen, c palette) {
	wash(p, c[0])
	p.fill(c[3], "M-0.5 0.9 C-0.6 0.2 -0.3 0 0 0 C0.3 0 0.6 0.2 0.5 0.9 Z")
	p.disc(c[3], 0, -0.2, 0.42)
	p.fill(c[3], "M-0.4 -0.3 L-0.38 -0.8 L-0.06 -0.54 Z")
	p.fill(c[3], "M0.4 -0.3 L0.38 -0.8 L0.06 -0.54 Z")
	p.oval(c[4], -0.15, -0.24, 0.07, 0.09)
	p.oval(c[4], 0.15, -0.24, 0.07, 0.09)
	p.fill(c[1], "M-0.05 -0.08 L0.05 -0.08 L0 -0.02 Z")
	p.line(c[1], 0.06, "M-0.3 0.12 Q0 0.26 0.3 0.12")
}

// ranges: pointed mountains with snow, a stock motif beside Beiling's hills.
func ranges(p *pen, c palette) {
	wash(p, c[0])
	for i, x := range []float64{-0.6, 0.5, -0.05} {
		p.at(x, 0.2, 0.8+0.1*float64(i), 0, func() {
			p.fill(c[1+i], "M0 -0.9 L0.9 0.9 L-0.9 0.9 Z")
			p.fill(c[4], "M0 -0.9 L0.24 -0.42 L0.08 -0.5 L0 -0.36 L-0.1 -0.52 L-0.24 -0.42 Z")
		})
	}
	p.box(c[3], -1.05, 0.8, 2.1, 0.3, 0)
}

func daisies(p *pen, c palette) {
	wash(p, c[1].light(0.55))
	for i := range 13 {
		x, y := -0.8+0.4*float64(i%5)+0.2*float64(i/5%2), -0.66+0.62*float64(i/5)
		for k := range 8 {
			p.at(x, y, 0.13, float64(k)*45, func() { p.oval(c[4], 0, -0.7, 0.27, 0.5) })
		}
		p.disc(c[3], x, y, 0.055)
	}
}

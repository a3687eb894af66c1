package demo

import (
	"math"
)

// A motif draws a design over the square from -1 to 1 in the colours of a palette.
type motif func(p *pen, c palette)

// palette holds a print's ground and four inks.
type palette [5]rgb

// The registered designs, and prints that anybody may use.
var prints = map[string]motif{
	"garden": garden, "ferry": ferry, "hills": hills, "fox": fox,
	"stripes": stripes, "dots": dots, "gingham": gingham, "boat": boat, "cutouts": cutouts, "cat": cat, "ranges": ranges, "daisies": daisies,
}

// The palettes by name: each design's own, and the ones that copyists choose.
var palettes = map[string]palette{
	"garden":  {0xf4ead5, 0x1f5d57, 0xd9583b, 0xe9b44c, 0x243b6b},
	"plum":    {0x2c1d3a, 0xc98bd0, 0xf1c6a8, 0x7a5ea8, 0xf4efe6},
	"mint":    {0xdff1ea, 0x2f8f83, 0x0e4c5a, 0xf2a65a, 0xf7f3e8},
	"ferry":   {0x16274d, 0x2f5d8a, 0xf3d9a4, 0xd4543a, 0xf7f4ea},
	"dawn":    {0xf3b49a, 0xd9795f, 0xfff0d0, 0x5a2a4f, 0xfffaf0},
	"forest":  {0x143d36, 0x2c6b57, 0xf0dfa8, 0xc8693a, 0xf2efe4},
	"hills":   {0xf6d9b8, 0xd98f6a, 0xa9566a, 0x5c3a63, 0xf9f1e2},
	"glacier": {0xd9edf5, 0x8fbfd6, 0x4a86a8, 0x23506f, 0xfbfdfd},
	"fox":     {0xf3ece0, 0xcf5a28, 0x2f5b45, 0x2a2430, 0xfffaf2},
	"berry":   {0xf3e3ea, 0x8c2f5d, 0x34506b, 0x2a2133, 0xfff7fa},
	"sand":    {0xefe3cc, 0xb98b5a, 0x6d5238, 0x3a2c20, 0xfbf6ea},
	"sea":     {0xe8f1f2, 0x2b6c8f, 0x173f5f, 0xf0b35a, 0xffffff},
	"slate":   {0xe5e7ea, 0x5b6775, 0x2e3742, 0xb64b3c, 0xffffff},
}

func wash(p *pen, c rgb) { p.box(c, -1.05, -1.05, 2.1, 2.1, 0) }

// garden (Studio Osterby): cut-paper leaves, pods and suns that grow in a staggered lattice.
func garden(p *pen, c palette) {
	wash(p, c[0])
	for row := range 4 {
		for col := range 4 {
			x := -0.78 + 0.52*float64(col) + 0.26*float64(row%2) - 0.12
			y := -0.78 + 0.52*float64(row)
			turn := float64((row*3+col*5)%8) * 45
			switch (row + 2*col) % 3 {
			case 0:
				p.at(x, y, 0.27, turn, func() { leaf(p, c[1], c[0]) })
			case 1:
				p.at(x, y, 0.22, turn, func() { sun(p, c[3], c[2]) })
			default:
				p.at(x, y, 0.25, turn, func() { pod(p, c[2], c[4]) })
			}
			p.disc(c[4], x+0.26, y+0.02, 0.035)
			p.disc(c[2], x+0.02, y+0.27, 0.028)
		}
	}
}

func leaf(p *pen, ink, vein rgb) {
	p.fill(ink, "M0 1 C-0.2 0.7 -0.9 0.7 -0.74 0.3 C-0.5 0.4 -0.4 0.3 -0.3 0.24 C-0.9 0.2 -0.86 -0.26 -0.6 -0.34 C-0.5 -0.16 -0.3 -0.16 -0.22 -0.2 C-0.5 -0.5 -0.3 -0.9 0 -1 C0.3 -0.9 0.5 -0.5 0.22 -0.2 C0.3 -0.16 0.5 -0.16 0.6 -0.34 C0.86 -0.26 0.9 0.2 0.3 0.24 C0.4 0.3 0.5 0.4 0.74 0.3 C0.9 0.7 0.2 0.7 0 1 Z")
	p.line(vein, 0.07, "M0 0.8 L0 -0.7")
}

func sun(p *pen, ray, core rgb) {
	for i := range 10 {
		p.at(0, 0, 1, float64(i)*36, func() { p.fill(ray, "M-0.14 -0.5 Q0 -1.1 0.14 -0.5 Z") })
	}
	p.disc(ray, 0, 0, 0.52)
	p.disc(core, 0, 0, 0.3)
}

func pod(p *pen, shell, seed rgb) {
	p.fill(shell, "M-1 0 C-0.6 -0.6 0.6 -0.6 1 0 C0.6 0.6 -0.6 0.6 -1 0 Z")
	for _, x := range []float64{-0.45, 0, 0.45} {
		p.disc(seed, x, 0, 0.16)
	}
}

// ferry (Studio Osterby): a night ferry under a great moon, the sea in bands with the moon's road.
func ferry(p *pen, c palette) {
	wash(p, c[0])
	p.disc(c[2], 0.28, -0.36, 0.42)
	p.disc(c[2].mix(c[0], 0.12), 0.2, -0.46, 0.09)
	p.disc(c[2].mix(c[0], 0.12), 0.42, -0.24, 0.06)
	for i, at := range [][2]float64{{-0.8, -0.8}, {-0.5, -0.55}, {-0.75, -0.25}, {-0.2, -0.85}, {0.85, -0.75}, {-0.35, -0.2}} {
		p.disc(c[4], at[0], at[1], 0.014+0.006*float64(i%3))
	}
	for i := range 7 {
		y := 0.2 + 0.13*float64(i)
		p.fill(c[1].mix(c[0], 0.12*float64(i)), wave(y, 0.035, float64(i)*0.9))
		w := 0.34 - 0.03*float64(i)
		p.box(c[2].mix(c[1], 0.25), 0.28-w+0.05*float64(i%2), y+0.05, 2*w-0.1*float64(i%3), 0.026, 0.013)
	}
	p.fill(c[3], "M-0.82 0.06 L0.3 0.06 L0.16 0.3 L-0.64 0.3 Z")
	p.box(c[4], -0.6, -0.12, 0.66, 0.18, 0.02)
	p.box(c[4], -0.46, -0.26, 0.34, 0.15, 0.02)
	p.box(c[3], -0.32, -0.44, 0.13, 0.19, 0.01)
	for i := range 5 {
		p.disc(c[0], -0.51+0.12*float64(i), -0.03, 0.032)
	}
	p.loop(c[4].mix(c[0], 0.45), -0.25, -0.5, -0.4, -0.6, -0.34, -0.7, -0.55, -0.78, -0.7, -0.7, -0.5, -0.66, -0.46, -0.56)
}

// wave is a path that fills everything below a wavy line at y.
func wave(y, height, phase float64) string {
	var b pathBuilder
	b.move(-1.05, 1.1)
	for i := range 43 {
		x := -1.05 + 0.05*float64(i)
		b.line(x, y+height*math.Sin(7*x+phase))
	}
	b.line(1.05, 1.1)
	return b.close()
}

// hills (Beiling Outdoor): five ridges fading into haze below a sun cut by clouds, and a winding path.
func hills(p *pen, c palette) {
	wash(p, c[0])
	p.disc(c[4], -0.3, -0.42, 0.34)
	p.box(c[0], -0.72, -0.38, 0.8, 0.035, 0.017)
	p.box(c[0], -0.6, -0.28, 0.74, 0.05, 0.025)
	for i, r := range []struct{ y, h, phase float64 }{{-0.1, 0.3, 0.4}, {0.12, 0.26, 2.2}, {0.34, 0.24, 4.4}, {0.56, 0.2, 0.9}, {0.78, 0.14, 3.1}} {
		ink := []rgb{c[1].mix(c[0], 0.45), c[1], c[2], c[2].mix(c[3], 0.6), c[3]}[i]
		var b pathBuilder
		b.move(-1.05, 1.1)
		for k := range 43 {
			x := -1.05 + 0.05*float64(k)
			peak := math.Abs(math.Sin(2.1*x+r.phase)) + 0.28*math.Sin(7.3*x+2*r.phase)
			b.line(x, r.y-r.h*(peak-0.5))
		}
		b.line(1.05, 1.1)
		p.fill(ink, b.close())
	}
	p.SetLineCapRound()
	p.line(c[4], 0.035, "M0.1 1.02 C-0.34 0.86 0.5 0.78 0.24 0.62 C0.1 0.54 0.02 0.5 0.16 0.42")
	for i := range 5 {
		p.at(-0.82+0.14*float64(i), 0.86-0.03*float64(i%2), 0.1, 0, func() { p.fill(c[4].mix(c[3], 0.25), "M0 -1 L0.5 0.2 L0.16 0.2 L0.6 1 L-0.6 1 L-0.16 0.2 L-0.5 0.2 Z") })
	}
}

// fox (Tavirosa): a sitting fox of folded planes between two ferns.
func fox(p *pen, c palette) {
	wash(p, c[0])
	p.disc(c[1].mix(c[0], 0.78), 0, -0.05, 0.78)
	for _, side := range []float64{-1, 1} {
		p.at(side*0.66, 0.1, 1, side*10, func() { fern(p, c[2], side) })
	}
	p.fill(c[1].dark(0.18), "M0.1 0.86 C0.7 0.9 0.74 0.44 0.52 0.2 C0.5 0.5 0.36 0.6 0.1 0.62 Z")
	p.fill(c[4], "M0.52 0.2 C0.6 0.3 0.62 0.4 0.58 0.5 L0.44 0.44 Z")
	p.fill(c[1], "M-0.3 0.86 C-0.42 0.4 -0.2 0.14 0 0.1 C0.2 0.14 0.42 0.4 0.3 0.86 Z")
	p.fill(c[4], "M-0.13 0.86 C-0.2 0.5 -0.1 0.3 0 0.24 C0.1 0.3 0.2 0.5 0.13 0.86 Z")
	p.fill(c[1], "M-0.5 -0.72 L-0.16 -0.46 L0.16 -0.46 L0.5 -0.72 L0.48 -0.2 L0 0.26 L-0.48 -0.2 Z")
	p.fill(c[1].light(0.18), "M-0.5 -0.72 L-0.16 -0.46 L0 0.26 L-0.48 -0.2 Z")
	p.fill(c[4], "M-0.48 -0.2 L-0.2 -0.14 L0 0.26 Z")
	p.fill(c[4].dark(0.07), "M0.48 -0.2 L0.2 -0.14 L0 0.26 Z")
	p.fill(c[3], "M-0.44 -0.6 L-0.24 -0.44 L-0.42 -0.34 Z")
	p.fill(c[3], "M0.44 -0.6 L0.24 -0.44 L0.42 -0.34 Z")
	p.fill(c[3], "M-0.3 -0.2 Q-0.2 -0.3 -0.1 -0.16 Q-0.2 -0.13 -0.3 -0.2 Z")
	p.fill(c[3], "M0.3 -0.2 Q0.2 -0.3 0.1 -0.16 Q0.2 -0.13 0.3 -0.2 Z")
	p.fill(c[3], "M-0.08 0.15 L0.08 0.15 L0 0.27 Z")
}

func fern(p *pen, ink rgb, side float64) {
	p.SetLineCapRound()
	p.line(ink, 0.03, "M0 0.8 L0 -0.6")
	for i := range 9 {
		y, w := 0.66-0.15*float64(i), 0.26-0.022*float64(i)
		for _, s := range []float64{-1, 1} {
			p.at(s*w*0.5, y-0.06, w*0.56, s*-32, func() { p.oval(ink.mix(0xffffff, 0.08*float64(i%2)), 0, 0, 1, 0.34) })
		}
	}
	p.disc(ink, -side*0.0, -0.64, 0.05)
}

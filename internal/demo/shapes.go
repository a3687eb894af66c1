package demo

import "math"

// shapes are the products that a scene can hold. It is filled at start, since shapes refer to it when they draw.
var shapes map[string]shape

func init() {
	shapes = map[string]shape{
		"crescent":   {draw: crescent, mark: spot{0, 0.32, 0.17}, print: spot{0, 0.4, 0.9}},
		"tote":       {draw: tote, mark: spot{0, 0.34, 0.3}, print: spot{0, 0.32, 0.8}},
		"shirt":      {draw: shirt, mark: spot{0, -0.08, 0.3}, print: spot{0, 0.05, 0.44}},
		"sneaker":    {draw: sneaker, mark: spot{0.16, 0.06, 0.2}, print: spot{0, 0, 1}},
		"runner":     {draw: runner, mark: spot{0.08, 0.12, 0.2}, print: spot{0, 0, 1}},
		"mug":        {draw: mug, mark: spot{-0.14, 0.12, 0.32}, print: spot{-0.14, 0.12, 0.62}},
		"scarf":      {draw: scarf, mark: spot{0, 0, 0.3}, print: spot{0, 0, 0.98}},
		"cushion":    {draw: cushion, mark: spot{0, 0, 0.4}, print: spot{0, 0, 1}},
		"headphones": {draw: headphones, mark: spot{0.66, 0.38, 0.17}, print: spot{0, 0, 1}},
		"backpack":   {draw: backpack, mark: spot{0, 0.44, 0.23}, print: spot{0, 0.1, 0.95}},
		"bottle":     {draw: bottle, mark: spot{0, 0.22, 0.24}, print: spot{0, 0.3, 0.6}},
		"cap":        {draw: cap, mark: spot{-0.08, -0.12, 0.26}, print: spot{0, 0, 1}},
		"sign":       {draw: sign, mark: spot{0, 0, 1}},
		"poster":     {draw: poster, print: spot{0, 0, 1}},
		"case":       {draw: phoneCase, mark: spot{0, 0.22, 0.26}, print: spot{0, 0, 1}},
	}
}

// crescent (Velmora's design): a half-moon bag under a scalloped flap, with a chain of rings.
func crescent(s *stage) {
	s.put(part{bulge: 3, shadow: 0.35}, func(p *pen) {
		for i := range 25 {
			a := math.Pi * (1.06 + 0.88*float64(i)/24)
			p.at(0.8*math.Cos(a), 0.02+0.94*math.Sin(a), 0.062, float64(i)*7.2-86, func() { p.ring(s.trim, 0, 0, 1, 0.42) })
		}
	})
	s.put(part{bulge: 13, cloth: 0.16, shadow: 0.55, reach: 8}, func(p *pen) {
		p.fill(s.base, "M-0.96 -0.1 C-1.02 0.56 -0.5 0.96 0 0.96 C0.5 0.96 1.02 0.56 0.96 -0.1 C0.7 0.02 -0.7 0.02 -0.96 -0.1 Z")
	}, s.printed, func(p *pen) {
		p.stitch(s.base.light(0.35), 0.014, "M-0.88 0.04 C-0.9 0.5 -0.46 0.88 0 0.88 C0.46 0.88 0.9 0.5 0.88 0.04")
	})
	s.put(part{bulge: 6, cloth: 0.1, shadow: 0.5, reach: 3}, func(p *pen) {
		p.fill(s.base.light(0.06), "M-0.97 -0.12 C-0.6 -0.26 0.6 -0.26 0.97 -0.12 C0.98 0.1 0.9 0.26 0.72 0.3 C0.6 0.32 0.5 0.26 0.44 0.2 C0.4 0.42 0.2 0.58 0 0.58 C-0.2 0.58 -0.4 0.42 -0.44 0.2 C-0.5 0.26 -0.6 0.32 -0.72 0.3 C-0.9 0.26 -0.98 0.1 -0.97 -0.12 Z")
	}, s.printed, func(p *pen) {
		p.stitch(s.base.light(0.4), 0.013, "M-0.9 0.06 C-0.9 0.2 -0.8 0.26 -0.7 0.25 C-0.56 0.24 -0.48 0.14 -0.4 0.08 C-0.38 0.34 -0.22 0.51 0 0.51 C0.22 0.51 0.38 0.34 0.4 0.08 C0.48 0.14 0.56 0.24 0.7 0.25 C0.8 0.26 0.9 0.2 0.9 0.06")
		if s.mark == "" {
			p.disc(s.trim, 0, 0.32, 0.1)
			p.disc(s.trim.dark(0.3), 0, 0.32, 0.055)
		}
	}, s.marked)
	s.put(part{bulge: 3, shadow: 0.4, reach: 2}, func(p *pen) {
		p.ring(s.trim, -0.82, -0.08, 0.09, 0.045)
		p.ring(s.trim, 0.82, -0.08, 0.09, 0.045)
	})
}

func tote(s *stage) {
	s.put(part{bulge: 4, shadow: 0.3}, func(p *pen) {
		p.line(s.trim.dark(0.25), 0.1, "M-0.36 -0.34 C-0.38 -1.02 0.38 -1.02 0.36 -0.34")
	})
	s.put(part{bulge: 12, depth: 0.6, cloth: 0.3, shadow: 0.55, reach: 8}, func(p *pen) {
		p.fill(s.base, "M-0.78 -0.4 L0.78 -0.4 C0.84 0 0.88 0.6 0.86 0.94 C0.4 1 -0.4 1 -0.86 0.94 C-0.88 0.6 -0.84 0 -0.78 -0.4 Z")
	}, s.printed, func(p *pen) {
		p.stitch(s.base.light(0.4), 0.012, "M-0.74 -0.3 L0.74 -0.3")
	}, s.marked)
	s.put(part{bulge: 4, shadow: 0.4, reach: 3}, func(p *pen) {
		p.line(s.trim, 0.1, "M-0.4 -0.1 C-0.44 -0.92 0.44 -0.92 0.4 -0.1")
		p.disc(s.trim.light(0.5), -0.4, -0.12, 0.03)
		p.disc(s.trim.light(0.5), 0.4, -0.12, 0.03)
	})
}

func shirt(s *stage) {
	s.put(part{bulge: 3, shadow: 0.2}, func(p *pen) {
		p.fill(s.base.dark(0.35), "M-0.3 -0.86 C-0.2 -0.98 0.2 -0.98 0.3 -0.86 L0.2 -0.6 L-0.2 -0.6 Z")
	})
	s.put(part{bulge: 7, depth: 0.6, cloth: 0.45, shadow: 0.5, reach: 4}, func(p *pen) {
		p.fill(s.base, "M-0.3 -0.9 C-0.5 -0.84 -0.66 -0.76 -0.76 -0.62 C-0.9 -0.4 -0.98 -0.2 -1.04 0 L-0.72 0.14 L-0.6 -0.16 C-0.58 0.2 -0.6 0.6 -0.64 0.98 C-0.3 1.06 0.3 1.06 0.64 0.98 C0.6 0.6 0.58 0.2 0.6 -0.16 L0.72 0.14 L1.04 0 C0.98 -0.2 0.9 -0.4 0.76 -0.62 C0.66 -0.76 0.5 -0.84 0.3 -0.9 C0.22 -0.68 -0.22 -0.68 -0.3 -0.9 Z")
	}, s.printed, s.marked, func(p *pen) {
		p.line(s.base.dark(0.3).clear(0.5), 0.02, "M-0.6 -0.16 C-0.58 -0.3 -0.6 -0.42 -0.64 -0.54")
		p.line(s.base.dark(0.3).clear(0.5), 0.02, "M0.6 -0.16 C0.58 -0.3 0.6 -0.42 0.64 -0.54")
		p.line(s.base.light(0.12), 0.055, "M-0.29 -0.88 C-0.22 -0.66 0.22 -0.66 0.29 -0.88")
		p.stitch(s.base.dark(0.25), 0.008, "M-0.62 0.92 C-0.3 1 0.3 1 0.62 0.92")
	})
}

// sneaker (Peliwen's design): a low shoe over a saw-toothed sole, with a wave along the side.
func sneaker(s *stage) {
	s.put(part{bulge: 4, shadow: 0.6, reach: 6}, func(p *pen) {
		var b pathBuilder
		b.move(-1, 0.36)
		for i := range 15 {
			b.line(-1+float64(i)*0.143, 0.62-0.1*float64(i%2))
		}
		b.line(1.02, 0.4)
		p.fill(s.trim, b.close())
		p.box(s.trim.light(0.5), -1, 0.32, 2.03, 0.13, 0.06)
	})
	s.put(part{bulge: 9, cloth: 0.1, shadow: 0.3, reach: 2}, func(p *pen) {
		p.fill(s.base, "M-0.98 0.36 C-1.02 0.1 -0.98 -0.2 -0.9 -0.44 C-0.7 -0.5 -0.5 -0.42 -0.36 -0.46 C-0.1 -0.3 0.1 -0.12 0.34 0 C0.6 0.06 0.98 0.06 1 0.36 Z")
	}, s.printed, func(p *pen) {
		p.fill(s.base.dark(0.12), "M0.5 0.37 C0.5 0.2 0.6 0.08 0.72 0.06 C0.9 0.1 1 0.2 1 0.37 Z")
		p.fill(s.base.dark(0.2), "M-0.98 0.36 C-1 0.1 -0.97 -0.16 -0.92 -0.36 C-0.78 -0.2 -0.7 0.1 -0.68 0.37 Z")
		if s.mark == "" {
			p.line(s.trim, 0.1, "M-0.66 0.2 C-0.4 -0.16 -0.2 0.4 0.04 0.1 C0.16 -0.04 0.3 0.2 0.46 0.16")
		}
		p.stitch(s.base.light(0.5), 0.012, "M0.5 0.34 C0.5 0.2 0.6 0.08 0.72 0.06")
	}, s.marked)
	s.laces()
}

func (s *stage) laces() {
	s.put(part{bulge: 3, shadow: 0.35, reach: 2}, func(p *pen) {
		p.fill(s.base.light(0.25), "M-0.56 -0.4 C-0.5 -0.62 -0.36 -0.66 -0.28 -0.56 L0.24 -0.06 C0.16 0.02 0.1 0.02 0.02 -0.02 Z")
		p.SetLineCapRound()
		for i := range 4 {
			x, y := -0.36+0.13*float64(i), -0.38+0.1*float64(i)
			p.at(x, y, 1, 0, func() { p.line(s.trim.light(0.65), 0.045, "M-0.1 0.02 L0.12 -0.08") })
		}
	})
}

func runner(s *stage) {
	s.put(part{bulge: 5, shadow: 0.6, reach: 6}, func(p *pen) {
		p.fill(s.trim, "M-1 0.3 C-1.04 0.56 -0.9 0.64 -0.6 0.62 L0.8 0.58 C1 0.58 1.06 0.44 1.02 0.34 Z")
	})
	s.put(part{bulge: 9, cloth: 0.12, shadow: 0.3, reach: 2}, func(p *pen) {
		p.fill(s.base, "M-1 0.36 C-1.04 0.06 -0.98 -0.3 -0.86 -0.62 C-0.7 -0.7 -0.56 -0.56 -0.4 -0.6 C-0.1 -0.4 0.06 -0.16 0.34 -0.04 C0.6 0.02 1 0.06 1.02 0.38 Z")
	}, s.printed, func(p *pen) {
		if s.mark == "" {
			p.line(s.trim, 0.05, "M-0.3 0.3 C-0.34 0 -0.1 -0.14 0.06 0 C0.18 0.12 0.08 0.3 -0.06 0.24 C-0.2 0.16 -0.06 -0.02 0.3 0.16")
		}
		for i := range 9 {
			p.disc(s.base.dark(0.35), 0.5+0.07*float64(i%3)+0.03*float64(i/3), 0.1+0.05*float64(i/3), 0.013)
		}
		p.fill(s.base.dark(0.2), "M-1 0.36 C-1.03 0.1 -0.98 -0.2 -0.9 -0.5 C-0.76 -0.2 -0.74 0.1 -0.74 0.37 Z")
	}, s.marked)
	s.laces()
}

func backpack(s *stage) {
	s.put(part{bulge: 4, shadow: 0.35}, func(p *pen) {
		p.line(s.trim, 0.09, "M-0.22 -0.86 C-0.22 -1.14 0.22 -1.14 0.22 -0.86")
		p.line(s.trim.dark(0.2), 0.14, "M-0.68 -0.5 C-0.98 -0.1 -0.98 0.5 -0.72 0.84")
		p.line(s.trim.dark(0.2), 0.14, "M0.68 -0.5 C0.98 -0.1 0.98 0.5 0.72 0.84")
	})
	s.put(part{bulge: 14, cloth: 0.22, shadow: 0.55, reach: 8}, func(p *pen) {
		p.fill(s.base, "M-0.7 -0.3 C-0.7 -0.8 -0.4 -0.94 0 -0.94 C0.4 -0.94 0.7 -0.8 0.7 -0.3 L0.76 0.78 C0.76 0.96 0.6 1 0.4 1 L-0.4 1 C-0.6 1 -0.76 0.96 -0.76 0.78 Z")
	}, s.printed, func(p *pen) {
		p.line(s.base.dark(0.45), 0.03, "M-0.62 -0.2 C-0.6 -0.64 -0.3 -0.76 0 -0.76 C0.3 -0.76 0.6 -0.64 0.62 -0.2")
	})
	s.put(part{bulge: 8, cloth: 0.15, shadow: 0.45, reach: 3}, func(p *pen) { p.box(s.base.light(0.07), -0.54, 0.08, 1.08, 0.78, 0.14) },
		func(p *pen) {
			p.line(s.trim, 0.028, "M-0.46 0.17 L0.46 0.17")
			p.box(s.trim.light(0.3), 0.36, 0.15, 0.05, 0.14, 0.02)
		}, s.marked)
}

func cap(s *stage) {
	s.put(part{bulge: 15, cloth: 0.15, shadow: 0.5, reach: 7}, func(p *pen) {
		p.fill(s.base, "M-0.86 0.3 C-0.9 -0.5 -0.5 -0.8 -0.08 -0.8 C0.4 -0.8 0.74 -0.46 0.72 0.26 C0.2 0.12 -0.4 0.12 -0.86 0.3 Z")
	}, s.printed, func(p *pen) {
		p.line(s.base.dark(0.3), 0.015, "M-0.08 -0.8 C-0.4 -0.6 -0.54 -0.2 -0.52 0.2")
		p.line(s.base.dark(0.3), 0.015, "M-0.08 -0.8 C0.24 -0.6 0.42 -0.2 0.42 0.16")
		p.disc(s.trim, -0.08, -0.79, 0.06)
	}, s.marked)
	s.put(part{bulge: 8, shadow: 0.5, reach: 4}, func(p *pen) {
		p.fill(s.trim, "M-0.88 0.28 C-0.4 0.1 0.24 0.1 0.74 0.24 C1 0.36 1.06 0.5 0.98 0.58 C0.5 0.36 -0.36 0.36 -0.84 0.5 C-0.94 0.46 -0.94 0.34 -0.88 0.28 Z")
	}, func(p *pen) {
		p.stitch(s.trim.light(0.4), 0.01, "M-0.8 0.4 C-0.36 0.24 0.44 0.24 0.94 0.48")
	})
}

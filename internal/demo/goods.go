package demo

func mug(s *stage) {
	s.put(part{bulge: 4, shadow: 0.4}, func(p *pen) {
		p.line(s.base, 0.17, "M0.5 -0.32 C1.02 -0.44 1.06 0.5 0.46 0.46")
	})
	s.put(part{bulge: 16, depth: 1.2, shadow: 0.55, reach: 7}, func(p *pen) {
		p.fill(s.base, "M-0.8 -0.66 L0.52 -0.66 L0.48 0.7 C0.46 0.9 0.2 0.96 -0.14 0.96 C-0.48 0.96 -0.74 0.9 -0.76 0.7 Z")
	}, s.printed, s.marked, func(p *pen) {
		p.fill(rgb(0xffffff).clear(0.22), "M-0.68 -0.5 L-0.56 -0.5 L-0.54 0.74 L-0.62 0.7 Z")
	})
	s.put(part{bulge: 3}, func(p *pen) {
		p.oval(s.base.light(0.25), -0.14, -0.66, 0.66, 0.17)
		p.oval(s.base.dark(0.35), -0.14, -0.65, 0.58, 0.125)
		p.oval(rgb(0x4a2a18), -0.14, -0.61, 0.5, 0.085)
		p.oval(rgb(0x7a4a2a), -0.2, -0.61, 0.34, 0.04)
	})
}

func scarf(s *stage) {
	s.put(part{bulge: 2, shadow: 0.4, reach: 3}, func(p *pen) {
		for i := range 40 {
			x := -0.97 + 0.0497*float64(i)
			p.at(x, 0, 1, 0, func() {
				p.line(s.trim, 0.018, "M0 0.95 L0.006 1.1")
				p.line(s.trim, 0.018, "M0 -0.95 L-0.006 -1.1")
			})
		}
	})
	s.put(part{bulge: 3, depth: 0.6, cloth: 0.42, shadow: 0.4, reach: 4}, func(p *pen) { p.box(s.base, -1, -0.99, 2, 1.98, 0.02) }, s.printed, s.marked,
		func(p *pen) {
			p.DrawRectangle(-0.95, -0.94, 1.9, 1.88)
			p.stroke(s.trim, 0.03)
		})
	s.put(part{bulge: 5, cloth: 0.3, shadow: 0.6, reach: 5}, func(p *pen) { p.fill(s.base.dark(0.1), "M1.01 0.36 L0.3 1.01 L0.22 0.3 Z") },
		func(p *pen) { p.at(0.9, 0.9, 1, 180, func() { s.printed(p) }) },
		func(p *pen) { p.fill(rgb(0xffffff).clear(0.28), "M1.01 0.36 L0.3 1.01 L0.22 0.3 Z") })
}

func cushion(s *stage) {
	s.put(part{bulge: 40, depth: 0.75, cloth: 0.25, shadow: 0.6, reach: 8}, func(p *pen) {
		p.fill(s.base, "M-0.98 -0.98 Q0 -0.84 0.98 -0.98 Q0.86 0 0.98 0.98 Q0 0.86 -0.98 0.98 Q-0.86 0 -0.98 -0.98 Z")
	}, s.printed, s.marked)
}

func headphones(s *stage) {
	s.put(part{bulge: 5, shadow: 0.45, reach: 6}, func(p *pen) {
		p.line(s.base, 0.17, "M-0.74 0.3 C-0.9 -1.1 0.9 -1.1 0.74 0.3")
		p.line(s.trim, 0.06, "M-0.56 -0.42 C-0.3 -0.8 0.3 -0.8 0.56 -0.42")
	})
	for _, x := range []float64{-1, 1} {
		s.put(part{bulge: 8, depth: 1.2, shadow: 0.5, reach: 5}, func(p *pen) {
			p.box(s.trim.dark(0.2), x*0.54-0.13, 0.02, 0.26, 0.76, 0.12)
			p.oval(s.base, x*0.7, 0.4, 0.27, 0.46)
		}, func(p *pen) {
			p.oval(s.base.light(0.1), x*0.7, 0.4, 0.2, 0.37)
			p.DrawEllipse(x*0.7, 0.4, 0.2, 0.37)
			p.stroke(s.trim, 0.02)
		}, s.marked)
	}
}

func bottle(s *stage) {
	s.put(part{bulge: 8, depth: 1.2, shadow: 0.5, reach: 6}, func(p *pen) {
		p.box(s.trim, -0.2, -1.06, 0.4, 0.34, 0.06)
	}, func(p *pen) {
		for i := range 7 {
			p.at(-0.18+0.06*float64(i), 0, 1, 0, func() { p.line(s.trim.dark(0.4), 0.015, "M0 -1 L0 -0.76") })
		}
	})
	s.put(part{bulge: 17, depth: 1.25, shadow: 0.5, reach: 7}, func(p *pen) {
		p.fill(s.base, "M-0.2 -0.76 L0.2 -0.76 C0.22 -0.6 0.42 -0.6 0.44 -0.36 L0.44 0.86 C0.44 0.98 0.36 1 0.26 1 L-0.26 1 C-0.36 1 -0.44 0.98 -0.44 0.86 L-0.44 -0.36 C-0.42 -0.6 -0.22 -0.6 -0.2 -0.76 Z")
	}, s.printed, s.marked, func(p *pen) {
		p.fill(rgb(0xffffff).clear(0.3), "M-0.33 -0.3 L-0.26 -0.34 L-0.26 0.84 L-0.33 0.84 Z")
		p.box(s.trim.clear(0.8), -0.5, 0.8, 1, 0.04, 0)
	})
}

func phoneCase(s *stage) {
	s.put(part{bulge: 5, shadow: 0.6, reach: 6}, func(p *pen) { p.box(s.base, -0.52, -1, 1.04, 2, 0.15) }, s.printed, s.marked)
	s.put(part{bulge: 4, shadow: 0.4, reach: 2}, func(p *pen) { p.box(s.base.dark(0.35), -0.44, -0.92, 0.44, 0.46, 0.1) }, func(p *pen) {
		for _, at := range [][2]float64{{-0.32, -0.8}, {-0.12, -0.8}, {-0.32, -0.58}} {
			p.disc(rgb(0x111318), at[0], at[1], 0.075)
			p.disc(rgb(0x2c3e57), at[0], at[1], 0.045)
			p.disc(rgb(0xffffff).clear(0.7), at[0]-0.02, at[1]-0.02, 0.014)
		}
	})
}

// sign is a registered sign by itself, as it stands in a register.
func sign(s *stage) { over(s.scene, s.layer(s.marked)) }

// poster is a design by itself, flat as a scan.
func poster(s *stage) {
	layer := s.layer(func(p *pen) { p.box(rgb(0xffffff), -1, -1, 2, 2, 0) })
	atop(layer, s.layer(s.printed))
	over(s.scene, layer)
}

package picture

import "math"

func mug(s *stage) {
	w, top, foot := s.span(0, 0.45, 0.65), s.span(1, -0.75, -0.45), s.span(2, 0.6, 1)
	s.SetLineCapRound()
	s.line(s.g.Base.lit(-0.08), s.span(3, 14, 26), func() {
		s.DrawEllipticalArc(w-0.02, 0.1, s.span(4, 0.22, 0.36), 0.34, -math.Pi/2, math.Pi/2)
	})
	s.body(func() { s.polygon(-w, top, w, top, w*foot, 0.85, -w*foot, 0.85) })
	s.oval(s.g.Base.lit(-0.2), 0, top, w, s.span(5, 0.07, 0.16))
	s.oval(s.g.Trim.lit(-0.25), 0, top+0.02, w*0.88, s.span(5, 0.05, 0.12))
}

func bottle(s *stage) {
	w, neck, shoulder := s.span(0, 0.26, 0.46), s.span(1, 0.1, 0.2), s.span(2, -0.5, -0.1)
	s.box(s.g.Trim, -neck*1.15, -1, neck*2.3, s.span(3, 0.12, 0.3), 0.04)
	s.body(func() {
		s.MoveTo(-neck, -0.82)
		s.LineTo(neck, -0.82)
		s.CubicTo(neck, shoulder, w, shoulder-0.2*s.g.Form[4], w, shoulder+0.2)
		s.LineTo(w*s.span(5, 0.8, 1), 0.95)
		s.LineTo(-w*s.span(5, 0.8, 1), 0.95)
		s.LineTo(-w, shoulder+0.2)
		s.CubicTo(-w, shoulder-0.2*s.g.Form[4], -neck, shoulder, -neck, -0.82)
	})
	s.box(s.g.Trim.over(0.8), -w*0.95, s.span(6, 0.5, 0.8), 1.9*w, s.span(7, 0.02, 0.1), 0)
}

func bag(s *stage) {
	w, top, flare := s.span(0, 0.55, 0.85), s.span(1, -0.35, 0), s.span(2, 0.75, 1.2)
	s.line(s.g.Trim, s.span(3, 6, 16), func() {
		s.DrawEllipticalArc(0, top+0.04, w*s.span(4, 0.4, 0.8), s.span(5, 0.45, 0.85), math.Pi, 2*math.Pi)
	})
	s.body(func() {
		s.MoveTo(-w, top)
		s.LineTo(w, top)
		s.CubicTo(w*flare, 0.3, w*flare, 0.85, w*0.8, 0.88)
		s.LineTo(-w*0.8, 0.88)
		s.CubicTo(-w*flare, 0.85, -w*flare, 0.3, -w, top)
	})
	if s.g.Form[6] > 0.4 {
		s.fill(s.g.Trim, func() { s.polygon(-w, top, w, top, w*0.7, top+s.span(7, 0.15, 0.4), -w*0.7, top+s.span(7, 0.15, 0.4)) })
		s.disc(s.g.Base.lit(0.35), 0, top+s.span(7, 0.13, 0.36), 0.06)
	}
}

func shoe(s *stage) {
	toe, heel, sole := s.span(0, -0.98, -0.8), s.span(1, 0.6, 0.9), s.span(2, 0.08, 0.24)
	s.body(func() {
		s.MoveTo(heel, -0.55)
		s.LineTo(heel-s.span(3, 0.3, 0.55), -0.52)
		s.CubicTo(0, -0.2, -0.4, -s.span(4, 0.05, 0.3), toe, 0.12)
		s.CubicTo(toe-0.1, 0.3, toe, 0.4, toe, 0.42)
		s.LineTo(heel, 0.42)
		s.CubicTo(heel+0.1, 0.1, heel+0.05, -0.3, heel, -0.55)
	})
	s.box(s.g.Trim, toe-0.03, 0.4, heel-toe+0.1, sole, 0.06)
	for i := range 3 + int(4*s.g.Form[5]) {
		x := -0.3 + 0.09*float64(i)
		s.line(s.g.Trim.lit(0.2), 3, func() { s.MoveTo(x, -0.32+0.1*s.g.Form[6]-0.02*float64(i)); s.LineTo(x+0.14, -0.12-0.03*float64(i)) })
	}
}

func shirt(s *stage) {
	w, sleeve, neck := s.span(0, 0.45, 0.6), s.span(1, 0.15, 0.75), s.span(2, 0.14, 0.26)
	s.body(func() {
		s.polygon(-neck, -0.8, neck, -0.8, w, -0.7, w+0.38, sleeve-0.35, w+0.14, sleeve-0.18, w, -0.25, w*0.98, 0.9, -w*0.98, 0.9, -w, -0.25, -w-0.14, sleeve-0.18, -w-0.38, sleeve-0.35, -w, -0.7)
	})
	if s.g.Form[3] > 0.5 {
		s.fill(s.g.Trim, func() { s.polygon(-neck, -0.82, 0, -0.82+s.span(4, 0.2, 0.45), neck, -0.82) })
	} else {
		s.oval(s.g.Trim, 0, -0.8, neck, s.span(4, 0.06, 0.2))
	}
}

func cushion(s *stage) {
	p, q := s.span(0, 0.78, 0.95), s.span(1, 0.7, 0.92)
	s.body(func() {
		s.MoveTo(-p, -p)
		s.QuadraticTo(0, -q*0.9, p, -p)
		s.QuadraticTo(q*0.92, 0, p, p)
		s.QuadraticTo(0, q*0.9, -p, p)
		s.QuadraticTo(-q*0.92, 0, -p, -p)
	})
	if s.g.Form[2] > 0.5 {
		for _, at := range [][2]float64{{-p, -p}, {p, -p}, {p, p}, {-p, p}} {
			s.disc(s.g.Trim, at[0], at[1], s.span(3, 0.04, 0.1))
		}
	}
}

func phoneCase(s *stage) {
	w := s.span(0, 0.42, 0.52)
	s.body(func() { s.DrawRoundedRectangle(-w, -0.98, 2*w, 1.96, s.span(1, 0.06, 0.2)) })
	cw, ch := s.span(2, 0.2, 0.5), s.span(3, 0.2, 0.5)
	x := -w + 0.07
	if s.g.Form[4] > 0.7 {
		x = -cw / 2
	}
	s.box(s.g.Base.lit(-0.3), x, -0.9, cw, ch, 0.07)
	for i := range 1 + int(3*s.g.Form[5]) {
		s.disc(Shade{0.6, 0.2, 0.08}, x+0.1+0.14*float64(i%2), -0.8+0.15*float64(i/2), 0.055)
	}
}

func lamp(s *stage) {
	top, bottom := s.span(0, 0.2, 0.5), s.span(1, 0.45, 0.8)
	s.line(s.g.Trim, s.span(2, 6, 20), func() { s.MoveTo(0, 0); s.LineTo(0, 0.86) })
	s.oval(s.g.Trim.lit(-0.1), 0, 0.88, s.span(3, 0.25, 0.5), s.span(4, 0.06, 0.14))
	s.body(func() {
		s.polygon(-top, -0.85, top, -0.85, bottom, s.span(5, -0.05, 0.25), -bottom, s.span(5, -0.05, 0.25))
	})
}

func watch(s *stage) {
	w, r := s.span(0, 0.18, 0.32), s.span(1, 0.36, 0.5)
	s.body(func() { s.DrawRoundedRectangle(-w, -1, 2*w, 2, 0.08) })
	for i := range 3 {
		s.disc(s.g.Base.lit(-0.3), 0, 0.68+0.1*float64(i), 0.025)
	}
	s.disc(s.g.Trim, 0, -0.1, r)
	s.disc(s.g.Trim.lit(0.4-0.7*s.g.Form[2]), 0, -0.1, r*0.84)
	ticks := []int{4, 8, 12}[int(2.99*s.g.Form[3])]
	for i := range ticks {
		a := 2 * math.Pi * float64(i) / float64(ticks)
		s.disc(s.g.Base, 0.68*r*math.Cos(a), -0.1+0.68*r*math.Sin(a), 0.025)
	}
	for i, length := range []float64{0.4, 0.6} {
		a := 2 * math.Pi * s.g.Form[4+i]
		s.line(s.g.Base, 4, func() { s.MoveTo(0, -0.1); s.LineTo(length*r*math.Cos(a), -0.1+length*r*math.Sin(a)) })
	}
	if s.sign != nil {
		s.at(0, -0.1, 0.14, 0, func() { s.sign.draw(s.canvas, s.g.Trim.lit(0.4)) })
	}
}

func vase(s *stage) {
	neck, belly, foot, at := s.span(0, 0.1, 0.3), s.span(1, 0.35, 0.7), s.span(2, 0.15, 0.35), s.span(3, -0.2, 0.4)
	s.body(func() {
		s.MoveTo(-neck*1.3, -0.95)
		s.LineTo(neck*1.3, -0.95)
		s.CubicTo(neck, -0.6, belly, at-0.5, belly, at)
		s.CubicTo(belly, at+0.4, foot, 0.7, foot, 0.95)
		s.LineTo(-foot, 0.95)
		s.CubicTo(-foot, 0.7, -belly, at+0.4, -belly, at)
		s.CubicTo(-belly, at-0.5, -neck, -0.6, -neck*1.3, -0.95)
	})
	s.oval(s.g.Trim.lit(-0.2), 0, -0.95, neck*1.25, 0.06)
}

func cap(s *stage) {
	h, brim := s.span(0, 0.5, 0.85), s.span(1, 0.25, 0.5)
	s.body(func() {
		s.MoveTo(-0.7, 0.2)
		s.CubicTo(-0.72, -h, 0.6, -h-0.1, 0.66, 0.2)
	})
	s.fill(s.g.Trim, func() {
		s.MoveTo(-0.7, 0.16)
		s.QuadraticTo(-0.9-brim*0.4, 0.3+brim*0.3, -0.95, 0.25+brim)
		s.QuadraticTo(-0.2, 0.12+brim*0.4, 0.3, 0.2)
	})
	s.disc(s.g.Trim, 0, -h*0.74, 0.05)
}

func carton(s *stage) {
	w, h, d := s.span(0, 0.45, 0.7), s.span(1, 0.4, 0.75), s.span(2, 0.12, 0.3)
	s.fill(s.g.Trim.lit(0.1), func() { s.polygon(-w, -h, -w+d, -h-d, w+d, -h-d, w, -h) })
	s.fill(s.g.Trim.lit(-0.15), func() { s.polygon(w, -h, w+d, -h-d, w+d, h-d, w, h) })
	s.body(func() { s.polygon(-w, -h, w, -h, w, h, -w, h) })
	s.box(s.g.Trim, -w, h-s.span(3, 0.1, 0.3), 2*w, s.span(4, 0.05, 0.1), 0)
}

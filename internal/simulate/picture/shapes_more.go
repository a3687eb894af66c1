package picture

import "math"

func plate(s *stage) {
	r := s.span(0, 0.7, 0.95)
	s.body(func() { s.DrawEllipse(0, 0, r, r*s.span(1, 0.55, 1)) })
	s.DrawEllipse(0, 0, r*s.span(2, 0.55, 0.75), r*s.span(1, 0.55, 1)*s.span(2, 0.55, 0.75))
	s.SetColor(s.g.Trim.over(0.75))
	s.Fill()
}

func glasses(s *stage) {
	w, h := s.span(0, 0.3, 0.44), s.span(1, 0.2, 0.42)
	s.body(func() { s.DrawRoundedRectangle(-0.98, -h-0.12, 1.96, 0.14+0.3*s.g.Form[2], 0.06) })
	for _, x := range []float64{-0.5, 0.5} {
		round := s.span(3, 0.05, 1) * math.Min(w, h)
		s.box(s.g.Base, x-w-0.05, -h-0.05, 2*w+0.1, 2*h+0.1, round)
		s.box(s.g.Trim.lit(0.1), x-w+0.03, -h+0.03, 2*w-0.06, 2*h-0.06, round)
	}
}

func teddy(s *stage) {
	head, belly := s.span(0, 0.3, 0.45), s.span(1, 0.38, 0.55)
	for _, side := range []float64{-1, 1} {
		s.disc(s.g.Trim, side*head*0.8, -0.5-head*0.75, s.span(2, 0.1, 0.2))
		s.oval(s.g.Base.lit(-0.06), side*belly*1.05, 0.2, s.span(3, 0.12, 0.22), 0.28)
		s.oval(s.g.Base.lit(-0.06), side*belly*0.7, 0.82, 0.2, s.span(4, 0.12, 0.2))
	}
	s.body(func() { s.DrawEllipse(0, 0.35, belly, s.span(5, 0.42, 0.6)) })
	s.disc(s.g.Base, 0, -0.42, head)
	s.oval(s.g.Trim.lit(0.2), 0, -0.34, head*0.5, head*0.36)
	for _, side := range []float64{-1, 1} {
		s.disc(Shade{0, 0, 0.08}, side*head*0.4, -0.5, 0.045)
	}
	s.disc(Shade{0, 0, 0.12}, 0, -0.4, 0.06)
}

func chair(s *stage) {
	w, back, seat := s.span(0, 0.4, 0.65), s.span(1, -0.95, -0.5), s.span(2, 0.05, 0.3)
	for _, x := range []float64{-w + 0.05, w - 0.05} {
		s.line(s.g.Trim, s.span(3, 5, 14), func() { s.MoveTo(x, seat); s.LineTo(x*s.span(4, 1, 1.3), 0.97) })
	}
	s.body(func() { s.DrawRoundedRectangle(-w, back, 2*w, seat-back, s.span(5, 0.02, 0.3)) })
	s.box(s.g.Base.lit(-0.12), -w*1.08, seat-0.06, 2.16*w, s.span(6, 0.1, 0.24), 0.06)
}

func kettle(s *stage) {
	w, top := s.span(0, 0.42, 0.62), s.span(1, -0.5, -0.2)
	s.line(s.g.Trim.lit(-0.1), s.span(2, 8, 18), func() { s.DrawEllipticalArc(0, top, w*0.8, s.span(3, 0.3, 0.5), math.Pi, 2*math.Pi) })
	s.fill(s.g.Base.lit(-0.05), func() {
		s.polygon(w*0.7, 0.15, w+s.span(4, 0.2, 0.4), top, w+s.span(4, 0.28, 0.46), top+0.1, w*0.8, 0.55)
	})
	s.body(func() {
		s.MoveTo(-w*s.span(5, 0.5, 0.9), top)
		s.LineTo(w*s.span(5, 0.5, 0.9), top)
		s.CubicTo(w*1.15, 0, w*1.1, 0.7, w*0.9, 0.82)
		s.LineTo(-w*0.9, 0.82)
		s.CubicTo(-w*1.1, 0.7, -w*1.15, 0, -w*s.span(5, 0.5, 0.9), top)
	})
	s.disc(s.g.Trim, 0, top-0.05, 0.08)
}

func umbrella(s *stage) {
	r, lift := s.span(0, 0.75, 0.98), s.span(1, 0.5, 0.9)
	s.line(s.g.Trim.lit(-0.2), s.span(2, 4, 9), func() { s.MoveTo(0, -0.4); s.LineTo(0, 0.8); s.QuadraticTo(0, 0.97, 0.16, 0.9) })
	s.body(func() {
		s.MoveTo(-r, 0.05)
		s.CubicTo(-r, -lift*1.2, r, -lift*1.2, r, 0.05)
		for i := range 4 {
			x := r - 2*r*(float64(i)+1)/4
			s.QuadraticTo(x+r/4, -0.16, x, 0.05)
		}
	})
}

func scarf(s *stage) {
	w := s.span(0, 0.2, 0.36)
	s.body(func() {
		s.polygon(-0.7, -0.75, -0.7+2*w, -0.75, 0.1+w, 0.1, 0.7, 0.85, 0.7-2*w, 0.9, -0.1-w*0.6, 0.2)
	})
	for i := range 8 {
		x := 0.7 - 2*w*float64(i)/7
		s.line(s.g.Trim, 3, func() { s.MoveTo(x, 0.86); s.LineTo(x+0.03, 0.86+s.span(1, 0.06, 0.13)) })
	}
	s.fill(s.g.Base.lit(-0.1), func() { s.polygon(0.7, -0.75, 0.7-2*w, -0.78, -0.5, 0.75, -0.5+2*w, 0.85) })
}

func speaker(s *stage) {
	w, h := s.span(0, 0.4, 0.75), s.span(1, 0.6, 0.95)
	s.body(func() { s.DrawRoundedRectangle(-w, -h, 2*w, 2*h, s.span(2, 0.03, 0.35)) })
	n := 1 + int(2.9*s.g.Form[3])
	for i := range n {
		y := -h + 2*h*(float64(i)+0.5)/float64(n)
		r := math.Min(w*0.8, h/float64(n)*0.8) * s.span(4, 0.6, 1)
		s.disc(s.g.Trim, 0, y, r)
		s.disc(s.g.Trim.lit(-0.2), 0, y, r*0.7)
		s.disc(s.g.Trim.lit(0.15), 0, y, r*s.span(5, 0.15, 0.35))
	}
}

package demo

import "math"

// A mark draws a sign within the unit circle. Ink is its main colour; ground is what it stands on, for the parts
// that are cut out.
type mark func(p *pen, ink, ground rgb)

// The registered signs, and signs of nobody's that look-alikes and innocent goods carry.
var marks = map[string]mark{
	"velmora": velmoraMark, "beiling": beilingMark, "quillon": quillonMark, "peliwen": peliwenMark,
	"star": starMark, "acorn": acornMark, "bolt": boltMark, "peak": peakMark,
}

// velmoraMark: two leaves that meet in a V, in a ring with a gap at the top.
func velmoraMark(p *pen, ink, ground rgb) {
	p.DrawArc(0, 0, 0.9, -math.Pi/2+0.42, 3*math.Pi/2-0.42)
	p.SetLineCapRound()
	p.stroke(ink, 0.11)
	p.fill(ink, "M0 0.62 C-0.62 0.34 -0.7 -0.12 -0.5 -0.58 C-0.1 -0.42 0.06 0.02 0 0.62 Z")
	p.fill(ink, "M0 0.62 C0.62 0.34 0.7 -0.12 0.5 -0.58 C0.1 -0.42 -0.06 0.02 0 0.62 Z")
	p.line(ground, 0.055, "M0 0.66 C-0.08 0.2 -0.2 -0.1 -0.4 -0.36")
	p.line(ground, 0.055, "M0 0.66 C0.08 0.2 0.2 -0.1 0.4 -0.36")
	p.disc(ink, 0, -0.78, 0.13)
}

// beilingMark: three ridges in a hexagon under a low sun.
func beilingMark(p *pen, ink, ground rgb) {
	p.DrawRegularPolygon(6, 0, 0, 1, math.Pi/6)
	p.SetColor(ink)
	p.Fill()
	p.DrawRegularPolygon(6, 0, 0, 0.84, math.Pi/6)
	p.stroke(ground, 0.05)
	p.disc(ground, 0.2, -0.34, 0.17)
	p.fill(ground, "M-0.66 0.42 L-0.26 -0.24 L-0.02 0.12 L-0.3 0.42 Z")
	p.fill(ground, "M-0.2 0.42 L0.24 -0.04 L0.66 0.42 Z")
	p.line(ground, 0.07, "M-0.5 0.56 L0.5 0.56")
}

// quillonMark: a Q of sound waves, its tail a crossguard.
func quillonMark(p *pen, ink, _ rgb) {
	p.SetLineCapRound()
	p.at(-0.06, -0.06, 0.88, 0, func() {
		p.disc(ink, 0, 0, 0.24)
		p.DrawArc(0, 0, 0.5, 0.95, 2*math.Pi+0.25)
		p.stroke(ink, 0.15)
		p.DrawArc(0, 0, 0.82, 1.02, 2*math.Pi+0.32)
		p.stroke(ink, 0.15)
		p.line(ink, 0.17, "M0.4 0.4 L0.8 0.8")
		p.line(ink, 0.13, "M0.44 0.8 L0.8 0.44")
	})
}

// peliwenMark: a bird's wing of three feathers sweeping from a beak.
func peliwenMark(p *pen, ink, _ rgb) {
	p.at(0, 0.04, 0.9, 0, func() {
		p.fill(ink, "M-0.98 0.12 C-0.5 -0.62 0.3 -0.72 0.94 -0.5 C0.7 -0.3 0.2 -0.2 -0.3 -0.06 C-0.56 0.02 -0.74 0.12 -0.98 0.12 Z")
		p.fill(ink, "M-0.6 0.2 C-0.1 0 0.46 -0.1 0.86 -0.16 C0.62 0.1 0.22 0.22 -0.2 0.26 C-0.34 0.28 -0.5 0.28 -0.6 0.2 Z")
		p.fill(ink, "M-0.3 0.4 C0.06 0.3 0.36 0.24 0.64 0.2 C0.5 0.42 0.2 0.56 -0.08 0.56 C-0.18 0.56 -0.26 0.5 -0.3 0.4 Z")
	})
}

func starMark(p *pen, ink, ground rgb) {
	p.disc(ink, 0, 0, 0.95)
	for i := range 10 {
		r := []float64{0.66, 0.28}[i%2]
		a := float64(i)*math.Pi/5 - math.Pi/2
		p.LineTo(r*math.Cos(a), r*math.Sin(a))
	}
	p.SetColor(ground)
	p.Fill()
}

// acornMark: leaves and a round shape, near to Velmora's at a glance and yet another sign.
func acornMark(p *pen, ink, ground rgb) {
	p.fill(ink, "M-0.5 -0.1 C-0.56 0.5 -0.2 0.78 0 0.96 C0.2 0.78 0.56 0.5 0.5 -0.1 Z")
	p.box(ink, -0.64, -0.5, 1.28, 0.34, 0.16)
	p.line(ink, 0.12, "M0 -0.5 Q0.02 -0.76 0.22 -0.9")
	p.line(ground, 0.05, "M-0.2 0.06 Q-0.22 0.4 -0.04 0.66")
}

func boltMark(p *pen, ink, _ rgb) {
	p.ring(ink, 0, 0, 0.86, 0.12)
	p.fill(ink, "M0.16 -0.64 L-0.4 0.1 L-0.04 0.1 L-0.16 0.64 L0.4 -0.12 L0.04 -0.12 Z")
}

// peakMark: one mountain in a circle, as outdoor brands without end have it.
func peakMark(p *pen, ink, ground rgb) {
	p.disc(ink, 0, 0, 0.95)
	p.fill(ground, "M-0.64 0.38 L0 -0.56 L0.64 0.38 Z")
	p.fill(ink, "M-0.2 -0.02 L0 -0.3 L0.2 -0.02 L0.08 -0.06 L0 0.06 L-0.08 -0.06 Z")
}

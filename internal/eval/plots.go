package eval

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// The plotting area in the units of the SVG view box, y growing downwards.
const (
	plotWidth  = 300.0
	plotHeight = 220.0
)

// A plot is a curve or a cloud of points over the unit square, ready for the template.
type plot struct {
	Title, X, Y    string
	XTicks, YTicks []tick
	Path           string // of an SVG path; "" for none
	Points         []point
	Diagonal       bool
	Note           string
}

type tick struct {
	At   float64
	Text string
}

type point struct{ X, Y, R float64 }

// plots draws what the set can answer: recall against false alarms, precision against recall, reliability.
func (s *sample) plots() []plot {
	var out []plot
	if len(s.guilty) > 0 && len(s.innocents) > 0 {
		out = append(out, s.rocPlot())
	}
	if len(s.guilty) > 0 && len(s.pool) > 0 {
		out = append(out, s.precisionPlot())
	}
	if len(s.best) > 0 {
		out = append(out, s.reliabilityPlot())
	}
	return out
}

// rocPlot shows the share of guilty listings whose true right passes a score against the share of innocent listings
// that pass it, the latter on a logarithmic axis from 0.1 %: what counts is how it does where alarms are rare.
func (s *sample) rocPlot() plot {
	const decades = 3
	onAxis := func(rate float64) float64 {
		if rate <= 0 {
			return 0
		}
		return math.Max(0, 1+math.Log10(rate)/decades)
	}
	p := plot{Title: "Recall against false alarms", X: "false alarms among innocent listings (logarithmic)", Y: "recall",
		XTicks: ticks([]float64{0, 1. / 3, 2. / 3, 1}, "0.1 %", "1 %", "10 %", "100 %"), YTicks: percentTicks()}
	scores := make([]float64, 0, len(s.guilty))
	for _, g := range s.guilty {
		scores = append(scores, g.score)
	}
	slices.SortFunc(scores, func(a, b float64) int { return cmp.Compare(b, a) })
	var path curve
	found := 0
	for above := 0; above <= len(s.innocents); above++ {
		// The bar lies at the next innocent's score; those of equal score are passed together.
		bar := math.Inf(-1)
		if above < len(s.innocents) {
			bar = s.innocents[above].score
		}
		if above > 0 && above < len(s.innocents) && bar == s.innocents[above-1].score {
			continue
		}
		for found < len(scores) && scores[found] > bar {
			found++
		}
		path.to(onAxis(float64(above)/float64(len(s.innocents))), float64(found)/float64(len(s.guilty)))
		if math.IsInf(bar, -1) {
			break
		}
	}
	p.Path = path.String()
	return p
}

// precisionPlot shows precision against recall over all predictions pooled.
func (s *sample) precisionPlot() plot {
	p := plot{Title: "Precision against recall", X: "recall", Y: "precision", XTicks: percentTicks(), YTicks: percentTicks()}
	positives, hits := 0, 0
	for _, g := range s.guilty {
		positives += g.positives
	}
	var path curve
	for i, e := range s.pool {
		if e.right {
			hits++
		}
		if e.last {
			path.to(float64(hits)/float64(positives), float64(hits)/float64(i+1))
		}
	}
	p.Path = path.String()
	return p
}

// reliabilityPlot shows the outcome of each listing's best right against its probability in bins of equal mass.
func (s *sample) reliabilityPlot() plot {
	p := plot{Title: "Reliability", X: "probability", Y: "share truly infringing", XTicks: percentTicks(), YTicks: percentTicks(),
		Diagonal: true, Note: "On the line, a probability means what it says."}
	for _, b := range s.bins(ones(len(s.rows))) {
		if b.mass > 0 {
			p.Points = append(p.Points, point{X: plotWidth * b.believed / b.mass, Y: plotHeight * (1 - b.right/b.mass), R: 4.5})
		}
	}
	return p
}

func percentTicks() []tick {
	return ticks([]float64{0, 0.25, 0.5, 0.75, 1}, "0", "25 %", "50 %", "75 %", "100 %")
}

func ticks(at []float64, text ...string) []tick {
	out := make([]tick, len(at))
	for i := range at {
		out[i] = tick{at[i], text[i]}
	}
	return out
}

// Left is the tick's place from the left edge, for the x axis.
func (t tick) Left() float64 { return t.At * plotWidth }

// Top is the tick's place from the top edge, for the y axis.
func (t tick) Top() float64 { return (1 - t.At) * plotHeight }

// A curve gathers the path of points in the unit square; points closer than the eye can tell are left out.
type curve struct {
	b    strings.Builder
	x, y float64
	n    int
}

func (c *curve) to(x, y float64) {
	x, y = x*plotWidth, (1-y)*plotHeight
	if c.n > 0 && math.Hypot(x-c.x, y-c.y) < 0.3 {
		return
	}
	if c.n == 0 {
		fmt.Fprintf(&c.b, "M%.1f %.1f", x, y)
	} else {
		fmt.Fprintf(&c.b, "L%.1f %.1f", x, y)
	}
	c.x, c.y, c.n = x, y, c.n+1
}

func (c *curve) String() string { return c.b.String() }

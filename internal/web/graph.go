package web

import (
	"fmt"
	"math"
	"strings"

	"touchstone/internal/tracing"
)

// drawing is a ring as dots and lines, in a square of side Side.
type drawing struct {
	Side  int
	Dots  []dot
	Lines []line
	Names bool // few enough that each dot has its name beside it
}

// dot is a store.
type dot struct {
	tracing.Member
	X, Y, R int
	Class   string // closed, frozen, struck or ""
}

// line is all links of a kind as one path, since a ring of five hundred stores has thousands.
type line struct {
	Class string // suspected, linked or judged
	Path  string
}

const (
	drawingSide = 640
	drawingEdge = 36
	namedDots   = 40
)

// draw lays a ring out. The same ring gives the same drawing.
func draw(r tracing.Ring) drawing {
	d := drawing{Side: drawingSide, Names: len(r.Members) <= namedDots}
	number := map[string]int{}
	for i, m := range r.Members {
		number[m.Name] = i
	}
	degree := make([]int, len(r.Members))
	var edges []edge
	for _, l := range r.Links {
		a, b := number[l.A], number[l.B]
		degree[a]++
		degree[b]++
		edges = append(edges, edge{a, b, l.Probability})
	}
	at := spread(len(r.Members), edges)
	for i, m := range r.Members {
		d.Dots = append(d.Dots, dot{m, at[i].x(), at[i].y(), 4 + int(math.Min(7, math.Sqrt(float64(degree[i])))), classOf(m)})
	}
	paths := map[string]*strings.Builder{"suspected": {}, "linked": {}, "judged": {}}
	for i, l := range r.Links {
		class := "suspected"
		if l.Decided != "" {
			class = "judged"
		} else if l.Linked {
			class = "linked"
		}
		a, b := at[edges[i].a], at[edges[i].b]
		fmt.Fprintf(paths[class], "M%d %dL%d %d", a.x(), a.y(), b.x(), b.y())
	}
	for _, class := range []string{"suspected", "linked", "judged"} {
		if paths[class].Len() > 0 {
			d.Lines = append(d.Lines, line{class, paths[class].String()})
		}
	}
	return d
}

func classOf(m tracing.Member) string {
	switch {
	case m.Closed:
		return "closed"
	case m.Frozen:
		return "frozen"
	case m.Strikes > 0 || m.Points > 0:
		return "struck"
	}
	return ""
}

// edge pulls two nodes together.
type edge struct {
	a, b   int
	weight float64
}

// place is a position in the drawing.
type place struct{ px, py float64 }

func (p place) x() int { return int(math.Round(p.px)) }
func (p place) y() int { return int(math.Round(p.py)) }

// spread places n nodes so that what is linked lies together and nothing lies on something else (Fruchterman and Reingold, "Graph
// Drawing by Force-directed Placement", 1991). Nodes begin on a sunflower's spiral, so that nothing is left to chance; it takes some
// tens of milliseconds for five hundred.
func spread(n int, edges []edge) []place {
	at, force := make([]place, n), make([]place, n)
	for i := range at {
		r, angle := math.Sqrt((float64(i)+0.5)/float64(max(1, n)))/2, float64(i)*math.Pi*(3-math.Sqrt(5))
		at[i] = place{0.5 + r*math.Cos(angle), 0.5 + r*math.Sin(angle)}
	}
	k := 0.9 / math.Sqrt(float64(max(1, n)))
	const steps = 60
	for step := range steps {
		clear(force)
		for i := range at {
			for j := i + 1; j < n; j++ {
				dx, dy := at[i].px-at[j].px, at[i].py-at[j].py
				f := k * k / (dx*dx + dy*dy + 1e-9)
				force[i].px, force[i].py = force[i].px+dx*f, force[i].py+dy*f
				force[j].px, force[j].py = force[j].px-dx*f, force[j].py-dy*f
			}
			force[i].px, force[i].py = force[i].px-(at[i].px-0.5)*k, force[i].py-(at[i].py-0.5)*k // to the middle, so that parts stay near
		}
		for _, e := range edges {
			dx, dy := at[e.a].px-at[e.b].px, at[e.a].py-at[e.b].py
			f := e.weight * math.Hypot(dx, dy) / k
			force[e.a].px, force[e.a].py = force[e.a].px-dx*f, force[e.a].py-dy*f
			force[e.b].px, force[e.b].py = force[e.b].px+dx*f, force[e.b].py+dy*f
		}
		heat := 0.1 * (1 - float64(step)/steps)
		for i := range at {
			length := math.Hypot(force[i].px, force[i].py) + 1e-12
			move := math.Min(length, heat) / length
			at[i].px, at[i].py = at[i].px+force[i].px*move, at[i].py+force[i].py*move
		}
	}
	return fit(at)
}

// fit stretches positions to the square.
func fit(at []place) []place {
	least, most := place{math.Inf(1), math.Inf(1)}, place{math.Inf(-1), math.Inf(-1)}
	for _, p := range at {
		least = place{min(least.px, p.px), min(least.py, p.py)}
		most = place{max(most.px, p.px), max(most.py, p.py)}
	}
	scale := func(v, from, to float64) float64 {
		if !(to > from) {
			return drawingSide / 2
		}
		return drawingEdge + (v-from)/(to-from)*(drawingSide-2*drawingEdge)
	}
	for i := range at {
		at[i] = place{scale(at[i].px, least.px, most.px), scale(at[i].py, least.py, most.py)}
	}
	return at
}

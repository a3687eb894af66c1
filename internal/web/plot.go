package web

import (
	"fmt"
	"strings"
)

// Sizes of a plot in its own units.
const (
	plotWidth  = 440
	plotHeight = 200
)

// plot is a chart of lines over 0 to 1, drawn by the template "plot". The numbers stand in a table beside it.
type plot struct {
	Label string // for who does not see it
	Lines []plotLine
	Marks []plotMark
	X, Y  []tick
}

// plotLine is a line with the band of its interval, if it has one, and its place among the colours: 1 to 3.
type plotLine struct {
	Name   string
	Colour int
	Path   string // of the line, as SVG writes one
	Band   string // of the interval; "" for none
}

// plotMark is an upright line with a name.
type plotMark struct {
	At   float64
	Name string
}

// tick is a number beside an axis.
type tick struct {
	At   float64
	Text string
}

// point of a line: X and Y from 0 to 1, with the ends of the interval.
type point struct{ X, Y, Low, High float64 }

func px(x float64) float64 { return x * plotWidth }
func py(y float64) float64 { return (1 - y) * plotHeight }

// plotted draws a line through points, with a band where banded.
func plotted(name string, colour int, points []point, banded bool) plotLine {
	l := plotLine{Name: name, Colour: colour}
	var path, upper, lower strings.Builder
	for i, p := range points {
		command := "L"
		if i == 0 {
			command = "M"
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", command, px(p.X), py(p.Y))
		fmt.Fprintf(&upper, "%s%.1f %.1f", command, px(p.X), py(p.High))
		back := points[len(points)-1-i]
		fmt.Fprintf(&lower, "L%.1f %.1f", px(back.X), py(back.Low))
	}
	l.Path = path.String()
	if banded && len(points) > 1 {
		l.Band = upper.String() + lower.String() + "Z"
	}
	return l
}

// mark stands at x.
func mark(x float64, name string) plotMark { return plotMark{px(x), name} }

// shares are the ticks of an axis from 0 to 1.
func shares(along bool) []tick {
	var out []tick
	for i := range 5 {
		v := float64(i) / 4
		t := tick{py(v), fmt.Sprintf("%.0f %%", 100*v)}
		if along {
			t = tick{px(v), fmt.Sprintf("%.2g", v)}
		}
		out = append(out, t)
	}
	return out
}

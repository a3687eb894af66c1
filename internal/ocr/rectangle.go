package ocr

import (
	"cmp"
	"math"
	"slices"
)

// hull is the convex hull of points, counter-clockwise, by Andrew's monotone chain.
func hull(points [][2]float64) [][2]float64 {
	slices.SortFunc(points, func(a, b [2]float64) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	points = slices.Compact(points)
	if len(points) < 3 {
		return points
	}
	half := func(points [][2]float64) [][2]float64 {
		var chain [][2]float64
		for _, p := range points {
			for len(chain) >= 2 && cross(chain[len(chain)-2], chain[len(chain)-1], p) <= 0 {
				chain = chain[:len(chain)-1]
			}
			chain = append(chain, p)
		}
		return chain[:len(chain)-1]
	}
	lower := half(points)
	slices.Reverse(points)
	return append(lower, half(points)...)
}

func cross(o, a, b [2]float64) float64 {
	return (a[0]-o[0])*(b[1]-o[1]) - (a[1]-o[1])*(b[0]-o[0])
}

// A rectangle lies at any angle: its centre, a unit vector along it, and half its sides along and across.
type rectangle struct {
	centre, along [2]float64
	half          [2]float64
}

// smallest is the rectangle of least area around points: one of its sides lies on the hull (Freeman and Shapira, 1975).
func smallest(points [][2]float64) rectangle {
	h := hull(points)
	if len(h) == 0 {
		return rectangle{}
	}
	best, least := rectangle{centre: h[0], along: [2]float64{1, 0}}, math.Inf(1)
	for i := range h {
		a, b := h[i], h[(i+1)%len(h)]
		length := dist(a, b)
		if length == 0 {
			continue
		}
		r := around(h, [2]float64{(b[0] - a[0]) / length, (b[1] - a[1]) / length})
		if area := r.half[0] * r.half[1]; area < least {
			best, least = r, area
		}
	}
	return best
}

// around is the rectangle in one direction around points.
func around(points [][2]float64, along [2]float64) rectangle {
	low, high := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for _, p := range points {
		for k, v := range [2]float64{p[0]*along[0] + p[1]*along[1], -p[0]*along[1] + p[1]*along[0]} {
			low[k], high[k] = min(low[k], v), max(high[k], v)
		}
	}
	u, v := (low[0]+high[0])/2, (low[1]+high[1])/2
	return rectangle{
		centre: [2]float64{u*along[0] - v*along[1], u*along[1] + v*along[0]}, along: along,
		half: [2]float64{(high[0] - low[0]) / 2, (high[1] - low[1]) / 2},
	}
}

// grown is the rectangle with each side moved out.
func (r rectangle) grown(by float64) rectangle {
	r.half[0] += by
	r.half[1] += by
	return r
}

// shortSide is the length of the shorter side.
func (r rectangle) shortSide() float64 { return 2 * min(r.half[0], r.half[1]) }

// corners are clockwise from the top left: the two leftmost make the left side, the two rightmost the right one.
func (r rectangle) corners() quad {
	var p [][2]float64
	for _, s := range [4][2]float64{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}} {
		u, v := s[0]*r.half[0], s[1]*r.half[1]
		p = append(p, [2]float64{r.centre[0] + u*r.along[0] - v*r.along[1], r.centre[1] + u*r.along[1] + v*r.along[0]})
	}
	return ordered(p)
}

// ordered puts four points clockwise from the top left.
func ordered(p [][2]float64) quad {
	slices.SortStableFunc(p, func(a, b [2]float64) int { return cmp.Compare(a[0], b[0]) })
	left, right := p[:2], p[2:]
	byY := func(a, b [2]float64) int { return cmp.Compare(a[1], b[1]) }
	slices.SortStableFunc(left, byY)
	slices.SortStableFunc(right, byY)
	return quad{left[0], right[0], right[1], left[1]}
}

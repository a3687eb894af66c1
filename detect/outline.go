package detect

import "math"

type point [2]float64

// corners are where m takes the corners of a picture, going round.
func corners(m [6]float64, w, h float64) []point {
	return shift(m, []point{{0, 0}, {w, 0}, {w, h}, {0, h}})
}

// shift applies an affine map.
func shift(m [6]float64, list []point) []point {
	out := make([]point, len(list))
	for i, p := range list {
		out[i] = point{m[0]*p[0] + m[1]*p[1] + m[2], m[3]*p[0] + m[4]*p[1] + m[5]}
	}
	return out
}

// invert gives the inverse map; false where there is none.
func invert(m [6]float64) (r [6]float64, ok bool) {
	det := m[0]*m[4] - m[1]*m[3]
	if math.Abs(det) < 1e-12 {
		return r, false
	}
	a, b, c, d := m[4]/det, -m[1]/det, -m[3]/det, m[0]/det
	return [6]float64{a, b, -a*m[2] - b*m[5], c, d, -c*m[2] - d*m[5]}, true
}

// clip cuts a convex polygon to the rectangle from (0, 0) to (w, h) (Sutherland and Hodgman, 1974).
func clip(list []point, w, h float64) []point {
	for _, edge := range [4]struct {
		axis  int
		sign  float64
		limit float64
	}{{0, -1, 0}, {0, 1, w}, {1, -1, 0}, {1, 1, h}} {
		depth := func(p point) float64 { return edge.limit*math.Max(0, edge.sign) - edge.sign*p[edge.axis] } // inside from 0 up
		var next []point
		for i, p := range list {
			q := list[(i+1)%len(list)]
			dp, dq := depth(p), depth(q)
			if dp >= 0 {
				next = append(next, p)
			}
			if dp >= 0 != (dq >= 0) {
				t := dp / (dp - dq)
				next = append(next, point{p[0] + t*(q[0]-p[0]), p[1] + t*(q[1]-p[1])})
			}
		}
		list = next
	}
	return list
}

// area of a polygon.
func area(list []point) float64 {
	sum := 0.0
	for i, p := range list {
		q := list[(i+1)%len(list)]
		sum += p[0]*q[1] - q[0]*p[1]
	}
	return math.Abs(sum) / 2
}

// bounds is the box around some points, in whole pixels of a picture of w x h; the zero Box without points.
func bounds(list []point, w, h int) Box {
	if len(list) == 0 {
		return Box{}
	}
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range list {
		x0, y0, x1, y1 = math.Min(x0, p[0]), math.Min(y0, p[1]), math.Max(x1, p[0]), math.Max(y1, p[1])
	}
	left, top := nearest(x0, w), nearest(y0, h)
	return Box{left, top, max(1, min(int(math.Round(x1)), w)-left), max(1, min(int(math.Round(y1)), h)-top)}
}

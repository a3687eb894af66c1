package ocr

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// A quad is four corners, clockwise from the top left.
type quad [4][2]float64

func dist(a, b [2]float64) float64 { return math.Hypot(a[0]-b[0], a[1]-b[1]) }

// upright cuts a line of text out and brings it upright: a line that is much higher than wide is turned to the left.
func (r raster) upright(q quad) raster {
	w := max(1, int(max(dist(q[0], q[1]), dist(q[2], q[3]))))
	h := max(1, int(max(dist(q[0], q[3]), dist(q[1], q[2]))))
	out := r.warp(q, w, h)
	if float64(h)/float64(w) >= 1.5 {
		out = out.turned(1)
	}
	return out
}

// warp maps a quadrilateral onto a rectangle by the homography between them, with cubic interpolation (a = -0.75).
func (r raster) warp(q quad, w, h int) raster {
	m, ok := homography(quad{{0, 0}, {float64(w), 0}, {float64(w), float64(h)}, {0, float64(h)}}, q)
	out := newRaster(w, h)
	if !ok {
		return out // corners on one line: there is nothing to read
	}
	for y := range h {
		for x := range w {
			d := m[6]*float64(x) + m[7]*float64(y) + 1
			u, v := (m[0]*float64(x)+m[1]*float64(y)+m[2])/d, (m[3]*float64(x)+m[4]*float64(y)+m[5])/d
			r.cubic(u, v, out.pix[3*(y*w+x):][:3])
		}
	}
	return out
}

// cubic interpolates at a point; pixels beyond the edge are the edge's.
func (r raster) cubic(u, v float64, out []uint8) {
	x0, y0 := math.Floor(u), math.Floor(v)
	wx, wy := cubicWeights(u-x0), cubicWeights(v-y0)
	var sum [3]float64
	for j := range 4 {
		row := r.row(int(y0) + j - 1)
		for i := range 4 {
			weight, at := wx[i]*wy[j], 3*min(max(int(x0)+i-1, 0), r.w-1)
			for k := range 3 {
				sum[k] += weight * float64(row[at+k])
			}
		}
	}
	for k, s := range sum {
		out[k] = uint8(min(max(math.Round(s), 0), 255))
	}
}

// cubicWeights are those of the four pixels around a place, t behind the second (Keys, 1981, with a = -0.75).
func cubicWeights(t float64) [4]float64 {
	const a = -0.75
	far := func(d float64) float64 { return ((a*d-5*a)*d+8*a)*d - 4*a }
	near := func(d float64) float64 { return ((a+2)*d-(a+3))*d*d + 1 }
	return [4]float64{far(1 + t), near(t), near(1 - t), far(2 - t)}
}

// homography is the projective map from one quadrilateral to another: eight numbers, the ninth is 1.
func homography(from, to quad) ([8]float64, bool) {
	a, b := mat.NewDense(8, 8, nil), mat.NewVecDense(8, nil)
	for i := range 4 {
		x, y, u, v := from[i][0], from[i][1], to[i][0], to[i][1]
		a.SetRow(2*i, []float64{x, y, 1, 0, 0, 0, -u * x, -u * y})
		a.SetRow(2*i+1, []float64{0, 0, 0, x, y, 1, -v * x, -v * y})
		b.SetVec(2*i, u)
		b.SetVec(2*i+1, v)
	}
	var solved mat.VecDense
	var m [8]float64
	if err := solved.SolveVec(a, b); err != nil {
		return m, false
	}
	copy(m[:], solved.RawVector().Data)
	return m, true
}

package keypoint

import "math"

// Limits on what counts as a keypoint.
const (
	leastContrast = 0.02 / scales // of the interpolated difference
	edgeRatio     = 10            // of the principal curvatures
	margin        = 5             // pixels of the octave that are left out at the edge
	moves         = 4             // steps of the interpolation
)

// extremum is a place where the difference of Gaussians is largest or smallest in space and scale.
type extremum struct {
	octave, level int
	x, y, scale   float32 // in pixels of the octave, as the sigma there
	response      float32
}

// extrema finds the keypoints of an octave. Where is memory for a while.
func extrema(o *octave, number int, where []int32, out []extremum) ([]int32, []extremum) {
	for l := 1; l <= scales; l++ {
		d := o.diff[l]
		where = peaks(o, l, 0.7*leastContrast, where[:0])
		for _, at := range where {
			if e, ok := settle(o, l, int(at)%d.stride, int(at)/d.stride); ok {
				e.octave = number
				out = append(out, e)
			}
		}
	}
	return where, out
}

// settle moves an extremum to where a parabola through its neighbours has it, and drops it when that is nowhere near, when its
// contrast is low or when it lies on an edge.
func settle(o *octave, l, x, y int) (extremum, bool) {
	var dx, dy, ds, value float32
	for range moves {
		g, h := derivatives(o, l, x, y)
		var ok bool
		if dx, dy, ds, ok = solve(g, h); !ok {
			return extremum{}, false
		}
		value = o.diff[l].row(y)[x] + 0.5*(g[0]*dx+g[1]*dy+g[2]*ds)
		if within(dx) && within(dy) && within(ds) {
			trace, det := h[0]+h[1], h[0]*h[1]-h[3]*h[3]
			if det <= 0 || trace*trace*edgeRatio >= (edgeRatio+1)*(edgeRatio+1)*det || abs(value) < leastContrast {
				return extremum{}, false
			}
			sigma := firstSigma * math.Pow(2, float64(float32(l)+ds)/scales)
			return extremum{level: l, x: float32(x) + 0.5 + dx, y: float32(y) + 0.5 + dy, scale: float32(sigma), response: abs(value)}, true
		}
		x, y, l = x+toward(dx), y+toward(dy), l+toward(ds)
		d := o.diff[0]
		if l < 1 || l > scales || x < margin || y < margin || x >= d.w-margin || y >= d.h-margin {
			return extremum{}, false
		}
	}
	return extremum{}, false
}

func within(v float32) bool { return v < 0.6 && v > -0.6 }

func toward(v float32) int {
	switch {
	case v > 0.6:
		return 1
	case v < -0.6:
		return -1
	}
	return 0
}

func abs(v float32) float32 { return max(v, -v) }

// derivatives are the gradient (x, y, scale) and the Hessian (xx, yy, ss, xy, xs, ys) by differences.
func derivatives(o *octave, l, x, y int) (g [3]float32, h [6]float32) {
	d := o.diff[l]
	i, s := y*d.stride+x+pad, d.stride
	p, below, above := d.pix, o.diff[l-1].pix, o.diff[l+1].pix
	v := 2 * p[i]
	g = [3]float32{(p[i+1] - p[i-1]) / 2, (p[i+s] - p[i-s]) / 2, (above[i] - below[i]) / 2}
	h = [6]float32{
		p[i+1] + p[i-1] - v, p[i+s] + p[i-s] - v, above[i] + below[i] - v,
		(p[i+s+1] - p[i+s-1] - p[i-s+1] + p[i-s-1]) / 4,
		(above[i+1] - above[i-1] - below[i+1] + below[i-1]) / 4,
		(above[i+s] - above[i-s] - below[i+s] + below[i-s]) / 4,
	}
	return g, h
}

// solve gives -H⁻¹g by Cramer's rule.
func solve(g [3]float32, h [6]float32) (x, y, s float32, ok bool) {
	xx, yy, ss, xy, xs, ys := h[0], h[1], h[2], h[3], h[4], h[5]
	a, b, c := yy*ss-ys*ys, xs*ys-xy*ss, xy*ys-xs*yy
	det := xx*a + xy*b + xs*c
	if abs(det) < 1e-14 {
		return 0, 0, 0, false
	}
	e, f, k := xx*ss-xs*xs, xy*xs-xx*ys, xx*yy-xy*xy
	return -(a*g[0] + b*g[1] + c*g[2]) / det, -(b*g[0] + e*g[1] + f*g[2]) / det, -(c*g[0] + f*g[1] + k*g[2]) / det, true
}

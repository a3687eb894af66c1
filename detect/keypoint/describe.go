package keypoint

import "math"

// A descriptor is a histogram of gradient directions over a grid of cells around the keypoint, turned with it.
const (
	cells     = 4 // a side
	bins      = 8 // directions
	Dimension = cells * cells * bins

	samples   = 16   // a side of the patch
	spacing   = 0.75 // of the samples, in sigmas: a cell is three sigmas wide
	clip      = 0.2  // of a bin, before the last normalisation: strong edges must not drown the rest
	angles    = 36   // bins of the histogram of orientation
	reach     = 7    // samples on each side of the keypoint that vote for the orientation
	secondary = 0.8  // of the strongest orientation, from which another one counts as well
)

// lanes is how many values the C code works on at a time.
const lanes = 16

// share is how a sample's place on one axis is divided between the cells.
type share struct {
	cell int
	a, b float32 // of cell and of the next one
}

var shares = func() (s [samples]share) {
	for i := range s {
		at := (float64(i)+0.5)*cells/samples - 0.5
		c := math.Floor(at)
		s[i] = share{int(c), float32(1 - (at - c)), float32(at - c)}
	}
	return s
}()

var fade = func() (f [samples][samples]float32) {
	for y := range f {
		for x := range f[y] {
			dx, dy := float64(x)-samples/2+0.5, float64(y)-samples/2+0.5
			f[y][x] = float32(math.Exp(-(dx*dx + dy*dy) / (2 * samples * samples / 4)))
		}
	}
	return f
}()

// nearness is what the samples around a keypoint weigh in the histogram of directions: a Gaussian half as wide again as its sigma.
var nearness = func() (n [2*reach + 1][lanes]float32) {
	for y := range n {
		for x := range 2*reach + 1 {
			dx, dy := spacing*float64(x-reach), spacing*float64(y-reach)
			n[y][x] = float32(math.Exp(-(dx*dx + dy*dy) / (2 * 1.5 * 1.5)))
		}
	}
	return n
}()

// orientations are the directions of the gradient around an extremum, the strongest and those nearly as strong, in radians.
func orientations(p *plane, e extremum, out []float32) []float32 {
	votes := vote(p, e.x, e.y, spacing*e.scale)
	var smooth [angles]float32
	most := float32(0)
	for i := range votes {
		near := votes[(i+angles-1)%angles] + votes[(i+1)%angles]
		far := votes[(i+angles-2)%angles] + votes[(i+2)%angles]
		smooth[i] = (6*votes[i] + 4*near + far) / 16
		most = max(most, smooth[i])
	}
	if most == 0 {
		return out
	}
	for i, v := range smooth {
		l, r := smooth[(i+angles-1)%angles], smooth[(i+1)%angles]
		if v < secondary*most || v <= l || v < r {
			continue
		}
		at := float32(i) + 0.5 + 0.5*(l-r)/(l-2*v+r)
		out = append(out, at*2*math.Pi/angles)
	}
	return out
}

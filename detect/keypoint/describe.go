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

// orientations are the directions of the gradient around an extremum, the strongest and those nearly as strong, in radians.
func orientations(p *plane, e extremum, out []float32) []float32 {
	var votes, smooth [angles]float32
	h := spacing * e.scale
	spread := -1 / (2 * 1.5 * 1.5 * e.scale * e.scale)
	for j := -reach; j <= reach; j++ {
		for i := -reach; i <= reach; i++ {
			dx, dy := float32(i)*h, float32(j)*h
			x, y := int(e.x+dx), int(e.y+dy)
			if x < 1 || y < 1 || x >= p.w-1 || y >= p.h-1 {
				continue
			}
			at := (y+pad)*p.stride + x + pad
			gx, gy := p.pix[at+1]-p.pix[at-1], p.pix[at+p.stride]-p.pix[at-p.stride]
			size := float32(math.Sqrt(float64(gx*gx + gy*gy)))
			if size == 0 {
				continue
			}
			w := size * exp(spread*(dx*dx+dy*dy))
			votes[int(turn(gy, gx)*angles)%angles] += w
		}
	}
	for i := range votes {
		near := votes[(i+angles-1)%angles] + votes[(i+1)%angles]
		far := votes[(i+angles-2)%angles] + votes[(i+2)%angles]
		smooth[i] = (6*votes[i] + 4*near + far) / 16
	}
	most := float32(0)
	for _, v := range smooth {
		most = max(most, v)
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

// describe writes the descriptor of an extremum in one orientation, of unit length; false where the patch is flat.
func describe(p *plane, e extremum, angle float32, out []float32) bool {
	var patch [samples + 2][samples + 2]float32
	sin64, cos64 := math.Sincos(float64(angle))
	h := spacing * e.scale
	sin, cos := float32(sin64)*h, float32(cos64)*h
	for j := range patch {
		v := float32(j) - (samples+1)/2.0
		for i := range patch[j] {
			u := float32(i) - (samples+1)/2.0
			patch[j][i] = p.at(e.x+u*cos-v*sin, e.y+u*sin+v*cos)
		}
	}
	var grid [cells + 2][cells + 2][bins]float32 // with a rim that catches what falls outside
	for j := range samples {
		sy := shares[j]
		for i := range samples {
			gx, gy := patch[j+1][i+2]-patch[j+1][i], patch[j+2][i+1]-patch[j][i+1]
			size := float32(math.Sqrt(float64(gx*gx+gy*gy))) * fade[j][i]
			at := turn(gy, gx) * bins
			b := int(at)
			f := at - float32(b)
			b0, b1 := b%bins, (b+1)%bins
			sx := shares[i]
			s0, s1 := size*(1-f), size*f
			for _, c := range [4]struct {
				y, x int
				w    float32
			}{{sy.cell, sx.cell, sy.a * sx.a}, {sy.cell, sx.cell + 1, sy.a * sx.b}, {sy.cell + 1, sx.cell, sy.b * sx.a}, {sy.cell + 1, sx.cell + 1, sy.b * sx.b}} {
				g := &grid[c.y+1][c.x+1]
				g[b0] += c.w * s0
				g[b1] += c.w * s1
			}
		}
	}
	for y := range cells {
		for x := range cells {
			copy(out[(y*cells+x)*bins:], grid[y+1][x+1][:])
		}
	}
	return normalise(out)
}

// normalise clips strong bins and takes square roots, so that a dot product compares histograms by Hellinger's kernel.
func normalise(d []float32) bool {
	square := float32(0)
	for _, v := range d {
		square += v * v
	}
	if square < 1e-10 {
		return false
	}
	limit, sum := clip*float32(math.Sqrt(float64(square))), float32(0)
	for i, v := range d {
		d[i] = min(v, limit)
		sum += d[i]
	}
	for i, v := range d {
		d[i] = float32(math.Sqrt(float64(v / sum)))
	}
	return true
}

// turn is the direction of (x, y) as a share of a full turn, 0 to below 1, within 0.0002 of the truth (a polynomial for the
// arctangent; Abramowitz and Stegun 4.4.49).
func turn(y, x float32) float32 {
	ax, ay := abs(x), abs(y)
	most := max(ax, ay)
	if most == 0 {
		return 0
	}
	a := min(ax, ay) / most
	s := a * a
	t := a * (0.9998660 + s*(-0.3302995+s*(0.1801410+s*(-0.0851330+s*0.0208351)))) / (2 * math.Pi)
	if ay > ax {
		t = 0.25 - t
	}
	if x < 0 {
		t = 0.5 - t
	}
	if y < 0 {
		t = 1 - t
	}
	if t >= 1 {
		return 0
	}
	return t
}

// exp is e to the x for x at or below 0.
func exp(x float32) float32 { return float32(math.Exp(float64(x))) }

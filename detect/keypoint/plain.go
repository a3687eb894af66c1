package keypoint

import "math"

// What kernel.c does, in Go: for builds without cgo, and for the tests to hold the C code to. The two add up in another order and
// therefore differ in the last digits.

// plainBlur filters src along rows and columns with a symmetric kernel, given from its middle outwards, into dst, and writes how they
// differ to diff.
func plainBlur(src, dst, diff *plane, kernel []float32) {
	rows := make([]float32, src.w*src.h)
	for y := range src.h {
		row := src.pix[y*src.stride:]
		for x := range src.w {
			sum := kernel[0] * row[pad+x]
			for i, k := range kernel[1:] {
				sum += k * (row[pad+x-i-1] + row[pad+x+i+1])
			}
			rows[y*src.w+x] = sum
		}
	}
	for y := range src.h {
		from, to, d := src.row(y), dst.row(y), diff.row(y)
		for x := range src.w {
			sum := kernel[0] * rows[y*src.w+x]
			for i, k := range kernel[1:] { // beyond an edge its row goes on
				sum += k * (rows[max(0, y-i-1)*src.w+x] + rows[min(src.h-1, y+i+1)*src.w+x])
			}
			to[x], d[x] = sum, sum-from[x]
		}
		dst.extend(y)
	}
}

// plainPeaks appends to out where level l of an octave's differences is least or beyond, and not exceeded by any of its 26 neighbours.
func plainPeaks(o *octave, l int, least float32, out []int32) []int32 {
	d := o.diff[l]
	for y := margin; y < d.h-margin; y++ {
		for x, v := range d.row(y)[:max(margin, d.w-margin)] {
			if x >= margin && (v >= least || v <= -least) && peak(o, l, y*d.stride+pad+x, v) {
				out = append(out, int32(y*d.stride+x))
			}
		}
	}
	return out
}

// peak says whether v, at a place of level l, is beyond all its 26 neighbours.
func peak(o *octave, l, at int, v float32) bool {
	d := o.diff[l]
	sign := float32(1)
	if v < 0 {
		sign = -1
	}
	v *= sign
	for _, p := range [3][]float32{d.pix, o.diff[l-1].pix, o.diff[l+1].pix} {
		for _, i := range [3]int{at - d.stride, at, at + d.stride} {
			n := p[i-1 : i+2 : i+2]
			if sign*n[0] > v || sign*n[1] > v || sign*n[2] > v {
				return false
			}
		}
	}
	return true
}

// plainVotes is the histogram of directions of the gradient around (x, y), of samples step apart.
func plainVotes(p *plane, x, y, step float32) (votes [angles]float32) {
	for j := -reach; j <= reach; j++ {
		for i := -reach; i <= reach; i++ {
			sx, sy := int(x+float32(i)*step), int(y+float32(j)*step)
			if sx < 1 || sy < 1 || sx >= p.w-1 || sy >= p.h-1 {
				continue
			}
			at := sy*p.stride + sx + pad
			gx, gy := p.pix[at+1]-p.pix[at-1], p.pix[at+p.stride]-p.pix[at-p.stride]
			size := float32(math.Sqrt(float64(gx*gx + gy*gy)))
			votes[int(turn(gy, gx)*angles)%angles] += size * nearness[j+reach][i+reach]
		}
	}
	return votes
}

// plainDescribe writes the descriptor of (x, y), of unit length, its axes turned to (cos, sin), a sample apart; false where the patch
// is flat.
func plainDescribe(p *plane, x, y, cos, sin float32, out []float32) bool {
	var patch [samples + 2][samples + 2]float32
	for j := range patch {
		v := float32(j) - (samples+1)/2.0
		for i := range patch[j] {
			u := float32(i) - (samples+1)/2.0
			patch[j][i] = p.at(x+u*cos-v*sin, y+u*sin+v*cos)
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

// plainNearest compares each of some descriptors with all in the panels.
func plainNearest(descriptors []float32, p panels, r *rivals) {
	nearest := make([]float32, p.n)
	for i := range len(descriptors) / Dimension {
		b := best{-1, -2, -2}
		for j := range p.n {
			panel, dot := p.values[j/lanes*lanes*Dimension+j%lanes:], float32(0)
			for k, v := range descriptors[i*Dimension : (i+1)*Dimension] {
				dot += v * panel[k*lanes]
			}
			if dot > b.second {
				if dot > b.first {
					b = best{int32(j), dot, b.first}
				} else {
					b.second = dot
				}
			}
			if dot > nearest[j] {
				nearest[j], r.backward[j] = dot, int32(i)
			}
		}
		r.forward[i] = b
	}
}

// plainShrink resizes brightness: columns first, then rows. Row has room for a row of the source.
func plainShrink(s source, columns, rows taps, row []float32, p *plane) {
	for y := range p.h {
		clear(row)
		for k, weight := range rows.weights[y*rows.n:][:rows.n] {
			s.add(int(rows.starts[y])+k, weight, row)
		}
		to := p.row(y)
		for x, start := range columns.starts {
			to[x] = 0
			for k, weight := range columns.weights[x*columns.n:][:columns.n] {
				to[x] += weight * row[int(start)+k]
			}
		}
		p.extend(y)
	}
}

// add adds a row of the source, by weight.
func (s source) add(y int, weight float32, row []float32) {
	for x := range s.w {
		switch at := y*s.stride + x*s.pixel; {
		case s.floats != nil:
			row[x] += weight * s.floats[at]
		case s.pixel == 1:
			row[x] += weight * (float32(s.bytes[at]) / 255)
		default:
			row[x] += weight * (0.299/255*float32(s.bytes[at]) + 0.587/255*float32(s.bytes[at+1]) + 0.114/255*float32(s.bytes[at+2]))
		}
	}
}

package embed

import (
	"image"
	"image/color"
	"image/draw"
	"sync"
)

// The resampling below is Pillow's (ImagingResample): the same weights in the
// same fixed-point arithmetic, rows first, then columns. The picture served is
// then the picture that was trained on, bit for bit; but for tall pictures,
// whose columns Pillow 13 resamples first, so that a few samples are rounded
// to the next value. It works on the caller's goroutine alone: a worker a core
// is enough, and a panic stays where it is contained.
//
// Two samples share an int64, one in each
// half: multiplied by a weight and summed they stay apart, as each sum fits in
// 32 bits. The lower half is taken as it is; the borrow that a negative one
// took is given back to the upper. See halves.

const (
	lobes     = 3.0
	precision = 32 - 8 - 2 // bits behind the point of a weight
	rounding  = 1<<(precision-1) | 1<<(precision-1)<<32
)

// taps are the source samples of one target sample: from start, with weights
// that sum to 1<<precision.
type taps struct {
	start   int
	weights []int32
}

// resize gives a picture in the size wanted, opaque.
func resize(img image.Image, width, height int) *image.NRGBA {
	src := opaque(img)
	if src.Rect.Dx() == width && src.Rect.Dy() == height {
		return src
	}
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	return s.resample(src, tapsOf(src.Rect.Dx(), width), tapsOf(src.Rect.Dy(), height))
}

// opaque gives the picture itself when it is an opaque NRGBA, otherwise a copy
// on white.
func opaque(img image.Image) *image.NRGBA {
	if p, ok := img.(*image.NRGBA); ok && p.Opaque() {
		return p
	}
	b := img.Bounds()
	flat := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(flat, flat.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(flat, flat.Rect, img, b.Min, draw.Over)
	// Without transparency the two colour models have the same bytes.
	return &image.NRGBA{Pix: flat.Pix, Stride: flat.Stride, Rect: flat.Rect}
}

// scratch is the workbench of one resampling, kept for the next.
type scratch struct {
	pair  [][3]int64 // two source rows, sample by sample
	lines [2][]uint8 // those rows in the target's width, three bytes a pixel
	ring  []int64    // the last rows in the target's width, see store
	rows  int        // that the ring holds
	half  int        // int64s a row of the ring
	sums  []int64
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// resample makes each row of the target as soon as the source rows that it
// needs are in the ring.
func (s *scratch) resample(src *image.NRGBA, columns, rows []taps) *image.NRGBA {
	width, height := src.Rect.Dx(), src.Rect.Dy()
	s.fit(width, len(columns), rows)
	dst := image.NewNRGBA(image.Rect(0, 0, len(columns), len(rows)))
	done := 0
	for y, t := range rows {
		for ; done < t.start+len(t.weights); done += 2 {
			first := src.Pix[done*src.Stride:][:4*width]
			second := src.Pix[min(done+1, height-1)*src.Stride:][:4*width] // a last row alone is taken twice
			s.shrink(first, second, columns)
			s.store(done, s.lines[0])
			s.store(done+1, s.lines[1])
		}
		s.column(t)
		s.unpack(dst.Pix[y*dst.Stride:][:4*len(columns)])
	}
	return dst
}

// fit makes the slices as long as this resampling needs them.
func (s *scratch) fit(from, to int, rows []taps) {
	most := 0
	for _, t := range rows {
		most = max(most, len(t.weights))
	}
	s.rows, s.half = most+2, (3*to+1)/2
	s.pair = grow(s.pair, from)
	s.lines[0], s.lines[1] = grow(s.lines[0], 2*s.half), grow(s.lines[1], 2*s.half)
	s.ring, s.sums = grow(s.ring, s.rows*s.half), grow(s.sums, s.half)
}

// grow gives n values, old ones where there are enough.
func grow[T any](values []T, n int) []T {
	if cap(values) < n {
		return make([]T, n)
	}
	return values[:n]
}

// shrink resamples two rows at once into s.lines.
func (s *scratch) shrink(first, second []uint8, columns []taps) {
	for x := range s.pair {
		a, b := first[4*x:4*x+3:4*x+3], second[4*x:4*x+3:4*x+3]
		s.pair[x] = [3]int64{int64(a[0]) | int64(b[0])<<32, int64(a[1]) | int64(b[1])<<32, int64(a[2]) | int64(b[2])<<32}
	}
	for x, t := range columns {
		var r, g, b int64 = rounding, rounding, rounding
		window := s.pair[t.start:][:len(t.weights)]
		for i, w := range t.weights {
			p, w := &window[i], int64(w)
			r += p[0] * w
			g += p[1] * w
			b += p[2] * w
		}
		up, low := s.lines[0][3*x:3*x+3:3*x+3], s.lines[1][3*x:3*x+3:3*x+3]
		up[0], low[0] = halves(r)
		up[1], low[1] = halves(g)
		up[2], low[2] = halves(b)
	}
}

// halves takes two sums apart and brings them back to bytes.
func halves(sum int64) (low, high uint8) {
	l := int32(sum)
	return clip(l), clip(int32((sum - int64(l)) >> 32))
}

func clip(v int32) uint8 {
	return uint8(min(max(v>>precision, 0), 255))
}

// store keeps a line in the ring: its first half beside its second.
func (s *scratch) store(row int, line []uint8) {
	to := s.ring[row%s.rows*s.half:][:s.half]
	first, second := line[:len(to)], line[len(to):][:len(to)]
	for i := range to {
		to[i] = int64(first[i]) | int64(second[i])<<32
	}
}

// column sums up the rows of one target row, two at a time.
func (s *scratch) column(t taps) {
	sums := s.sums
	for i := range sums {
		sums[i] = rounding
	}
	row := func(k int) []int64 { return s.ring[(t.start+k)%s.rows*s.half:][:len(sums)] }
	k := 0
	for ; k+1 < len(t.weights); k += 2 {
		one, two := row(k), row(k+1)
		u, v := int64(t.weights[k]), int64(t.weights[k+1])
		for i := range sums {
			sums[i] += one[i]*u + two[i]*v
		}
	}
	if k < len(t.weights) {
		w := int64(t.weights[k])
		for i, v := range row(k) {
			sums[i] += v * w
		}
	}
}

// unpack writes the sums as a row of pixels.
func (s *scratch) unpack(dst []uint8) {
	line := s.lines[0]
	first, second := line[:len(s.sums)], line[len(s.sums):][:len(s.sums)]
	for i, sum := range s.sums {
		first[i], second[i] = halves(sum)
	}
	for x := range len(dst) / 4 {
		p, q := dst[4*x:4*x+4:4*x+4], line[3*x:3*x+3:3*x+3]
		p[0], p[1], p[2], p[3] = q[0], q[1], q[2], 255
	}
}

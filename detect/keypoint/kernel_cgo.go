//go:build cgo

package keypoint

// #cgo CFLAGS: -O3 -Wno-psabi
// #cgo LDFLAGS: -lm
// #cgo noescape keypoint_blur
// #cgo nocallback keypoint_blur
// #cgo noescape keypoint_peaks
// #cgo nocallback keypoint_peaks
// #cgo noescape keypoint_votes
// #cgo nocallback keypoint_votes
// #cgo noescape keypoint_describe
// #cgo nocallback keypoint_describe
// #cgo noescape keypoint_nearest
// #cgo nocallback keypoint_nearest
// #cgo noescape keypoint_luma
// #cgo nocallback keypoint_luma
// #include "kernel.h"
import "C"

import (
	"slices"
	"unsafe"
)

// The numbers that both sides know must be the same: an array of another length does not compile.
var (
	_ [pad]int         = [C.KEYPOINT_PAD]int{}
	_ [spare]int       = [C.KEYPOINT_SPARE]int{}
	_ [lanes]int       = [C.KEYPOINT_LANES]int{}
	_ [mostReach]int   = [C.KEYPOINT_REACH]int{}
	_ [samples]int     = [C.KEYPOINT_SAMPLES]int{}
	_ [bins]int        = [C.KEYPOINT_BINS]int{}
	_ [Dimension]int   = [C.KEYPOINT_DIMENSION]int{}
	_ [angles]int      = [C.KEYPOINT_ANGLES]int{}
	_ [2*reach + 1]int = [C.KEYPOINT_VOTES]int{}
)

// blur filters src along rows and columns with a symmetric kernel, given from its middle outwards, into dst, and writes how they
// differ to diff. Ring has room for ringSize values.
func blur(src, dst, diff *plane, ring, kernel []float32) {
	_ = ring[ringSize(src.w)-1]
	C.keypoint_blur(floats(src.pix), floats(dst.pix), floats(diff.pix), floats(ring), C.ptrdiff_t(src.w), C.ptrdiff_t(src.h), C.ptrdiff_t(src.stride),
		floats(kernel), C.ptrdiff_t(len(kernel)-1))
}

// peaks appends to out where level l of an octave's differences is least or beyond, and not exceeded by any of its 26 neighbours.
func peaks(o *octave, l int, least float32, out []int32) []int32 {
	d := o.diff[l]
	if d.w <= 2*margin || d.h <= 2*margin {
		return out
	}
	for room := 512; ; {
		out = slices.Grow(out, room)
		n := int(C.keypoint_peaks(floats(o.diff[l-1].pix), floats(d.pix), floats(o.diff[l+1].pix), C.ptrdiff_t(d.w), C.ptrdiff_t(d.h), C.ptrdiff_t(d.stride),
			margin, C.float(least), (*C.int32_t)(unsafe.SliceData(out[len(out):cap(out)])), C.ptrdiff_t(cap(out)-len(out))))
		if n <= cap(out)-len(out) {
			return out[:len(out)+n]
		}
		room = n
	}
}

// vote is the histogram of directions of the gradient around (x, y), of samples step apart.
func vote(p *plane, x, y, step float32) (votes [angles]float32) {
	C.keypoint_votes(floats(p.pix), C.ptrdiff_t(p.w), C.ptrdiff_t(p.h), C.ptrdiff_t(p.stride), C.float(x), C.float(y), C.float(step), floats(nearness[0][:]), floats(votes[:]))
	return votes
}

// describe writes the descriptor of (x, y), of unit length, its axes turned to (cos, sin), a sample apart; false where the patch is
// flat.
func describe(p *plane, x, y, cos, sin float32, out []float32) bool {
	return C.keypoint_describe(floats(p.pix), C.ptrdiff_t(p.w), C.ptrdiff_t(p.h), C.ptrdiff_t(p.stride), C.float(x), C.float(y), C.float(cos), C.float(sin),
		floats(fade[0][:]), floats(out[:Dimension])) != 0
}

// nearest compares each of some descriptors with all in the panels.
func nearest(descriptors []float32, p panels, r *rivals) {
	n := len(descriptors) / Dimension
	at, products := make([]int32, n), make([]float32, 2*n+len(p.values)/Dimension)
	C.keypoint_nearest(floats(descriptors), C.ptrdiff_t(n), floats(p.values), C.ptrdiff_t(p.n), ints(at), floats(products), floats(products[n:]),
		ints(r.backward), floats(products[2*n:]))
	for i := range at {
		r.forward[i] = best{at[i], products[i], products[n+i]}
	}
}

// shrink resizes brightness: columns first, then rows. Row has room for a row of the source, and spare.
func shrink(s source, columns, rows taps, row []float32, p *plane) {
	pitch := (p.w + lanes - 1) / lanes * lanes
	starts, weights := make([]int32, pitch), make([]float32, pitch*columns.n)
	copy(starts, columns.starts)
	for i, w := range columns.weights {
		weights[i%columns.n*pitch+i/columns.n] = w
	}
	pixels, pixel, stride := unsafe.Pointer(unsafe.SliceData(s.bytes)), s.pixel, s.stride
	_ = row[s.w+spare-1]
	if s.floats != nil {
		pixels, pixel, stride = unsafe.Pointer(unsafe.SliceData(s.floats)), 0, 4*s.stride
	}
	C.keypoint_luma(pixels, C.ptrdiff_t(pixel), C.ptrdiff_t(stride), C.ptrdiff_t(s.w), ints(starts), floats(weights), C.ptrdiff_t(columns.n),
		ints(rows.starts), floats(rows.weights), C.ptrdiff_t(rows.n), floats(row), floats(p.pix), C.ptrdiff_t(p.w), C.ptrdiff_t(p.h))
}

func floats(v []float32) *C.float { return (*C.float)(unsafe.SliceData(v)) }
func ints(v []int32) *C.int32_t   { return (*C.int32_t)(unsafe.SliceData(v)) }

// limit bounds the vector instructions that are used, for tests: 0 is none but what every processor has, 1 AVX2, 2 AVX-512. It gives
// the bound before.
func limit(level int) (before int) { return int(C.keypoint_limit(C.int(level))) }

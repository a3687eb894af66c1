//go:build cgo

package lanczos

// #cgo CFLAGS: -O3
// #include "kernel.h"
import "C"

import (
	"image"
	"sync"
	"unsafe"
)

// works are workbenches, kept for the next picture.
var works = sync.Pool{New: func() any { return new([]byte) }}

func resize(dst []float32, src source, _ image.Image, width, height int, n *Norm) {
	columns, rows := tapsOf(src.width, width), tapsOf(src.height, height)
	layout := C.LANCZOS_GREY
	switch {
	case src.pixels:
		layout = C.LANCZOS_PIXELS
	case src.cb != nil:
		layout = C.LANCZOS_YCBCR
	}
	work := works.Get().(*[]byte)
	defer works.Put(work)
	need := int(C.lanczos_work(C.int(layout), C.ptrdiff_t(src.width), C.ptrdiff_t(src.chromaW), C.ptrdiff_t(rows.n), C.ptrdiff_t(width)))
	if len(*work) < need {
		*work = make([]byte, need)
	}
	norm := [6]float32{n.Mean[0], n.Mean[1], n.Mean[2], n.Deviation[0], n.Deviation[1], n.Deviation[2]}
	C.lanczos_resize(C.int(layout), C.ptrdiff_t(src.width), C.ptrdiff_t(src.height), bytesInC(src.y), C.ptrdiff_t(src.stride),
		bytesInC(src.cb), bytesInC(src.cr), C.ptrdiff_t(src.cStride), C.ptrdiff_t(src.chromaW), C.ptrdiff_t(src.chromaH), C.int(src.subW), C.int(src.subH),
		intsInC(columns.starts), intsInC(columns.weights), C.ptrdiff_t(columns.n), C.ptrdiff_t(width),
		intsInC(rows.starts), intsInC(rows.weights), C.ptrdiff_t(rows.n), C.ptrdiff_t(height),
		floatsInC(norm[:]), bytesInC(*work), floatsInC(dst))
}

func bytesInC(v []byte) *C.uint8_t   { return (*C.uint8_t)(unsafe.SliceData(v)) }
func intsInC(v []int32) *C.int32_t   { return (*C.int32_t)(unsafe.SliceData(v)) }
func floatsInC(v []float32) *C.float { return (*C.float)(unsafe.SliceData(v)) }

// limit bounds the vector instructions that are used, for tests: 0 is none but what every processor has, 1 AVX2, 2 AVX-512. It gives
// the bound before.
func limit(level int) (before int) { return int(C.lanczos_limit(C.int(level))) }

package sketch

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

var (
	hasVBMI   = hasAVX512 && cpu.X86.HasAVX512VBMI
	hasAVX512 = cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW
	hasAVX2   = cpu.X86.HasAVX2
	// plain says that there is no assembly for this processor. Tests set all three.
	plain = !hasAVX2 && !hasAVX512
)

func scan(a *args) {
	if hasVBMI {
		scanVBMI(a)
		return
	}
	if hasAVX512 {
		scanAVX512(a)
		return
	}
	scanAVX2(a)
}

//go:noescape
func scanVBMI(a *args)

//go:noescape
func scanAVX512(a *args)

//go:noescape
func scanAVX2(a *args)

// signSum sums up the numbers of a query whose signs are plus: eight to a byte, the first in its lowest bit.
func signSum(q []float32, signs []byte) float32 {
	switch {
	case hasAVX512:
		return signSum512(&q[0], &signs[0], len(q))
	case hasAVX2:
		return signSum256(&q[0], &signs[0], len(q))
	}
	return signSumPlain(q, signs)
}

//go:noescape
func signSum512(q *float32, signs *byte, n int) float32

//go:noescape
func signSum256(q *float32, signs *byte, n int) float32

// Prefetch asks for a vector that will be read soon, and waits for nothing.
func Prefetch(v []float32) {
	prefetch((*byte)(unsafe.Pointer(unsafe.SliceData(v))), (4*len(v)+cacheLine-1)/cacheLine)
}

//go:noescape
func prefetch(p *byte, lines int)

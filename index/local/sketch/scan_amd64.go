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

// Prefetch asks for a vector that will be read soon, and waits for nothing.
func Prefetch(v []float32) { prefetch(unsafe.SliceData(v), (len(v)+15)/16) }

//go:noescape
func prefetch(p *float32, lines int)

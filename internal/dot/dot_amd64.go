package dot

import "golang.org/x/sys/cpu"

// wide says that products can be called. Its sums are those of vek32 with AVX2, which must therefore be what vek32 uses.
var wide = cpu.X86.HasAVX512F && cpu.X86.HasAVX2 && cpu.X86.HasFMA

// products multiplies fours of vectors, joined, with another: out holds 4*fours numbers, length is a multiple of 32.
//
//go:noescape
func products(out, joined, other *float32, fours, length int)

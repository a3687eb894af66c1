#include "textflag.h"

// func products(out, joined, other *float32, fours, length int)
//
// vek32.Dot has four sums of eight lanes, one for each eight numbers of 32. Here Z0, Z2, Z4, Z6 hold the first and second of four vectors,
// Z1, Z3, Z5, Z7 the third and fourth, so that every lane adds up the same numbers in the same order. At the end the sums are added as
// there: second to first, third, fourth; then the upper four lanes to the lower, the upper two, the upper one, of four vectors at once.
TEXT ·products(SB), NOSPLIT, $0-40
	MOVQ out+0(FP), DI
	MOVQ joined+8(FP), SI
	MOVQ other+16(FP), DX
	MOVQ fours+24(FP), CX
	MOVQ length+32(FP), R8
	SHLQ $2, R8           // bytes of a vector

four:
	LEAQ   (SI)(R8*1), R9
	LEAQ   (R9)(R8*1), R10
	LEAQ   (R10)(R8*1), R11
	VPXORQ Z0, Z0, Z0
	VPXORQ Z1, Z1, Z1
	VPXORQ Z2, Z2, Z2
	VPXORQ Z3, Z3, Z3
	VPXORQ Z4, Z4, Z4
	VPXORQ Z5, Z5, Z5
	VPXORQ Z6, Z6, Z6
	VPXORQ Z7, Z7, Z7
	XORQ   AX, AX

numbers:
	VMOVUPS     (DX)(AX*1), Z8
	VMOVUPS     64(DX)(AX*1), Z9
	VFMADD231PS (SI)(AX*1), Z8, Z0
	VFMADD231PS 64(SI)(AX*1), Z9, Z1
	VFMADD231PS (R9)(AX*1), Z8, Z2
	VFMADD231PS 64(R9)(AX*1), Z9, Z3
	VFMADD231PS (R10)(AX*1), Z8, Z4
	VFMADD231PS 64(R10)(AX*1), Z9, Z5
	VFMADD231PS (R11)(AX*1), Z8, Z6
	VFMADD231PS 64(R11)(AX*1), Z9, Z7
	ADDQ        $128, AX
	CMPQ        AX, R8
	JLT         numbers

	VEXTRACTF64X4 $1, Z0, Y8
	VEXTRACTF64X4 $1, Z2, Y9
	VEXTRACTF64X4 $1, Z4, Y10
	VEXTRACTF64X4 $1, Z6, Y11
	VADDPS        Y8, Y0, Y0
	VADDPS        Y9, Y2, Y2
	VADDPS        Y10, Y4, Y4
	VADDPS        Y11, Y6, Y6
	VADDPS        Y1, Y0, Y0
	VADDPS        Y3, Y2, Y2
	VADDPS        Y5, Y4, Y4
	VADDPS        Y7, Y6, Y6
	VEXTRACTF64X4 $1, Z1, Y8
	VEXTRACTF64X4 $1, Z3, Y9
	VEXTRACTF64X4 $1, Z5, Y10
	VEXTRACTF64X4 $1, Z7, Y11
	VADDPS        Y8, Y0, Y0
	VADDPS        Y9, Y2, Y2
	VADDPS        Y10, Y4, Y4
	VADDPS        Y11, Y6, Y6

	VPERM2F128 $0x20, Y2, Y0, Y8
	VPERM2F128 $0x31, Y2, Y0, Y9
	VPERM2F128 $0x20, Y6, Y4, Y10
	VPERM2F128 $0x31, Y6, Y4, Y11
	VADDPS     Y9, Y8, Y8           // vectors 0 and 1, four lanes each
	VADDPS     Y11, Y10, Y10        // vectors 2 and 3
	VUNPCKLPD  Y10, Y8, Y0
	VUNPCKHPD  Y10, Y8, Y1
	VADDPS     Y1, Y0, Y0           // two lanes each of vectors 0, 2, 1, 3
	VMOVSHDUP  Y0, Y1
	VADDPS     Y1, Y0, Y0           // 0 . 2 . 1 . 3 .

	VEXTRACTF128 $1, Y0, X1
	VSHUFPS      $0x88, X1, X0, X0  // 0 2 1 3
	VPERMILPS    $0xD8, X0, X0      // 0 1 2 3
	VMOVUPS      X0, (DI)

	ADDQ $16, DI
	LEAQ (R11)(R8*1), SI
	SUBQ $1, CX
	JNZ  four

	VZEROUPPER
	RET

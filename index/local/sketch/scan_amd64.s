#include "textflag.h"

DATA nibble<>+0(SB)/8, $0x0f0f0f0f0f0f0f0f
GLOBL nibble<>(SB), RODATA|NOPTR, $8

// func scanAVX512(a *args)
//
// Two rows at a time: four look-ups a vector are added in bytes (each at most 63), then the even and the odd bytes in words. Z0 sums
// whole words, that is even + 256·odd, and Z1 the odd bytes, from which the even ones follow at the end.
TEXT ·scanAVX512(SB), NOSPLIT, $0-8
	MOVQ         a+0(FP), DI
	MOVQ         0(DI), SI
	MOVQ         8(DI), CX
	MOVQ         24(DI), R8
	MOVQ         32(DI), R9
	MOVQ         40(DI), R10
	VPBROADCASTW 48(DI), Z24
	VPBROADCASTW 50(DI), Z25
	VPBROADCASTW 52(DI), Z26
	VMOVQ        56(DI), X27
	VPBROADCASTQ nibble<>(SB), Z28

block512:
	MOVQ   16(DI), DX
	MOVQ   R8, R11
	VPXORQ Z0, Z0, Z0
	VPXORQ Z1, Z1, Z1

rows512:
	VMOVDQU64       (SI), Z2
	VMOVDQU64       64(SI), Z3
	VBROADCASTI32X4 (R11), Z6
	VBROADCASTI32X4 16(R11), Z7
	VBROADCASTI32X4 32(R11), Z8
	VBROADCASTI32X4 48(R11), Z9
	VPSRLW          $4, Z2, Z4
	VPSRLW          $4, Z3, Z5
	VPANDQ          Z28, Z2, Z2
	VPANDQ          Z28, Z3, Z3
	VPANDQ          Z28, Z4, Z4
	VPANDQ          Z28, Z5, Z5
	VPSHUFB         Z2, Z6, Z6
	VPSHUFB         Z4, Z7, Z7
	VPSHUFB         Z3, Z8, Z8
	VPSHUFB         Z5, Z9, Z9
	VPADDB          Z7, Z6, Z6
	VPADDB          Z9, Z8, Z8
	VPADDB          Z8, Z6, Z6
	VPADDW          Z6, Z0, Z0
	VPSRLW          $8, Z6, Z6
	VPADDW          Z6, Z1, Z1
	ADDQ            $128, SI
	ADDQ            $64, R11
	SUBQ            $2, DX
	JNE             rows512

	VPSLLW    $8, Z1, Z2
	VPSUBW    Z2, Z0, Z0
	VPSUBW    Z24, Z0, Z0
	VPSUBW    Z24, Z1, Z1
	VPSLLW    X27, Z0, Z0
	VPSLLW    X27, Z1, Z1
	VPMULHRSW (SI), Z0, Z0
	VPMULHRSW 64(SI), Z1, Z1
	VPMULHRSW 128(SI), Z25, Z2
	VPMULHRSW 192(SI), Z25, Z3
	VPADDSW   Z2, Z0, Z0
	VPADDSW   Z3, Z1, Z1
	VMOVDQU64 Z0, (R9)
	VMOVDQU64 Z1, 64(R9)
	VPCMPW    $5, Z26, Z0, K1
	VPCMPW    $5, Z26, Z1, K2
	KMOVD     K1, AX
	KMOVD     K2, BX
	SHLQ      $32, BX
	ORQ       BX, AX
	MOVQ      AX, (R10)
	ADDQ      $256, SI
	ADDQ      $128, R9
	ADDQ      $8, R10
	DECQ      CX
	JNE       block512
	VZEROUPPER
	RET

// func scanAVX2(a *args)
//
// The same with a row in two halves: Y0 and Y1 sum the first 32 bytes of the rows, Y2 and Y3 the others.
TEXT ·scanAVX2(SB), NOSPLIT, $0-8
	MOVQ         a+0(FP), DI
	MOVQ         0(DI), SI
	MOVQ         8(DI), CX
	MOVQ         24(DI), R8
	MOVQ         32(DI), R9
	MOVQ         40(DI), R10
	VPBROADCASTQ nibble<>(SB), Y15

block256:
	MOVQ  16(DI), DX
	MOVQ  R8, R11
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3

rows256:
	VBROADCASTI128 (R11), Y11
	VBROADCASTI128 16(R11), Y12
	VBROADCASTI128 32(R11), Y13
	VBROADCASTI128 48(R11), Y14

	VMOVDQU (SI), Y4
	VMOVDQU 64(SI), Y5
	VPSRLW  $4, Y4, Y6
	VPSRLW  $4, Y5, Y7
	VPAND   Y15, Y4, Y4
	VPAND   Y15, Y5, Y5
	VPAND   Y15, Y6, Y6
	VPAND   Y15, Y7, Y7
	VPSHUFB Y4, Y11, Y4
	VPSHUFB Y6, Y12, Y6
	VPSHUFB Y5, Y13, Y5
	VPSHUFB Y7, Y14, Y7
	VPADDB  Y6, Y4, Y4
	VPADDB  Y7, Y5, Y5
	VPADDB  Y5, Y4, Y4
	VPADDW  Y4, Y0, Y0
	VPSRLW  $8, Y4, Y4
	VPADDW  Y4, Y1, Y1

	VMOVDQU 32(SI), Y4
	VMOVDQU 96(SI), Y5
	VPSRLW  $4, Y4, Y6
	VPSRLW  $4, Y5, Y7
	VPAND   Y15, Y4, Y4
	VPAND   Y15, Y5, Y5
	VPAND   Y15, Y6, Y6
	VPAND   Y15, Y7, Y7
	VPSHUFB Y4, Y11, Y4
	VPSHUFB Y6, Y12, Y6
	VPSHUFB Y5, Y13, Y5
	VPSHUFB Y7, Y14, Y7
	VPADDB  Y6, Y4, Y4
	VPADDB  Y7, Y5, Y5
	VPADDB  Y5, Y4, Y4
	VPADDW  Y4, Y2, Y2
	VPSRLW  $8, Y4, Y4
	VPADDW  Y4, Y3, Y3

	ADDQ $128, SI
	ADDQ $64, R11
	SUBQ $2, DX
	JNE  rows256

	VPBROADCASTW 48(DI), Y11
	VPBROADCASTW 50(DI), Y12
	VPBROADCASTW 52(DI), Y13
	VMOVQ        56(DI), X14
	VPSLLW       $8, Y1, Y4
	VPSLLW       $8, Y3, Y5
	VPSUBW       Y4, Y0, Y0
	VPSUBW       Y5, Y2, Y2
	VPSUBW       Y11, Y0, Y0
	VPSUBW       Y11, Y1, Y1
	VPSUBW       Y11, Y2, Y2
	VPSUBW       Y11, Y3, Y3
	VPSLLW       X14, Y0, Y0
	VPSLLW       X14, Y1, Y1
	VPSLLW       X14, Y2, Y2
	VPSLLW       X14, Y3, Y3
	VPMULHRSW    (SI), Y0, Y0
	VPMULHRSW    32(SI), Y2, Y2
	VPMULHRSW    64(SI), Y1, Y1
	VPMULHRSW    96(SI), Y3, Y3
	VPMULHRSW    128(SI), Y12, Y4
	VPMULHRSW    160(SI), Y12, Y5
	VPMULHRSW    192(SI), Y12, Y6
	VPMULHRSW    224(SI), Y12, Y7
	VPADDSW      Y4, Y0, Y0
	VPADDSW      Y5, Y2, Y2
	VPADDSW      Y6, Y1, Y1
	VPADDSW      Y7, Y3, Y3
	VMOVDQU      Y0, (R9)
	VMOVDQU      Y2, 32(R9)
	VMOVDQU      Y1, 64(R9)
	VMOVDQU      Y3, 96(R9)

	// threshold > estimate, packed to bytes in order, is the complement of the mask
	VPCMPGTW  Y0, Y13, Y0
	VPCMPGTW  Y2, Y13, Y2
	VPCMPGTW  Y1, Y13, Y1
	VPCMPGTW  Y3, Y13, Y3
	VPACKSSWB Y2, Y0, Y0
	VPACKSSWB Y3, Y1, Y1
	VPERMQ    $0xD8, Y0, Y0
	VPERMQ    $0xD8, Y1, Y1
	VPMOVMSKB Y0, AX
	VPMOVMSKB Y1, BX
	SHLQ      $32, BX
	ORQ       BX, AX
	NOTQ      AX
	MOVQ      AX, (R10)
	ADDQ      $256, SI
	ADDQ      $128, R9
	ADDQ      $8, R10
	DECQ      CX
	JNE       block256
	VZEROUPPER
	RET

// func prefetch(p *float32, lines int)
TEXT ·prefetch(SB), NOSPLIT, $0-16
	MOVQ p+0(FP), SI
	MOVQ lines+8(FP), CX

line:
	PREFETCHT0 (SI)
	ADDQ       $64, SI
	DECQ       CX
	JG         line
	RET

#include "textflag.h"

DATA nibble<>+0(SB)/8, $0x0f0f0f0f0f0f0f0f
GLOBL nibble<>(SB), RODATA|NOPTR, $8

DATA three<>+0(SB)/8, $0x0303030303030303
GLOBL three<>(SB), RODATA|NOPTR, $8

// SETTINGS512 are bias, kappa, threshold and shift, in every lane.
#define SETTINGS512 \
	VPBROADCASTW 48(DI), Z24; \
	VPBROADCASTW 50(DI), Z25; \
	VPBROADCASTW 52(DI), Z26; \
	VMOVQ        56(DI), X27

// ZERO512 clears the sums of a block.
#define ZERO512 \
	VPXORQ Z0, Z0, Z0; \
	VPXORQ Z1, Z1, Z1; \
	VPXORQ Z10, Z10, Z10; \
	VPXORQ Z11, Z11, Z11

// FINISH512 makes estimates of the sums, and the mask of those that reach the threshold.
#define FINISH512 \
	VPADDW    Z0, Z0, Z0; \
	VPADDW    Z1, Z1, Z1; \
	VPADDW    Z10, Z0, Z0; \
	VPADDW    Z11, Z1, Z1; \
	VPSLLW    $8, Z1, Z2; \
	VPSUBW    Z2, Z0, Z0; \
	VPSUBW    Z24, Z0, Z0; \
	VPSUBW    Z24, Z1, Z1; \
	VPSLLW    X27, Z0, Z0; \
	VPSLLW    X27, Z1, Z1; \
	VPMULHRSW (SI), Z0, Z0; \
	VPMULHRSW 64(SI), Z1, Z1; \
	VPMULHRSW 128(SI), Z25, Z2; \
	VPMULHRSW 192(SI), Z25, Z3; \
	VPADDSW   Z2, Z0, Z0; \
	VPADDSW   Z3, Z1, Z1; \
	VMOVDQU64 Z0, (R9); \
	VMOVDQU64 Z1, 64(R9); \
	VPCMPW    $5, Z26, Z0, K1; \
	VPCMPW    $5, Z26, Z1, K2; \
	KMOVD     K1, AX; \
	KMOVD     K2, BX; \
	SHLQ      $32, BX; \
	ORQ       BX, AX; \
	MOVQ      AX, (R10)

// LOOK512 looks up two rows in Z16 to Z19 and adds what it finds to the sums of whole words and of odd bytes.
#define LOOK512(low, high, whole, odd) \
	VMOVDQU64 low(SI), Z2; \
	VMOVDQU64 high(SI), Z3; \
	VPSRLW $4, Z2, Z4; \
	VPSRLW $4, Z3, Z5; \
	VPANDQ Z28, Z2, Z2; \
	VPANDQ Z28, Z3, Z3; \
	VPANDQ Z28, Z4, Z4; \
	VPANDQ Z28, Z5, Z5; \
	VPSHUFB Z2, Z16, Z2; \
	VPSHUFB Z4, Z17, Z4; \
	VPSHUFB Z3, Z18, Z3; \
	VPSHUFB Z5, Z19, Z5; \
	VPADDB Z4, Z2, Z2; \
	VPADDB Z5, Z3, Z3; \
	VPADDB Z3, Z2, Z2; \
	VPADDW Z2, whole, whole; \
	VPSRLW $8, Z2, Z2; \
	VPADDW Z2, odd, odd

// LOOKVBMI is LOOK512 by tables of six bits in Z16 and Z17 and one of four in Z18.
#define LOOKVBMI(low, high, whole, odd) \
	VMOVDQU64 low(SI), Z2; \
	VMOVDQU64 high(SI), Z3; \
	VPSRLW $6, Z2, Z4; \
	VPSRLW $4, Z3, Z5; \
	VPTERNLOGQ $0xE4, Z28, Z5, Z4; \
	VPERMB Z16, Z2, Z2; \
	VPERMB Z17, Z3, Z3; \
	VPERMB Z18, Z4, Z4; \
	VPADDB Z3, Z2, Z2; \
	VPADDB Z4, Z2, Z2; \
	VPADDW Z2, whole, whole; \
	VPSRLW $8, Z2, Z2; \
	VPADDW Z2, odd, odd

// LOOK256 looks up the halves of two rows in Y11 to Y14: whole words to Y4, odd bytes to Y5.
#define LOOK256(low, high) \
	VMOVDQU low(SI), Y4; \
	VMOVDQU high(SI), Y5; \
	VPSRLW $4, Y4, Y6; \
	VPSRLW $4, Y5, Y7; \
	VPAND Y15, Y4, Y4; \
	VPAND Y15, Y5, Y5; \
	VPAND Y15, Y6, Y6; \
	VPAND Y15, Y7, Y7; \
	VPSHUFB Y4, Y11, Y4; \
	VPSHUFB Y6, Y12, Y6; \
	VPSHUFB Y5, Y13, Y5; \
	VPSHUFB Y7, Y14, Y7; \
	VPADDB Y6, Y4, Y4; \
	VPADDB Y7, Y5, Y5; \
	VPADDB Y5, Y4, Y4; \
	VPSRLW $8, Y4, Y5

// NEXT goes on to the next block, once the lines of what is ahead that go with this one are sent for.
#define NEXT(block, ahead, done) \
	ADDQ $256, SI; \
	ADDQ $128, R9; \
	ADDQ $8, R10; \
	MOVQ 80(DI), DX; \
	TESTQ DX, DX; \
	JE done; \
ahead: \
	PREFETCHT1 (R12); \
	ADDQ $64, R12; \
	DECQ DX; \
	JNE ahead; \
done: \
	DECQ CX; \
	JNE block

// func scanAVX512(a *args)
//
// Two rows of first signs at a time and the same two of second ones: four look-ups a vector are added in bytes (each at most 63), then the even and
// the odd bytes in words. Z0 sums whole words, that is even + 256·odd, and Z1 the odd bytes, from which the even ones follow at the end;
// Z10 and Z11 do the same for second signs, which count once where first ones count twice.
TEXT ·scanAVX512(SB), NOSPLIT, $0-8
	MOVQ         a+0(FP), DI
	MOVQ         0(DI), SI
	MOVQ         8(DI), CX
	MOVQ         24(DI), R8
	MOVQ         32(DI), R9
	MOVQ         40(DI), R10
	SETTINGS512
	VPBROADCASTQ nibble<>(SB), Z28

	MOVQ         72(DI), R12

block512:
	MOVQ   16(DI), DX
	MOVQ   R8, R11
	ZERO512

rows512:
	VBROADCASTI32X4 (R11), Z16
	VBROADCASTI32X4 16(R11), Z17
	VBROADCASTI32X4 32(R11), Z18
	VBROADCASTI32X4 48(R11), Z19

	LOOK512(0, 64, Z0, Z1)
	LOOK512(128, 192, Z10, Z11)

	ADDQ $256, SI
	ADDQ $64, R11
	SUBQ $4, DX
	JNE  rows512

	FINISH512
	NEXT(block512, ahead512, done512)
	VZEROUPPER
	RET

// func scanVBMI(a *args)
//
// Three look-ups for sixteen numbers where the others take four: VPERMB looks at six bits, so that the low six of a byte need not be cut out, and the
// two that are left of two bytes make one more, of four bits, in a table that comes four times, as what the upper ones say does not matter.
TEXT ·scanVBMI(SB), NOSPLIT, $0-8
	MOVQ         a+0(FP), DI
	MOVQ         0(DI), SI
	MOVQ         8(DI), CX
	MOVQ         64(DI), R8
	MOVQ         32(DI), R9
	MOVQ         40(DI), R10
	SETTINGS512
	VPBROADCASTQ three<>(SB), Z28

	MOVQ         72(DI), R12

blockVBMI:
	MOVQ   16(DI), DX
	MOVQ   R8, R11
	ZERO512

rowsVBMI:
	VMOVDQU64       (R11), Z16
	VMOVDQU64       64(R11), Z17
	VBROADCASTI32X4 128(R11), Z18

	LOOKVBMI(0, 64, Z0, Z1)
	LOOKVBMI(128, 192, Z10, Z11)

	ADDQ $256, SI
	ADDQ $144, R11
	SUBQ $4, DX
	JNE  rowsVBMI

	FINISH512
	NEXT(blockVBMI, aheadVBMI, doneVBMI)
	VZEROUPPER
	RET

// func scanAVX2(a *args)
//
// The same with a row in two halves: Y0 and Y1 sum the first 32 bytes of the rows, first signs twice, Y2 and Y3 the others.
TEXT ·scanAVX2(SB), NOSPLIT, $0-8
	MOVQ         a+0(FP), DI
	MOVQ         0(DI), SI
	MOVQ         8(DI), CX
	MOVQ         24(DI), R8
	MOVQ         32(DI), R9
	MOVQ         40(DI), R10
	VPBROADCASTQ nibble<>(SB), Y15

	MOVQ         72(DI), R12

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

	LOOK256(0, 64)
	VPADDW  Y4, Y4, Y4
	VPADDW  Y5, Y5, Y5
	VPADDW  Y4, Y0, Y0
	VPADDW  Y5, Y1, Y1

	LOOK256(32, 96)
	VPADDW  Y4, Y4, Y4
	VPADDW  Y5, Y5, Y5
	VPADDW  Y4, Y2, Y2
	VPADDW  Y5, Y3, Y3

	LOOK256(128, 192)
	VPADDW  Y4, Y0, Y0
	VPADDW  Y5, Y1, Y1

	LOOK256(160, 224)
	VPADDW  Y4, Y2, Y2
	VPADDW  Y5, Y3, Y3

	ADDQ $256, SI
	ADDQ $64, R11
	SUBQ $4, DX
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
	NEXT(block256, ahead256, done256)
	VZEROUPPER
	RET

// func prefetch(p *byte, lines int)
TEXT ·prefetch(SB), NOSPLIT, $0-16
	MOVQ p+0(FP), SI
	MOVQ lines+8(FP), CX

line:
	PREFETCHT0 (SI)
	ADDQ       $64, SI
	DECQ       CX
	JG         line
	RET

// func signSum512(q *float32, signs *byte, n int) float32
TEXT ·signSum512(SB), NOSPLIT, $0-28
	MOVQ  q+0(FP), DI
	MOVQ  signs+8(FP), SI
	MOVQ  n+16(FP), CX
	VPXOR Y0, Y0, Y0

sixteen:
	KMOVW  (SI), K1
	VADDPS (DI), Z0, K1, Z0
	ADDQ   $2, SI
	ADDQ   $64, DI
	SUBQ   $16, CX
	JG     sixteen

	VEXTRACTF64X4 $1, Z0, Y1
	VADDPS        Y1, Y0, Y0
	VEXTRACTF128  $1, Y0, X1
	VADDPS        X1, X0, X0
	VMOVHLPS      X0, X0, X1
	VADDPS        X1, X0, X0
	VMOVSHDUP     X0, X1
	VADDSS        X1, X0, X0
	VMOVSS        X0, ret+24(FP)
	VZEROUPPER
	RET

DATA ones<>+0(SB)/8, $0x0000000200000001
DATA ones<>+8(SB)/8, $0x0000000800000004
DATA ones<>+16(SB)/8, $0x0000002000000010
DATA ones<>+24(SB)/8, $0x0000008000000040
GLOBL ones<>(SB), RODATA|NOPTR, $32

// func signSum256(q *float32, signs *byte, n int) float32
TEXT ·signSum256(SB), NOSPLIT, $0-28
	MOVQ    q+0(FP), DI
	MOVQ    signs+8(FP), SI
	MOVQ    n+16(FP), CX
	VPXOR   Y0, Y0, Y0
	VMOVDQU ones<>(SB), Y2

eight:
	VPBROADCASTB (SI), Y1
	VPAND        Y2, Y1, Y1
	VPCMPEQD     Y2, Y1, Y1
	VPAND        (DI), Y1, Y1
	VADDPS       Y1, Y0, Y0
	INCQ         SI
	ADDQ         $32, DI
	SUBQ         $8, CX
	JG           eight

	VEXTRACTF128 $1, Y0, X1
	VADDPS       X1, X0, X0
	VMOVHLPS     X0, X0, X1
	VADDPS       X1, X0, X0
	VMOVSHDUP    X0, X1
	VADDSS       X1, X0, X0
	VMOVSS       X0, ret+24(FP)
	VZEROUPPER
	RET

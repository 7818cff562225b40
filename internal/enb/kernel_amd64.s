//go:build amd64 && !purego

#include "textflag.h"

// TAPS weighs 16 samples with one row of the bank, which holds each weight twice, and goes to the next position.
#define TAPS(acc, more) \
	MOVQ R8, AX \
	SHRQ $52, AX \
	INCQ AX \
	ANDQ $-2, AX \
	SHLQ $6, AX \
	VMOVUPS (BX)(AX*1), Y0 \
	VMOVUPS 32(BX)(AX*1), Y1 \
	VMULPS (SI)(R11*8), Y0, acc \
	VMULPS 32(SI)(R11*8), Y1, more \
	VMOVUPS 64(BX)(AX*1), Y0 \
	VMOVUPS 96(BX)(AX*1), Y1 \
	VFMADD231PS 64(SI)(R11*8), Y0, acc \
	VFMADD231PS 96(SI)(R11*8), Y1, more \
	ADDQ R9, R8 \
	ADCQ R10, R11 \
	VADDPS more, acc, acc

// func interpolateAVX2(dst, x *complex64, bank *float32, frac, stepFrac uint64, step int, rotor *[4]complex64, turn complex64, n int)
TEXT ·interpolateAVX2(SB), NOSPLIT, $0-72
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ bank+16(FP), BX
	MOVQ frac+24(FP), R8
	MOVQ stepFrac+32(FP), R9
	MOVQ step+40(FP), R10
	MOVQ rotor+48(FP), DX
	VBROADCASTSS turn_real+56(FP), Y14
	VBROADCASTSS turn_imag+60(FP), Y13
	MOVQ n+64(FP), CX
	VMOVUPS (DX), Y12
	XORQ R11, R11

interloop:
	TAPS(Y2, Y3)
	TAPS(Y4, Y5)
	TAPS(Y6, Y7)
	TAPS(Y8, Y9)

	// Four sums of four complex numbers.
	VUNPCKLPD Y4, Y2, Y0
	VUNPCKHPD Y4, Y2, Y1
	VADDPS Y1, Y0, Y0
	VUNPCKLPD Y8, Y6, Y2
	VUNPCKHPD Y8, Y6, Y3
	VADDPS Y3, Y2, Y2
	VPERM2F128 $0x20, Y2, Y0, Y1
	VPERM2F128 $0x31, Y2, Y0, Y3
	VADDPS Y3, Y1, Y0

	// Turn them by the rotor and the rotor by four steps.
	VMOVSLDUP Y12, Y2
	VMOVSHDUP Y12, Y3
	VPERMILPS $0xb1, Y0, Y4
	VMULPS Y3, Y4, Y4
	VFMADDSUB213PS Y4, Y2, Y0
	VPERMILPS $0xb1, Y12, Y5
	VMULPS Y13, Y5, Y5
	VFMADDSUB213PS Y5, Y14, Y12

	VADDPS (DI), Y0, Y0
	VMOVUPS Y0, (DI)
	ADDQ $32, DI
	SUBQ $4, CX
	JG interloop
	VZEROUPPER
	RET

// func mulAVX2(dst, a, b *complex64, n int)
TEXT ·mulAVX2(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), DX
	MOVQ n+24(FP), CX

mulloop:
	VMOVSLDUP (SI), Y0
	VMOVSHDUP (SI), Y1
	VMOVUPS (DX), Y2
	VPERMILPS $0xb1, Y2, Y3
	VMULPS Y1, Y3, Y3
	VFMADDSUB213PS Y3, Y0, Y2
	VMOVUPS Y2, (DI)
	ADDQ $32, SI
	ADDQ $32, DX
	ADDQ $32, DI
	SUBQ $4, CX
	JG mulloop
	VZEROUPPER
	RET

// func mulAddAVX2(dst, a, b *complex64, n int)
TEXT ·mulAddAVX2(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), DX
	MOVQ n+24(FP), CX

muladdloop:
	VMOVSLDUP (SI), Y0
	VMOVSHDUP (SI), Y1
	VMOVUPS (DX), Y2
	VPERMILPS $0xb1, Y2, Y3
	VMULPS Y1, Y3, Y3
	VFMADDSUB213PS Y3, Y0, Y2
	VADDPS (DI), Y2, Y2
	VMOVUPS Y2, (DI)
	ADDQ $32, SI
	ADDQ $32, DX
	ADDQ $32, DI
	SUBQ $4, CX
	JG muladdloop
	VZEROUPPER
	RET

// func lerpAVX2(dst, a, b *float32, u float32, n int)
TEXT ·lerpAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), DX
	VBROADCASTSS u+24(FP), Y3
	MOVQ n+32(FP), CX

lerploop:
	VMOVUPS (SI), Y0
	VMOVUPS (DX), Y1
	VSUBPS Y0, Y1, Y1
	VFMADD231PS Y3, Y1, Y0
	VMOVUPS Y0, (DI)
	ADDQ $32, SI
	ADDQ $32, DX
	ADDQ $32, DI
	SUBQ $8, CX
	JG lerploop
	VZEROUPPER
	RET

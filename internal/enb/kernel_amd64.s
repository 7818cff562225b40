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

#define ROWS(reg) \
	MOVQ 0(reg), R8 \
	MOVQ 8(reg), R9 \
	MOVQ 16(reg), R10 \
	MOVQ 24(reg), R11 \
	MOVQ 32(reg), R12 \
	MOVQ 40(reg), R13 \
	MOVQ 48(reg), AX \
	MOVQ 56(reg), BX

// TRANSPOSE turns the rows Y0 to Y7 into the columns Y8 to Y15.
#define TRANSPOSE \
	VUNPCKLPS Y1, Y0, Y8 \
	VUNPCKHPS Y1, Y0, Y9 \
	VUNPCKLPS Y3, Y2, Y10 \
	VUNPCKHPS Y3, Y2, Y11 \
	VUNPCKLPS Y5, Y4, Y12 \
	VUNPCKHPS Y5, Y4, Y13 \
	VUNPCKLPS Y7, Y6, Y14 \
	VUNPCKHPS Y7, Y6, Y15 \
	VUNPCKLPD Y10, Y8, Y0 \
	VUNPCKHPD Y10, Y8, Y1 \
	VUNPCKLPD Y11, Y9, Y2 \
	VUNPCKHPD Y11, Y9, Y3 \
	VUNPCKLPD Y14, Y12, Y4 \
	VUNPCKHPD Y14, Y12, Y5 \
	VUNPCKLPD Y15, Y13, Y6 \
	VUNPCKHPD Y15, Y13, Y7 \
	VPERM2F128 $0x20, Y4, Y0, Y8 \
	VPERM2F128 $0x20, Y5, Y1, Y9 \
	VPERM2F128 $0x20, Y6, Y2, Y10 \
	VPERM2F128 $0x20, Y7, Y3, Y11 \
	VPERM2F128 $0x31, Y4, Y0, Y12 \
	VPERM2F128 $0x31, Y5, Y1, Y13 \
	VPERM2F128 $0x31, Y6, Y2, Y14 \
	VPERM2F128 $0x31, Y7, Y3, Y15

// func packAVX2(dst *dsp.Vec8, rows *[8]*complex64, n int)
TEXT ·packAVX2(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ rows+8(FP), DX
	MOVQ n+16(FP), CX
	ROWS(DX)
	XORQ SI, SI

packloop:
	VMOVUPS (R8)(SI*1), Y0
	VMOVUPS (R9)(SI*1), Y1
	VMOVUPS (R10)(SI*1), Y2
	VMOVUPS (R11)(SI*1), Y3
	VMOVUPS (R12)(SI*1), Y4
	VMOVUPS (R13)(SI*1), Y5
	VMOVUPS (AX)(SI*1), Y6
	VMOVUPS (BX)(SI*1), Y7
	TRANSPOSE
	VMOVUPS Y8, (DI)
	VMOVUPS Y9, 32(DI)
	VMOVUPS Y10, 64(DI)
	VMOVUPS Y11, 96(DI)
	VMOVUPS Y12, 128(DI)
	VMOVUPS Y13, 160(DI)
	VMOVUPS Y14, 192(DI)
	VMOVUPS Y15, 224(DI)
	ADDQ $32, SI
	ADDQ $256, DI
	SUBQ $4, CX
	JG packloop
	VZEROUPPER
	RET

// TURN stores a row times a complex number.
#define TURN(row, at, to) \
	VBROADCASTSS at(DX), Y0 \
	VBROADCASTSS at+4(DX), Y1 \
	VPERMILPS $0xb1, row, Y2 \
	VMULPS Y1, Y2, Y2 \
	VFMADDSUB213PS Y2, Y0, row \
	VMOVUPS row, (to)(SI*1)

// func unpackAVX2(rows *[8]*complex64, turn *[8]complex64, src *dsp.Vec8, n int)
TEXT ·unpackAVX2(SB), NOSPLIT, $0-32
	MOVQ rows+0(FP), DI
	MOVQ turn+8(FP), DX
	ROWS(DI)
	MOVQ src+16(FP), DI
	MOVQ n+24(FP), CX
	XORQ SI, SI

unpackloop:
	VMOVUPS (DI), Y0
	VMOVUPS 32(DI), Y1
	VMOVUPS 64(DI), Y2
	VMOVUPS 96(DI), Y3
	VMOVUPS 128(DI), Y4
	VMOVUPS 160(DI), Y5
	VMOVUPS 192(DI), Y6
	VMOVUPS 224(DI), Y7
	TRANSPOSE
	TURN(Y8, 0, R8)
	TURN(Y9, 8, R9)
	TURN(Y10, 16, R10)
	TURN(Y11, 24, R11)
	TURN(Y12, 32, R12)
	TURN(Y13, 40, R13)
	TURN(Y14, 48, AX)
	TURN(Y15, 56, BX)
	ADDQ $32, SI
	ADDQ $256, DI
	SUBQ $4, CX
	JG unpackloop
	VZEROUPPER
	RET

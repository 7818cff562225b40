//go:build amd64 && !purego

#include "textflag.h"

// func weighAVX2(dst *[8]complex64, x *complex64, n int, w *float32, stride int)
// n is even. Even and odd values have sums of their own.
TEXT ·weighAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), CX
	MOVQ w+24(FP), DX
	MOVQ stride+32(FP), R8
	SHLQ $2, R8
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3

weighloop:
	VMOVUPS (DX), Y4
	VBROADCASTSS 0(SI), Y5
	VBROADCASTSS 4(SI), Y6
	VFMADD231PS Y5, Y4, Y0
	VFMADD231PS Y6, Y4, Y1
	VMOVUPS (DX)(R8*1), Y7
	VBROADCASTSS 8(SI), Y8
	VBROADCASTSS 12(SI), Y9
	VFMADD231PS Y8, Y7, Y2
	VFMADD231PS Y9, Y7, Y3
	ADDQ $16, SI
	LEAQ (DX)(R8*2), DX
	SUBQ $2, CX
	JG weighloop
	VADDPS Y2, Y0, Y0
	VADDPS Y3, Y1, Y1
	VUNPCKLPS Y1, Y0, Y2
	VUNPCKHPS Y1, Y0, Y3
	VPERM2F128 $0x20, Y3, Y2, Y0
	VPERM2F128 $0x31, Y3, Y2, Y1
	VMOVUPS Y0, (DI)
	VMOVUPS Y1, 32(DI)
	VZEROUPPER
	RET

//go:build amd64 && !purego

#include "textflag.h"

// FOUR adds the products of four values with the real parts of w to Y4 and with its imaginary parts to Y5, and their energy to acc.
#define FOUR(o, acc) \
	VMOVUPS o(SI), Y0 \
	VMOVSLDUP o(DX), Y1 \
	VMOVSHDUP o(DX), Y2 \
	VFMADD231PS Y1, Y0, Y4 \
	VFMADD231PS Y2, Y0, Y5 \
	VFMADD231PS Y0, Y0, acc

// func partsAVX2(sums *[8]complex64, x, w *[128]complex64) float32
TEXT ·partsAVX2(SB), NOSPLIT, $0-28
	MOVQ sums+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ w+16(FP), DX
	MOVQ $8, CX
	VXORPS Y6, Y6, Y6
	VXORPS Y7, Y7, Y7

partsloop:
	VXORPS Y4, Y4, Y4
	VXORPS Y5, Y5, Y5
	FOUR(0, Y6)
	FOUR(32, Y7)
	FOUR(64, Y6)
	FOUR(96, Y7)
	VPERMILPS $0xb1, Y5, Y5
	VADDSUBPS Y5, Y4, Y4
	VEXTRACTF128 $1, Y4, X0
	VADDPS X0, X4, X4
	VMOVHLPS X4, X4, X0
	VADDPS X0, X4, X4
	VMOVLPS X4, (DI)
	ADDQ $128, SI
	ADDQ $128, DX
	ADDQ $8, DI
	DECQ CX
	JNZ partsloop
	VADDPS Y7, Y6, Y6
	VEXTRACTF128 $1, Y6, X0
	VADDPS X0, X6, X6
	VHADDPS X6, X6, X6
	VHADDPS X6, X6, X6
	VMOVSS X6, ret+24(FP)
	VZEROUPPER
	RET

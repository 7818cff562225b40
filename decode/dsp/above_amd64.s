//go:build amd64 && !purego

#include "textflag.h"

// func aboveAVX2(x *float32, n int, level float32) int
// n is a multiple of 32; so is the result.
TEXT ·aboveAVX2(SB), NOSPLIT, $0-32
	MOVQ x+0(FP), SI
	MOVQ n+8(FP), CX
	VBROADCASTSS level+16(FP), Y4
	XORQ AX, AX

aboveloop:
	VMOVUPS (SI)(AX*4), Y0
	VMOVUPS 64(SI)(AX*4), Y1
	VMAXPS 32(SI)(AX*4), Y0, Y0
	VMAXPS 96(SI)(AX*4), Y1, Y1
	VMAXPS Y1, Y0, Y0
	VCMPPS $13, Y4, Y0, Y0  // at least
	VMOVMSKPS Y0, DX
	TESTL DX, DX
	JNZ abovefound
	ADDQ $32, AX
	CMPQ AX, CX
	JLT aboveloop

abovefound:
	MOVQ AX, ret+24(FP)
	VZEROUPPER
	RET

//go:build amd64 && !purego

#include "textflag.h"
#include "funcdata.h"

// A Vec8 fills one register here: eight real parts below, eight imaginary parts above. Exchanging the halves is what multiplying by
// the imaginary unit takes, but for a sign.

DATA lower<>+0(SB)/8, $0x8000000080000000
DATA lower<>+8(SB)/8, $0x8000000080000000
DATA lower<>+16(SB)/8, $0x8000000080000000
DATA lower<>+24(SB)/8, $0x8000000080000000
DATA lower<>+32(SB)/8, $0
DATA lower<>+40(SB)/8, $0
DATA lower<>+48(SB)/8, $0
DATA lower<>+56(SB)/8, $0
GLOBL lower<>(SB), RODATA|NOPTR, $64 // the sign bits of the real parts

DATA halves<>+0(SB)/8, $0x3f8000003f800000
DATA halves<>+8(SB)/8, $0x3f8000003f800000
DATA halves<>+16(SB)/8, $0x3f8000003f800000
DATA halves<>+24(SB)/8, $0x3f8000003f800000
DATA halves<>+32(SB)/8, $0xbf800000bf800000
DATA halves<>+40(SB)/8, $0xbf800000bf800000
DATA halves<>+48(SB)/8, $0xbf800000bf800000
DATA halves<>+56(SB)/8, $0xbf800000bf800000
GLOBL halves<>(SB), RODATA|NOPTR, $64 // 1 for the real parts, -1 for the imaginary ones

// SWAP exchanges real and imaginary parts.
#define SWAP(x, y) VSHUFF64X2 $0x4e, x, x, y

// TIMES multiplies x by the complex number (re, im); Z31 holds the sign bits. t is overwritten.
#define TIMES(re, im, x, y, t) \
	VSHUFF64X2 $0x4e, x, x, t \
	VPXORD.BCST im, Z31, Z29 \
	VMULPS.BCST re, x, y \
	VFMADD231PS Z29, t, y

// BUTTERFLY is an inverse transform of the four points a, b, c and d in place.
#define BUTTERFLY(a, b, c, d) \
	VADDPS c, a, Z20 \
	VSUBPS c, a, Z21 \
	VADDPS d, b, Z22 \
	VSUBPS d, b, Z23 \
	SWAP(Z23, Z23) \
	VADDPS Z22, Z20, a \
	VSUBPS Z22, Z20, c \
	VMOVAPS Z21, b \
	VMOVAPS Z21, d \
	VFNMADD231PS Z30, Z23, b \
	VFMADD231PS Z30, Z23, d

// HALF is BUTTERFLY of the products of x and w where the middle two are zeros.
#define HALF(a, b, c, d) \
	VMOVUPS (SI)(R11*1), Z16 \
	VMOVUPS (SI), Z17 \
	TIMES((R8)(R12*1), 4(R8)(R12*1), Z16, Z18, Z20) \
	TIMES((R8), 4(R8), Z17, Z19, Z21) \
	VADDPS Z19, Z18, a \
	VSUBPS Z19, Z18, c \
	SWAP(Z19, Z19) \
	VMOVAPS Z18, b \
	VMOVAPS Z18, d \
	VFMADD231PS Z30, Z19, b \
	VFNMADD231PS Z30, Z19, d

// WHOLE is BUTTERFLY of products.
#define WHOLE(a, b, c, d) \
	VMOVUPS (SI)(R11*2), Z16 \
	VMOVUPS (SI)(R13*1), Z17 \
	VMOVUPS (SI), Z18 \
	VMOVUPS (SI)(R11*1), Z19 \
	TIMES((R8)(R12*2), 4(R8)(R12*2), Z16, a, Z20) \
	TIMES((R8)(R9*1), 4(R8)(R9*1), Z17, b, Z21) \
	TIMES((R8), 4(R8), Z18, c, Z22) \
	TIMES((R8)(R12*1), 4(R8)(R12*1), Z19, d, Z23) \
	BUTTERFLY(a, b, c, d)

DATA sixteenth<>+0(SB)/4, $0.92387953251128675613 // cos and sin of 22.5°
DATA sixteenth<>+4(SB)/4, $0.38268343236508977173
DATA sixteenth<>+8(SB)/4, $0.70710678118654752440 // 45°
DATA sixteenth<>+12(SB)/4, $0.70710678118654752440
DATA sixteenth<>+16(SB)/4, $0.38268343236508977173 // 67.5°
DATA sixteenth<>+20(SB)/4, $0.92387953251128675613
DATA sixteenth<>+24(SB)/4, $-0.70710678118654752440 // 135°
DATA sixteenth<>+28(SB)/4, $0.70710678118654752440
DATA sixteenth<>+32(SB)/4, $-0.92387953251128675613 // 202.5°
DATA sixteenth<>+36(SB)/4, $-0.38268343236508977173
DATA sixteenth<>+40(SB)/4, $0.0 // 90°
DATA sixteenth<>+44(SB)/4, $1.0
GLOBL sixteenth<>(SB), RODATA|NOPTR, $48

// BY multiplies a by the element of sixteenth at o.
#define BY(o, a) \
	TIMES(sixteenth<>+o(SB), sixteenth<>+o+4(SB), a, Z16, Z17) \
	VMOVAPS Z16, a

// SECOND is the second pass over sixteen values, and writes them.
#define SECOND \
	BUTTERFLY(Z0, Z4, Z8, Z12) \
	BY(0, Z5) \
	BY(8, Z9) \
	BY(16, Z13) \
	BUTTERFLY(Z1, Z5, Z9, Z13) \
	BY(8, Z6) \
	BY(40, Z10) \
	BY(24, Z14) \
	BUTTERFLY(Z2, Z6, Z10, Z14) \
	BY(16, Z7) \
	BY(24, Z11) \
	BY(32, Z15) \
	BUTTERFLY(Z3, Z7, Z11, Z15) \
	VMOVUPS Z0, (DI) \
	VMOVUPS Z1, 64(DI) \
	VMOVUPS Z2, 128(DI) \
	VMOVUPS Z3, 192(DI) \
	VMOVUPS Z4, 256(DI) \
	VMOVUPS Z5, 320(DI) \
	VMOVUPS Z6, 384(DI) \
	VMOVUPS Z7, 448(DI) \
	VMOVUPS Z8, 512(DI) \
	VMOVUPS Z9, 576(DI) \
	VMOVUPS Z10, 640(DI) \
	VMOVUPS Z11, 704(DI) \
	VMOVUPS Z12, 768(DI) \
	VMOVUPS Z13, 832(DI) \
	VMOVUPS Z14, 896(DI) \
	VMOVUPS Z15, 960(DI)

// func firstHalfAVX512(dst, x *Vec8, w *complex64)
// The first two passes of an inverse transform of 512 points, decimation in time. The products of the 256 values of x and w, lowest
// frequency first, are a quarter of the bins on either side of 0; the others are zeros. Value j+8k+32l of a quarter goes to where
// 64j+16k+4l is, with its like of the other quarters behind it.
TEXT ·firstHalfAVX512(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ w+16(FP), R8
	MOVQ $(128*64), R11
	MOVQ $(128*8), R12
	VMOVUPS lower<>(SB), Z31
	VMOVUPS halves<>(SB), Z30
	MOVQ $8, CX

halfouter:
	MOVQ $4, DX

halfinner:
	HALF(Z0, Z1, Z2, Z3)
	ADDQ $(32*64), SI
	ADDQ $(32*8), R8
	HALF(Z4, Z5, Z6, Z7)
	ADDQ $(32*64), SI
	ADDQ $(32*8), R8
	HALF(Z8, Z9, Z10, Z11)
	ADDQ $(32*64), SI
	ADDQ $(32*8), R8
	HALF(Z12, Z13, Z14, Z15)
	SUBQ $(88*64), SI
	SUBQ $(88*8), R8
	SECOND
	ADDQ $1024, DI
	DECQ DX
	JNZ halfinner

	SUBQ $(31*64), SI
	SUBQ $(31*8), R8
	DECQ CX
	JNZ halfouter
	VZEROUPPER
	RET

// func firstWholeAVX512(dst, x *Vec8, w *complex64)
// The same of 256 points, all of them filled: value j+4k+16l of a quarter.
TEXT ·firstWholeAVX512(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ w+16(FP), R8
	MOVQ $(64*64), R11
	MOVQ $(192*64), R13
	MOVQ $(64*8), R12
	MOVQ $(192*8), R9
	VMOVUPS lower<>(SB), Z31
	VMOVUPS halves<>(SB), Z30
	MOVQ $4, CX

wholeouter:
	MOVQ $4, DX

wholeinner:
	WHOLE(Z0, Z1, Z2, Z3)
	ADDQ $(16*64), SI
	ADDQ $(16*8), R8
	WHOLE(Z4, Z5, Z6, Z7)
	ADDQ $(16*64), SI
	ADDQ $(16*8), R8
	WHOLE(Z8, Z9, Z10, Z11)
	ADDQ $(16*64), SI
	ADDQ $(16*8), R8
	WHOLE(Z12, Z13, Z14, Z15)
	SUBQ $(44*64), SI
	SUBQ $(44*8), R8
	SECOND
	ADDQ $1024, DI
	DECQ DX
	JNZ wholeinner

	SUBQ $(15*64), SI
	SUBQ $(15*8), R8
	DECQ CX
	JNZ wholeouter
	VZEROUPPER
	RET

// func thirdAVX512(x *Vec8, tw *float32, n int)
// The third pass, in place: n blocks of four times sixteen values, tw three complex twiddles for each of sixteen.
TEXT ·thirdAVX512(SB), NOSPLIT, $0-24
	MOVQ x+0(FP), SI
	MOVQ n+16(FP), CX
	VMOVUPS lower<>(SB), Z31
	VMOVUPS halves<>(SB), Z30

thirdouter:
	MOVQ tw+8(FP), DX
	MOVQ $16, BX

thirdinner:
	VMOVUPS (SI), Z0
	VMOVUPS 1024(SI), Z1
	VMOVUPS 2048(SI), Z2
	VMOVUPS 3072(SI), Z3
	TIMES(0(DX), 4(DX), Z1, Z5, Z16)
	TIMES(8(DX), 12(DX), Z2, Z6, Z17)
	TIMES(16(DX), 20(DX), Z3, Z7, Z18)
	BUTTERFLY(Z0, Z5, Z6, Z7)
	VMOVUPS Z0, (SI)
	VMOVUPS Z5, 1024(SI)
	VMOVUPS Z6, 2048(SI)
	VMOVUPS Z7, 3072(SI)
	ADDQ $64, SI
	ADDQ $24, DX
	DECQ BX
	JNZ thirdinner

	ADDQ $3072, SI
	DECQ CX
	JNZ thirdouter
	VZEROUPPER
	RET

DATA rows<>+0(SB)/4, $0
DATA rows<>+4(SB)/4, $8
DATA rows<>+8(SB)/4, $16
DATA rows<>+12(SB)/4, $24
DATA rows<>+16(SB)/4, $1
DATA rows<>+20(SB)/4, $9
DATA rows<>+24(SB)/4, $17
DATA rows<>+28(SB)/4, $25
DATA rows<>+32(SB)/4, $2
DATA rows<>+36(SB)/4, $10
DATA rows<>+40(SB)/4, $18
DATA rows<>+44(SB)/4, $26
DATA rows<>+48(SB)/4, $3
DATA rows<>+52(SB)/4, $11
DATA rows<>+56(SB)/4, $19
DATA rows<>+60(SB)/4, $27
GLOBL rows<>(SB), RODATA|NOPTR, $64 // signals 0 to 3 of two registers that hold two values of eight signals each

DATA four<>+0(SB)/4, $4
GLOBL four<>(SB), RODATA|NOPTR, $4

DATA joined<>+0(SB)/8, $0
DATA joined<>+8(SB)/8, $1
DATA joined<>+16(SB)/8, $8
DATA joined<>+24(SB)/8, $9
DATA joined<>+32(SB)/8, $2
DATA joined<>+40(SB)/8, $3
DATA joined<>+48(SB)/8, $10
DATA joined<>+56(SB)/8, $11
DATA joined<>+64(SB)/8, $4
DATA joined<>+72(SB)/8, $5
DATA joined<>+80(SB)/8, $12
DATA joined<>+88(SB)/8, $13
DATA joined<>+96(SB)/8, $6
DATA joined<>+104(SB)/8, $7
DATA joined<>+112(SB)/8, $14
DATA joined<>+120(SB)/8, $15
GLOBL joined<>(SB), RODATA|NOPTR, $128 // two signals' eight values out of four and four

// POWERS takes the squares of two neighbouring values of eight signals, x and y, and keeps their powers, scaled by Z2, at to.
#define POWERS(x, y, to) \
	VSHUFF64X2 $0x44, y, x, Z0 \
	VSHUFF64X2 $0xee, y, x, Z1 \
	VADDPS Z1, Z0, Z0 \
	VMULPS Z2, Z0, Z0 \
	VMOVUPS Z0, to

// ROWSETUP loads what ROWS needs.
#define ROWSETUP \
	VMOVUPS rows<>(SB), Z10 \
	VPADDD.BCST four<>(SB), Z10, Z11 \
	VMOVUPS joined<>+0(SB), Z12 \
	VMOVUPS joined<>+64(SB), Z13

// ROWS writes the powers of eight values kept at from, to the eight rows at AX and R9; R8 is the distance of rows, R10 three of them.
#define ROWS(a, b, c, d) \
	VMOVUPS a, Z16 \
	VMOVUPS b, Z17 \
	VMOVUPS c, Z18 \
	VMOVUPS d, Z19 \
	VMOVAPS Z16, Z20 \
	VPERMT2PS Z17, Z10, Z16 \
	VPERMT2PS Z17, Z11, Z20 \
	VMOVAPS Z18, Z21 \
	VPERMT2PS Z19, Z10, Z18 \
	VPERMT2PS Z19, Z11, Z21 \
	VMOVAPS Z16, Z22 \
	VPERMT2PD Z18, Z12, Z16 \
	VPERMT2PD Z18, Z13, Z22 \
	VMOVAPS Z20, Z23 \
	VPERMT2PD Z21, Z12, Z20 \
	VPERMT2PD Z21, Z13, Z23 \
	VMOVUPS Y16, (AX) \
	VEXTRACTF64X4 $1, Z16, (AX)(R8*1) \
	VMOVUPS Y22, (AX)(R8*2) \
	VEXTRACTF64X4 $1, Z22, (AX)(R10*1) \
	VMOVUPS Y20, (R9) \
	VEXTRACTF64X4 $1, Z20, (R9)(R8*1) \
	VMOVUPS Y23, (R9)(R8*2) \
	VEXTRACTF64X4 $1, Z23, (R9)(R10*1)

// EIGHT is six values of an inverse transform of eight points, squared, in a to f: of the values at SI and 64 apart, with the seven
// twiddles at tw.
#define EIGHT(o, tw, a, b, c, d, e, f) \
	VMOVUPS o(SI), Z0 \
	VMOVUPS o+16384(SI), Z16 \
	VMOVUPS o+8192(SI), Z17 \
	VMOVUPS o+24576(SI), Z18 \
	TIMES(tw+24(DX), tw+28(DX), Z16, Z1, Z19) \
	TIMES(tw+8(DX), tw+12(DX), Z17, Z2, Z20) \
	TIMES(tw+40(DX), tw+44(DX), Z18, Z3, Z21) \
	VADDPS Z1, Z0, Z4 \
	VSUBPS Z1, Z0, Z5 \
	VADDPS Z3, Z2, Z6 \
	VSUBPS Z3, Z2, Z7 \
	SWAP(Z7, Z7) \
	VADDPS Z6, Z4, Z0 \
	VSUBPS Z6, Z4, Z2 \
	VMOVAPS Z5, Z3 \
	VFNMADD231PS Z30, Z7, Z5 \
	VFMADD231PS Z30, Z7, Z3 \
	VMOVUPS o+4096(SI), Z16 \
	VMOVUPS o+20480(SI), Z17 \
	VMOVUPS o+12288(SI), Z18 \
	VMOVUPS o+28672(SI), Z19 \
	TIMES(tw+0(DX), tw+4(DX), Z16, Z8, Z20) \
	TIMES(tw+32(DX), tw+36(DX), Z17, Z9, Z21) \
	TIMES(tw+16(DX), tw+20(DX), Z18, Z10, Z22) \
	TIMES(tw+48(DX), tw+52(DX), Z19, Z11, Z20) \
	VADDPS Z9, Z8, Z12 \
	VSUBPS Z9, Z8, Z13 \
	VADDPS Z11, Z10, Z14 \
	VSUBPS Z11, Z10, Z15 \
	SWAP(Z15, Z15) \
	VADDPS Z14, Z12, Z8 \
	VSUBPS Z14, Z12, Z10 \
	VMOVAPS Z13, Z11 \
	VFNMADD231PS Z30, Z15, Z13 \
	VFMADD231PS Z30, Z15, Z11 \
	VADDPS Z8, Z0, Z16 \
	VSUBPS Z8, Z0, Z20 \
	SWAP(Z13, Z9) \
	VFNMADD231PS Z30, Z9, Z13 \
	VMOVAPS Z5, Z21 \
	VFNMADD231PS.BCST sixteenth<>+8(SB), Z13, Z21 \
	VFMADD231PS.BCST sixteenth<>+8(SB), Z13, Z5 \
	SWAP(Z10, Z9) \
	VFNMADD231PS Z30, Z9, Z2 \
	SWAP(Z11, Z9) \
	VFMADD231PS Z30, Z9, Z11 \
	VFNMADD231PS.BCST sixteenth<>+8(SB), Z11, Z3 \
	VMULPS Z16, Z16, a \
	VMULPS Z5, Z5, b \
	VMULPS Z2, Z2, c \
	VMULPS Z3, Z3, d \
	VMULPS Z20, Z20, e \
	VMULPS Z21, Z21, f

// func lastEightAVX512(dst *float32, stride int, x *Vec8, tw *float32, scale *[8]float32)
// The last pass over 512 points, and the powers of the first 384 values in rows, as Power writes them.
TEXT ·lastEightAVX512(SB), 0, $1536-40
	NO_LOCAL_POINTERS
	MOVQ dst+0(FP), DI
	MOVQ stride+8(FP), R8
	MOVQ x+16(FP), SI
	MOVQ tw+24(FP), DX
	MOVQ scale+32(FP), R11
	SHLQ $2, R8
	LEAQ (R8)(R8*2), R10
	VMOVUPS lower<>(SB), Z31
	VMOVUPS halves<>(SB), Z30
	MOVQ $8, CX

eightloop:
	LEAQ kept-1536(SP), BX
	MOVQ $4, R12

eightpair:
	EIGHT(0, 0, Z23, Z24, Z25, Z26, Z27, Z28)
	EIGHT(64, 56, Z16, Z17, Z18, Z19, Z20, Z21)
	VBROADCASTF64X4 (R11), Z2
	POWERS(Z23, Z16, 0(BX))
	POWERS(Z24, Z17, 256(BX))
	POWERS(Z25, Z18, 512(BX))
	POWERS(Z26, Z19, 768(BX))
	POWERS(Z27, Z20, 1024(BX))
	POWERS(Z28, Z21, 1280(BX))
	ADDQ $128, SI
	ADDQ $112, DX
	ADDQ $64, BX
	DECQ R12
	JNZ eightpair

	LEAQ kept-1536(SP), BX
	MOVQ DI, AX
	MOVQ $6, R13
	ROWSETUP

eightrows:
	LEAQ (AX)(R8*4), R9
	ROWS(0(BX), 64(BX), 128(BX), 192(BX))
	ADDQ $256, AX
	ADDQ $256, BX
	DECQ R13
	JNZ eightrows

	ADDQ $32, DI
	DECQ CX
	JNZ eightloop
	VZEROUPPER
	RET

// FOUR is three values of an inverse transform of four points, squared, in a, b and c.
#define FOUR(o, tw, a, b, c) \
	VMOVUPS o(SI), Z3 \
	VMOVUPS o+4096(SI), Z16 \
	VMOVUPS o+8192(SI), Z17 \
	VMOVUPS o+12288(SI), Z18 \
	TIMES(tw+0(DX), tw+4(DX), Z16, Z4, Z19) \
	TIMES(tw+8(DX), tw+12(DX), Z17, Z5, Z20) \
	TIMES(tw+16(DX), tw+20(DX), Z18, Z6, Z21) \
	VADDPS Z5, Z3, Z7 \
	VSUBPS Z5, Z3, b \
	VADDPS Z6, Z4, Z8 \
	VSUBPS Z6, Z4, Z9 \
	SWAP(Z9, Z9) \
	VADDPS Z8, Z7, a \
	VSUBPS Z8, Z7, c \
	VFNMADD231PS Z30, Z9, b \
	VMULPS a, a, a \
	VMULPS b, b, b \
	VMULPS c, c, c

// func lastFourAVX512(dst *float32, stride int, x *Vec8, tw *float32, scale *[8]float32)
// The last pass over 256 points, and the powers of the first 192 values in rows, as Power writes them.
TEXT ·lastFourAVX512(SB), 0, $768-40
	NO_LOCAL_POINTERS
	MOVQ dst+0(FP), DI
	MOVQ stride+8(FP), R8
	MOVQ x+16(FP), SI
	MOVQ tw+24(FP), DX
	MOVQ scale+32(FP), R11
	SHLQ $2, R8
	LEAQ (R8)(R8*2), R10
	VMOVUPS lower<>(SB), Z31
	VMOVUPS halves<>(SB), Z30
	VBROADCASTF64X4 (R11), Z2
	ROWSETUP
	MOVQ $8, CX

fourloop:
	LEAQ kept-768(SP), BX
	MOVQ $4, R12

fourpair:
	FOUR(0, 0, Z23, Z24, Z25)
	FOUR(64, 24, Z26, Z27, Z28)
	POWERS(Z23, Z26, 0(BX))
	POWERS(Z24, Z27, 256(BX))
	POWERS(Z25, Z28, 512(BX))
	ADDQ $128, SI
	ADDQ $48, DX
	ADDQ $64, BX
	DECQ R12
	JNZ fourpair

	LEAQ kept-768(SP), BX
	MOVQ DI, AX
	MOVQ $3, R13

fourrows:
	LEAQ (AX)(R8*4), R9
	ROWS(0(BX), 64(BX), 128(BX), 192(BX))
	ADDQ $256, AX
	ADDQ $256, BX
	DECQ R13
	JNZ fourrows

	ADDQ $32, DI
	DECQ CX
	JNZ fourloop
	VZEROUPPER
	RET

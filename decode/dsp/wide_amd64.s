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

DATA eighth<>+0(SB)/4, $0.70710678118654752440 // sin 45°
GLOBL eighth<>(SB), RODATA|NOPTR, $4

// SWAP exchanges real and imaginary parts.
#define SWAP(x, y) VSHUFF64X2 $0x4e, x, x, y

// TIMES multiplies x by the complex number (re, im); Z31 holds the sign bits. t is overwritten.
#define TIMES(re, im, x, y, t) \
	VSHUFF64X2 $0x4e, x, x, t \
	VPXORD.BCST im, Z31, Z29 \
	VMULPS.BCST re, x, y \
	VFMADD231PS Z29, t, y

// func radix4AVX512(y0, ya, y2, yb, x *Vec8, tw *float32, m, s int)
// As radix4AVX2.
TEXT ·radix4AVX512(SB), NOSPLIT, $0-64
	MOVQ y0+0(FP), DI
	MOVQ ya+8(FP), R8
	MOVQ y2+16(FP), R9
	MOVQ yb+24(FP), R10
	MOVQ x+32(FP), SI
	MOVQ tw+40(FP), DX
	MOVQ m+48(FP), CX
	MOVQ s+56(FP), R11
	SHLQ $6, R11            // s elements in bytes
	MOVQ R11, R12
	IMULQ CX, R12           // m*s elements in bytes
	LEAQ (R12)(R12*2), R13
	VMOVUPS lower<>(SB), Z31
	VMOVUPS halves<>(SB), Z30

w4outer:
	VBROADCASTSS 0(DX), Z10
	VPXORD.BCST 4(DX), Z31, Z11
	VBROADCASTSS 8(DX), Z12
	VPXORD.BCST 12(DX), Z31, Z13
	VBROADCASTSS 16(DX), Z14
	VPXORD.BCST 20(DX), Z31, Z15
	ADDQ $24, DX
	XORQ BX, BX

w4inner:
	VMOVUPS (SI), Z0
	VMOVUPS (SI)(R12*2), Z2
	VMOVUPS (SI)(R12*1), Z1
	VMOVUPS (SI)(R13*1), Z3
	VADDPS Z2, Z0, Z4       // p
	VSUBPS Z2, Z0, Z5       // m
	VADDPS Z3, Z1, Z6       // q
	VSUBPS Z3, Z1, Z7       // n
	VADDPS Z6, Z4, Z8
	VSUBPS Z6, Z4, Z9
	SWAP(Z7, Z7)
	VMOVUPS Z8, (DI)(BX*1)
	VMOVAPS Z5, Z16
	VFMADD231PS Z30, Z7, Z16 // m - jn
	VFNMADD231PS Z30, Z7, Z5 // m + jn
	SWAP(Z9, Z0)
	SWAP(Z16, Z1)
	SWAP(Z5, Z2)
	VMULPS Z12, Z9, Z9
	VMULPS Z10, Z16, Z16
	VMULPS Z14, Z5, Z5
	VFMADD231PS Z13, Z0, Z9
	VFMADD231PS Z11, Z1, Z16
	VFMADD231PS Z15, Z2, Z5
	VMOVUPS Z9, (R9)(BX*1)
	VMOVUPS Z16, (R8)(BX*1)
	VMOVUPS Z5, (R10)(BX*1)
	ADDQ $64, SI
	ADDQ $64, BX
	CMPQ BX, R11
	JLT w4inner

	LEAQ (DI)(R11*4), DI
	LEAQ (R8)(R11*4), R8
	LEAQ (R9)(R11*4), R9
	LEAQ (R10)(R11*4), R10
	DECQ CX
	JNZ w4outer
	VZEROUPPER
	RET

// func radix2AVX512(y0, y1, x *Vec8, tw *float32, m, s int)
TEXT ·radix2AVX512(SB), NOSPLIT, $0-48
	MOVQ y0+0(FP), DI
	MOVQ y1+8(FP), R8
	MOVQ x+16(FP), SI
	MOVQ tw+24(FP), DX
	MOVQ m+32(FP), CX
	MOVQ s+40(FP), R11
	SHLQ $6, R11
	MOVQ R11, R12
	IMULQ CX, R12
	VMOVUPS lower<>(SB), Z31

w2outer:
	VBROADCASTSS 0(DX), Z10
	VPXORD.BCST 4(DX), Z31, Z11
	ADDQ $8, DX
	XORQ BX, BX

w2inner:
	VMOVUPS (SI), Z0
	VMOVUPS (SI)(R12*1), Z1
	VADDPS Z1, Z0, Z2
	VSUBPS Z1, Z0, Z3
	VMOVUPS Z2, (DI)(BX*1)
	SWAP(Z3, Z4)
	VMULPS Z10, Z3, Z3
	VFMADD231PS Z11, Z4, Z3
	VMOVUPS Z3, (R8)(BX*1)
	ADDQ $64, SI
	ADDQ $64, BX
	CMPQ BX, R11
	JLT w2inner

	LEAQ (DI)(R11*2), DI
	LEAQ (R8)(R11*2), R8
	DECQ CX
	JNZ w2outer
	VZEROUPPER
	RET

// func mulAVX512(dst, x *Vec8, w *complex64, n int)
TEXT ·mulAVX512(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ w+16(FP), DX
	MOVQ n+24(FP), CX
	VMOVUPS lower<>(SB), Z31

wmulloop:
	VMOVUPS (SI), Z0
	TIMES(0(DX), 4(DX), Z0, Z2, Z1)
	VMOVUPS Z2, (DI)
	ADDQ $8, DX
	ADDQ $64, SI
	ADDQ $64, DI
	DECQ CX
	JNZ wmulloop
	VZEROUPPER
	RET

// FIRST finishes a first pass of the inverse transform: Z4 is p, Z5 m, Z6 q and Z7 n as above.
#define FIRST \
	VADDPS Z6, Z4, Z8 \
	VSUBPS Z6, Z4, Z9 \
	SWAP(Z7, Z7) \
	VMOVUPS Z8, (DI) \
	VMOVAPS Z5, Z16 \
	VFMADD231PS Z30, Z7, Z16 \
	VFNMADD231PS Z30, Z7, Z5 \
	TIMES(16(DX), 20(DX), Z5, Z18, Z0) \
	TIMES(8(DX), 12(DX), Z9, Z19, Z1) \
	TIMES(0(DX), 4(DX), Z16, Z17, Z2) \
	VMOVUPS Z18, 64(DI) \
	VMOVUPS Z19, 128(DI) \
	VMOVUPS Z17, 192(DI)

// func firstHalfAVX512(dst, x *Vec8, w *complex64, tw *float32, m int)
// The products of x and w, 2m of them, lowest frequency first, are a quarter of the bins on either side of 0; the others are zeros.
TEXT ·firstHalfAVX512(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ w+16(FP), R8
	MOVQ tw+24(FP), DX
	MOVQ m+32(FP), CX
	MOVQ CX, R11
	SHLQ $6, R11            // m elements of x in bytes
	MOVQ CX, R12
	SHLQ $3, R12            // and of w
	VMOVUPS lower<>(SB), Z31
	VMOVUPS halves<>(SB), Z30

halfloop:
	VMOVUPS (SI)(R11*1), Z0
	VMOVUPS (SI), Z1
	TIMES((R8)(R12*1), 4(R8)(R12*1), Z0, Z4, Z2)
	TIMES((R8), 4(R8), Z1, Z6, Z3)
	VMOVAPS Z4, Z5
	VPXORD Z7, Z7, Z7
	VSUBPS Z6, Z7, Z7
	FIRST
	ADDQ $64, SI
	ADDQ $8, R8
	ADDQ $24, DX
	ADDQ $256, DI
	DECQ CX
	JNZ halfloop
	VZEROUPPER
	RET

// func firstWholeAVX512(dst, x *Vec8, w *complex64, tw *float32, m int)
// The same with 4m products, which fill all bins.
TEXT ·firstWholeAVX512(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ w+16(FP), R8
	MOVQ tw+24(FP), DX
	MOVQ m+32(FP), CX
	MOVQ CX, R11
	SHLQ $6, R11
	LEAQ (R11)(R11*2), R13
	MOVQ CX, R12
	SHLQ $3, R12
	LEAQ (R12)(R12*2), R9
	VMOVUPS lower<>(SB), Z31
	VMOVUPS halves<>(SB), Z30

wholeloop:
	VMOVUPS (SI)(R11*2), Z0
	VMOVUPS (SI)(R13*1), Z1
	VMOVUPS (SI), Z2
	VMOVUPS (SI)(R11*1), Z3
	TIMES((R8)(R12*2), 4(R8)(R12*2), Z0, Z20, Z24)
	TIMES((R8)(R9*1), 4(R8)(R9*1), Z1, Z21, Z25)
	TIMES((R8), 4(R8), Z2, Z22, Z26)
	TIMES((R8)(R12*1), 4(R8)(R12*1), Z3, Z23, Z27)
	VADDPS Z22, Z20, Z4
	VSUBPS Z22, Z20, Z5
	VADDPS Z23, Z21, Z6
	VSUBPS Z23, Z21, Z7
	FIRST
	ADDQ $64, SI
	ADDQ $8, R8
	ADDQ $24, DX
	ADDQ $256, DI
	DECQ CX
	JNZ wholeloop
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

// POWERS takes the squares of two neighbouring values of eight signals, x and y, and keeps their powers at to.
#define POWERS(x, y, to) \
	VSHUFF64X2 $0x44, y, x, Z24 \
	VSHUFF64X2 $0xee, y, x, Z25 \
	VADDPS Z25, Z24, Z24 \
	VMULPS Z29, Z24, Z24 \
	VMOVUPS Z24, to

// ROWS writes the powers of eight values kept at from to the eight rows at AX and R9; R8 is the distance of rows, R10 three of them.
// Z26 and Z27 are rows and rows+4, Z28 and Z31 the two halves of joined.
#define ROWS(a, b, c, d) \
	VMOVUPS a, Z16 \
	VMOVUPS b, Z17 \
	VMOVUPS c, Z18 \
	VMOVUPS d, Z19 \
	VMOVAPS Z16, Z20 \
	VPERMT2PS Z17, Z26, Z16 \
	VPERMT2PS Z17, Z27, Z20 \
	VMOVAPS Z18, Z21 \
	VPERMT2PS Z19, Z26, Z18 \
	VPERMT2PS Z19, Z27, Z21 \
	VMOVAPS Z16, Z22 \
	VPERMT2PD Z18, Z28, Z16 \
	VPERMT2PD Z18, Z31, Z22 \
	VMOVAPS Z20, Z23 \
	VPERMT2PD Z21, Z28, Z20 \
	VPERMT2PD Z21, Z31, Z23 \
	VMOVUPS Y16, (AX) \
	VEXTRACTF64X4 $1, Z16, (AX)(R8*1) \
	VMOVUPS Y22, (AX)(R8*2) \
	VEXTRACTF64X4 $1, Z22, (AX)(R10*1) \
	VMOVUPS Y20, (R9) \
	VEXTRACTF64X4 $1, Z20, (R9)(R8*1) \
	VMOVUPS Y23, (R9)(R8*2) \
	VEXTRACTF64X4 $1, Z23, (R9)(R10*1)

// LASTSETUP loads what the last passes need: x at SI, elements s apart in bytes at R11, rows at DI and R8 apart, s at CX.
#define LASTSETUP \
	SHLQ $2, R8 \
	LEAQ (R8)(R8*2), R10 \
	MOVQ CX, R11 \
	SHLQ $6, R11 \
	VMOVUPS halves<>(SB), Z30 \
	VBROADCASTF64X4 (DX), Z29 \
	VMOVUPS rows<>(SB), Z26 \
	VPADDD.BCST four<>(SB), Z26, Z27 \
	VMOVUPS joined<>+0(SB), Z28 \
	VMOVUPS joined<>+64(SB), Z31

// EIGHT is six values of an inverse transform of eight points, squared, in Z16 to Z21. R12 is 3 s, R13 5 s, BX 7 s in bytes.
#define EIGHT(o) \
	VMOVUPS o(SI), Z0 \
	VMOVUPS o(SI)(R11*4), Z1 \
	VMOVUPS o(SI)(R11*2), Z2 \
	VMOVUPS o(SI)(R12*2), Z3 \
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
	VMOVUPS o(SI)(R11*1), Z8 \
	VMOVUPS o(SI)(R13*1), Z9 \
	VMOVUPS o(SI)(R12*1), Z10 \
	VMOVUPS o(SI)(BX*1), Z11 \
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
	VMOVAPS Z5, Z17 \
	VMOVAPS Z5, Z21 \
	VBROADCASTSS eighth<>(SB), Z4 \
	VFMADD231PS Z4, Z13, Z17 \
	VFNMADD231PS Z4, Z13, Z21 \
	SWAP(Z10, Z9) \
	VFNMADD231PS Z30, Z9, Z2 \
	SWAP(Z11, Z9) \
	VFMADD231PS Z30, Z9, Z11 \
	VFNMADD231PS Z4, Z11, Z3 \
	VMULPS Z16, Z16, Z16 \
	VMULPS Z17, Z17, Z17 \
	VMULPS Z2, Z2, Z18 \
	VMULPS Z3, Z3, Z19 \
	VMULPS Z20, Z20, Z20 \
	VMULPS Z21, Z21, Z21

// func lastEightAVX512(dst *float32, stride int, x *Vec8, scale *[8]float32, s int)
// The last pass of an inverse transform of 8s points, radix 8, and the powers of its first 6s values in rows, as Power writes them.
TEXT ·lastEightAVX512(SB), 0, $1920-40
	NO_LOCAL_POINTERS
	MOVQ dst+0(FP), DI
	MOVQ stride+8(FP), R8
	MOVQ x+16(FP), SI
	MOVQ scale+24(FP), DX
	MOVQ s+32(FP), CX
	LASTSETUP
	LEAQ (R11)(R11*2), R12
	LEAQ (R11)(R11*4), R13
	LEAQ (R12)(R11*4), BX

eightloop:
	XORQ DX, DX

eightpair:
	EIGHT(0)
	VMOVUPS Z16, spare-384(SP)
	VMOVUPS Z17, spare-320(SP)
	VMOVUPS Z18, spare-256(SP)
	VMOVUPS Z19, spare-192(SP)
	VMOVUPS Z20, spare-128(SP)
	VMOVUPS Z21, spare-64(SP)
	EIGHT(64)
	LEAQ kept-1920(SP)(DX*1), AX
	VMOVUPS spare-384(SP), Z0
	VMOVUPS spare-320(SP), Z1
	VMOVUPS spare-256(SP), Z2
	VMOVUPS spare-192(SP), Z3
	VMOVUPS spare-128(SP), Z4
	VMOVUPS spare-64(SP), Z5
	POWERS(Z0, Z16, 0(AX))
	POWERS(Z1, Z17, 256(AX))
	POWERS(Z2, Z18, 512(AX))
	POWERS(Z3, Z19, 768(AX))
	POWERS(Z4, Z20, 1024(AX))
	POWERS(Z5, Z21, 1280(AX))
	ADDQ $128, SI
	ADDQ $64, DX
	CMPQ DX, $256
	JLT eightpair

	LEAQ kept-1920(SP), DX
	MOVQ R11, R12
	SHRQ $4, R12            // s values of a row in bytes
	MOVQ DI, AX
	MOVQ $6, R13

eightrows:
	LEAQ (AX)(R8*4), R9
	ROWS(0(DX), 64(DX), 128(DX), 192(DX))
	ADDQ R12, AX
	ADDQ $256, DX
	DECQ R13
	JNZ eightrows

	LEAQ (R11)(R11*2), R12
	LEAQ (R11)(R11*4), R13
	ADDQ $32, DI
	SUBQ $8, CX
	JG eightloop
	VZEROUPPER
	RET

// FOUR is three values of an inverse transform of four points, squared, in a, b and c. R12 is 3 s in bytes.
#define FOUR(o, a, b, c) \
	VMOVUPS o(SI), Z0 \
	VMOVUPS o(SI)(R11*2), Z1 \
	VMOVUPS o(SI)(R11*1), Z2 \
	VMOVUPS o(SI)(R12*1), Z3 \
	VADDPS Z1, Z0, Z4 \
	VSUBPS Z1, Z0, b \
	VADDPS Z3, Z2, Z6 \
	VSUBPS Z3, Z2, Z7 \
	SWAP(Z7, Z7) \
	VADDPS Z6, Z4, a \
	VSUBPS Z6, Z4, c \
	VFNMADD231PS Z30, Z7, b \
	VMULPS a, a, a \
	VMULPS b, b, b \
	VMULPS c, c, c

// func lastFourAVX512(dst *float32, stride int, x *Vec8, scale *[8]float32, s int)
// The last pass of an inverse transform of 4s points, radix 4, and the powers of its first 3s values in rows, as Power writes them.
TEXT ·lastFourAVX512(SB), 0, $768-40
	NO_LOCAL_POINTERS
	MOVQ dst+0(FP), DI
	MOVQ stride+8(FP), R8
	MOVQ x+16(FP), SI
	MOVQ scale+24(FP), DX
	MOVQ s+32(FP), CX
	LASTSETUP
	LEAQ (R11)(R11*2), R12

fourloop:
	LEAQ kept-768(SP), DX
	MOVQ $4, BX

fourpair:
	FOUR(0, Z8, Z9, Z10)
	FOUR(64, Z11, Z12, Z13)
	POWERS(Z8, Z11, 0(DX))
	POWERS(Z9, Z12, 256(DX))
	POWERS(Z10, Z13, 512(DX))
	ADDQ $128, SI
	ADDQ $64, DX
	DECQ BX
	JNZ fourpair

	LEAQ kept-768(SP), DX
	MOVQ R11, R13
	SHRQ $4, R13
	MOVQ DI, AX
	MOVQ $3, BX

fourrows:
	LEAQ (AX)(R8*4), R9
	ROWS(0(DX), 64(DX), 128(DX), 192(DX))
	ADDQ R13, AX
	ADDQ $256, DX
	DECQ BX
	JNZ fourrows

	ADDQ $32, DI
	SUBQ $8, CX
	JG fourloop
	VZEROUPPER
	RET

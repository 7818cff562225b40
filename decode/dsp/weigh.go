package dsp

import "unsafe"

// Weigh writes the sums over q of x[q]·w[q*len(dst)+i] to dst[i]: a matrix of real weights, row by row of what they multiply. dst has a
// multiple of 8 values, x an even number.
func Weigh(dst, x []complex64, w []float32) {
	if len(dst)%8 != 0 || len(x)%2 != 0 || len(x) == 0 {
		panic("dsp: Weigh takes an even number of values and gives a multiple of 8")
	}
	_ = w[len(x)*len(dst)-1]
	for i := 0; i < len(dst); i += 8 {
		weigh((*[8]complex64)(dst[i:]), x, w[i:], len(dst))
	}
}

// Accumulate adds x to sum.
func Accumulate(sum, x []complex64) {
	if len(x) == 0 {
		return
	}
	_ = sum[len(x)-1]
	s := unsafe.Slice((*float32)(unsafe.Pointer(&sum[0])), 2*len(x))
	add(s, s, unsafe.Slice((*float32)(unsafe.Pointer(&x[0])), 2*len(x)))
}

func weighGo(dst *[8]complex64, x []complex64, w []float32, stride int) {
	*dst = [8]complex64{}
	for q, v := range x {
		for i, c := range (*[8]float32)(w[q*stride:]) {
			dst[i] += complex(real(v)*c, imag(v)*c)
		}
	}
}

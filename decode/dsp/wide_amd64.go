//go:build amd64 && !purego

package dsp

import "golang.org/x/sys/cpu"

// wide tells whether this machine has registers that hold a Vec8.
var wide = cpu.X86.HasAVX512F

//go:noescape
func radix4AVX512(y0, ya, y2, yb, x *Vec8, tw *float32, m, s int)

//go:noescape
func radix2AVX512(y0, y1, x *Vec8, tw *float32, m, s int)

//go:noescape
func mulAVX512(dst, x *Vec8, w *complex64, n int)

//go:noescape
func firstHalfAVX512(dst, x *Vec8, w *complex64, tw *float32, m int)

//go:noescape
func firstWholeAVX512(dst, x *Vec8, w *complex64, tw *float32, m int)

//go:noescape
func lastEightAVX512(dst *float32, stride int, x *Vec8, scale *[8]float32, s int)

//go:noescape
func lastFourAVX512(dst *float32, stride int, x *Vec8, scale *[8]float32, s int)

// wide does what Power does where first and last pass of the transform have kernels that do the rest along with them: powers of two
// with all or half of the bins filled.
func (c *Correlator) wide(dst []float32, stride int, x []Vec8, w []complex64, scale *[8]float32) bool {
	n, ps := c.fft.n, c.fft.inv
	if !wide || n < 128 || n&(n-1) != 0 {
		return false
	}
	a, b := c.buf, c.fft.tmp
	switch c.bins {
	case n:
		firstWholeAVX512(&a[0], &x[0], &w[0], &ps[0].tw[0], n/4)
	case n / 2:
		firstHalfAVX512(&a[0], &x[0], &w[0], &ps[0].tw[0], n/4)
	default:
		return false
	}
	for ps = ps[1:]; ps[0].n > 8; ps = ps[1:] {
		ps[0].run(b, a)
		a, b = b, a
	}
	if ps[0].n == 8 {
		lastEightAVX512(&dst[0], stride, &a[0], scale, n/8)
	} else {
		lastFourAVX512(&dst[0], stride, &a[0], scale, n/4)
	}
	return true
}

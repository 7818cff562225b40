//go:build amd64 && !purego

package dsp

import "golang.org/x/sys/cpu"

// wide tells whether this machine has registers that hold a Vec8.
var wide = cpu.X86.HasAVX512F

//go:noescape
func firstHalfAVX512(dst, x *Vec8, w *complex64)

//go:noescape
func firstWholeAVX512(dst, x *Vec8, w *complex64)

//go:noescape
func thirdAVX512(x *Vec8, tw *float32, n int)

//go:noescape
func lastEightAVX512(dst *float32, stride int, x *Vec8, tw *float32, scale *[8]float32)

//go:noescape
func lastFourAVX512(dst *float32, stride int, x *Vec8, tw *float32, scale *[8]float32)

// inPlace holds the twiddles of transforms whose passes stay in one buffer, small enough for the first cache: sixteen points in
// registers, then four, then what is left. The first pass makes the products, the last one the powers.
type inPlace struct{ third, last []float32 }

func newInPlace(n, bins int) *inPlace {
	if !wide || n != 256 && n != 512 || bins != 256 {
		return nil
	}
	p := &inPlace{}
	for k := range 16 {
		p.third = twiddles(p.third, k, 64, 4)
	}
	for k := range 64 {
		p.last = twiddles(p.last, k, n, n/64)
	}
	return p
}

// twiddles appends those of value k of the inputs 1 to r-1 of radix r.
func twiddles(to []float32, k, n, r int) []float32 {
	for m := 1; m < r; m++ {
		w := unit(float64(k*m) / float64(n))
		to = append(to, real(w), imag(w))
	}
	return to
}

// power does what Correlator.Power does.
func (p *inPlace) power(c *Correlator, dst []float32, stride int, x []Vec8, w []complex64, scale *[8]float32) {
	buf := &c.buf[0]
	if c.fft.n == 512 {
		firstHalfAVX512(buf, &x[0], &w[0])
		thirdAVX512(buf, &p.third[0], 8)
		lastEightAVX512(&dst[0], stride, buf, &p.last[0], scale)
		return
	}
	firstWholeAVX512(buf, &x[0], &w[0])
	thirdAVX512(buf, &p.third[0], 4)
	lastFourAVX512(&dst[0], stride, buf, &p.last[0], scale)
}

package dsp

// Mul writes x[i]*w[i] to dst for all eight signals.
func Mul(dst, x []Vec8, w []complex64) {
	n := len(w)
	if n == 0 {
		return
	}
	_, _ = dst[n-1], x[n-1]
	mul(&dst[0], &x[0], &w[0], n)
}

// Power writes |x[i]|²·scale[l] of signal l to dst[l*stride+i]: eight rows, each one signal in time order.
// len(x) must be a multiple of 8.
func Power(dst []float32, stride int, x []Vec8, scale *[8]float32) {
	n := len(x)
	if n == 0 {
		return
	}
	if n%8 != 0 {
		panic("dsp: Power takes a multiple of 8 values")
	}
	_ = dst[7*stride+n-1]
	power(&dst[0], stride, &x[0], scale, n)
}

// Add writes a[i]+b[i] to dst; all have the length of a. dst may be a or b.
func Add(dst, a, b []float32) {
	_, _ = dst[:len(a)], b[:len(a)]
	add(dst, a, b)
}

// Max raises dst[i] to a[i] where that is larger.
func Max(dst, a []float32) {
	_ = dst[:len(a)]
	maximum(dst, a)
}

// Dot is the sum of the products of a's elements with b's first ones.
func Dot(a, b []float32) float32 { return dot(a, b[:len(a)]) }

// Clamp writes x, cut to limit on either side of 0, to dst. dst may be x.
func Clamp(dst, x []float32, limit float32) { clamp(dst[:len(x)], x, limit) }

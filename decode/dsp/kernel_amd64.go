//go:build amd64 && !purego

package dsp

import "golang.org/x/sys/cpu"

// fast tells whether this machine has what the assembly needs.
var fast = cpu.X86.HasAVX2 && cpu.X86.HasFMA

//go:noescape
func radix4AVX2(y0, ya, y2, yb, x *Vec8, tw *float32, m, s int)

//go:noescape
func radix2AVX2(y0, y1, x *Vec8, tw *float32, m, s int)

//go:noescape
func mulAVX2(dst, x *Vec8, w *complex64, n int)

//go:noescape
func powerAVX2(dst *float32, stride int, x *Vec8, scale *[8]float32, n int)

//go:noescape
func addAVX2(dst, a, b *float32, n int)

//go:noescape
func maxAVX2(dst, a *float32, n int)

//go:noescape
func dotAVX2(a, b *float32, n int) float32

//go:noescape
func clampAVX2(dst, x *float32, limit float32, n int)

func radix4(y0, ya, y2, yb, x *Vec8, tw *float32, m, s int) {
	if fast {
		radix4AVX2(y0, ya, y2, yb, x, tw, m, s)
		return
	}
	radix4Go(y0, ya, y2, yb, x, tw, m, s)
}

func radix2(y0, y1, x *Vec8, tw *float32, m, s int) {
	if fast {
		radix2AVX2(y0, y1, x, tw, m, s)
		return
	}
	radix2Go(y0, y1, x, tw, m, s)
}

func mul(dst, x *Vec8, w *complex64, n int) {
	if fast {
		mulAVX2(dst, x, w, n)
		return
	}
	mulGo(dst, x, w, n)
}

func power(dst *float32, stride int, x *Vec8, scale *[8]float32, n int) {
	if fast {
		powerAVX2(dst, stride, x, scale, n)
		return
	}
	powerGo(dst, stride, x, scale, n)
}

func add(dst, a, b []float32) {
	n := 0
	if fast {
		if n = len(a) &^ 7; n > 0 {
			addAVX2(&dst[0], &a[0], &b[0], n)
		}
	}
	addGo(dst[n:], a[n:], b[n:])
}

func maximum(dst, a []float32) {
	n := 0
	if fast {
		if n = len(a) &^ 7; n > 0 {
			maxAVX2(&dst[0], &a[0], n)
		}
	}
	maxGo(dst[n:], a[n:])
}

func dot(a, b []float32) float32 {
	n := 0
	var sum float32
	if fast {
		if n = len(a) &^ 15; n > 0 {
			sum = dotAVX2(&a[0], &b[0], n)
		}
	}
	return sum + dotGo(a[n:], b[n:])
}

func clamp(dst, x []float32, limit float32) {
	n := 0
	if fast {
		if n = len(x) &^ 7; n > 0 {
			clampAVX2(&dst[0], &x[0], limit, n)
		}
	}
	clampGo(dst[n:], x[n:], limit)
}

//go:build !amd64 || purego

package dsp

func radix4(y0, ya, y2, yb, x *Vec8, tw *float32, m, s int) { radix4Go(y0, ya, y2, yb, x, tw, m, s) }
func radix2(y0, y1, x *Vec8, tw *float32, m, s int)         { radix2Go(y0, y1, x, tw, m, s) }
func radix3(y0, ya, yb, x *Vec8, tw *float32, m, s int)     { radix3Go(y0, ya, yb, x, tw, m, s) }
func radix5(y0, ya, yb, yc, yd, x *Vec8, tw *float32, m, s int) {
	radix5Go(y0, ya, yb, yc, yd, x, tw, m, s)
}
func mul(dst, x *Vec8, w *complex64, n int) { mulGo(dst, x, w, n) }
func add(dst, a, b []float32)               { addGo(dst, a, b) }
func maximum(dst, a []float32)              { maxGo(dst, a) }
func dot(a, b []float32) float32            { return dotGo(a, b) }
func clamp(dst, x []float32, limit float32) { clampGo(dst, x, limit) }
func power(dst *float32, stride int, x *Vec8, scale *[8]float32, n int) {
	powerGo(dst, stride, x, scale, n)
}

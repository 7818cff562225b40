//go:build amd64 && !purego

package dsp

//go:noescape
func radix3AVX2(y0, ya, yb, x *Vec8, tw *float32, m, s int)

//go:noescape
func radix5AVX2(y0, ya, yb, yc, yd, x *Vec8, tw *float32, m, s int)

func radix3(y0, ya, yb, x *Vec8, tw *float32, m, s int) {
	if fast {
		radix3AVX2(y0, ya, yb, x, tw, m, s)
		return
	}
	radix3Go(y0, ya, yb, x, tw, m, s)
}

func radix5(y0, ya, yb, yc, yd, x *Vec8, tw *float32, m, s int) {
	if fast {
		radix5AVX2(y0, ya, yb, yc, yd, x, tw, m, s)
		return
	}
	radix5Go(y0, ya, yb, yc, yd, x, tw, m, s)
}

//go:build amd64 && !purego

package dsp

//go:noescape
func totalAVX2(sum *[4]float64, x *complex64, n int)

//go:noescape
func lessAVX2(dst, x *complex64, n int, m complex64)

func total(x []complex64) (re, im float64) {
	n := 0
	if fast {
		if n = len(x) &^ 7; n > 0 {
			var sum [4]float64
			totalAVX2(&sum, &x[0], n)
			re, im = sum[0]+sum[2], sum[1]+sum[3]
		}
	}
	r, i := totalGo(x[n:])
	return re + r, im + i
}

func less(dst, x []complex64, m complex64) {
	n := 0
	if fast {
		if n = len(x) &^ 7; n > 0 {
			lessAVX2(&dst[0], &x[0], n, m)
		}
	}
	lessGo(dst[n:], x[n:], m)
}

package dsp

// Centre writes x without its mean to dst, which has its length and may be x.
func Centre(dst, x []complex64) {
	n := float64(max(len(x), 1))
	re, im := total(x)
	less(dst[:len(x)], x, complex(float32(re/n), float32(im/n)))
}

func totalGo(x []complex64) (re, im float64) {
	for _, v := range x {
		re += float64(real(v))
		im += float64(imag(v))
	}
	return re, im
}

func lessGo(dst, x []complex64, m complex64) {
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = v - m
	}
}

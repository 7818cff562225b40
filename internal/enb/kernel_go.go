package enb

import "unsafe"

// The pure-Go kernels. On machines without their own assembly they are what runs; elsewhere tests compare the two.

// position is where the interpolator reads: frac/2^64 of a sample behind x[kernelTaps/2-1], and so much further with
// every output sample.
type position struct {
	frac, stepFrac uint64
	step           int
}

// interpolateGo adds len(dst) (a multiple of 4) interpolated samples, turned by the rotor, to dst. rotor holds the turns
// of the first four samples; turn is that of four.
func interpolateGo(dst, x []complex64, bank *filterBank, p position, rotor [4]complex64, turn complex64) {
	at, frac := 0, p.frac
	for i := 0; i < len(dst); i += 4 {
		for j := range 4 {
			row, w := bank.row(frac), x[at:at+kernelTaps]
			var re, im, re2, im2 float32
			for k := 0; k < kernelTaps; k += 2 {
				re += row[2*k] * real(w[k])
				im += row[2*k] * imag(w[k])
				re2 += row[2*k+2] * real(w[k+1])
				im2 += row[2*k+2] * imag(w[k+1])
			}
			dst[i+j] += complex(re+re2, im+im2) * rotor[j]
			rotor[j] *= turn
			next := frac + p.stepFrac
			at += p.step
			if next < frac {
				at++
			}
			frac = next
		}
	}
}

// mulGo writes the products of a and b to dst, whose length counts.
func mulGo(dst, a, b []complex64) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] * b[i]
	}
}

// mulAddGo adds the products of a and b to dst.
func mulAddGo(dst, a, b []complex64) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] += a[i] * b[i]
	}
}

// lerpGo writes what lies the part u of the way from a to b to dst.
func lerpGo(dst, a, b []complex64, u float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		x, y := a[i], b[i]
		dst[i] = complex(real(x)+u*(real(y)-real(x)), imag(x)+u*(imag(y)-imag(x)))
	}
}

func floats(p *complex64) *float32 { return (*float32)(unsafe.Pointer(p)) }

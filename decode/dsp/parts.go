package dsp

// Parts writes the sums of x[i]·w[i] over eight parts of sixteen values to sums, and returns the energy of x.
func Parts(sums *[8]complex64, x, w *[128]complex64) (energy float32) { return parts(sums, x, w) }

func partsGo(sums *[8]complex64, x, w *[128]complex64) (energy float32) {
	for s := range sums {
		var re, im float32
		for n := s * 16; n < s*16+16; n++ {
			a, b := x[n], w[n]
			re += real(a)*real(b) - imag(a)*imag(b)
			im += real(a)*imag(b) + imag(a)*real(b)
			energy += real(a)*real(a) + imag(a)*imag(a)
		}
		sums[s] = complex(re, im)
	}
	return energy
}

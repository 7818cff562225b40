package dsp

import (
	"math/cmplx"
	"math/rand/v2"
	"testing"
)

// Centring leaves no mean and changes nothing else, in the kernels as in their pure-Go twins.
func TestCentre(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	for _, n := range []int{0, 1, 7, 8, 1000, 4099} {
		x := noise(rng, n)
		for i := range x {
			x[i] += 3 - 2i
		}
		y := make([]complex64, n)
		Centre(y, x)
		re, im := totalGo(x)
		r, i := total(x)
		if cmplx.Abs(complex(re-r, im-i)) > 1e-9*float64(n) {
			t.Fatalf("%d values: sum %g, want %g", n, complex(r, i), complex(re, im))
		}
		m := complex(float32(re/float64(max(n, 1))), float32(im/float64(max(n, 1))))
		want := make([]complex64, n)
		lessGo(want, x, m)
		for i, v := range y {
			if cmplx.Abs(complex128(v-want[i])) > 1e-6 {
				t.Fatalf("%d values: value %d is %v, want %v", n, i, v, want[i])
			}
		}
		Centre(x, x)
		for i, v := range y {
			if v != x[i] {
				t.Fatalf("%d values, in place: value %d is %v, want %v", n, i, x[i], v)
			}
		}
	}
}

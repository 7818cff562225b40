package dsp

import (
	"math/cmplx"
	"math/rand/v2"
	"testing"
)

func TestWeigh(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	for _, c := range [][2]int{{8, 2}, {16, 28}, {72, 24}} {
		x, got := noise(rng, c[1]), noise(rng, c[0])
		w := make([]float32, c[0]*c[1])
		for i := range w {
			w[i] = float32(rng.NormFloat64())
		}
		Weigh(got, x, w)
		for i := range got {
			var want complex128
			for q, v := range x {
				want += complex128(v) * complex(float64(w[q*c[0]+i]), 0)
			}
			var twin [8]complex64
			weighGo(&twin, x, w[i&^7:], c[0])
			for _, v := range []complex64{got[i], twin[i&7]} {
				if cmplx.Abs(complex128(v)-want) > 1e-4 {
					t.Fatalf("%d from %d values: value %d is %v, want %v", c[0], c[1], i, v, want)
				}
			}
		}
	}
	a, b := noise(rng, 37), noise(rng, 37)
	sum := append([]complex64(nil), a...)
	Accumulate(sum, b)
	for i, v := range sum {
		if v != a[i]+b[i] {
			t.Fatalf("sum %d is %v, want %v", i, v, a[i]+b[i])
		}
	}
}

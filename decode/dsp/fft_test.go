package dsp

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"
)

func dft(x []complex64, sign float64) []complex128 {
	n := len(x)
	y := make([]complex128, n)
	for k := range y {
		for i, v := range x {
			y[k] += complex128(v) * cmplx.Rect(1, sign*2*math.Pi*float64(i*k%n)/float64(n))
		}
	}
	return y
}

func noise(rng *rand.Rand, n int) []complex64 {
	x := make([]complex64, n)
	for i := range x {
		x[i] = complex(float32(rng.NormFloat64()), float32(rng.NormFloat64()))
	}
	return x
}

func TestFFTAgainstDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 49, 64, 96, 120, 128, 143, 160, 256, 384, 640, 1280, 1536} {
		x := noise(rng, n)
		f := NewFFT(n)
		for _, c := range []struct {
			name string
			sign float64
			run  func(dst, src []complex64)
		}{{"forward", -1, f.Forward}, {"inverse", 1, f.Inverse}} {
			want := dft(x, c.sign)
			got := make([]complex64, n)
			c.run(got, x)
			same := append([]complex64(nil), x...)
			c.run(same, same)
			for k := range want {
				if e := cmplx.Abs(complex128(got[k]) - want[k]); e > 2e-5*float64(n) {
					t.Fatalf("%s of %d points, bin %d: off by %g", c.name, n, k, e)
				}
				if same[k] != got[k] {
					t.Fatalf("%s of %d points in place differs at bin %d", c.name, n, k)
				}
			}
		}
	}
}

package fec

import (
	"math/rand/v2"
	"testing"
)

// The kernel in use and the pure-Go one agree to the bit.
func TestViterbiKernelsAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 43, 44} {
		soft := make([][4]float32, n)
		for i := range soft {
			for j := range 3 {
				soft[i][j] = float32(rng.NormFloat64())
			}
		}
		var a, b [2][64]float32
		for s := range 64 {
			a[0][s] = float32(rng.NormFloat64())
		}
		b = a
		x, y := make([]uint64, n), make([]uint64, n)
		convSteps(&a, x, soft)
		convStepsGo(&b, y, soft)
		for i := range x {
			if x[i] != y[i] {
				t.Fatalf("%d steps: decisions of step %d: %x, want %x", n, i, x[i], y[i])
			}
		}
		if a != b {
			t.Fatalf("%d steps: metrics differ", n)
		}
	}
}

func BenchmarkViterbi44(b *testing.B) {
	var v Viterbi
	rng := rand.New(rand.NewPCG(1, 1))
	var llr [3][]float32
	for s := range llr {
		llr[s] = make([]float32, 44)
		for i := range llr[s] {
			llr[s][i] = float32(rng.NormFloat64())
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		v.Decode(llr)
	}
}

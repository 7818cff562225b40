package dsp

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// The kernel rounds as its twin does.
func TestEnergies(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 26))
	x := noise8(rng, 50)
	var a, b [8]float64
	got, want := make([][8]float32, 50), make([][8]float32, 50)
	for _, n := range []int{0, 1, 20, 50} {
		Energies(got[:n], x[:n], &a)
		for i := range want[:n] {
			for l := range 8 {
				re, im := x[i].Re[l]*x[i].Re[l], x[i].Im[l]*x[i].Im[l]
				b[l] += float64(re + im)
				want[i][l] = float32(b[l])
			}
		}
		if a != b || !slices.Equal(got[:n], want[:n]) {
			t.Fatalf("%d values differ", n)
		}
	}
}

package fec

import (
	"math/rand/v2"
	"testing"
)

// The parity checks hold for code words, and not for noise. Version 1 sent less than once lacks half of the systematic bits, and
// with them nearly all checks.
func TestParity(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	block := make([]uint8, 176)
	for i := range block {
		block[i] = uint8(rng.IntN(2))
	}
	for _, rv := range []int{0, 2, 3} {
		var b, noise Transport
		b.Reset(len(block))
		noise.Reset(len(block))
		llr, other := make([]float32, 504), make([]float32, 504)
		for i, v := range TransportEncode(block, len(llr), rv, 2) {
			llr[i] = 3 * (1 - 2*float32(v) + 0.5*float32(rng.NormFloat64()))
			other[i] = float32(rng.NormFloat64())
		}
		b.Add(llr, rv, 2)
		noise.Add(other, rv, 2)
		if z, n := b.Parity(), noise.Parity(); z < 6 || n > 4 {
			t.Errorf("version %d: code word %.1f, noise %.1f standard deviations", rv, z, n)
		}
	}
}

// The lag is the length of the buffer that repeats.
func TestLag(t *testing.T) {
	for _, c := range []struct{ size, want int }{{144, 516}, {176, 612}, {208, 708}, {7000, 0}} {
		if got := Lag(c.size); got != c.want {
			t.Errorf("%d bits: %d, want %d", c.size, got, c.want)
		}
	}
}

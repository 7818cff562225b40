package narrow

import (
	"math/rand/v2"
	"testing"

	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/phch"
)

// A block sent round its buffer correlates with itself at the lag its size gives and at no other, whatever the redundancy version,
// and still does where a third of it was erased.
func TestLags(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, size := range []int{144, 176, 208} {
		for rv := range 4 {
			block := make([]uint8, size)
			for i := range block {
				block[i] = uint8(rng.IntN(2))
			}
			const g = 1152
			sent := fec.TransportEncode(block, g, rv, 2)
			x := make([]float32, g)
			for i, v := range sent {
				x[i] = 1 - 2*float32(v) + float32(rng.NormFloat64())
				if i%3 == 0 {
					x[i] = 0
				}
			}
			best, at := float32(0), 0
			for _, n := range phch.Sizes(minSize, maxSize) {
				if lag := fec.Lag(n); lag > 0 && g-lag >= overlap {
					if z := exact(x, lag); z > best {
						best, at = z, n
					}
				}
			}
			if at != size || best < sureZ {
				t.Errorf("%d bits, version %d: taken for %d bits at z = %.1f", size, rv, at, best)
			}
		}
	}
}

// What is erased does not keep a block from being decoded.
func TestErasure(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	block := make([]uint8, 208)
	for i := range block {
		block[i] = uint8(rng.IntN(2))
	}
	x := make([]float32, 864)
	for i, v := range fec.TransportEncode(block, len(x), 2, 4) {
		if i%24 < 16 { // two of three blocks in view
			x[i] = 4 * (1 - 2*float32(v))
		}
	}
	var b fec.Transport
	var turbo fec.Turbo
	b.Reset(len(block))
	b.Add(x, 2, 4)
	got, ok := b.Decode(&turbo)
	if !ok || string(got) != string(block) {
		t.Error("not decoded")
	}
}

package grid

import (
	"math/rand/v2"
	"testing"

	"github.com/straycell/straycell/decode/lte"
)

// What Run reads, Subtract removes.
func TestSubtractIsTheInverseOfRun(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{128, 256} {
		for _, cp := range []lte.CP{lte.NormalCP, lte.ExtendedCP} {
			d := NewDemod(n)
			tm := Timing{Frame: -313.3, ClockPPM: 20, CFOHz: 2345, CP: cp}
			var syms []Symbol
			for s := range 6 {
				for l := range cp.SymbolsPerSlot() {
					syms = append(syms, Symbol{s, l})
				}
			}
			want := make([][]complex64, len(syms))
			for i := range want {
				want[i] = make([]complex64, Width)
				for k := range want[i] {
					want[i][k] = complex(float32(rng.NormFloat64()), float32(rng.NormFloat64()))
				}
			}
			iq := make([]complex64, 30*n)
			d.Subtract(iq, tm, syms, Width, func(i int, sub []complex64) bool { copy(sub, want[i]); return true })
			seen := 0
			d.Run(iq, tm, syms, Width, func(i int, sub []complex64) {
				if !d.Inside(tm, syms[i], len(iq)) {
					return
				}
				seen++
				for k, v := range sub {
					if power(v+want[i][k]) > 1e-3 {
						t.Fatalf("%d points, %v: symbol %v subcarrier %d: %v, want %v", n, cp, syms[i], k, v, -want[i][k])
					}
				}
			})
			if seen < 20 {
				t.Fatalf("only %d symbols in view", seen)
			}
		}
	}
}

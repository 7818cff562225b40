package narrow

import (
	"math/rand/v2"
	"testing"

	"github.com/straycell/straycell/decode/rrc"
)

// What passes a CRC by accident must still read as a SIB1 with nothing but zeros behind it.
func TestGate(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const n = 100000
	for _, size := range []int{18, 22, 26} {
		passed := 0
		o := make([]byte, size)
		for range n {
			for i := range o {
				o[i] = byte(rng.Uint32())
			}
			if rrc.ReadSIB1(o) != nil {
				passed++
			}
		}
		t.Logf("%d octets: %d of %d random blocks read as SIB1", size, passed, n)
		if passed > n/100 {
			t.Errorf("%d octets: %d of %d random blocks read as SIB1", size, passed, n)
		}
	}
}

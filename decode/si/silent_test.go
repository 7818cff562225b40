package si_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/straycell/straycell/decode/si"
	"github.com/straycell/straycell/internal/enb"
)

// A strong cell without SIB1 is said to be silent; one that sends it never is, read or not, and neither is a weak one.
func TestSilent(t *testing.T) {
	n := 18
	if testing.Short() {
		n = 6
	}
	rng := rand.New(rand.NewPCG(3, 1))
	r := si.NewReader()
	unread := 0
	for i := range n {
		w := newWorld(t, rng, 6*i+rng.IntN(3)) // 6, 15 and 25 resource blocks
		ch := enb.Channel{Taps: enb.EVA, Fading: true, DopplerHz: 5, Seed: uint64(i)}
		snrDB := float64(rng.IntN(14) - 5)
		if iq := w.samples(t, 0.08, snrDB, ch, uint64(i)); iq != nil {
			info, _ := r.Read(context.Background(), iq, rates[w.cell.PRB], w.layout)
			if info.SIB1 == nil {
				unread++
			}
			if r.Silent() {
				t.Errorf("world %d at %g dB sends SIB1 and is silent", i, snrDB)
			}
		}
		w.cell.Broadcast = nil
		for _, snrDB := range []float64{20, -6} {
			iq := w.samples(t, 0.08, snrDB, enb.Channel{}, uint64(i))
			if iq == nil {
				continue
			}
			if info, _ := r.Read(context.Background(), iq, rates[w.cell.PRB], w.layout); info.SIB1 != nil {
				t.Fatalf("world %d: SIB1 out of nothing", i)
			}
			if r.Silent() != (snrDB > 0) {
				t.Errorf("world %d at %g dB without SIB1: silent %v", i, snrDB, r.Silent())
			}
		}
	}
	t.Logf("%d of %d that send it were not read", unread, n)
}

package narrow_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/narrow"
	"github.com/straycell/straycell/internal/enb"
)

// A cell is found again where samples were lost between the middle of its carrier and the window with SIB1: by the sample count
// where they were counted, by its reference signals where not.
func TestLostSamples(t *testing.T) {
	for i, x := range []struct {
		c    enb.Cell
		lost float64 // seconds nobody counted
	}{
		{enb.Cell{PRB: 100, Ports: 2, CFI: 2}, 0},
		{enb.Cell{PRB: 100, Ports: 2, CFI: 2}, 0.0373},
		{enb.Cell{PRB: 50, Ports: 1, CFI: 1}, 0.01234},
		{enb.Cell{PRB: 75, Ports: 4, CFI: 2}, 0.1111},
		{enb.Cell{PRB: 100, Ports: 2, CFI: 2, Duplex: lte.TDD, UplinkDownlink: 2, SpecialSubframe: 7, CP: lte.NormalCP}, 0.0555},
	} {
		x.c.PCI = lte.PCI(37 * (i + 1))
		x.c.Load = enb.Load{Fraction: 0.5, PDCCH: 0.5, Seed: 1}
		c := filled(x.c)
		b, err := enb.NewBroadcast(sib1Of(t, c, 1, 20, 16))
		if err != nil {
			t.Fatal(err)
		}
		c.Broadcast = b
		const at = 0.3
		w := window(t, c, 8, tuned(c.PRB, 0, 12)+300, dongleHz, at+x.lost, 0.1, levelDBFS-3, enb.Channel{}, uint64(i+1))
		w.First = int64(math.Round(at * dongleHz))
		r := narrow.NewReader()
		centre, o := known(c, 8, &w, rand.New(rand.NewPCG(1, 1)))
		r.Read(context.Background(), &centre, 0, []lte.Observation{o})
		out := r.Read(context.Background(), &w, at, nil)
		if len(out) != 1 || !same(out[0].SIB1Octets, b.SIB1) {
			t.Errorf("%v %d PRB, %g s lost: %d observations", c.Duplex, c.PRB, x.lost, len(out))
		}
	}
}

package narrow_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/narrow"
	"github.com/straycell/straycell/internal/enb"
)

// Scratch goes from cell to cell: one of TDD, with more places of its DCI to try, then one of FDD whose SIB1 wanders.
func TestScratchOfAnotherCell(t *testing.T) {
	r := narrow.NewReader()
	for i, c := range []enb.Cell{{PRB: 25, Ports: 2, Duplex: lte.TDD, UplinkDownlink: 1}, {PRB: 25, Ports: 2}, {PRB: 50, Ports: 1, Duplex: lte.TDD, UplinkDownlink: 2}} {
		c.PCI = lte.PCI(40 + i)
		c = talkative(t, filled(c), enb.Habit{})
		c.Broadcast.SIB1Habit.First = []int{c.PRB - 6, c.PRB - 8, c.PRB - 7}
		for k, first := range []int{0, c.PRB - 12} {
			b := window(t, c, 4, tuned(c.PRB, first, 12), dongleHz, 0.1*float64(k), 0.09, levelDBFS-15, enb.Channel{}, uint64(i+1))
			centre, o := known(c, 4, &b, rand.New(rand.NewPCG(1, 1)))
			r.Read(context.Background(), &centre, 0, []lte.Observation{o})
			out := r.Read(context.Background(), &b, 0.1*float64(k), nil)
			if k == 1 && (len(out) == 0 || !same(out[len(out)-1].SIB1Octets, c.Broadcast.SIB1)) {
				t.Errorf("cell %d: not read", i)
			}
		}
	}
}

package narrow_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/narrow"
	"github.com/straycell/straycell/internal/enb"
)

// In steady state nothing is allocated, neither while a cell's SIB1 is looked for nor once it was read, but for what is read.
func TestAllocations(t *testing.T) {
	if testing.Short() {
		t.Skip("buffers take a while to grow")
	}
	ctx := context.Background()
	c := filled(enb.Cell{PCI: 301, PRB: 100, Ports: 2, CFI: 2, Load: enb.Load{Fraction: 0.5, PDCCH: 0.5, Seed: 1}})
	c = talkative(t, c, enb.Habit{})
	for _, x := range []struct {
		name  string
		first int
		snrDB float64
		most  float64
	}{
		{"SIB1 not in view", 60, 10, 0},
		{"too weak", 0, -20, 0},
		{"read", 0, 10, 30}, // the lists of what was read
	} {
		b := window(t, c, 4, tuned(100, x.first, 12), dongleHz, 0, 0.06, levelDBFS-x.snrDB, enb.Channel{}, 1)
		r := narrow.NewReader()
		rng := rand.New(rand.NewPCG(1, 1))
		centre, o := known(c, 4, &b, rng)
		r.Read(ctx, &centre, 0, []lte.Observation{o})
		for range 14 { // until buffers have grown
			r.Read(ctx, &b, 0, nil)
		}
		if n := testing.AllocsPerRun(3, func() { r.Read(ctx, &b, 0, nil) }); n > x.most {
			t.Errorf("%s: %v allocations", x.name, n)
		}
	}
}

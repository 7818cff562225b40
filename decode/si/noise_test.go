package si_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/si"
)

// anybody draws a cell that is not there.
func anybody(rng *rand.Rand) si.Cell {
	cp := lte.NormalCP + lte.CP(rng.IntN(2))
	return si.Cell{
		Layout: grid.Layout{PCI: lte.PCI(rng.IntN(504)), Ports: []int{1, 2, 4}[rng.IntN(3)], PRB: 6, SFN: 2 * rng.IntN(512),
			Timing: grid.Timing{CP: cp}, Frames: grid.Frames{Duplex: lte.FDD + lte.Duplex(rng.IntN(2)), CP: cp}},
		Duration: lte.PHICHNormal + lte.PHICHDuration(rng.IntN(2)), Resource: lte.PHICHOneSixth + lte.PHICHResource(rng.IntN(4)),
	}
}

func noise(rng *rand.Rand, iq []complex64) {
	for i := range iq {
		iq[i] = complex(float32(rng.NormFloat64()), float32(rng.NormFloat64()))
	}
}

// Noise gives no SIB1, and in steady state reading it allocates nothing, however long the run is.
func TestNoiseGivesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	r := si.NewReader()
	iq := make([]complex64, 1.92e6*0.04)
	for range 100 {
		noise(rng, iq)
		if info, _ := r.Read(context.Background(), iq, 1.92e6, anybody(rng)); len(info.SIB1Octets) > 0 || info.Pages > 0 {
			t.Fatalf("%+v", info)
		}
	}
	c := anybody(rng)
	if n := testing.AllocsPerRun(5, func() { r.Read(context.Background(), iq, 1.92e6, c) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// What is read is allocated, nothing else: twice the subframes cost as many allocations.
func TestAllocations(t *testing.T) {
	iq, rate, cell, _ := clean(t, "a50p2.cs8")
	r := si.NewReader()
	count := func(seconds float64) float64 {
		x := iq[:int(seconds*rate)]
		r.Read(context.Background(), x, rate, cell)
		return testing.AllocsPerRun(3, func() { r.Read(context.Background(), x, rate, cell) })
	}
	short, long := count(0.08), count(0.16)
	if long > short+20 { // lists of transmissions grow
		t.Errorf("80 subframes: %v allocations, 160: %v", short, long)
	}
}

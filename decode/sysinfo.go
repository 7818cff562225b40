package decode

import (
	"context"
	"sort"

	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/si"
	"github.com/straycell/straycell/decode/sync"
)

// systemInfo reads the system information of every cell whose MIB was read, from the look's own samples, strongest first:
// what a cell sends all the time is taken out of the samples before the next one on the same carrier is read.
func (d *Decoder) systemInfo(ctx context.Context, iq []complex64, rateHz float64, cells []cell) {
	if d.info == nil {
		d.info = si.NewReader()
	}
	var order []*cell
	for i := range cells {
		if c := &cells[i]; c.mib && c.ghost == "" {
			order = append(order, c)
		}
	}
	sort.SliceStable(order, func(i, j int) bool { return order[i].signal.RSRPdBFS > order[j].signal.RSRPdBFS })
	for i, c := range order {
		if ctx.Err() != nil {
			return
		}
		c.info, c.stop = d.info.Read(ctx, iq, rateHz, c.layout(rateHz))
		for _, o := range order[i+1:] {
			if c.shares(o) {
				d.info.Cancel(iq)
				break
			}
		}
	}
}

// layout is what is known of a cell, in samples at rateHz.
func (c *cell) layout(rateHz float64) si.Cell {
	t := c.timing
	t.Frame *= rateHz / sync.Rate
	t.CFOHz = c.freqHz
	sfn := c.block.MIB.SFN - c.block.Frame
	frame := rateHz / 100 * (1 - t.ClockPPM*1e-6)
	for t.Frame > 0 {
		t.Frame -= frame
		sfn--
	}
	m := &c.block.MIB
	return si.Cell{
		Layout: grid.Layout{
			PCI: c.sync.PCI, Ports: c.block.Ports, PRB: m.PRB, Timing: t, SFN: (sfn%1024 + 1024) % 1024,
			Frames: grid.Frames{Duplex: c.sync.Duplex, CP: c.sync.CP},
		},
		Duration: m.PHICHDuration, Resource: m.PHICHResource,
	}
}

// shares tells whether two carriers share spectrum.
func (c *cell) shares(o *cell) bool {
	far := c.freqHz - o.freqHz
	return max(far, -far) < 90e3*float64(c.block.MIB.PRB+o.block.MIB.PRB)
}

package decode

import (
	"bytes"
	"context"
	"sort"

	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/narrow"
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
		if c := &cells[i]; c.mib {
			order = append(order, c)
		}
	}
	sort.SliceStable(order, func(i, j int) bool { return order[i].signal.RSRPdBFS > order[j].signal.RSRPdBFS })
	for i, c := range order {
		if ctx.Err() != nil {
			return
		}
		c.info, c.stop = d.info.Read(ctx, iq, rateHz, c.layout(rateHz))
		if c.info.SIB1 == nil && (c.stop == lte.StopWeak || c.stop == lte.StopNarrow) && !d.info.Silent() && !narrow.Reads(rateHz) {
			d.withoutPDCCH(ctx, iq, rateHz, c)
		}
		for _, o := range order[i+1:] {
			if c.shares(o) {
				d.info.Cancel(iq)
				break
			}
		}
	}
}

// withoutPDCCH reads SIB1 where its control channel cannot be decoded, for lack of strength or because too little of it is in view.
// The messages stay unread, and why is said as before.
func (d *Decoder) withoutPDCCH(ctx context.Context, iq []complex64, rateHz float64, c *cell) {
	if c.signal.SINRdB < leastSINRdB {
		return
	}
	if d.blind == nil {
		d.blind = narrow.NewReader()
	}
	info := d.blind.Once(ctx, iq, rateHz, c.layout(rateHz))
	info.SIB1Fails = max(info.SIB1Fails, c.info.SIB1Fails-info.SIB1CRCs)
	if info.SIB1 != nil {
		info.Paging, info.Pages = c.info.Paging, c.info.Pages
		c.info = info
	}
}

// leastSINRdB is the least with which that is worth the time.
const leastSINRdB = -12

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

// joinInfo is what two pieces of a look told of one cell, and how far the better of them got.
func joinInfo(x, y *cell) (lte.SystemInfo, lte.Stop) {
	a, b := x.info, y.info
	stop := min(x.stop, y.stop)
	switch {
	case a.SIB1 == nil && b.SIB1 != nil:
		stop = y.stop
	case a.SIB1 != nil && b.SIB1 == nil:
		stop = x.stop
	}
	if len(a.SIB1Octets) == 0 {
		a.SIB1, a.SIB1Octets = b.SIB1, b.SIB1Octets
	} else if len(b.SIB1Octets) > 0 && !bytes.Equal(a.SIB1Octets, b.SIB1Octets) {
		a.SIB1Others = append(a.SIB1Others, lte.OtherSIB1{SIB1: b.SIB1, Octets: b.SIB1Octets, CRCs: b.SIB1CRCs})
		b.SIB1CRCs = 0
	}
	a.SIB1Others = append(a.SIB1Others, b.SIB1Others...)
	a.SIB1CRCs += b.SIB1CRCs
	a.SIB1Fails += b.SIB1Fails
	a.OnAir = append(a.OnAir, b.OnAir...)
next:
	for _, m := range b.Messages {
		for i := range a.Messages {
			if o := &a.Messages[i]; o.Entry == m.Entry && bytes.Equal(o.Octets, m.Octets) {
				o.CRCs += m.CRCs
				continue next
			}
		}
		a.Messages = append(a.Messages, m)
	}
	a.Pages += b.Pages
	a.Paging = a.Paging.Plus(b.Paging)
	return a, stop
}

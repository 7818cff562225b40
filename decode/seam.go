package decode

import (
	"context"
	"math"

	"github.com/straycell/straycell/decode/sync"
)

// Some recordings are pieces glued together. Averaging over a seam costs all but the strongest cells, so where a good cell's
// timing jumps the look is cut and each piece is looked at by itself.
const (
	seamSINRdB = -3     // of the cell whose timing is trusted
	minPiece   = 0.0199 // seconds; shorter pieces are left out
)

// pieces cuts samples at sync.Rate at the seams a cell's reference signals show; nil: there are none.
func (s *stage) pieces(c *cell, samples int) [][2]int {
	if c.signal.SINRdB < seamSINRdB {
		return nil
	}
	seams := s.pilots.Seams()
	if len(seams) == 0 {
		return nil
	}
	var out [][2]int
	from := 0
	for _, x := range append(seams, float64(samples)) {
		to := max(0, min(int(x), samples))
		if float64(to-from) >= minPiece*sync.Rate {
			out = append(out, [2]int{from, to})
		}
		from = to
	}
	return out
}

// piecewise decodes each piece of a look and joins what each cell told in them.
func (d *Decoder) piecewise(ctx context.Context, iq []complex64, rate, freqHz, bandHz float64, pieces [][2]int) []cell {
	var out []cell
	for _, p := range pieces {
		from, to := int(float64(p[0])*rate/sync.Rate), int(float64(p[1])*rate/sync.Rate)
		for _, c := range d.once(ctx, iq[from:to], rate, freqHz, bandHz, false) {
			c.first += float64(p[0])
			c.timing.Frame += float64(p[0])
			out = join(out, c)
		}
	}
	return out
}

// join adds a cell to those of earlier pieces: one radio keeps its PCI and offset, and its place in the list.
func join(cells []cell, c cell) []cell {
	for i := range cells {
		o := &cells[i]
		if o.sync.PCI != c.sync.PCI || o.sync.Duplex != c.sync.Duplex || math.Abs(o.freqHz-c.freqHz) > 300 {
			continue
		}
		crcs, periods := o.block.CRCs, o.block.Periods
		info, stop := joinInfo(o.info, c.info), min(o.stop, c.stop)
		better := c.mib && (!o.mib || c.signal.SINRdB >= o.signal.SINRdB)
		if better || !o.mib && c.signal.SINRdB > o.signal.SINRdB {
			*o = c
		}
		if c.mib {
			o.block.CRCs, o.block.Periods = crcs+c.block.CRCs, periods+c.block.Periods
			o.info, o.stop = info, stop
		}
		return cells
	}
	return append(cells, c)
}

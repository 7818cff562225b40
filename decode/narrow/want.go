package narrow

import (
	"slices"

	"github.com/straycell/straycell/decode/lte"
)

// windowPRB is how many resource blocks a window of 2.4 Msps holds whole.
const windowPRB = 12

// Want is what has to be heard next for a cell's SIB1 to be read: a window that holds some of its resource blocks, for a time.
type Want struct {
	PCI       lte.PCI
	CarrierHz float64 // as received
	PRB       int     // of the whole carrier
	FirstPRB  int
	PRBs      int
	Announced bool // by the DCI; else it is a place where networks send SIB1
	DurationS float64
}

// CentreHz is the middle of the window wanted, as received.
func (w Want) CentreHz() float64 {
	return w.CarrierHz + 180e3*(float64(w.FirstPRB)+float64(w.PRBs)/2-float64(w.PRB)/2)
}

// Wants lists what the cells ask for whose SIB1 was not read, those heard first before others; several may ask for the same.
func (r *Reader) Wants() []Want {
	var out []Want
	for _, c := range r.cells {
		if c.read != nil {
			continue
		}
		n := min(windowPRB, c.layout.PRB)
		w := Want{PCI: c.layout.PCI, CarrierHz: c.carrierHz, PRB: c.layout.PRB, PRBs: n, DurationS: dwellS(c.sinrDB)}
		if c.said.length > 0 {
			w.Announced = true
			w.FirstPRB = max(0, min(c.said.first+(c.said.length-n)/2, c.layout.PRB-n))
		} else {
			w.FirstPRB = c.next()
			w.DurationS = max(w.DurationS, 0.08) // SIB1 may be elsewhere in every other transmission
		}
		out = append(out, w)
	}
	return out
}

// dwellS is how long a window takes that holds SIB1: a transmission every 20 ms, and as many as the signal needs.
func dwellS(sinrDB float64) float64 {
	switch {
	case sinrDB >= 0:
		return 0.04
	case sinrDB >= -4:
		return 0.08
	}
	return 0.16
}

// places lists the windows of a carrier in the order in which they are tried: most networks send SIB1 at the lower edge, some in
// the middle or at the upper edge.
func places(prb int) []int {
	n := min(windowPRB, prb)
	var out []int
	for lo, hi := 0, prb-n; lo <= hi; lo, hi = lo+n, hi-n {
		out = append(out, lo)
		if hi != lo {
			out = append(out, hi)
		}
	}
	if last := out[len(out)-1]; len(out)%2 == 0 && last-out[len(out)-2] > n {
		out = append(out, out[len(out)-2]+n) // what is left in the middle
	}
	return out
}

// hear counts what time each window was heard for.
func (c *cell) hear(first, count int, seconds float64) {
	ps := places(c.layout.PRB)
	for len(c.heard) < len(ps) {
		c.heard = append(c.heard, 0)
	}
	n := min(windowPRB, c.layout.PRB)
	for i, p := range ps {
		if p >= first && p+n <= first+count {
			c.heard[i] += seconds
		}
	}
}

// next is the window heard least, the first of equals.
func (c *cell) next() int {
	ps := places(c.layout.PRB)
	if len(c.heard) < len(ps) {
		return ps[0]
	}
	return ps[slices.Index(c.heard, slices.Min(c.heard))]
}

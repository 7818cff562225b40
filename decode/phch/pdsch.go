package phch

import (
	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
)

// PDSCH reads the shared channel where it carries system information or paging: one code word, QPSK, from one port or with
// transmit diversity. It is reused from cell to cell; not safe for concurrent use.
type PDSCH struct {
	set      [2][]bool
	at       []element
	llr      []float32
	scramble []uint8
}

// Unit is bits per symbol times layers, which a transport block of several code blocks is dealt out in: transmit diversity has
// two layers for that, TS 36.212 §5.1.4.1.2.
func Unit(ports int) int {
	if ports == 1 {
		return 2
	}
	return 4
}

// Soften returns the descrambled soft bits of a grant's PDSCH as log-likelihood ratios, in the order they were sent; valid
// until the next call. symbols is the length of the control region.
func (d *PDSCH) Soften(s *grid.Subframe, g *Grant, symbols int) []float32 {
	c := s.Carrier()
	g.Allocation(&d.set, c.PRB)
	d.at = d.at[:0]
	per := c.Timing.CP.SymbolsPerSlot()
	last := 2 * per
	if c.Frames.Special(s.Number) {
		last = min(last, c.Frames.Symbols(s.SFN, s.Number))
	}
	for l := symbols; l < last; l++ {
		d.fill(s, l)
	}
	n := 2 * len(d.at)
	if cap(d.llr) < n {
		d.llr = make([]float32, n)
		d.scramble = make([]uint8, n)
	}
	llr, scr := d.llr[:n], d.scramble[:n]
	soften(llr, s, d.at)
	// TS 36.211 §6.3.1: code word 0
	fec.GoldTo(scr, uint32(g.RNTI)<<14+uint32(s.Number)<<9+uint32(c.PCI))
	for i, x := range scr {
		if x != 0 {
			llr[i] = -llr[i]
		}
	}
	return llr
}

// fill appends the elements of symbol l that the allocation has and nothing else uses, TS 36.211 §6.3.5.
func (d *PDSCH) fill(s *grid.Subframe, l int) {
	c := s.Carrier()
	cp := c.Timing.CP
	slot, in := l/cp.SymbolsPerSlot(), l%cp.SymbolsPerSlot()
	// Reference signals: every sixth subcarrier for one port, every third for two (and, in their symbol, for ports 2 and 3).
	shift, step := 0, 0
	for port := range c.Ports {
		v, ok := grid.CRSShift(c.PCI, cp, port, 2*s.Number+slot, in)
		switch {
		case ok && step == 0:
			shift, step = v, 6
		case ok:
			shift, step = v%3, 3
		}
	}
	// The middle 72 subcarriers where PBCH or synchronisation signals stand.
	lo, hi := 0, 0
	if middle(c.Frames.Duplex, cp, s.Number, l) {
		lo, hi = 6*c.PRB-36, 6*c.PRB+36
	}
	for p, mine := range d.set[slot] {
		if !mine {
			continue
		}
		for k := 12 * p; k < 12*p+12; k++ {
			if step > 0 && k%step == shift || k >= lo && k < hi {
				continue
			}
			d.at = append(d.at, element{uint8(l), uint16(k)})
		}
	}
}

// middle tells whether symbol l of a subframe carries the PBCH or a synchronisation signal, TS 36.211 §6.6.4, §6.11.1.2 and
// §6.11.2.2.
func middle(d lte.Duplex, cp lte.CP, sf, l int) bool {
	per := cp.SymbolsPerSlot()
	if sf == 0 && l >= per && l < per+4 {
		return true
	}
	if d == lte.TDD {
		return (sf == 0 || sf == 5) && l == 2*per-1 || (sf == 1 || sf == 6) && l == 2
	}
	return (sf == 0 || sf == 5) && (l == per-1 || l == per-2)
}

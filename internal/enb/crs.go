package enb

import (
	"math"

	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/lte"
)

// maxPRB is the largest downlink bandwidth the reference sequences are defined for, TS 36.211 §6.2.1.
const maxPRB = 110

// crsTable holds the cell-specific reference signals of a frame, TS 36.211 §6.10.1.
type crsTable struct {
	ports, symbols int // symbols per slot
	vshift         int
	seq            [20][3][]complex64 // by slot and the symbol's rank in crsSymbols
}

// crsSymbols lists the symbols of a slot with reference signals: two for ports 0 and 1, between them one for 2 and 3.
func crsSymbols(perSlot int) [3]int { return [3]int{0, 1, perSlot - 3} }

func newCRSTable(c Cell) crsTable {
	t := crsTable{ports: c.Ports, symbols: c.CP.SymbolsPerSlot(), vshift: int(c.PCI) % 6}
	for ns := range t.seq {
		for i, l := range crsSymbols(t.symbols) {
			if i == 1 && c.Ports < 4 {
				continue
			}
			t.seq[ns][i] = crsSequence(c, ns, l)
		}
	}
	return t
}

// crsSequence is r(m') of TS 36.211 §6.10.1.1 for the cell's bandwidth, 2*PRB values of power 1.
func crsSequence(c Cell, ns, l int) []complex64 {
	ncp := uint32(0)
	if c.CP == lte.NormalCP {
		ncp = 1
	}
	id := uint32(c.PCI)
	cinit := 1024*uint32(7*(ns+1)+l+1)*(2*id+1) + 2*id + ncp
	bits := fec.Gold(cinit, 4*maxPRB)
	out := make([]complex64, 2*c.PRB)
	for m := range out {
		mm := m + maxPRB - c.PRB
		out[m] = qpsk(bits[2*mm], bits[2*mm+1])
	}
	return out
}

// qpskSymbols is TS 36.211 Table 7.1.2-1, of power 1.
var qpskSymbols = func() (t [4]complex64) {
	for i := range t {
		const h = math.Sqrt2 / 2
		t[i] = complex(h*float32(1-(i&2)), h*float32(1-2*(i&1)))
	}
	return t
}()

// qpsk maps a pair of bits to a symbol, TS 36.211 §7.1.2.
func qpsk(b0, b1 uint8) complex64 { return qpskSymbols[b0<<1&2|b1&1] }

// each calls f for every symbol l of a subframe in which port p has reference elements, with the first of its
// subcarriers; the others follow every six. TS 36.211 §6.10.1.2.
func (t *crsTable) each(p int, f func(l, k0 int)) {
	at := crsSymbols(t.symbols)
	for ns := range 2 {
		base := ns * t.symbols
		switch p {
		case 0:
			f(base+at[0], t.vshift%6)
			f(base+at[2], (3+t.vshift)%6)
		case 1:
			f(base+at[0], (3+t.vshift)%6)
			f(base+at[2], t.vshift%6)
		case 2:
			f(base+at[1], (3*ns+t.vshift)%6)
		case 3:
			f(base+at[1], (3+3*ns+t.vshift)%6)
		}
	}
}

// referenceSymbols tells how many symbols at the head of a subframe can have reference elements: of an MBSFN subframe the
// first two, TS 36.211 §6.10.1.2.
func (m *Mapper) referenceSymbols(sf int, mbsfn bool) int {
	if mbsfn {
		return 2
	}
	return m.Cell.downlinkSymbols(sf)
}

func (m *Mapper) mapCRS(g *Grid, s subframe) {
	sf, dl, at := s.sf, m.referenceSymbols(s.sf, s.mbsfn), crsSymbols(m.crs.symbols)
	for p := range m.Cell.Ports {
		m.crs.each(p, func(l, k0 int) {
			if l >= dl {
				return
			}
			ns, rank := l/m.crs.symbols, 0
			for l%m.crs.symbols != at[rank] {
				rank++
			}
			seq, re := m.crs.seq[2*sf+ns][rank], g.RE[p][l*g.K:]
			for i := max(0, (g.lo-k0)/6); k0+6*i < g.hi; i++ {
				re[k0+6*i] = seq[i]
			}
			g.Busy[l] = true
		})
	}
}

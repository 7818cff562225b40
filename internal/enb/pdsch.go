package enb

import (
	"math"

	"github.com/straycell/straycell/decode/fec"
)

// transportBlock codes a message to the buffer that its transmissions are read from, TS 36.212 §5.3.2: zero padding, CRC,
// turbo code. Blocks of broadcast are one code block.
func transportBlock(octets []byte, tbs int) circularBuffer {
	bits := make([]uint8, tbs+24)
	for i, b := range octets {
		fec.Bits(bits[8*i:], uint32(b), 8)
	}
	fec.Bits(bits[tbs:], fec.CRC24A(bits[:tbs]), 24)
	return newCircularBuffer(turbo(bits))
}

// elements calls f for the elements of an allocation that carry data, in the order of mapping: up the subcarriers, then
// along the symbols from first to the one before end; TS 36.211 §6.3.5 and §6.4.
func (m *Mapper) elements(use []Use, prbs [2][]int, first, end int, f func(l, i int)) {
	K, slot := m.Cell.Subcarriers(), m.Cell.CP.SymbolsPerSlot()
	for l := first; l < end; l++ {
		for _, prb := range prbs[l/slot] {
			at := l*K + 12*prb
			for i := at; i < at+12; i++ {
				if use[i] == Free {
					f(l, i)
				}
			}
		}
	}
}

// capacity is the number of bits an allocation has room for in a subframe like s.
func (m *Mapper) capacity(d DCI, s subframe) int {
	n := 0
	m.elements(m.occupied(s), d.prbs(m.Cell), s.region.symbols, m.Cell.dataSymbols(s.sf), func(int, int) { n += 2 })
	return n
}

// mapPDSCH sends a transport block, TS 36.211 §6.3 and §6.4.
func (m *Mapper) mapPDSCH(g *Grid, s subframe, t *Transmission) {
	use, prbs, end := m.occupied(s), t.DCI.prbs(m.Cell), m.Cell.dataSymbols(s.sf)
	n := 0
	m.elements(use, prbs, s.region.symbols, end, func(int, int) { n += 2 })
	m.bits, m.scramble = resize(m.bits, n), resize(m.scramble, n)
	t.block.read(m.bits, t.RV)
	fec.GoldTo(m.scramble, uint32(t.RNTI)<<14+uint32(s.sf)<<9+uint32(m.Cell.PCI))
	for i, c := range m.scramble {
		m.bits[i] ^= c
	}
	i, held, pair := 0, -1, 0
	var x complex64
	m.elements(use, prbs, s.region.symbols, end, func(l, at int) {
		v := scale(qpsk(m.bits[i], m.bits[i+1]), m.rho[l])
		i += 2
		g.Use[at], g.Busy[l] = PDSCH, true
		switch {
		case m.Cell.Ports == 1:
			g.RE[0][at] = v
		case held < 0:
			held, x = at, v
		default:
			a, b := diversityPorts(m.Cell.Ports, pair)
			m.putPair(g, a, b, held, at, x, v)
			held = -1
			pair++
		}
	})
}

func resize(b []uint8, n int) []uint8 {
	if cap(b) < n {
		return make([]uint8, n)
	}
	return b[:n]
}

// cellRatio is rho_B/rho_A by P_B, TS 36.213 Table 5.2-1: with one port, and with two or four.
var cellRatio = [4][2]float64{{1, 5. / 4}, {4. / 5, 1}, {3. / 5, 3. / 4}, {2. / 5, 1. / 2}}

// dataAmplitudes gives the amplitude of data by symbol, relative to symbols without reference elements; TS 36.213 Table
// 5.2-2 names those with.
func dataAmplitudes(c Cell) []float32 {
	slot := c.CP.SymbolsPerSlot()
	out := make([]float32, 2*slot)
	ratio := cellRatio[c.PB][min(c.Ports, 2)-1]
	for l := range out {
		out[l] = 1
		switch l % slot {
		case 0, slot - 3:
			out[l] = float32(math.Sqrt(ratio))
		case 1:
			if c.Ports == 4 {
				out[l] = float32(math.Sqrt(ratio))
			}
		}
	}
	return out
}

package enb

import "github.com/straycell/straycell/decode/fec"

// mapPDCCH sends the DCI of each transmission and filler in some of the other CCEs, TS 36.211 §6.8 and TS 36.212 §5.3.3.
func (m *Mapper) mapPDCCH(g *Grid, s subframe, sent []Transmission) {
	var used [maxCCEs]bool
	if len(sent) > 0 {
		var scramble [commonCCEs * 72]uint8 // the common search space
		fec.GoldTo(scramble[:], uint32(s.sf)<<9+uint32(m.Cell.PCI))
		for _, t := range sent {
			bits := pdcchBits(t.DCI.bits(m.Cell), t.RNTI, t.Aggregation)
			for i := range bits {
				bits[i] ^= scramble[72*t.CCE+i]
			}
			for i, r := range s.region.pdcch[regsPerCCE*t.CCE:][:regsPerCCE*t.Aggregation] {
				if !g.shows(r) {
					continue
				}
				var d [4]complex64
				for j := range d {
					d[j] = qpsk(bits[8*i+2*j], bits[8*i+2*j+1])
				}
				m.putREG(g, r, d, PDCCH)
			}
			for i := range t.Aggregation {
				used[t.CCE+i] = true
			}
		}
	}
	load := m.Cell.Load
	if load.PDCCH == 0 {
		return
	}
	limit := uint64(load.PDCCH * (1 << 53))
	for cce := range s.region.cces() {
		h := mix(load.Seed ^ mix(uint64(s.n)<<8+uint64(cce)+1<<60))
		if used[cce] || h>>11 >= limit {
			continue
		}
		for i, r := range s.region.pdcch[regsPerCCE*cce:][:regsPerCCE] {
			if !g.shows(r) {
				continue
			}
			b := mix(h + uint64(i))
			var d [4]complex64
			for j := range d {
				d[j] = qpsk(uint8(b>>(2*j)&1), uint8(b>>(2*j+1)&1))
			}
			m.putREG(g, r, d, Data)
		}
	}
}

const (
	commonCCEs = 16  // TS 36.213 §9.1.1
	maxCCEs    = 100 // four symbols of the widest carrier have fewer
)

// pdcchBits codes a DCI for an aggregation level, TS 36.212 §5.3.3.2 to §5.3.3.4.
func pdcchBits(dci []uint8, rnti uint16, aggregation int) []uint8 {
	n := len(dci)
	bits := make([]uint8, n+16)
	copy(bits, dci)
	fec.Bits(bits[n:], uint32(fec.CRC16(dci)^rnti), 16)
	return fec.ConvRateMatch(fec.ConvEncode(bits), 72*aggregation)
}

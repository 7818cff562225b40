package enb

import (
	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/lte"
)

// MIB is the 24 bits that the cell broadcasts in the frame with this system frame number, TS 36.331 §6.2.2:
// dl-Bandwidth (3), phich-Config (1+2), the SFN's eight high bits, ten spare bits.
func (c Cell) MIB(sfn int) [3]byte {
	c, err := c.defaults()
	if err != nil {
		return [3]byte{}
	}
	v := uint32(bandwidthCode(c.PRB))
	v = v<<1 | uint32(c.PHICHDuration-lte.PHICHNormal)
	v = v<<2 | uint32(c.PHICHResource-lte.PHICHOneSixth)
	v = v<<8 | uint32(sfn>>2&0xff)
	v = v<<10 | uint32(c.Spare)
	return [3]byte{byte(v >> 16), byte(v >> 8), byte(v)}
}

// bchMask is XORed to the CRC by the number of antenna ports, TS 36.212 Table 5.3.1.1-1.
var bchMask = map[int]uint16{1: 0, 2: 0xffff, 4: 0x5555}

// bch codes a MIB to the e bits of four frames, TS 36.212 §5.3.1.
func bch(mib [3]byte, ports, e int) []uint8 {
	bits := make([]uint8, 40)
	fec.Bits(bits, uint32(mib[0])<<16|uint32(mib[1])<<8|uint32(mib[2]), 24)
	fec.Bits(bits[24:], uint32(fec.CRC16(bits[:24])^bchMask[ports]), 16)
	return fec.ConvRateMatch(fec.ConvEncode(bits), e)
}

// pbchPeriod holds the PBCH of the 40 ms that were mapped last.
type pbchPeriod struct {
	period  int
	symbols [][]complex64 // by port, four frames
}

// pbchElements calls f for the elements of slot 1 of subframe 0 that the PBCH spans, in the order of mapping; taken: kept
// free because a reference signal of four ports would stand there, whatever the cell's ports. TS 36.211 §6.6.4.
func pbchElements(c Cell, f func(l, k int, taken bool)) {
	slot := c.CP.SymbolsPerSlot()
	mid, vshift := c.Subcarriers()/2, int(c.PCI)%3
	for l := range 4 {
		// Two ports together, or the other two, leave out every third subcarrier.
		withCRS := l <= 1 || l == slot-3
		for k := mid - 36; k < mid+36; k++ {
			f(slot+l, k, withCRS && k%3 == vshift)
		}
	}
}

// mapPBCH maps the quarter of the PBCH that belongs to the frame, TS 36.211 §6.6.
func (m *Mapper) mapPBCH(g *Grid, sfn int) {
	c := m.Cell
	perFrame := 240
	if c.CP == lte.ExtendedCP {
		perFrame = 216
	}
	if m.pbch.period != sfn/4 {
		bits := bch(c.MIB(sfn), c.Ports, 8*perFrame)
		for i, s := range fec.Gold(uint32(c.PCI), len(bits)) {
			bits[i] ^= s
		}
		d := make([]complex64, len(bits)/2)
		for i := range d {
			d[i] = qpsk(bits[2*i], bits[2*i+1])
		}
		m.pbch = pbchPeriod{period: sfn / 4, symbols: diversity(d, c.Ports)}
	}
	i := sfn % 4 * perFrame
	pbchElements(c, func(l, k int, taken bool) {
		if taken {
			return
		}
		for p, d := range m.pbch.symbols {
			g.RE[p][l*g.K+k] = d[i]
		}
		g.Busy[l] = true
		i++
	})
}

package phch

import (
	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
)

// pcfichREGs are the groups of symbol 0 that carry the PCFICH, by index, TS 36.211 §6.7.4.
func pcfichREGs(pci lte.PCI, prb int) [4]int {
	var out [4]int
	for i := range out {
		out[i] = (int(pci)%(2*prb) + i*prb/2) % (2 * prb)
	}
	return out
}

// PCFICH reads control format indicators: how many symbols of a subframe the control region has. It has no CRC, so what it
// says is a hypothesis. Not safe for concurrent use.
type PCFICH struct {
	pci     lte.PCI
	started bool
	bits    [10][32]uint8
	at      []element
}

// Decode returns the log-likelihood of each of the CFIs 1, 2 and 3, TS 36.212 Table 5.3.4-1 and TS 36.211 §6.7.1.
func (d *PCFICH) Decode(s *grid.Subframe) (likelihood [3]float32) {
	c := s.Carrier()
	if !d.started || d.pci != c.PCI {
		d.started, d.pci = true, c.PCI
		for sf := range d.bits {
			fec.GoldTo(d.bits[sf][:], uint32(sf+1)*(2*uint32(c.PCI)+1)<<9+uint32(c.PCI))
		}
	}
	d.at = d.at[:0]
	for _, i := range pcfichREGs(c.PCI, c.PRB) {
		for k := 6 * i; k < 6*i+6; k++ {
			if k%3 != int(c.PCI)%3 {
				d.at = append(d.at, element{0, uint16(k)})
			}
		}
	}
	var llr [32]float32
	soften(llr[:], s, d.at)
	for i, v := range llr {
		if d.bits[s.Number][i] != 0 {
			v = -v
		}
		// Code word n has a 0 where i mod 3 is n, counted from CFI 1, and a 1 elsewhere.
		for n := range likelihood {
			if i%3 == n {
				likelihood[n] += v / 2
			} else {
				likelihood[n] -= v / 2
			}
		}
	}
	return likelihood
}

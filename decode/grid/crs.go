package grid

import (
	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/lte"
)

// Width is the number of subcarriers that every cell uses whatever its bandwidth: six resource blocks round the carrier.
const Width = 72

// maxRB is N_RB^max,DL of TS 36.211 §6.10.1.1.
const maxRB = 110

// CRS holds the cell-specific reference signals of one cell in the six middle resource blocks, TS 36.211 §6.10.1.
type CRS struct {
	pci    lte.PCI
	cp     lte.CP
	values [20][3][12]complex64 // [slot][kind of symbol][element]
}

// crsSymbols are the symbols of a slot that carry reference signals: 0, 1 (ports 2 and 3 only) and the last but two.
func crsSymbols(cp lte.CP) [3]int {
	if cp == lte.ExtendedCP {
		return [3]int{0, 1, 3}
	}
	return [3]int{0, 1, 4}
}

// NewCRS generates the sequences of a cell.
func NewCRS(pci lte.PCI, cp lte.CP) *CRS {
	c := &CRS{pci: pci, cp: cp}
	for ns := range 20 {
		for i, l := range crsSymbols(cp) {
			CRSValues(c.values[ns][i][:], pci, cp, ns, l, 6)
		}
	}
	return c
}

// CRSValues fills dst with the reference values of symbol l in slot ns of a carrier prb resource blocks wide: two per
// resource block, lowest frequency first, TS 36.211 §6.10.1.1.
func CRSValues(dst []complex64, pci lte.PCI, cp lte.CP, ns, l, prb int) {
	ncp := uint32(1)
	if cp == lte.ExtendedCP {
		ncp = 0
	}
	id := uint32(pci)
	cinit := 1<<10*(7*(uint32(ns)+1)+uint32(l)+1)*(2*id+1) + 2*id + ncp
	var bits [4 * maxRB]uint8
	n := 2 * (maxRB + prb)
	fec.GoldTo(bits[:n], cinit)
	const a = 0.70710678118654752440
	for m := range 2 * prb {
		i := m + maxRB - prb
		dst[m] = complex(a*float32(1-2*int(bits[2*i])), a*float32(1-2*int(bits[2*i+1])))
	}
}

// CRSShift is the offset within six subcarriers of port p's reference signals in symbol l of slot ns, TS 36.211 §6.10.1.2.
// ok is false where the port has none.
func CRSShift(pci lte.PCI, cp lte.CP, p, ns, l int) (shift int, ok bool) {
	s := crsSymbols(cp)
	v := 0
	switch {
	case p < 2 && l == s[0]:
		v = 3 * p
	case p < 2 && l == s[2]:
		v = 3 - 3*p
	case p >= 2 && l == s[1]:
		v = 3 * (ns & 1)
		if p == 3 {
			v += 3
		}
	default:
		return 0, false
	}
	return (v + int(pci)%6) % 6, true
}

// Place writes the reference elements of port p in symbol l of slot ns (0 to 19) to dst and clears those of other ports.
func (c *CRS) Place(dst *[Width]complex64, p, ns, l int) {
	shift, ok := CRSShift(c.pci, c.cp, p, ns, l)
	if !ok {
		return
	}
	for i, k := range crsSymbols(c.cp) {
		if k == l {
			for m, v := range c.values[ns][i] {
				dst[shift+6*m] = v
			}
		}
	}
}

// Reference tells whether symbol l of a slot certainly carries reference signals of some port.
func Reference(d lte.Duplex, cp lte.CP, slot, l int) bool {
	for kind, k := range crsSymbols(cp) {
		if k == l && downlink(d, slot, kind) {
			return true
		}
	}
	return false
}

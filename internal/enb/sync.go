package enb

import (
	"math"

	"github.com/straycell/straycell/decode/lte"
)

// pssRoots are the Zadoff-Chu root indices by NID2, TS 36.211 Table 6.11.1.1-1.
var pssRoots = [3]float64{25, 29, 34}

// pssSequence is d(n) of TS 36.211 §6.11.1.1.
func pssSequence(nid2 int) (d [62]complex64) {
	u := pssRoots[nid2]
	for n := range d {
		i := float64(n)
		p := i * (i + 1)
		if n >= 31 {
			p = (i + 1) * (i + 2)
		}
		s, c := math.Sincos(-math.Pi * u * p / 63)
		d[n] = complex(float32(c), float32(s))
	}
	return d
}

// mSequence is 1-2x(i) for the shift register x(i+5) = sum of x(i+tap) mod 2 started with 0,0,0,0,1, TS 36.211 §6.11.2.1.
func mSequence(taps ...int) (s [31]float32) {
	var x [36]int
	x[4] = 1
	for i := range 31 {
		for _, t := range taps {
			x[i+5] ^= x[i+t]
		}
		s[i] = float32(1 - 2*x[i])
	}
	return s
}

var (
	sssS = mSequence(2, 0)
	sssC = mSequence(3, 0)
	sssZ = mSequence(4, 2, 1, 0)
)

// sssSequence is d(n) of TS 36.211 §6.11.2.1 in subframe 0 or 5.
func sssSequence(pci lte.PCI, subframe int) (d [62]float32) {
	n1, n2 := pci.NID1(), pci.NID2()
	qp := n1 / 30
	q := (n1 + qp*(qp+1)/2) / 30
	mp := n1 + q*(q+1)/2
	m0 := mp % 31
	m1 := (m0 + mp/31 + 1) % 31
	first, second := m0, m1
	if subframe == 5 {
		first, second = m1, m0
	}
	for n := range 31 {
		d[2*n] = sssS[(n+first)%31] * sssC[(n+n2)%31]
		d[2*n+1] = sssS[(n+second)%31] * sssC[(n+n2+3)%31] * sssZ[(n+first%8)%31]
	}
	return d
}

// pssSymbol is the symbol of subframe sf that holds the PSS, -1 for none: the last of slots 0 and 10 in FDD, the third of
// subframes 1 and 6 in TDD; TS 36.211 §6.11.1.2.
func pssSymbol(c Cell, sf int) int {
	switch {
	case c.Duplex == lte.FDD && sf%5 == 0:
		return c.CP.SymbolsPerSlot() - 1
	case c.Duplex == lte.TDD && sf%5 == 1:
		return 2
	}
	return -1
}

// sssSymbol is the symbol of subframe sf that holds the SSS, -1 for none: before the PSS in FDD, the last of slots 1 and
// 11 in TDD; TS 36.211 §6.11.2.2.
func sssSymbol(c Cell, sf int) int {
	switch {
	case sf%5 != 0:
		return -1
	case c.Duplex == lte.FDD:
		return c.CP.SymbolsPerSlot() - 2
	}
	return 2*c.CP.SymbolsPerSlot() - 1
}

// mapSync maps the synchronisation signals around the carrier's centre, on antenna port 0.
func (m *Mapper) mapSync(g *Grid, sf int) {
	k0 := g.K/2 - 31
	if l := pssSymbol(m.Cell, sf); l >= 0 {
		copy(g.RE[0][l*g.K+k0:], m.pss[:])
		g.Busy[l] = true
	}
	if l := sssSymbol(m.Cell, sf); l >= 0 {
		re := g.RE[0][l*g.K+k0:]
		for n, v := range m.sss[sf/5] {
			re[n] = complex(v, 0)
		}
		g.Busy[l] = true
	}
}

package enb

import "github.com/straycell/straycell/decode/fec"

// controlInit starts the scrambling of PCFICH and PHICH, TS 36.211 §6.7.1 and §6.9.1.
func controlInit(c Cell, sf int) uint32 {
	return uint32(sf+1)*(2*uint32(c.PCI)+1)<<9 + uint32(c.PCI)
}

// mapPCFICH sends the control format indicator: 32 bits, of which every third is 0 (TS 36.212 Table 5.3.4-1), in four
// groups of the first symbol.
func (m *Mapper) mapPCFICH(g *Grid, s subframe) {
	var c [32]uint8
	fec.GoldTo(c[:], controlInit(m.Cell, s.sf))
	for i := range c {
		if i%3 != s.cfi-1 {
			c[i] ^= 1
		}
	}
	for i, r := range s.region.pcfich {
		if !g.shows(r) {
			continue
		}
		var d [4]complex64
		for j := range d {
			d[j] = qpsk(c[8*i+2*j], c[8*i+2*j+1])
		}
		m.putREG(g, r, d, PCFICH)
	}
}

// shows tells whether a resource-element group is kept up to date.
func (g *Grid) shows(r REG) bool { return r.K[3] >= g.lo && r.K[0] < g.hi }

// putREG maps four symbols to a resource-element group with transmit diversity.
func (m *Mapper) putREG(g *Grid, r REG, d [4]complex64, use Use) {
	at := r.L * g.K
	g.Busy[r.L] = true
	for _, k := range r.K {
		g.Use[at+k] = use
	}
	if m.Cell.Ports == 1 {
		for i, k := range r.K {
			g.RE[0][at+k] = d[i]
		}
		return
	}
	for i := range 2 {
		a, b := diversityPorts(m.Cell.Ports, i)
		m.putPair(g, a, b, at+r.K[2*i], at+r.K[2*i+1], d[2*i], d[2*i+1])
	}
}

// putPair maps two symbols to elements i and j of ports a and b.
func (m *Mapper) putPair(g *Grid, a, b, i, j int, x0, x1 complex64) {
	g.RE[a][i], g.RE[a][j], g.RE[b][i], g.RE[b][j] = alamouti(x0, x1)
}

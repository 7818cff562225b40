package enb

import "math"

// fillerQPSK is the alphabet of the filler at its power, by symbol.
func fillerQPSK(c Cell, rho []float32) [][4]complex64 {
	out := make([][4]complex64, len(rho))
	for l := range out {
		a := float32(math.Pow(10, c.Load.DB/20)) * rho[l]
		for i := range out[l] {
			out[l][i] = scale(qpsk(uint8(i>>1), uint8(i&1)), a)
		}
	}
	return out
}

// fill puts random QPSK into the free elements of some resource blocks of a subframe, sent with transmit diversity as a
// real cell would. Every draw depends on the seed, the subframe, the block and the symbol alone: a receiver that sees a
// part of the carrier sees the same data there as one that sees all of it.
func (m *Mapper) fill(g *Grid, s subframe) {
	c := &m.Cell
	end := c.dataSymbols(s.sf)
	if c.Load.Fraction == 0 || end == 0 || s.mbsfn {
		return
	}
	limit := uint64(c.Load.Fraction * (1 << 53))
	base := mix(c.Load.Seed ^ mix(uint64(s.n)))
	for prb := g.lo / 12; 12*prb < g.hi; prb++ {
		h := mix(base + uint64(prb))
		if h>>11 >= limit {
			continue
		}
		for l := s.region.symbols; l < end; l++ {
			m.fillBlock(g, l*g.K+12*prb, &m.filler[l], mix(h+uint64(l)))
			g.Busy[l] = true
		}
	}
}

// fillBlock fills the twelve elements of one symbol from index at, with two bits of r for each.
func (m *Mapper) fillBlock(g *Grid, at int, alphabet *[4]complex64, r uint64) {
	use := g.Use[at : at+12]
	if m.Cell.Ports == 1 {
		re := g.RE[0][at : at+12]
		for k, u := range use {
			if u == Free {
				re[k], use[k] = alphabet[r>>(2*k)&3], Data
			}
		}
		return
	}
	first, pair := -1, 0
	for k, u := range use {
		if u != Free {
			continue
		}
		if first < 0 {
			first = k
			continue
		}
		a, b := diversityPorts(m.Cell.Ports, pair)
		pair++
		a0, a1, b0, b1 := alamouti(alphabet[r>>(2*first)&3], alphabet[r>>(2*k)&3])
		g.RE[a][at+first], g.RE[a][at+k], g.RE[b][at+first], g.RE[b][at+k] = a0, a1, b0, b1
		use[first], use[k] = Data, Data
		first = -1
	}
}

// mix is a bijection of 64 bits whose every output bit depends on every input bit (the finaliser of SplitMix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

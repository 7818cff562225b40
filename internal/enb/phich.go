package enb

import (
	"math"

	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/lte"
)

// phichSpread are the real sequences of TS 36.211 Table 6.9.1-2; as many again are these times j.
var (
	phichSpreadNormal   = [4][4]float32{{1, 1, 1, 1}, {1, -1, 1, -1}, {1, 1, -1, -1}, {1, -1, -1, 1}}
	phichSpreadExtended = [2][2]float32{{1, 1}, {1, -1}}
)

// mapPHICH sends indicators that answer nobody: of each group, some sequences with random bits. A full group has the power
// of a reference element. TS 36.211 §6.9.
func (m *Mapper) mapPHICH(g *Grid, s subframe) {
	load := m.Cell.Load
	if load.PHICH == 0 {
		return
	}
	var scramble [12]uint8
	fec.GoldTo(scramble[:], controlInit(m.Cell, s.sf))
	limit := uint64(load.PHICH * (1 << 53))
	for unit, regs := range s.region.phich {
		if !g.shows(regs[0]) && !g.shows(regs[1]) && !g.shows(regs[2]) {
			continue
		}
		var sum [12]complex64
		busy := false
		add := func(group, sequences int, f func(seq int, hi float32)) {
			for seq := range sequences {
				h := mix(load.Seed ^ mix(uint64(s.n)<<20+uint64(group)<<4+uint64(seq)))
				if h>>11 >= limit {
					continue
				}
				busy = true
				f(seq, 1-2*float32(h&1))
			}
		}
		// Each indicator is sent three times; BPSK stands on the diagonal, TS 36.211 §7.1.1.
		spread := func(i, seq, half int, w, hi float32) complex64 {
			amp := 1 / float32(math.Sqrt(float64(2*half)))
			v := scale(qpsk(0, 0), amp*hi*w*(1-2*float32(scramble[i])))
			if seq >= half {
				v = complex(-imag(v), real(v))
			}
			return v
		}
		if m.Cell.CP == lte.NormalCP {
			add(unit, 8, func(seq int, hi float32) {
				for i := range sum {
					sum[i] += spread(i, seq, 4, phichSpreadNormal[seq%4][i%4], hi)
				}
			})
		} else {
			// Two groups share a unit: the even one has the first half of each REG, the odd one the second.
			for half := range 2 {
				add(2*unit+half, 4, func(seq int, hi float32) {
					for i := range 6 {
						sum[i/2*4+2*half+i%2] += spread(i, seq, 2, phichSpreadExtended[seq%2][i%2], hi)
					}
				})
			}
		}
		if busy {
			m.putPHICH(g, s, unit, sum)
		}
	}
}

// putPHICH maps a unit. With four ports a REG goes out on ports 0 and 2 or on 1 and 3 as a whole, the two taking turns,
// TS 36.211 §6.9.2.
func (m *Mapper) putPHICH(g *Grid, s subframe, unit int, d [12]complex64) {
	for i, r := range s.region.phich[unit] {
		if r.L >= s.region.symbols || !g.shows(r) { // a cell that keeps to fewer symbols than its PHICH needs has data there
			continue
		}
		if m.Cell.Ports < 4 {
			m.putREG(g, r, [4]complex64(d[4*i:]), PHICH)
			continue
		}
		at := r.L * g.K
		g.Busy[r.L] = true
		for _, k := range r.K {
			g.Use[at+k] = PHICH
		}
		a := (i + unit) % 2
		for j := 0; j < 4; j += 2 {
			m.putPair(g, a, a+2, at+r.K[j], at+r.K[j+1], d[4*i+j], d[4*i+j+1])
		}
	}
}

package enb

import (
	"math"

	"github.com/straycell/straycell/decode/lte"
)

// Use tells what a resource element of a subframe is taken by, over all antenna ports.
type Use uint8

const (
	Free     Use = iota // downlink, nothing mapped
	Silent              // not of the downlink: uplink, guard period, UpPTS
	Reserved            // kept empty by the specification
	CRS                 // a reference element of one port, empty on the others
	PSS
	SSS
	PBCH
	PCFICH
	PHICH
	PDCCH
	PDSCH
	Data // filler, of the PDCCH and the PDSCH
)

// Grid is one subframe of one cell: the resource elements of each antenna port, TS 36.211 §6.2.
//
// Element k of OFDM symbol l (0 to 13 or 11) stands at index l*K+k of RE[port] and Use, K = 12*PRB. The indices of
// TS 36.211 run from the lowest frequency up and skip the carrier's centre.
type Grid struct {
	K, Symbols int
	RE         [4][]complex64 // nil for ports that the cell does not have
	Use        []Use
	Busy       []bool // by symbol: something is transmitted in it

	lo, hi int // subcarriers that are kept up to date
}

// NewGrid makes the grid of a cell, empty.
func NewGrid(c Cell) (*Grid, error) {
	c, err := c.defaults()
	if err != nil {
		return nil, err
	}
	return newGrid(c, 0, c.Subcarriers()), nil
}

// newGrid makes a grid in which only subcarriers lo to hi-1 are kept up to date: a narrow receiver needs no more.
func newGrid(c Cell, lo, hi int) *Grid {
	g := &Grid{K: c.Subcarriers(), Symbols: 2 * c.CP.SymbolsPerSlot(), lo: lo, hi: hi}
	n := g.K * g.Symbols
	for p := range c.Ports {
		g.RE[p] = make([]complex64, n)
	}
	g.Use, g.Busy = make([]Use, n), make([]bool, g.Symbols)
	return g
}

func (g *Grid) clear(use []Use) {
	// Whole resource blocks: what is sent in a block depends on all of it.
	from, to := g.lo/12*12, min(g.K, (g.hi+11)/12*12)
	for l, busy := range g.Busy {
		copy(g.Use[l*g.K+from:l*g.K+to], use[l*g.K+from:])
		if !busy {
			continue
		}
		g.Busy[l] = false
		for _, re := range g.RE {
			if re != nil {
				clear(re[l*g.K+g.lo : l*g.K+g.hi])
			}
		}
	}
}

// Mapper fills the grids of a cell.
type Mapper struct {
	Cell Cell // with its defaults

	use      [10][2][]Use // occupancy of each subframe of a frame before data, and as an MBSFN subframe: read only
	regions  [60]*controlRegion
	crs      crsTable
	pss      [62]complex64
	sss      [2][62]float32 // subframes 0 and 5
	pbch     pbchPeriod
	rho      []float32      // amplitude of messages by symbol
	filler   [][4]complex64 // alphabet of filler by symbol
	sch      *scheduler     // nil: nothing is broadcast
	sent     []Transmission // in the present subframe
	bits     []uint8        // scratch of mapPDSCH
	scramble []uint8
}

// NewMapper plans a cell.
func NewMapper(c Cell) (*Mapper, error) {
	m, err := newPlan(c)
	if err != nil {
		return nil, err
	}
	c = m.Cell
	m.crs, m.pss = newCRSTable(c), pssSequence(c.PCI.NID2())
	m.sss[0], m.sss[1] = sssSequence(c.PCI, 0), sssSequence(c.PCI, 5)
	m.pbch.period = -1
	m.rho = dataAmplitudes(c)
	m.filler = fillerQPSK(c, m.rho)
	for l := range m.rho {
		m.rho[l] *= float32(math.Pow(10, c.PA/20))
	}
	return m, nil
}

// newPlan is a Mapper that knows what is sent and where, and none of the sequences.
func newPlan(c Cell) (*Mapper, error) {
	c, err := c.defaults()
	if err != nil {
		return nil, err
	}
	m := &Mapper{Cell: c, crs: crsTable{ports: c.Ports, symbols: c.CP.SymbolsPerSlot(), vshift: int(c.PCI) % 6}}
	m.sch, err = m.newScheduler(c.Broadcast)
	return m, err
}

// occupied is what the elements of a subframe are taken by before control channels and data.
func (m *Mapper) occupied(s subframe) []Use {
	use := &m.use[s.sf][flag(s.mbsfn)]
	if *use == nil {
		*use = m.occupancy(s.sf, s.mbsfn)
	}
	return *use
}

// Subframe fills g with subframe n, counted from the start of system frame 0; n may be negative or beyond one cycle of
// system frame numbers. Filler differs from cycle to cycle, all else repeats.
func (m *Mapper) Subframe(g *Grid, n int64) {
	s, sent := m.plan(n)
	m.fillGrid(g, s, sent)
}

func (m *Mapper) fillGrid(g *Grid, s subframe, sent []Transmission) {
	g.clear(m.occupied(s))
	if s.region == nil || !m.Cell.Bursts.sent(s) {
		return
	}
	m.mapCRS(g, s)
	m.mapSync(g, s.sf)
	if s.sf == 0 {
		m.mapPBCH(g, s.sfn)
	}
	m.mapPCFICH(g, s)
	m.mapPHICH(g, s)
	m.mapPDCCH(g, s, sent)
	for i := range sent {
		m.mapPDSCH(g, s, &sent[i])
	}
	m.fill(g, s)
}

// occupancy tells what the elements of subframe sf are taken by before control channels and data.
func (m *Mapper) occupancy(sf int, mbsfn bool) []Use {
	c := m.Cell
	K, slot := c.Subcarriers(), c.CP.SymbolsPerSlot()
	use := make([]Use, K*2*slot)
	for i := m.referenceSymbols(sf, mbsfn) * K; i < len(use); i++ {
		use[i] = Silent
	}
	mark := func(l, k int, u Use) {
		if use[l*K+k] == Free {
			use[l*K+k] = u
		}
	}
	for p := range c.Ports {
		m.crs.each(p, func(l, k0 int) {
			for k := k0; k < K; k += 6 {
				mark(l, k, CRS)
			}
		})
	}
	for _, s := range []struct {
		at  int
		use Use
	}{{pssSymbol(c, sf), PSS}, {sssSymbol(c, sf), SSS}} {
		if s.at < 0 {
			continue
		}
		// TS 36.211 §6.11.1.2: five subcarriers on either side of the sequence are kept empty.
		for k := K/2 - 36; k < K/2+36; k++ {
			if k < K/2-31 || k >= K/2+31 {
				mark(s.at, k, Reserved)
			} else {
				mark(s.at, k, s.use)
			}
		}
	}
	if sf == 0 {
		// TS 36.211 §6.6.4: the positions that reference signals of four ports would take stay empty.
		pbchElements(c, func(l, k int, taken bool) {
			if taken {
				mark(l, k, Reserved)
			} else {
				mark(l, k, PBCH)
			}
		})
	}
	return use
}

// REG is a resource-element group: four elements of one symbol, TS 36.211 §6.2.4.
type REG struct {
	L int
	K [4]int

	first int // subcarrier at which the group begins, reference elements included
}

// REGs lists the resource-element groups of symbol l (0 to 3) of a subframe's first slot, lowest frequency first. Which
// elements are left out depends on how many ports could have reference signals there, TS 36.211 §6.2.4: a cell with one
// port leaves out those of two.
func (c Cell) REGs(l int) []REG {
	ports := max(c.Ports, 2)
	withCRS := l == 0 || l == 1 && ports == 4 || l == 3 && c.CP == lte.ExtendedCP
	vshift := int(c.PCI) % 3 // two ports or two pairs of ports leave out every third element
	var out []REG
	var r REG
	n := 0
	for k := range c.Subcarriers() {
		if withCRS && k%3 == vshift {
			continue
		}
		r.L, r.K[n] = l, k
		if n++; n == 4 {
			r.first = k - 3
			if withCRS {
				r.first = k / 6 * 6
			}
			out, n = append(out, r), 0
		}
	}
	return out
}

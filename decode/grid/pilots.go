package grid

import (
	"math"

	"github.com/straycell/straycell/decode/lte"
)

// Cell is what a Pilots needs to know of a cell.
type Cell struct {
	PCI    lte.PCI
	Duplex lte.Duplex
	Timing Timing // Frame ≤ 0, so that slots of the run count from 0
}

// positions are the places of reference signals in frequency: every third subcarrier, odd and even ones from different
// symbols.
const positions = Width / 3

// Pilots holds the middle 72 subcarriers of the symbols that matter before the MIB is known, and the reference elements of
// each port with their sequence removed. It is reused from cell to cell.
type Pilots struct {
	Cell  Cell
	Slots int // slots in the run, whether in view or not
	Lead  int // the port (0 or 1) that timing and levels are taken from; some cells are heard by their second port alone
	demod *Demod
	crs   *CRS

	syms   []Symbol
	index  []int // per entry of syms: where it goes
	sub    []([Width]complex64)
	have   []bool
	ports  [4][]pilot
	total  [4][]running
	summed [4]bool

	wieners   map[wienerKey]*wiener
	equations equations
	sums      []float64
	acc       [][maxBands]complex64
}

// pilot is one port's reference elements of one slot: zero where the slot has none at that position.
type pilot struct {
	v [positions]complex64
	n [2]uint8 // how often even and odd positions were seen: 0 or 1
}

// kinds of symbols kept per slot: the three with reference signals, then PBCH symbols 2 and 3.
const kinds = 5

// NewPilots plans for samples at 1.92 Msps.
func NewPilots() *Pilots {
	return &Pilots{demod: NewDemod(128), wieners: map[wienerKey]*wiener{}}
}

// Demod is the demodulator in use.
func (p *Pilots) Demod() *Demod { return p.demod }

// downlink tells whether a slot of a cell certainly carries reference signals: every slot of FDD (MBSFN subframes still
// carry those of symbol 0), in TDD the slots of subframes 0 and 5 and the beginning of 1 and 6, TS 36.211 §4.2.
func downlink(d lte.Duplex, slot, kind int) bool {
	if d != lte.TDD {
		return true
	}
	switch slot % 10 {
	case 0, 1:
		return true
	case 2:
		return kind < 2
	}
	return false
}

// Load demodulates a run of samples for a cell. With pbch false only what ports 0 and 1 need is looked at.
func (p *Pilots) Load(iq []complex64, c Cell, crs *CRS, pbch bool) {
	p.Cell, p.crs = c, crs
	slot := float64(p.demod.n) * 7.5 * (1 - c.Timing.ClockPPM*1e-6)
	p.Slots = int(math.Ceil((float64(len(iq)) - c.Timing.Frame) / slot))
	n := p.Slots * kinds
	if cap(p.sub) < n {
		p.sub = make([][Width]complex64, n)
		p.have = make([]bool, n)
	}
	p.sub, p.have = p.sub[:n], p.have[:n]
	clear(p.have)
	p.syms, p.index = p.syms[:0], p.index[:0]
	ls := crsSymbols(c.Timing.CP)
	for s := range p.Slots {
		for k := range kinds {
			l := 2 + k - 3
			if k < 3 {
				l = ls[k]
			}
			if k == 1 && !pbch || k >= 3 && (!pbch || s%20 != 1) || !downlink(c.Duplex, s, k) {
				continue
			}
			if y := (Symbol{s, l}); p.demod.Inside(c.Timing, y, len(iq)) {
				p.syms = append(p.syms, y)
				p.index = append(p.index, s*kinds+k)
			}
		}
	}
	p.demod.Run(iq, c.Timing, p.syms, Width, func(i int, sub []complex64) {
		j := p.index[i]
		p.sub[j] = [Width]complex64(sub)
		p.have[j] = true
	})
	p.summed = [4]bool{}
	for port := range p.ports {
		if cap(p.ports[port]) < p.Slots {
			p.ports[port] = make([]pilot, p.Slots)
		}
		p.ports[port] = p.ports[port][:p.Slots]
		clear(p.ports[port])
		if !pbch && port > 1 {
			continue
		}
		for s := range p.Slots {
			for k := range 3 {
				shift, ok := CRSShift(c.PCI, c.Timing.CP, port, s%20, ls[k])
				if !ok || !p.have[s*kinds+k] {
					continue
				}
				odd := shift / 3
				dst, sub, ref := &p.ports[port][s], &p.sub[s*kinds+k], &crs.values[s%20][k]
				for m := range 12 {
					dst.v[2*m+odd] = sub[shift+6*m] * conj(ref[m])
				}
				dst.n[odd] = 1
			}
		}
	}
}

// PBCHSymbol returns the 72 subcarriers of PBCH symbol l (0 to 3) of a frame, TS 36.211 §6.6.4; nil when out of view.
func (p *Pilots) PBCHSymbol(frame, l int) *[Width]complex64 {
	k := []int{0, 1, 3, 4}[l]
	i := (frame*20+1)*kinds + k
	if i >= len(p.have) || !p.have[i] {
		return nil
	}
	return &p.sub[i]
}

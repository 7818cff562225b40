package grid

import (
	"math"

	"github.com/straycell/straycell/decode/lte"
)

// Layout is what a Carrier needs to know of a cell.
type Layout struct {
	PCI    lte.PCI
	Ports  int
	PRB    int
	Timing Timing // Frame ≤ 0, in samples of the run
	SFN    int    // number of the frame that starts at Timing.Frame
	Frames Frames
}

// Carrier holds one cell over its full bandwidth in a run of samples at any multiple of 15 kHz: its reference signals, and on
// demand its subframes. Resource blocks that the samples do not hold are there as silence. It is reused from cell to cell;
// not safe for concurrent use.
type Carrier struct {
	Layout
	RSRP      float64 // power of a reference element as the samples hold it, all resource blocks in view
	SNR       float64 // power of a reference element over noise and interference, all resource blocks in view
	Subframes int     // subframes from Timing.Frame on that begin in the run

	iq        []complex64
	demods    map[int]*Demod
	demod     *Demod
	visible   []bool // per resource block
	view      [2]int // the first that is visible and the one behind the last
	ref       [20][3][]complex64
	refOf     crsKey
	pilots    []complex64 // [slot][kind][pair of ports][two per resource block], reference sequence removed
	have      []bool      // [slot][kind]: in view, whether sent or not
	filters   map[bandKey]*bandFilter
	equations equations
	model     Smoothing
	sums      []complex64 // of reference elements, first the even positions
	means     []complex64
	delays    []float64
	syms      []Symbol
	where     []int
	segs      []complex64
	slopes    []complex64
	sub       Subframe
}

type crsKey struct {
	pci lte.PCI
	cp  lte.CP
	prb int
}

// NewCarrier makes one without a plan: transforms are planned at the first run of each sample rate.
func NewCarrier() *Carrier {
	return &Carrier{demods: map[int]*Demod{}, filters: map[bandKey]*bandFilter{}}
}

// Width is the number of subcarriers.
func (c *Carrier) Width() int { return 12 * c.PRB }

// Visible is the share of resource blocks inside a band of rateHz whose middle lies offsetHz below the carrier.
func Visible(prb int, offsetHz, rateHz float64) float64 {
	n := 0
	for p := range prb {
		if inside(p, prb, offsetHz, rateHz) {
			n++
		}
	}
	return float64(n) / float64(prb)
}

// inside tells whether resource block p lies within the samples' band, less a little for the steepest of filters.
func inside(p, prb int, offsetHz, rateHz float64) bool {
	low := offsetHz + 15e3*float64(12*p-6*prb)
	return low >= -rateHz*0.499 && low+12*15e3 <= rateHz*0.499
}

// Load demodulates the reference signals of a run of samples, refines timing, clock and offset by them, measures and chooses
// how far channel estimates may average. iq is not copied: it must stay as it is while subframes are opened.
func (c *Carrier) Load(iq []complex64, rateHz float64, l Layout) {
	c.prepare(iq, rateHz, l)
	c.settle()
	c.measure()
	c.model = c.choose()
}

// prepare demodulates the reference signals.
func (c *Carrier) prepare(iq []complex64, rateHz float64, l Layout) {
	c.Layout, c.iq = l, iq
	n := int(math.Round(rateHz / 15e3))
	if c.demods[n] == nil {
		c.demods[n] = NewDemod(n)
	}
	c.demod = c.demods[n]
	if cap(c.visible) < c.PRB {
		c.visible = make([]bool, c.PRB)
	}
	c.visible = c.visible[:c.PRB]
	c.view = [2]int{c.PRB, 0}
	for p := range c.visible {
		if c.visible[p] = inside(p, c.PRB, c.Timing.CFOHz, rateHz); c.visible[p] {
			c.view = [2]int{min(c.view[0], p), p + 1}
		}
	}
	c.reference()
	sf := c.subframe() * (1 - c.Timing.ClockPPM*1e-6)
	c.Subframes = max(0, int(math.Ceil((float64(len(iq))-c.Timing.Frame)/sf)))
	c.loadPilots()
}

// subframe is the length of a subframe in samples of an exact clock.
func (c *Carrier) subframe() float64 { return 15 * float64(c.demod.n) }

// reference generates the cell's sequences.
func (c *Carrier) reference() {
	k := crsKey{c.PCI, c.Timing.CP, c.PRB}
	if c.refOf == k {
		return
	}
	c.refOf = k
	ls := crsSymbols(k.cp)
	for ns := range c.ref {
		for i, l := range ls {
			if cap(c.ref[ns][i]) < 2*c.PRB {
				c.ref[ns][i] = make([]complex64, 2*c.PRB)
			}
			c.ref[ns][i] = c.ref[ns][i][:2*c.PRB]
			CRSValues(c.ref[ns][i], k.pci, k.cp, ns, l, c.PRB)
		}
	}
}

// pilot is the reference elements of a port in a symbol, sequence removed; ok is false where the port has none or they are
// not in view.
func (c *Carrier) pilot(port, slot, kind int) (v []complex64, odd int, ok bool) {
	shift, sent := CRSShift(c.PCI, c.Timing.CP, port, slot%20, crsSymbols(c.Timing.CP)[kind])
	if !sent || !c.have[slot*3+kind] {
		return nil, 0, false
	}
	w := 2 * c.PRB
	return c.pilots[((slot*3+kind)*2+port&1)*w:][:w], shift / 3, true
}

// loadPilots demodulates every symbol that may hold reference signals.
func (c *Carrier) loadPilots() {
	slots := 2 * c.Subframes
	w := 2 * c.PRB
	if cap(c.have) < slots*3 {
		c.have = make([]bool, slots*3)
	}
	if cap(c.pilots) < slots*6*w {
		c.pilots = make([]complex64, slots*6*w)
	}
	c.have, c.pilots = c.have[:slots*3], c.pilots[:slots*6*w]
	clear(c.have)
	c.syms, c.where = c.syms[:0], c.where[:0]
	ls := crsSymbols(c.Timing.CP)
	for s := range slots {
		for k, l := range ls {
			if k == 1 && c.Ports < 4 || c.Timing.CP.SymbolsPerSlot()*(s&1)+l >= c.mayHold(s/2) {
				continue
			}
			if y := (Symbol{s, l}); c.demod.Inside(c.Timing, y, len(c.iq)) {
				c.syms, c.where = append(c.syms, y), append(c.where, s*3+k)
			}
		}
	}
	c.demod.Run(c.iq, c.Timing, c.syms, c.Width(), func(i int, sub []complex64) {
		at := c.where[i]
		c.have[at] = true
		slot, kind := at/3, at%3
		ref := c.ref[slot%20][kind]
		for pair := range min(2, c.Ports) {
			port := pair
			if kind == 1 {
				port += 2
			}
			v, _, ok := c.pilot(port, slot, kind)
			if !ok {
				continue
			}
			shift, _ := CRSShift(c.PCI, c.Timing.CP, port, slot%20, ls[kind])
			for m := range v {
				v[m] = sub[shift+6*m] * conj(ref[m])
			}
			for p, seen := range c.visible {
				if !seen {
					v[2*p], v[2*p+1] = 0, 0
				}
			}
		}
	})
}

// sfn is the number of the frame a subframe belongs to.
func (c *Carrier) sfn(subframe int) int { return (c.SFN + subframe/10) % 1024 }

// mayHold is how many symbols of a subframe may hold reference signals: those of Frames.Symbols, and all of one that is
// multicast only perhaps.
func (c *Carrier) mayHold(subframe int) int {
	n := c.Frames.Symbols(c.sfn(subframe), subframe%10)
	if n == 2 && !c.Frames.Known {
		n = 2 * c.Timing.CP.SymbolsPerSlot()
	}
	return n
}

// trusted tells whether a symbol holds reference signals for certain.
func (c *Carrier) trusted(slot, kind int) bool {
	l := crsSymbols(c.Timing.CP)[kind]
	return c.Timing.CP.SymbolsPerSlot()*(slot&1)+l < c.Frames.Symbols(c.sfn(slot/2), slot/2%10)
}

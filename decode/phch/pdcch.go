package phch

import (
	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
)

// PHICH is what the layout of a control region depends on besides the cell's identity: the MIB's two values, and the factor
// m_i of TDD.
type PHICH struct {
	Duration lte.PHICHDuration
	Resource lte.PHICHResource
	Factor   int
}

// Assignment is a DCI found in the common search space.
type Assignment struct {
	Grant
	CFI         int
	CCE         int // first control channel element
	Aggregation int
	Match       float64 // the code word's correlation with the soft bits over their sizes: 1 without noise
}

// PDCCH searches the common search space for DCIs of formats 1A and 1C with SI-RNTI and P-RNTI, and no other. It is reused
// from cell to cell; not safe for concurrent use.
type PDCCH struct {
	plans    map[controlKey]*control
	viterbi  fec.Viterbi
	orders   map[int][]int32
	scramble [10][72 * searchCCEs]uint8
	pci      lte.PCI
	started  bool
	llr      [72 * searchCCEs]float32
	soft     []float32
	streams  [3][]float32
	tried    int
}

// NewPDCCH plans nothing yet.
func NewPDCCH() *PDCCH {
	return &PDCCH{plans: map[controlKey]*control{}, orders: map[int][]int32{}}
}

// Tried is the number of code words decoded since the start: each had two chances in 65,536 to pass a CRC by accident.
func (d *PDCCH) Tried() int { return d.tried }

// maxPlans bounds the layouts kept: a carrier has three, TDD up to nine.
const maxPlans = 256

// ControlSymbols is the length of a control region, TS 36.211 §6.7 and TS 36.212 §5.3.4: one symbol more than the CFI says in
// carriers of up to ten resource blocks. ok is false where the subframe cannot have this CFI.
func ControlSymbols(s *grid.Subframe, cfi int) (symbols int, ok bool) {
	c := s.Carrier()
	symbols = cfi
	if c.PRB <= 10 {
		symbols++
	}
	return symbols, !c.Frames.Special(s.Number) || symbols <= 2
}

// Search appends to found what the common search space of a subframe holds if its CFI and PHICH are these.
func (d *PDCCH) Search(found []Assignment, s *grid.Subframe, p PHICH, cfi int) []Assignment {
	c := s.Carrier()
	symbols, ok := ControlSymbols(s, cfi)
	if !ok {
		return found
	}
	key := controlKey{c.PCI, c.Ports, c.PRB, c.Timing.CP, p.Duration, p.Resource, p.Factor, c.Frames.Special(s.Number), symbols}
	plan := d.plans[key]
	if plan == nil {
		if len(d.plans) >= maxPlans {
			clear(d.plans)
		}
		plan = newControl(key)
		d.plans[key] = plan
	}
	if !d.started || d.pci != c.PCI {
		d.started, d.pci = true, c.PCI
		for sf := range d.scramble {
			fec.GoldTo(d.scramble[sf][:], uint32(sf)<<9+uint32(c.PCI)) // TS 36.211 §6.8.2
		}
	}
	llr := d.llr[:2*len(plan.search)]
	soften(llr, s, plan.search)
	for i, x := range d.scramble[s.Number][:len(llr)] {
		if x != 0 {
			llr[i] = -llr[i]
		}
	}
	begin := len(found)
	cces := len(llr) / 72
	// Format 1A and 1C, eight and four elements, TS 36.213 Table 9.1.1-1.
	for _, size := range [2]int{size1A(c.Frames.Duplex, c.PRB), size1C(c.PRB)} {
		for _, level := range [2]int{8, 4} {
			for cce := 0; cce+level <= cces; cce += level {
				if covered(found[begin:], cce) {
					continue
				}
				a, ok := d.decode(llr[72*cce:72*(cce+level)], size, c.Frames.Duplex, c.PRB)
				if !ok {
					continue
				}
				a.CFI, a.CCE = cfi, cce
				found = append(found, a)
			}
		}
	}
	return found
}

// covered tells whether an element belongs to a DCI already found.
func covered(found []Assignment, cce int) bool {
	for _, a := range found {
		if cce >= a.CCE && cce < a.CCE+a.Aggregation {
			return true
		}
	}
	return false
}

// decode decodes one candidate for a payload of size bits, TS 36.212 §5.3.3.2 to §5.3.3.4.
func (d *PDCCH) decode(llr []float32, size int, duplex lte.Duplex, prb int) (a Assignment, ok bool) {
	n := size + 16
	order := d.orders[n]
	if order == nil {
		order = make([]int32, 3*n)
		for i, v := range fec.ConvOrder(n) {
			order[i] = int32(v)
		}
		d.orders[n] = order
	}
	if cap(d.soft) < 3*n {
		d.soft = make([]float32, 3*n)
	}
	soft := d.soft[:3*n]
	clear(soft)
	for i, v := range llr {
		soft[order[i%len(order)]] += v
	}
	for i := range d.streams {
		d.streams[i] = soft[i*n : (i+1)*n]
	}
	d.tried++
	b := d.viterbi.Decode(d.streams)
	rnti := uint16(fec.Value(b[size:])) ^ fec.CRC16(b[:size])
	if rnti != SIRNTI && rnti != PRNTI {
		return a, false
	}
	if size == size1C(prb) {
		a.Grant, ok = parse1C(b[:size], rnti, prb)
	} else {
		a.Grant, ok = parse1A(b[:size], rnti, duplex, prb)
	}
	if !ok {
		return a, false
	}
	// A DCI of four elements also passes for one of eight if the other four say little. What the second half says tells.
	code := fec.ConvEncode(b)
	agree := func(from, to int) (match float64) {
		var dot, sum float64
		for i := from; i < to; i++ {
			v, p := llr[i], int(order[i%len(order)])
			if code[p/n][p%n] != 0 {
				v = -v
			}
			dot += float64(v)
			sum += float64(max(v, -v))
		}
		return dot / max(sum, 1e-30)
	}
	a.Aggregation = len(llr) / 72
	a.Match = agree(0, len(llr))
	if a.Aggregation == 8 {
		first, second := agree(0, len(llr)/2), agree(len(llr)/2, len(llr))
		switch {
		case second < first/2:
			a.Aggregation, a.Match = 4, first
		case first < second/2:
			return a, false // of the four elements behind, found there
		}
	}
	return a, true
}

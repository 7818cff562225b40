// Package si reads the system information of one cell over its full carrier: SIB1, the messages it schedules, and paging as
// counts, TS 36.331 §5.2 and TS 36.213 §7.1.
package si

import (
	"context"
	"math"
	"slices"

	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/phch"
	"github.com/straycell/straycell/decode/rrc"
)

// Cell is a cell whose MIB was read.
type Cell struct {
	grid.Layout
	Duration lte.PHICHDuration
	Resource lte.PHICHResource
}

// Reader holds the scratch of one worker. It keeps no knowledge of a cell from one run of samples to the next. Not safe for
// concurrent use.
type Reader struct {
	carrier *grid.Carrier
	pcfich  phch.PCFICH
	pdcch   *phch.PDCCH
	pdsch   phch.PDSCH
	turbo   fec.Turbo
	alone   fec.Transport
	sib1    message
	entries []message
	found   []phch.Assignment
	windows []Window
	visited []bool // subframes whose control region was searched
	set     [2][]bool
	octets  []byte

	cell   Cell
	loaded bool // the carrier holds the cell
	silent bool
	margin float32 // by which the CFI searched for last was likelier than the next one, nepers
	factor int     // of the PHICH in subframe 5, once a block was read there; -1
	tried  int     // the one the last search ended with
	out    lte.SystemInfo
}

// NewReader plans nothing yet.
func NewReader() *Reader {
	return &Reader{carrier: grid.NewCarrier(), pdcch: phch.NewPDCCH()}
}

// Tried is the number of code words of the PDCCH and of CRCs of the PDSCH compared since the start: the chances noise had.
func (r *Reader) Tried() (dcis, blocks int) { return r.pdcch.Tried(), r.turbo.Tried() }

// Read reads what a run of samples holds, and says why no more. Rates are multiples of 15 kHz; the samples stay unchanged.
func (r *Reader) Read(ctx context.Context, iq []complex64, rateHz float64, cell Cell) (lte.SystemInfo, lte.Stop) {
	r.cell, r.out, r.factor, r.loaded, r.silent = cell, lte.SystemInfo{}, -1, false, false
	visible := grid.Visible(cell.PRB, cell.Timing.CFOHz, rateHz)
	if visible < leastVisible {
		return r.out, lte.StopNarrow
	}
	r.carrier.Load(iq, rateHz, cell.Layout)
	r.loaded = true
	r.visited = slices.Grow(r.visited[:0], r.carrier.Subframes)[:r.carrier.Subframes]
	clear(r.visited)
	seen, announced, margin := r.readSIB1(ctx)
	r.silent = visible == 1 && seen >= silentWindows && !announced && margin >= clearCFI
	if r.out.SIB1 == nil {
		switch {
		case len(r.out.SIB1Octets) > 0:
			return r.out, lte.StopUnsupported
		case visible < 1:
			return r.out, lte.StopNarrow
		case seen == 0:
			return r.out, lte.StopCut
		}
		return r.out, lte.StopWeak
	}
	if r.out.SIB1.TDD != nil {
		// Now it is known which other subframes are downlink.
		r.cell.Frames.TDD = r.out.SIB1.TDD
		r.carrier.Load(iq, rateHz, r.cell.Layout)
	}
	missing, weak := r.readMessages(ctx)
	r.readPaging(ctx)
	switch {
	case weak > 0 && visible < 1:
		return r.out, lte.StopNarrow
	case weak > 0:
		return r.out, lte.StopWeak
	case missing > 0:
		return r.out, lte.StopCut
	}
	return r.out, lte.StopNone
}

// leastVisible is the share of a carrier's resource blocks below which its PDCCH, spread over all of them, is beyond the
// Viterbi decoder.
const leastVisible = 0.45

// Silent tells whether the cell read last sends no SIB1: the whole carrier is in view, and every control region that should announce
// one was heard clearly and announces none.
func (r *Reader) Silent() bool { return r.silent }

// silentWindows is the fewest control regions that tell.
const silentWindows = 2

// readSIB1 reads subframe 5 of the even frames, TS 36.331 §5.2.1.2. It returns how many were in view, whether any of them announced
// system information, and the least margin of their CFIs.
func (r *Reader) readSIB1(ctx context.Context) (seen int, announced bool, margin float32) {
	m := &r.sib1
	m.reset(0)
	margin = math.MaxFloat32
	for f := 0; f*10+5 < r.carrier.Subframes && ctx.Err() == nil; f++ {
		sfn := (r.cell.SFN + f) % 1024
		if sfn%2 != 0 {
			continue
		}
		s := r.carrier.Open(f*10 + 5)
		if s == nil {
			continue
		}
		seen++
		r.visited[s.Index] = true
		got := false
		for i := range r.search(s, true) {
			a := &r.found[i]
			switch a.RNTI {
			case phch.PRNTI:
				r.page(s, a)
			case phch.SIRNTI:
				announced = true
				if r.receive(m, s, a, redundancy(sfn/2)) {
					got, r.factor = true, r.tried
				}
			}
		}
		margin = min(margin, r.margin)
		if !got {
			r.out.SIB1Fails++
		}
	}
	best := m.best()
	if best == nil {
		return seen, announced, margin
	}
	r.out.SIB1Octets, r.out.SIB1CRCs = best.octets, best.crcs
	r.out.SIB1 = rrc.ReadSIB1(best.octets)
	for i := range m.contents {
		if c := &m.contents[i]; c != best {
			r.out.SIB1Others = append(r.out.SIB1Others, lte.OtherSIB1{SIB1: rrc.ReadSIB1(c.octets), Octets: c.octets, CRCs: c.crcs})
		}
	}
	r.out.OnAir = m.confirmed(r.out.OnAir)
	return seen, announced, margin
}

// redundancy is the version that format 1C leaves unsaid: k counts transmissions of SIB1 in their 80 ms, or subframes of a
// message's window, TS 36.321 §5.3.1.
func redundancy(k int) int {
	k %= 4
	return (3*k + 1) / 2 % 4
}

// By how much, in nepers of likelihood, a CFI must be likelier than the next one.
const (
	sureCFI = 10 // for that not to be tried
	// clearCFI is reached at some 4 dB. Code words of the PDCCH are farther apart than those of the PCFICH (TS 36.212 §5.3.3.2
	// and Table 5.3.4-1), so even under a PCFICH sent with four times their power none is missed where this holds.
	clearCFI = 100
)

// search fills r.found with what the common search space of a subframe holds. With hard, every length of the control region
// that is not out of the question is tried until something with SI-RNTI is found.
func (r *Reader) search(s *grid.Subframe, hard bool) []phch.Assignment {
	r.found = r.found[:0]
	likely := r.pcfich.Decode(s)
	order := [3]int{0, 1, 2}
	for i := range order {
		for j := i + 1; j < 3; j++ {
			if likely[order[j]] > likely[order[i]] {
				order[i], order[j] = order[j], order[i]
			}
		}
	}
	r.margin = likely[order[0]] - likely[order[1]]
	p := phch.PHICH{Duration: r.cell.Duration, Resource: r.cell.Resource}
	factors := phch.PHICHFactors(r.cell.Frames.Duplex, r.cell.Frames.TDD, s.Number)
	for i, n := range order {
		if beyond := likely[order[0]] - likely[n]; i > 0 && (beyond > clearCFI || !hard && beyond > sureCFI) {
			break
		}
		for _, f := range factors {
			if len(factors) > 1 && r.factor >= 0 && f != r.factor {
				continue
			}
			p.Factor, r.tried = f, f
			r.found = r.pdcch.Search(r.found, s, p, n+1)
			for _, a := range r.found {
				if a.RNTI == phch.SIRNTI {
					return r.found
				}
			}
		}
	}
	return r.found
}

// Cancel removes the reference signals of the cell read last from the samples it was read from, if enough of it is in view.
func (r *Reader) Cancel(iq []complex64) {
	if r.loaded {
		r.carrier.Cancel(iq)
	}
}

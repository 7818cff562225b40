package phch

import (
	"slices"

	"github.com/straycell/straycell/decode/grid"
)

// maxSymbols is the number of symbols of a subframe.
const maxSymbols = 14

// Window holds the soft bits of a subframe's PDSCH in some neighbouring resource blocks, before descrambling, so that the bits of
// any localised allocation among them are one run in each symbol. Blocks that are not in view hold zeros. It keeps nothing of
// the subframe.
type Window struct {
	First, Count int // resource blocks
	Symbols      int // of the subframe

	llr []float32
	at  [maxSymbols][]int32 // of each symbol, where each block's bits begin; one more for the last's end
}

// Load takes the soft bits of count resource blocks from first on, of every symbol but the first, from a subframe that is wholly
// downlink.
func (d *PDSCH) Load(w *Window, s *grid.Subframe, first, count int) {
	c := s.Carrier()
	w.First, w.Count, w.Symbols = first, count, 2*c.Timing.CP.SymbolsPerSlot()
	g := Grant{Start: first, Length: count}
	g.Allocation(&d.set, c.PRB)
	d.at = d.at[:0]
	for l := 1; l < w.Symbols; l++ {
		begin := len(d.at)
		d.fill(s, l)
		at := w.at[l][:0]
		next := begin
		for p := first; p < first+count; p++ {
			at = append(at, int32(2*next))
			for next < len(d.at) && int(d.at[next].k) < 12*p+12 {
				next++
			}
		}
		w.at[l] = append(at, int32(2*len(d.at)))
	}
	w.llr = slices.Grow(w.llr[:0], 2*len(d.at))[:2*len(d.at)]
	soften(w.llr, s, d.at)
}

// Append appends the bits of a localised allocation behind a control region of that many symbols, in the order they were sent.
// Resource blocks outside the window are left out altogether: none may be.
func (w *Window) Append(to []float32, first, length, symbols int) []float32 {
	for l := max(symbols, 1); l < w.Symbols; l++ {
		at := w.at[l]
		to = append(to, w.llr[at[first-w.First]:at[first+length-w.First]]...)
	}
	return to
}

// Size is the number of bits that Append would append.
func (w *Window) Size(first, length, symbols int) int {
	n := 0
	for l := max(symbols, 1); l < w.Symbols; l++ {
		n += int(w.at[l][first+length-w.First] - w.at[l][first-w.First])
	}
	return n
}

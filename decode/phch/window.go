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

	llr  []float32
	at   [maxSymbols][]int32 // of each symbol, where each block's bits begin; one more for the last's end
	bits [maxSymbols][]uint8 // of each symbol, how many bits each block of the whole carrier has
	set  [2][]bool
}

// Load takes the soft bits of count resource blocks from first on, of every symbol but the first, from a subframe that is wholly
// downlink.
func (d *PDSCH) Load(w *Window, s *grid.Subframe, first, count int) {
	c := s.Carrier()
	w.First, w.Count, w.Symbols = first, count, 2*c.Timing.CP.SymbolsPerSlot()
	whole := Grant{Length: c.PRB}
	whole.Allocation(&d.set, c.PRB)
	d.at = d.at[:0]
	for l := 1; l < w.Symbols; l++ {
		begin := len(d.at)
		d.fill(s, l)
		w.bits[l] = slices.Grow(w.bits[l][:0], c.PRB)[:c.PRB]
		at := w.at[l][:0]
		next, kept := begin, begin
		for p := range c.PRB {
			from := next
			for next < len(d.at) && int(d.at[next].k) < 12*p+12 {
				next++
			}
			w.bits[l][p] = uint8(2 * (next - from))
			if p >= first && p < first+count {
				at = append(at, int32(2*kept))
				kept += copy(d.at[kept:], d.at[from:next])
			}
		}
		d.at = d.at[:kept]
		w.at[l] = append(at, int32(2*kept))
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

// Grant appends the bits of any allocation behind a control region of that many symbols, in the order they were sent: zeros for
// resource blocks outside the window.
func (w *Window) Grant(to []float32, g *Grant, symbols int) []float32 {
	g.Allocation(&w.set, len(w.bits[1]))
	for l := max(symbols, 1); l < w.Symbols; l++ {
		for p, mine := range w.set[2*l/w.Symbols] {
			switch {
			case !mine:
			case p >= w.First && p < w.First+w.Count:
				to = append(to, w.llr[w.at[l][p-w.First]:w.at[l][p-w.First+1]]...)
			default:
				n := len(to) + int(w.bits[l][p])
				to = slices.Grow(to, int(w.bits[l][p]))[:n]
				clear(to[n-int(w.bits[l][p]):])
			}
		}
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

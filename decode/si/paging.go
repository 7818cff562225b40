package si

import (
	"context"

	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/phch"
	"github.com/straycell/straycell/decode/rrc"
)

// occasions are the subframes that may hold paging, TS 36.304 §7.2.
var occasions = map[lte.Duplex][4]int{lte.FDD: {0, 4, 5, 9}, lte.TDD: {0, 1, 5, 6}}

// readPaging reads the paging occasions that no window of system information covered.
func (r *Reader) readPaging(ctx context.Context) {
	for i := 0; i < r.carrier.Subframes && ctx.Err() == nil; i++ {
		at := false
		for _, sf := range occasions[r.cell.Frames.Duplex] {
			at = at || sf == i%10
		}
		if !at || r.visited[i] || !r.carries((r.cell.SFN+i/10)%1024, i%10) {
			continue
		}
		s := r.carrier.Open(i)
		if s == nil {
			continue
		}
		r.visited[i] = true
		for k := range r.search(s, false) {
			if a := &r.found[k]; a.RNTI == phch.PRNTI {
				r.page(s, a)
			}
		}
	}
}

// page reads one paging message and counts it. Its octets, which hold identities, are overwritten before it returns.
func (r *Reader) page(s *grid.Subframe, a *phch.Assignment) {
	symbols, _ := phch.ControlSymbols(s, a.CFI)
	r.alone.Reset(a.TBS)
	r.alone.Add(r.pdsch.Soften(s, &a.Grant, symbols), max(a.RV, 0), phch.Unit(r.cell.Ports))
	bits, ok := r.alone.Decode(&r.turbo)
	if !ok {
		return
	}
	octets := r.pack(bits)
	p, err := rrc.Paging(octets)
	clear(octets)
	clear(bits)
	r.alone.Reset(a.TBS)
	if err != nil {
		return
	}
	r.out.Pages++
	r.out.Paging = r.out.Paging.Plus(p)
}

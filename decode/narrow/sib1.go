package narrow

import (
	"bytes"
	"context"
	"slices"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/phch"
	"github.com/straycell/straycell/decode/rrc"
)

// anyRV is an unknown redundancy version.
const anyRV = -1

// heard is one subframe that may hold SIB1, with what was found in it.
type heard struct {
	sfn     int
	w       phch.Window
	best    [2]found    // by the scan
	control [][]float32 // soft bits of its DCI by place
	said    allocation  // by its own DCI; zero length: not sure
	done    bool        // its own CRC passed
}

// view is the part of a carrier that a window shows: blocks lo to hi-1, and room on either side for allocations partly in view.
type view struct{ first, last, lo, hi int }

const (
	maxHeld  = 32           // transmissions of one view that are held for a cell
	maxHeard = 20 * maxHeld // and for all cells: some 60 MB
)

// hold makes room for one more transmission.
func (r *Reader) hold(c *cell) *heard {
	var h *heard
	switch n := len(r.pool); {
	case len(c.held) == maxHeld:
		h = c.oldest()
	case n > 0:
		h, r.pool = r.pool[n-1], r.pool[:n-1]
	default:
		if k := r.longest(c); k != nil && r.made >= maxHeard {
			h = k.oldest()
			break
		}
		h = &heard{}
		r.made++
	}
	h.best, h.said, h.done = [2]found{}, allocation{}, false
	c.held = append(c.held, h)
	return h
}

// oldest takes the oldest transmission from a cell that holds some.
func (c *cell) oldest() *heard {
	h := c.held[0]
	c.held = append(c.held[:0], c.held[1:]...)
	return h
}

// longest is the cell not heard for longest, besides c, of those that something is held for; nil: none.
func (r *Reader) longest(c *cell) (x *cell) {
	for _, k := range r.cells {
		if k != c && len(k.held) > 0 && (x == nil || k.heardS < x.heardS) {
			x = k
		}
	}
	return x
}

// release gives back what is held for a cell, with the sums over it.
func (r *Reader) release(c *cell) {
	r.pool = append(r.pool, c.held...)
	c.held = c.held[:0]
	c.sums.clear()
}

// move begins a view: what was heard in another one of the allocation that was likeliest there is kept, by its size.
func (r *Reader) move(c *cell, v view) {
	if c.view == v {
		return
	}
	if c.likely.length > 0 && c.read == nil {
		r.add(c, c.buffer(c.likely.size), c.likely, c.comes)
	}
	r.release(c)
	c.view, c.likely = v, allocation{}
}

// readSIB1 reads the SIB1 transmissions of the run that r.carrier holds.
func (r *Reader) readSIB1(ctx context.Context, c *cell) (info lte.SystemInfo) {
	lo, count := r.carrier.View()
	v := view{max(0, lo-maxLength/2), min(r.carrier.PRB, lo+count+maxLength/2), lo, lo + count}
	r.blind.descramble(int(r.carrier.PCI), subframeOf)
	r.move(c, v)
	c.control.fade()
	fresh := 0
	for f := 0; f*10+subframeOf < r.carrier.Subframes && ctx.Err() == nil && fresh < maxHeld; f++ {
		sfn := (r.carrier.SFN + f) % 1024
		if sfn%2 != 0 && !c.astray {
			continue
		}
		s := r.carrier.Open(f*10 + subframeOf)
		if s == nil {
			continue
		}
		h := r.hold(c)
		h.sfn = sfn
		r.pdsch.Load(&h.w, s, v.first, v.last-v.first)
		if c.read == nil {
			r.listen(c, s, h)
		}
		fresh++
		r.subframes++
	}
	news := c.held[len(c.held)-fresh:]
	if c.read == nil && ctx.Err() == nil && !c.astray {
		r.told(c, news, v, &info)
	}
	r.books1A, r.scanned = booksEach*fresh, false
	for _, h := range news {
		if ctx.Err() != nil {
			break
		}
		if !h.done {
			r.transmission(c, h, v, &info)
		}
	}
	if c.read == nil && ctx.Err() == nil && fresh > 0 && !c.astray {
		r.joined(c, news, v, &info)
	}
	if c.read != nil {
		r.release(c)
	}
	if (info.SIB1 != nil || c.fresh && !c.last.seen(r, v)) && !r.whole && !c.astray && c.stop() != lte.StopNone && c.unsaid.due(c.sinrDB) {
		r.messages(ctx, c, v, &info)
		switch {
		case len(info.Messages) == 0:
			c.unsaid.vain(float64(r.carrier.Subframes)*1e-3, unsaidS)
		case info.SIB1 == nil: // whose messages they are was told just before, in another window
			info.SIB1, info.SIB1Octets = c.sib1, c.read
		}
	}
	return info
}

// transmission reads one, by itself.
func (r *Reader) transmission(c *cell, h *heard, v view, info *lte.SystemInfo) {
	if c.last.length > 0 && c.last.seen(r, v) && r.alone(c, h, c.last, anyRV, info) {
		return
	}
	unread := c.read == nil
	if !unread && c.sinrDB < 0 && !r.whole {
		// What is known already fails now and then at such a strength, and where it is sent hardly ever changes.
		if r.scanned {
			return
		}
		r.scanned = true
	}
	h.best = r.blind.scan(&h.w, v, r.regions())
	if unread {
		c.sums.add(r.blind.z)
	}
	shown := false
	for _, b := range h.best {
		if b.z < sureZ {
			continue
		}
		shown = true // else it may not be in view at all
		if r.alone(c, h, b.allocation, anyRV, info) {
			return
		}
	}
	if shown {
		info.SIB1Fails++
		return
	}
	if !unread || r.whole || c.astray {
		return
	}
	if found := r.announced(c, c.narrowed(h.control), sureMoving, &r.books1A); len(found) > 0 {
		a := found[0]
		h.said = a.allocation
		c.moves = appendNewest(c.moves, a.allocation)
		c.movedAt = a.at
		if a.seen(r, v) && r.alone(c, h, a.allocation, a.at.rv(h.sfn), info) {
			return
		}
	}
	for _, b := range r.small(h, v) {
		if r.alone(c, h, b.allocation, b.rv, info) {
			return
		}
	}
}

// told reads what the DCIs of all transmissions together announce.
func (r *Reader) told(c *cell, news []*heard, v view, info *lte.SystemInfo) {
	budget := maxBooks
	for i, a := range r.announced(c, c.control.soft, leastEvidence, &budget) {
		sure := i == 0 && a.by >= sureEvidence
		if sure {
			c.said, c.saidAt = a.allocation, a.at
		}
		if !a.seen(r, v) {
			continue
		}
		if sure {
			for _, h := range news {
				r.alone(c, h, a.allocation, a.at.rv(h.sfn), info)
			}
			c.likely, c.comes = a.allocation, false
		}
		if info.SIB1 != nil || r.combine(c, a.allocation, &a.at, info) {
			return
		}
	}
}

// joined reads what no transmission told by itself: by the allocations that the scans over all of them, or single ones, make likely.
func (r *Reader) joined(c *cell, news []*heard, v view, info *lte.SystemInfo) {
	stay, come, stays, comes := c.sums.best()
	c.promising = c.sums.promise()
	if stays {
		a := r.blind.at(&news[0].w, v, r.regions(), stay)
		if r.combine(c, a, nil, info) {
			return
		}
		c.likely, c.comes = a, false
	}
	if comes && (come != stay || !stays) {
		a := r.blind.at(&news[0].w, v, r.regions(), come)
		if r.combine(c, a, nil, info) {
			return
		}
		if !stays {
			c.likely, c.comes = a, true
		}
	}
	for _, h := range news {
		a, sure := h.shown(h.best[0].allocation)
		if h.said.length > 0 {
			a, sure = h.said, true
		}
		if sure && a.size != c.likely.size {
			c.likely, c.comes = a, true
			if r.combine(c, a, nil, info) {
				return
			}
		}
	}
}

// regions are the lengths a control region may have.
func (r *Reader) regions() (symbols [3]int) {
	for i := range symbols {
		symbols[i] = controlSymbols(i+1, r.carrier.PRB)
	}
	return symbols
}

// take notes a block whose CRC passed; false: it is no SIB1.
func (r *Reader) take(c *cell, bits []uint8, info *lte.SystemInfo) bool {
	r.octets = pack(r.octets, bits)
	switch {
	case info.SIB1 != nil && bytes.Equal(info.SIB1Octets, r.octets):
		info.SIB1CRCs++
		return true
	case bytes.Equal(c.read, r.octets) && info.SIB1 == nil:
		info.SIB1, info.SIB1Octets = c.sib1, c.read
		info.SIB1CRCs++
		return true
	}
	s := rrc.ReadSIB1(r.octets)
	if s == nil {
		return false
	}
	o := bytes.Clone(r.octets)
	c.read, c.sib1 = o, s
	c.entries, c.joined = c.entries[:0], c.joined[:0]
	c.buffers = c.buffers[:0]
	c.unsaid, c.elsewhere, c.asked = effort{}, c.elsewhere[:0], 0
	if info.SIB1 != nil {
		info.SIB1Others = append(info.SIB1Others, lte.OtherSIB1{SIB1: s, Octets: o, CRCs: 1})
		return true
	}
	info.SIB1, info.SIB1Octets = s, o
	info.SIB1CRCs++
	return true
}

// Tried is the number of CRCs compared since the start: the chances noise had to pass one, each one in 2²⁴, before what passed
// also had to read as a SIB1.
func (r *Reader) Tried() int { return r.turbo.Tried() }

// appendNewest keeps the allocations announced last.
func appendNewest(as []allocation, a allocation) []allocation {
	const kept = 8
	if len(as) == kept {
		as = slices.Delete(as, 0, 1)
	}
	return append(as, a)
}

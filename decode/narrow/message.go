package narrow

import (
	"bytes"
	"context"
	"math"

	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/phch"
	"github.com/straycell/straycell/decode/rrc"
	"github.com/straycell/straycell/decode/si"
)

// Bounds on the work for the messages that a SIB1 schedules, which hostile air may make many and long.
const (
	maxEntries    = 64
	maxJoined     = 16 // of those, that transmissions add up for
	maxSubframes  = 64 // searched in a run
	maxSubframe1A = 8  // of those, where a DCI of format 1A is chosen from its book, which is long
)

// messages reads what a run that shows SIB1 also shows of the messages scheduled there, TS 36.331 §5.2.3: those not read yet. Where they
// stand is found as for SIB1; transmissions announced by a DCI add up.
func (r *Reader) messages(ctx context.Context, c *cell, v view, info *lte.SystemInfo) {
	s := c.sib1
	if r.carrier.Frames.TDD == nil && s.TDD != nil {
		// Only now it is known which other subframes are downlink.
		l := r.carrier.Layout
		l.Frames.TDD, c.layout.Frames.TDD = s.TDD, s.TDD
		r.carrier.Load(r.iq, r.rate, l)
	}
	n := min(len(s.Schedule), maxEntries)
	for len(c.entries) < n {
		c.entries = append(c.entries, false)
	}
	searched, chosen := 0, 0
	for i := range n {
		if c.entries[i] {
			continue
		}
		r.spans = si.Windows(r.spans[:0], i+1, s.SIWindowMS, s.Schedule[i].PeriodRF, r.carrier.SFN, r.carrier.Subframes)
		for _, w := range r.spans {
			for at := max(0, w.Start); at < min(w.Start+w.Length, r.carrier.Subframes) && !c.entries[i] && searched < maxSubframes && ctx.Err() == nil; at++ {
				if !r.carries(at) {
					continue
				}
				searched++
				c.entries[i] = r.message(c, at, i+1, at-w.Start, v, chosen < maxSubframe1A, info)
				if !c.entries[i] {
					chosen++
				}
			}
		}
	}
}

// carries tells whether a subframe of the run may carry a message in a whole subframe of downlink.
func (r *Reader) carries(at int) bool {
	sfn, sf := (r.carrier.SFN+at/10)%1024, at%10
	f := &r.carrier.Frames
	return !(sf == subframeOf && sfn%2 == 0) && !f.Special(sf) && f.Symbols(sfn, sf) > 0
}

// message reads one subframe, the one with number k of a window.
func (r *Reader) message(c *cell, at, entry, k int, v view, long bool, info *lte.SystemInfo) bool {
	s := r.carrier.Open(at)
	if s == nil {
		return false
	}
	h := &r.scratch
	h.sfn = s.SFN
	r.pdsch.Load(&h.w, s, v.first, v.last-v.first)
	r.blind.descramble(int(r.carrier.PCI), s.Number)
	defer r.blind.descramble(int(r.carrier.PCI), subframeOf)
	for _, b := range r.blind.scan(&h.w, v, r.regions()) {
		if b.z < sureZ {
			continue
		}
		for _, rv := range [4]int{0, 2, 3, 1} {
			if r.received(c, h, b.allocation, rv, entry, s.Number, nil, info) {
				return true
			}
		}
	}
	a, rv, x, ok := r.choose(c, s, k, long)
	if ok && !a.seen(r, v) {
		c.elsewhere = appendNewest(c.elsewhere, a)
		return false
	}
	if !ok {
		return false
	}
	return r.received(c, h, a, rv, entry, s.Number, &x, info)
}

// choose is the likeliest allocation by the DCI of a subframe, the one with number k of a window, whatever the redundancy version:
// of format 1C, and if long of format 1A.
func (r *Reader) choose(c *cell, s *grid.Subframe, k int, long bool) (a allocation, rv int, at place, ok bool) {
	factors := phch.PHICHFactors(c.layout.Frames.Duplex, c.layout.Frames.TDD, s.Number)
	best := float64(sureMoving)
	for _, factor := range factors {
		p := c.phich
		p.Factor = factor
		for i := range 3 * 2 {
			x := place{factor, 1 + i/2, 4, alwaysZero}
			turns := 4
			switch {
			case i%2 == 1:
				x.versions, turns = compact, 1
			case !long:
				continue
			}
			r.control = r.soften(c, s, p, x, r.control)
			if len(r.control) == 0 {
				continue
			}
			book := r.books.of(&c.layout, x.versions)
			chance := math.Log(float64(book.Words * turns * 3 * 2 * len(factors)))
			if book.Most(r.control)-chance <= best {
				continue
			}
			for turn := range turns {
				book.Turn(r.control, turn)
				g, evidence := book.Best(r.control, false)
				book.Turn(r.control, turn)
				if evidence-chance > best {
					best, at, ok = evidence-chance, x, true
					a, rv = allocated(g, x, c.layout.PRB), turn
					if x.versions == compact {
						rv = redundancy(k)
					}
				}
			}
		}
	}
	return a, rv, at, ok
}

// received decodes a transmission of a message; at is where its DCI was, nil: it was found without.
func (r *Reader) received(c *cell, h *heard, a allocation, rv, entry, subframe int, at *place, info *lte.SystemInfo) bool {
	llr, unit := r.collect(h, a), phch.Unit(r.carrier.Ports)
	r.single.Reset(a.size)
	r.single.Add(llr, rv, unit)
	bits, ok := r.single.Decode(&r.turbo)
	if !ok && at != nil && entry <= maxJoined {
		for len(c.joined) < entry {
			c.joined = append(c.joined, fec.Transport{})
		}
		b := &c.joined[entry-1]
		if b.Size() != a.size {
			b.Reset(a.size)
		}
		b.Add(llr, rv, unit)
		bits, ok = b.Decode(&r.turbo)
	}
	if !ok {
		return false
	}
	r.octets = pack(r.octets, bits)
	tree, err := rrc.Decode(rrc.BCCHDLSCH, r.octets)
	if err != nil {
		return false
	}
	blocks := tree.SIBs()
	if len(blocks) == 0 {
		return false
	}
	m := lte.SIMessage{Entry: entry, Octets: bytes.Clone(r.octets), CRCs: 1}
	for _, b := range blocks {
		m.SIBs = append(m.SIBs, lte.SIBContent{Type: b.Type, JSON: rrc.AppendJSON(nil, b.Value)})
	}
	info.Messages = append(info.Messages, m)
	sent := r.transmissionOf(h.sfn, subframe, a, rv)
	sent.Entry = entry
	if at != nil {
		sent.Aggregation = at.aggregation
		if at.versions == compact {
			sent.Format = "1C"
		}
	}
	info.OnAir = append(info.OnAir, sent)
	return true
}

package narrow

import (
	"slices"

	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/phch"
)

// buffer adds up the soft bits of transmissions of blocks of one size, under two models of their redundancy versions: by the
// frame number, and always 0.
type buffer struct {
	size int
	soft [2]fec.Transport
}

// maxSizes bounds the buffers of a cell: a wrong hypothesis opens one too.
const maxSizes = 4

func (c *cell) buffer(size int) *buffer {
	if i := c.bufferOf(size); i >= 0 {
		return &c.buffers[i]
	}
	if len(c.buffers) == maxSizes {
		first := c.buffers[0]
		copy(c.buffers, c.buffers[1:])
		c.buffers[maxSizes-1] = first
	} else {
		c.buffers = append(c.buffers, buffer{})
	}
	b := &c.buffers[len(c.buffers)-1]
	b.reset(size)
	return b
}

func (b *buffer) reset(size int) {
	b.size = size
	for m := range b.soft {
		b.soft[m].Reset(size)
	}
}

// bufferOf is the index of the buffer for a size; -1: there is none.
func (c *cell) bufferOf(size int) int {
	return slices.IndexFunc(c.buffers, func(b buffer) bool { return b.size == size })
}

// alone decodes one transmission by itself, under the redundancy version given or, with anyRV, all of them.
func (r *Reader) alone(c *cell, h *heard, a allocation, only int, info *lte.SystemInfo) bool {
	llr := r.collect(h, a)
	said := redundancy(h.sfn / 2)
	for i := range 4 {
		rv := (said + i) % 4
		if only != anyRV && only != rv {
			continue
		}
		r.single.Reset(a.size)
		r.single.Add(llr, rv, phch.Unit(r.carrier.Ports))
		if bits, ok := r.single.Decode(&r.turbo); ok && r.take(c, bits, info) {
			sent := r.transmissionOf(h.sfn, subframeOf, a, rv)
			if a == c.said {
				sent.Aggregation = c.saidAt.aggregation
				if c.saidAt.versions == compact {
					sent.Format = "1C"
				}
			}
			info.OnAir = append(info.OnAir, sent)
			c.last, h.done = a, true
			return true
		}
	}
	return false
}

// transmissionOf is how something was sent, as far as an allocation tells.
func (r *Reader) transmissionOf(sfn, subframe int, a allocation, rv int) lte.SITransmission {
	sent := lte.SITransmission{SFN: sfn, Subframe: subframe, CFI: cfi(a.symbols, r.carrier.PRB),
		FirstPRB: a.first, PRBs: a.length, TBS: a.size, RV: rv, Format: "1A"}
	if a.spread != together {
		g := a.grant()
		sent.Distributed, sent.FirstPRB = true, g.First(r.carrier.PRB)
	}
	return sent
}

// join adds a transmission to a buffer.
func (r *Reader) join(b *buffer, h *heard, a allocation) {
	llr, unit := r.collect(h, a), phch.Unit(r.carrier.Ports)
	b.soft[0].Add(llr, redundancy(h.sfn/2), unit)
	b.soft[1].Add(llr, 0, unit)
}

// combine decodes what all transmissions held of this view and those of other views come to if SIB1 stays where a is, or was where
// it showed by itself: all of them, then those alone in which it seems to be, for an allocation that comes and goes. What
// interferes may repeat with the frames too and show like this, so they are decoded once and not each.
//
// at is where the DCI said so, with the redundancy versions; nil: the scans did, and both models are tried.
func (r *Reader) combine(c *cell, a allocation, at *place, info *lte.SystemInfo) bool {
	for _, likely := range [2]bool{false, true} {
		if likely && at != nil {
			break
		}
		b := &r.joint
		b.reset(a.size)
		n := r.add(c, b, a, likely)
		if likely && n == len(c.held) {
			break
		}
		if i := c.bufferOf(a.size); i >= 0 {
			for m := range b.soft {
				b.soft[m].Merge(&c.buffers[i].soft[m])
			}
		}
		for m := range b.soft {
			if b.soft[m].Sent < 2 || at != nil && (m == 1) != (at.versions == alwaysZero) {
				continue
			}
			if bits, ok := b.soft[m].Decode(&r.turbo); ok && r.take(c, bits, info) {
				c.last = a
				return true
			}
		}
	}
	return false
}

// add adds the transmissions held to a buffer, those alone in which the allocation seems to be if likely, and counts them.
func (r *Reader) add(c *cell, b *buffer, a allocation, likely bool) (n int) {
	for _, h := range c.held {
		use, sure := h.shown(a)
		if !likely || sure || gain(r.blind.repeats(r.collect(h, use), a.size)) > 0 {
			r.join(b, h, use)
			n++
		}
	}
	return n
}

// shown is the allocation of a's size that a transmission showed by itself, or a.
func (h *heard) shown(a allocation) (_ allocation, sure bool) {
	if h.said.size == a.size {
		return h.said, true
	}
	for _, f := range h.best {
		if f.size == a.size && f.z >= sureZ {
			return f.allocation, true
		}
	}
	return a, false
}

func cfi(symbols, prb int) int {
	if prb <= 10 {
		return symbols - 1
	}
	return symbols
}

// redundancy is the version by the number of the transmission in its 80 ms, TS 36.321 §5.3.1: 0, 2, 3, 1.
func redundancy(k int) int {
	k %= 4
	return (3*k + 1) / 2 % 4
}

package narrow

import (
	"bytes"
	"context"
	"math"
	"slices"

	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/phch"
)

// hypothesis is an allocation and its redundancy version, or anyRV.
type hypothesis struct {
	allocation
	rv int
}

const anyRV = -1

// heard is one subframe that may hold SIB1, with what the scan found in it.
type heard struct {
	sfn  int
	w    *phch.Window
	best []found
}

// readSIB1 reads the SIB1 transmissions of the run that r.carrier holds.
func (r *Reader) readSIB1(ctx context.Context, c *cell) (info lte.SystemInfo) {
	view, count := r.carrier.View()
	first := max(0, view-maxLength/2)
	last := min(r.carrier.PRB, view+count+maxLength/2)
	r.blind.descramble(int(r.carrier.PCI))
	var control [3]int
	for i := range control {
		control[i] = i + 1
		if r.carrier.PRB <= 10 {
			control[i]++
		}
	}
	var all []heard
	c.control.fade()
	for f := 0; f*10+subframeOf < r.carrier.Subframes && ctx.Err() == nil && len(all) < maxBuffered; f++ {
		sfn := (r.carrier.SFN + f) % 1024
		if sfn%2 != 0 {
			continue
		}
		s := r.carrier.Open(f*10 + subframeOf)
		if s == nil {
			continue
		}
		h := heard{sfn: sfn, w: &r.windows[len(all)]}
		r.pdsch.Load(h.w, s, first, last-first)
		h.best = append(h.best, r.blind.scan(h.w, [2]int{view, view + count}, control)...)
		c.sums.add(first, last, r.blind.z)
		if c.read == nil {
			r.listen(c, s)
		}
		all = append(all, h)
		r.subframes++
	}
	for _, h := range all {
		if ctx.Err() != nil {
			break
		}
		var tries []hypothesis
		add := func(a allocation, rv int) {
			if h := (hypothesis{a, rv}); !slices.Contains(tries, h) {
				tries = append(tries, h)
			}
		}
		if a := c.last; a.length > 0 && a.first >= first && a.first+a.length <= last {
			add(a, anyRV)
		}
		for _, b := range h.best {
			if b.z >= sureZ {
				add(b.allocation, anyRV)
			}
		}
		shown := len(tries) > 0 // else it may not be in view at all
		if !shown && c.read == nil {
			for _, b := range r.small(h, [2]int{view, view + count}, control) {
				add(b.allocation, b.rv)
			}
		}
		if !r.try(c, h, tries, &info) && shown {
			info.SIB1Fails++
		}
	}
	if info.SIB1 == nil && ctx.Err() == nil {
		if a, z := r.static(c, first, last, view, count, control); z >= sureZ {
			r.still(c, all, a, &info)
		}
	}
	if c.read == nil && ctx.Err() == nil && len(all) > 0 {
		r.ask(c, all, first, last, &info)
	}
	return info
}

// ask reads the DCI, and what it announces if that is in view.
func (r *Reader) ask(c *cell, all []heard, first, last int, info *lte.SystemInfo) {
	a, at, ok := r.announced(c)
	if !ok {
		return
	}
	c.said, c.saidAt = a, at
	if a.first < first || a.first+a.length > last || a.length > maxLength {
		return
	}
	for _, h := range all {
		rv := redundancy(h.sfn / 2)
		if at.still {
			rv = 0
		}
		r.try(c, h, []hypothesis{{a, rv}}, info)
	}
}

// still takes all transmissions heard for one allocation that none of them showed by itself. What interferes may repeat with the
// frames too and show like this, so it is decoded once and not for each transmission.
func (r *Reader) still(c *cell, all []heard, a allocation, info *lte.SystemInfo) {
	unit := phch.Unit(r.carrier.Ports)
	b := c.buffer(a.size)
	for _, h := range all {
		if slices.ContainsFunc(h.best, func(f found) bool { return f.allocation == a && f.z >= sureZ }) {
			continue // there already
		}
		llr := r.blind.collect(h.w, a.symbols, a.first, a.length)
		b.soft[0].Add(llr, redundancy(h.sfn/2), unit)
		b.soft[1].Add(llr, 0, unit)
	}
	for m := range b.soft {
		if bits, ok := b.soft[m].Decode(&r.turbo); ok && r.take(c, a, bits, info) {
			return
		}
	}
}

// try decodes a subframe under some hypotheses and tells whether its own CRC passed.
func (r *Reader) try(c *cell, h heard, tries []hypothesis, info *lte.SystemInfo) bool {
	unit := phch.Unit(r.carrier.Ports)
	said := redundancy(h.sfn / 2)
	for _, a := range tries {
		llr := r.blind.collect(h.w, a.symbols, a.first, a.length)
		for i := range 4 {
			rv := (said + i) % 4
			if a.rv != anyRV && a.rv != rv {
				continue
			}
			r.alone.Reset(a.size)
			r.alone.Add(llr, rv, unit)
			if bits, ok := r.alone.Decode(&r.turbo); ok && r.take(c, a.allocation, bits, info) {
				sent := lte.SITransmission{SFN: h.sfn, Subframe: subframeOf, CFI: cfi(a.symbols, r.carrier.PRB),
					FirstPRB: a.first, PRBs: a.length, TBS: a.size, RV: rv, Format: "1A"}
				if a.allocation == c.said {
					sent.Aggregation = c.saidAt.aggregation
				}
				info.OnAir = append(info.OnAir, sent)
				c.last = a.allocation
				return true
			}
		}
	}
	if info.SIB1 != nil {
		return false
	}
	for _, a := range tries {
		llr := r.blind.collect(h.w, a.symbols, a.first, a.length)
		b := c.buffer(a.size)
		for m := range b.soft {
			rv := said
			if m == 1 {
				rv = 0
			}
			b.soft[m].Add(llr, rv, unit)
			if b.soft[m].Sent < 2 {
				continue
			}
			if bits, ok := b.soft[m].Decode(&r.turbo); ok && r.take(c, a.allocation, bits, info) {
				return false
			}
		}
	}
	return false
}

func cfi(symbols, prb int) int {
	if prb <= 10 {
		return symbols - 1
	}
	return symbols
}

// take notes a block whose CRC passed; false: it is no SIB1.
func (r *Reader) take(c *cell, a allocation, bits []uint8, info *lte.SystemInfo) bool {
	o := octets(bits)
	s := sib1(o)
	if s == nil {
		return false
	}
	c.read = o
	c.buffers = c.buffers[:0]
	switch {
	case info.SIB1 == nil:
		info.SIB1, info.SIB1Octets = s, o
	case !bytes.Equal(info.SIB1Octets, o):
		info.SIB1Others = append(info.SIB1Others, lte.OtherSIB1{SIB1: s, Octets: o, CRCs: 1})
		return true
	}
	info.SIB1CRCs++
	return true
}

// redundancy is the version by the number of the transmission in its 80 ms, TS 36.321 §5.3.1: 0, 2, 3, 1.
func redundancy(k int) int {
	k %= 4
	return (3*k + 1) / 2 % 4
}

// buffer adds up the soft bits of transmissions of blocks of one size, under two models of their redundancy versions: by the
// frame number, and always 0.
type buffer struct {
	size int
	soft [2]fec.Transport
}

// maxSizes bounds the buffers of a cell: a wrong hypothesis opens one too.
const maxSizes = 4

func (c *cell) buffer(size int) *buffer {
	for i := range c.buffers {
		if c.buffers[i].size == size {
			return &c.buffers[i]
		}
	}
	if len(c.buffers) == maxSizes {
		c.buffers = append(c.buffers[:0], c.buffers[1:]...)
	}
	c.buffers = append(c.buffers, buffer{size: size})
	b := &c.buffers[len(c.buffers)-1]
	for m := range b.soft {
		b.soft[m].Reset(size)
	}
	return b
}

// sums adds up the evidence for allocations that stay in their place.
type sums struct {
	first, last int
	n           int
	z           []float32
}

func (s *sums) add(first, last int, z []float32) {
	if s.first != first || s.last != last || len(s.z) != len(z) {
		*s = sums{first: first, last: last, z: append(s.z[:0], z...), n: 1}
		return
	}
	for i, v := range z {
		s.z[i] += v
	}
	s.n++
}

// static is the best hypothesis over all transmissions heard in this view.
func (r *Reader) static(c *cell, first, last, view, count int, control [3]int) (best allocation, z float64) {
	if c.sums.n == 0 || c.sums.first != first || c.sums.last != last {
		return best, 0
	}
	at := 0
	for i, v := range c.sums.z {
		if v > c.sums.z[at] {
			at = i
		}
	}
	i := 0
	w := &r.windows[0]
	r.blind.each(w, [2]int{view, view + count}, control, func(symbols, f, length int) {
		n := w.Size(f, length, symbols)
		for k, lag := range r.blind.lags {
			if n-lag < overlap {
				break
			}
			if i == at {
				best = allocation{symbols, f, length, r.blind.sizes[k]}
			}
			i++
		}
	})
	return best, float64(c.sums.z[at]) / math.Sqrt(float64(c.sums.n))
}

// Tried is the number of CRCs compared since the start: the chances noise had to pass one, each one in 2²⁴, before what passed
// also had to read as a SIB1.
func (r *Reader) Tried() int { return r.turbo.Tried() }

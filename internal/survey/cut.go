package survey

import (
	"time"

	"github.com/straycell/straycell/radio"
)

// The length of a look: what a decoder can combine, against what it has to hold at once.
const (
	longLookS  = 0.320 // at rates up to slowHz: eight PBCH periods
	lookS      = 0.160 // up to fastHz
	shortLookS = 0.080 // above, and in a first quick sweep
	slowHz     = 4e6
	fastHz     = 16e6

	tailS  = 0.080 // a shorter rest is joined to the look before it
	frameS = 0.010 // a radio frame: less than that holds nothing to look at
)

// lookLen is the number of samples of one look.
func lookLen(rateHz float64) int {
	switch {
	case rateHz <= slowHz:
		return int(longLookS * rateHz)
	case rateHz <= fastHz:
		return int(lookS * rateHz)
	}
	return int(shortLookS * rateHz)
}

// look is consecutive samples of one tuning without a gap.
type look struct {
	radio.Block
	startS, endS float64 // signal time
}

// signalTime counts seconds of signal by samples, across changes of rate.
type signalTime struct {
	s    float64 // at sample n
	n    int64
	rate float64
}

func (c *signalTime) at(n int64) float64 {
	if c.rate == 0 {
		return c.s
	}
	return c.s + float64(n-c.n)/c.rate
}

// move starts counting anew at sample first, which comes where sample next was expected. A count that runs backwards is a
// source that started over: no time passed in between.
func (c *signalTime) move(first, next int64, rateHz float64) {
	switch {
	case c.rate == 0:
		*c = signalTime{0, first, rateHz}
	case first < next:
		*c = signalTime{c.at(next), first, rateHz}
	case c.rate != rateHz:
		*c = signalTime{c.at(first), first, rateHz}
	}
}

// cutter makes looks of blocks.
type cutter struct {
	time  signalTime
	next  int64        // the sample that would continue the run
	begin func() *look // takes a free look
	done  func(*look)  // gives a full one away
	cur   *look        // nil: none begun
}

// arrive ends the run if the block does not continue it, and returns the signal time of its first sample.
func (c *cutter) arrive(b *radio.Block) (startS float64) {
	if c.cur != nil && (b.Lost > 0 || b.First != c.next || !sameTuning(b.Tuning, c.cur.Tuning)) {
		c.flush()
	}
	c.time.move(b.First, c.next, b.Tuning.RateHz)
	return c.time.at(b.First)
}

// push takes a block that arrived; its samples are copied. It is false when no look is to be had.
func (c *cutter) push(b *radio.Block) bool {
	iq, from := b.IQ, b.First
	for len(iq) > 0 {
		if c.cur == nil && !c.start(b, from) {
			return false
		}
		n := min(len(iq), cap(c.cur.IQ)-len(c.cur.IQ))
		c.cur.IQ = append(c.cur.IQ, iq[:n]...)
		c.cur.Clip += int(int64(b.Clip) * int64(n) / int64(len(b.IQ)))
		iq, from = iq[n:], from+int64(n)
		c.next = from
		if len(c.cur.IQ) == cap(c.cur.IQ) && !c.pass() {
			return false
		}
	}
	return true
}

// sameTuning ignores the gain: a receiver that adjusts it goes on hearing the same.
func sameTuning(a, b radio.Tuning) bool {
	return a.FreqHz == b.FreqHz && a.RateHz == b.RateHz && a.BandHz == b.BandHz
}

// start begins a look at sample first, which is in b. Its capacity is a look and the longest tail that may join it.
func (c *cutter) start(b *radio.Block, first int64) bool {
	if c.cur = c.begin(); c.cur == nil {
		return false
	}
	rate := b.Tuning.RateHz
	room := lookLen(rate) + int(tailS*rate)
	iq := c.cur.IQ
	if cap(iq) < room {
		iq = make([]complex64, 0, room)
	}
	*c.cur = look{Block: radio.Block{Tuning: b.Tuning, IQ: iq[:0:room], First: first}}
	if !b.Time.IsZero() {
		c.cur.Time = b.Time.Add(time.Duration(float64(first-b.First) / rate * 1e9))
	}
	return true
}

// pass gives away a look whose tail is long enough to begin the next one, and begins that.
func (c *cutter) pass() bool {
	full, n := c.cur, lookLen(c.cur.Tuning.RateHz)
	tail := full.IQ[n:]
	full.IQ = full.IQ[:n]
	ok := c.start(&full.Block, full.First+int64(n))
	if ok {
		c.cur.IQ = append(c.cur.IQ, tail...)
	}
	c.give(full)
	return ok
}

// flush gives away what there is: the run ended.
func (c *cutter) flush() {
	if c.cur != nil {
		l := c.cur
		c.cur = nil
		c.give(l)
	}
}

func (c *cutter) give(l *look) {
	l.startS, l.endS = c.time.at(l.First), c.time.at(l.First+int64(len(l.IQ)))
	c.done(l)
}

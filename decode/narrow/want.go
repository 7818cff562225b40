package narrow

import (
	"math"
	"slices"

	"github.com/straycell/straycell/decode/lte"
)

const (
	// flat is the share of a receiver's rate that its filters pass whole, and leastPRB what is asked for at least: 2.4 Msps hold
	// twelve resource blocks, 1.92 Msps nine.
	flat     = 0.9
	leastPRB = 6
	// hopelessDB is the SINR below which a SIB1 takes longer than a sweep has.
	hopelessDB = -8
	// A cell that said nothing in any of its windows is left alone for restS, then twice as long, up to 2^maxRests times.
	restS    = 10
	maxRests = 3
	// patience is for how many times the time that an announced window takes a cell listens there before it looks elsewhere.
	patience = 3
)

// Want is what has to be heard next for a cell's SIB1 to be read: a window that holds some of its resource blocks, for a time.
type Want struct {
	PCI       lte.PCI
	CarrierHz float64 // as received
	PRB       int     // of the whole carrier
	FirstPRB  int
	PRBs      int
	Announced bool // by the DCI; else it is a place where networks send SIB1
	DurationS float64
}

// CentreHz is the middle of the window wanted, as received.
func (w Want) CentreHz() float64 {
	return w.CarrierHz + 180e3*(float64(w.FirstPRB)+float64(w.PRBs)/2-float64(w.PRB)/2)
}

// Wants lists what the cells ask for whose MIB was read since sinceS and whose SIB1 was not, those heard first before others;
// several may ask for the same. A cell stops asking when it has heard its whole carrier for long enough. Where none asks and
// messages is set, those ask whose SIB1 schedules messages that were not read.
func (r *Reader) Wants(sinceS float64, messages bool) []Want {
	var out []Want
	for _, c := range r.cells {
		if c.read != nil || c.mibS <= sinceS || c.sinrDB < hopelessDB || c.restsUntilS > c.heardS {
			continue
		}
		n := c.start(r)
		due := dwellS(c.sinrDB)
		w := Want{PCI: c.layout.PCI, CarrierHz: c.carrierHz, PRB: c.layout.PRB, PRBs: n, DurationS: due + settleS}
		if at, ok := c.announces(); ok && c.saidS < patience*due {
			w.Announced, w.FirstPRB = true, at
			if c.said.spread != together {
				w.DurationS = 2*due + settleS // a part of it is in view
			}
			out = append(out, w)
			continue
		}
		due = max(due, leastBlindS) // SIB1 may be elsewhere in every other transmission
		at := c.next()
		if here := c.place(); c.promising && here >= 0 && c.heard[here] < promiseS {
			at = here
		} else if c.heard[at] >= due {
			c.rest()
			continue
		}
		w.FirstPRB, w.DurationS = c.windows[at], due+settleS
		out = append(out, w)
	}
	if len(out) > 0 || !messages {
		return out
	}
	for _, c := range r.cells {
		if c.mibS > sinceS && c.sinrDB >= messageDB && c.sib1 != nil && c.last.length > 0 && c.asksS <= c.heardS {
			if w, ok := c.message(r); ok {
				out = append(out, w)
			}
		}
	}
	return out
}

const (
	messageDB = -3  // SINR from which a message is read from one transmission
	messageS  = 0.7 // as long as a window is heard for messages at most: some have periods of 5 s
	againS    = 60
	maxAsked  = 3 // windows for messages until it pauses for againS
)

// message is the window that holds the messages a DCI announced, or else SIB1, and most often the messages too, or one of those that the
// carrier has, for as long as the slowest unread one takes.
func (c *cell) message(r *Reader) (w Want, ok bool) {
	n := c.start(r)
	w = Want{PCI: c.layout.PCI, CarrierHz: c.carrierHz, PRB: c.layout.PRB, PRBs: n}
	switch {
	case len(c.elsewhere) > 0:
		w.FirstPRB = c.mostInView(c.elsewhere)
	case c.asked == 0:
		w.FirstPRB = c.mostInView([]allocation{c.last})
	default:
		w.FirstPRB = c.windows[(c.asked-1)%len(c.windows)]
	}
	for i, e := range c.sib1.Schedule {
		if i >= len(c.entries) || !c.entries[i] {
			w.DurationS = max(w.DurationS, float64(10*e.PeriodRF+c.sib1.SIWindowMS)*1e-3)
		}
	}
	w.DurationS = min(w.DurationS, messageS) + settleS
	if c.asked++; c.asked == maxAsked {
		c.asked, c.asksS = 0, c.heardS+againS
	}
	c.unsaid = effort{}
	return w, w.DurationS > settleS
}

// announces is the first block of the window that shows most of what DCIs announce.
func (c *cell) announces() (first int, ok bool) {
	prb, n := c.layout.PRB, c.blocks
	switch {
	case c.said.length > 0 && c.said.spread == together:
		return max(0, min(c.said.first+(c.said.length-n)/2, prb-n)), true
	case c.said.length > 0:
		return c.mostInView([]allocation{c.said}), true
	case len(c.moves) > 0:
		return c.mostInView(c.moves), true
	}
	return 0, false
}

// mostInView is the first block of the window that shows most resource blocks of some allocations.
func (c *cell) mostInView(as []allocation) (first int) {
	prb, n := c.layout.PRB, c.blocks
	shown := make([]int, prb)
	var set [2][]bool
	for _, a := range as {
		g := a.grant()
		g.Allocation(&set, prb)
		for _, s := range set {
			for p, mine := range s {
				if mine {
					shown[p]++
				}
			}
		}
	}
	most := 0
	for at := 0; at+n <= prb; at++ {
		sum := 0
		for _, v := range shown[at : at+n] {
			sum += v
		}
		if sum > most {
			most, first = sum, at
		}
	}
	return first
}

// rest ends a round through a carrier that gave nothing.
func (c *cell) rest() {
	c.restsUntilS = c.heardS + restS*math.Exp2(float64(c.rests))
	c.rests = min(c.rests+1, maxRests)
	clear(c.heard)
	c.saidS, c.moves = 0, c.moves[:0]
}

// promiseS is how long a window is heard at most that seems to hold SIB1.
const promiseS = 0.48

// leastBlindS is how long a window is heard of which it is not known that it holds SIB1: four transmissions.
const leastBlindS = 0.08

// dwellS is how long a window takes that holds SIB1: a transmission every 20 ms, and as many as the signal needs.
func dwellS(sinrDB float64) float64 {
	switch {
	case sinrDB >= 0:
		return 0.04
	case sinrDB >= -4:
		return 0.08
	}
	return 0.16
}

// places lists the windows of n blocks of a carrier in the order in which they are tried: most networks send SIB1 at the lower edge, some in
// the middle or at the upper edge.
func places(prb, n int) []int {
	var out []int
	for lo, hi := 0, prb-n; lo <= hi; lo, hi = lo+n, hi-n {
		out = append(out, lo)
		if hi != lo {
			out = append(out, hi)
		}
	}
	if last := out[len(out)-1]; len(out)%2 == 0 && last-out[len(out)-2] > n {
		out = append(out, out[len(out)-2]+n) // what is left in the middle
	}
	return out
}

// listened notes that the run r.carrier holds was listened to, whether anything of the cell is in it or not.
func (c *cell) listened(r *Reader, beginS float64) {
	seconds := float64(len(r.iq)) / r.rate
	first, count := r.carrier.View()
	c.start(r)
	c.hear(first, count, seconds)
	c.heardS = max(c.heardS, beginS+seconds)
}

// hear counts for what time each window was heard.
func (c *cell) hear(first, count int, seconds float64) {
	n := c.blocks
	for i, p := range c.windows {
		if p >= first && p+n <= first+count {
			c.heard[i] += seconds
		}
	}
	if at, ok := c.announces(); ok && at >= first && at+n <= first+count {
		c.saidS += seconds
	}
}

// start makes room for what is heard, and returns the width of the windows that the receiver in use can hear.
func (c *cell) start(r *Reader) int {
	n := min(max(int(flat*r.tuned.RateHz/180e3+1e-6), leastPRB), c.layout.PRB)
	if c.blocks != n {
		c.blocks = n
		c.windows = places(c.layout.PRB, n)
		c.heard = make([]float64, len(c.windows))
	}
	return n
}

// place is the index of the window heard last; -1: it is none of those asked for.
func (c *cell) place() int {
	return slices.IndexFunc(c.windows, func(p int) bool { return p >= c.view.lo && p+c.blocks <= c.view.hi })
}

// next is the index of the window heard least, the first of equals.
func (c *cell) next() int {
	return slices.Index(c.heard, slices.Min(c.heard))
}

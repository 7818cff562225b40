package narrow

import (
	"math"

	"github.com/straycell/straycell/decode/grid"
)

// acquire takes a cell's timing and offset in the present run from where they are expected; false: it is not there.
func (r *Reader) acquire(c *cell, expected grid.Layout, beginS float64) (grid.Layout, bool) {
	l, power, terms := r.carrier.Acquire(r.iq, r.rate, expected, reachS*r.rate)
	c.listened(r, beginS)
	ok := acquired(power, terms)
	if ok && power >= strongPower*float64(terms) || c.sinrDB < findDB || c.sought >= maxSought {
		return l, ok
	}
	// Another place of the same frames is no noise: it repeats with them, and only strength tells it from the right one.
	c.sought++
	if x, found := r.find(expected); found {
		off := math.Remainder(x.Timing.Frame-l.Timing.Frame, frameS*r.rate)
		if !ok || math.Abs(off) > reachS*r.rate {
			c.astray = true
			return x, true
		}
	}
	return l, ok
}

// acquired tells whether Acquire found anything: in noise its terms add up to their number with its square root for a deviation, and
// the best of some tens of delays is taken.
func acquired(power float64, terms int) bool {
	n := float64(terms)
	return terms > 0 && power > n+surePower*math.Sqrt(n)
}

// find looks for a cell's frames at any time: samples were lost that nobody counted, or nothing of it is here. Their numbers are
// unknown then.
func (r *Reader) find(l grid.Layout) (best grid.Layout, ok bool) {
	l, ok = r.carrier.Find(r.iq, r.rate, l)
	if !ok {
		return l, false
	}
	var most float64
	for third := -2.0; third <= 2; third++ {
		x := l
		for x.Timing.Frame += third * r.rate / 45e3; x.Timing.Frame > 0; {
			x.Timing.Frame -= frameS * r.rate
		}
		if x, power, terms := r.carrier.Acquire(r.iq, r.rate, x, reachS*r.rate); acquired(power, terms) && power > most {
			best, most = x, power
		}
	}
	return best, most > 0
}

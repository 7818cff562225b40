package narrow

import (
	"math"

	"github.com/straycell/straycell/decode/grid"
)

// acquired tells whether Acquire found anything: in noise its terms add up to their number with its square root for a deviation, and
// the best of some tens of delays is taken. Another place of the same frames is no noise: it repeats with them, and only strength
// tells it from the right one.
func (c *cell) acquired(power float64, terms int) bool {
	n := float64(terms)
	if c.sinrDB >= findDB && power < strongPower*n {
		return false
	}
	return terms > 0 && power > n+surePower*math.Sqrt(n)
}

// find looks for a cell's frames at any time: samples were lost that nobody counted, or nothing of it is here. From there on the
// number of its frames is unknown.
func (r *Reader) find(c *cell, l grid.Layout) (grid.Layout, bool) {
	if c.sinrDB < findDB || c.sought >= maxSought {
		return l, false
	}
	c.sought++
	l.Timing.CFOHz = c.carrierHz - r.tuned.FreqHz
	l, ok := r.carrier.Find(r.iq, r.rate, l)
	if !ok {
		return l, false
	}
	var best grid.Layout
	var most float64
	for third := -2.0; third <= 2; third++ {
		x := l
		for x.Timing.Frame += third * r.rate / 45e3; x.Timing.Frame > 0; {
			x.Timing.Frame -= frameS * r.rate
		}
		if x, power, terms := r.carrier.Acquire(r.iq, r.rate, x, reachS*r.rate); c.acquired(power, terms) && power > most {
			best, most = x, power
		}
	}
	if most == 0 {
		return l, false
	}
	l = best
	c.astray = true
	return l, true
}

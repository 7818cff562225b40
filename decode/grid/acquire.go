package grid

import (
	"math"
	"slices"
)

// Acquire finds a cell's timing and offset again in a run of samples where they are known to a few microseconds and ±1 kHz, as
// after the radio was tuned to another part of the cell's carrier: by the reference signals in view, of half a millisecond
// each. power over terms tells how surely: terms in noise, and terms times (1 + reference elements in a slot × their signal to
// noise ratio) in a signal.
func (c *Carrier) Acquire(iq []complex64, rateHz float64, l Layout, reach float64) (_ Layout, power float64, terms int) {
	c.prepare(iq, rateHz, l)
	ls := crsSymbols(c.Timing.CP)
	points := float64(c.demod.n)
	var turn complex128
	for s := range 2*c.Subframes - 1 {
		for kind := 0; kind < 3; kind += 2 {
			v, _, ok := c.pilot(0, s, kind)
			u, _, next := c.pilot(0, s+1, kind)
			if !ok || !next || !c.trusted(s, kind) || !c.trusted(s+1, kind) {
				continue
			}
			var p complex64
			for m, x := range v {
				p += u[m] * conj(x)
			}
			turn += complex128(p)
		}
	}
	slotS := 0.5e-3
	cfo := 0.0
	if turn != 0 {
		cfo = phase(turn) / (2 * math.Pi * slotS)
	}
	// Both symbols of a slot together have every third subcarrier: delays are told apart over a third of a symbol.
	first, count := c.View()
	if cap(c.sums) < 4*c.PRB {
		c.sums = make([]complex64, 4*c.PRB)
	}
	sum := c.sums[:4*c.PRB]
	steps := int(math.Ceil(reach))
	c.delays = slices.Grow(c.delays[:0], 2*steps+1)[:2*steps+1]
	best := c.delays
	clear(best)
	var all float64
	for s := range 2 * c.Subframes {
		clear(sum)
		n := 0
		for kind := 0; kind < 3; kind += 2 {
			v, odd, ok := c.pilot(0, s, kind)
			if !ok || !c.trusted(s, kind) {
				continue
			}
			w := unit(-cfo * (c.demod.Start(c.Timing, Symbol{s, ls[kind]}) / (15e3 * points)))
			for m, x := range v {
				x *= w
				sum[2*m+odd] += x
				all += float64(real(x)*real(x) + imag(x)*imag(x))
			}
			n++
		}
		if n == 0 {
			continue
		}
		terms++
		for i := range best {
			step := unit(3 * float64(i-steps) / points)
			w := complex64(1)
			var re, im float32
			for _, x := range sum[4*first : 4*(first+count)] {
				re += real(x)*real(w) - imag(x)*imag(w)
				im += real(x)*imag(w) + imag(x)*real(w)
				w *= step
			}
			best[i] += float64(re)*float64(re) + float64(im)*float64(im)
		}
	}
	at := 0
	for i, p := range best {
		if p > best[at] {
			at = i
		}
	}
	if all > 0 {
		power = best[at] / all * float64(terms)
	}
	l.Timing.Frame += float64(at - steps)
	l.Timing.CFOHz += cfo
	return l, power, terms
}

// View is the run of resource blocks that the samples hold.
func (c *Carrier) View() (first, count int) {
	for p, seen := range c.visible {
		if seen {
			if count == 0 {
				first = p
			}
			count++
		}
	}
	return first, count
}

package grid

import (
	"math"

	"github.com/straycell/straycell/decode/dsp"
)

// Smoothing says over how much time and frequency a channel estimate averages.
type Smoothing struct {
	Slots  int     // reference elements of this many slots on either side are averaged
	SpanUS float64 // delay spread assumed, microseconds
}

// Estimate is the channel of one port over the middle 72 subcarriers, for the middle of one slot.
type Estimate [Width]complex64

// Channel writes the channel of a port around a slot; ok is false when no reference signal is in reach. snr is the power of
// one reference element over its noise (linear), from Measure.
func (p *Pilots) Channel(dst *Estimate, port, slot int, s Smoothing, snr float64) bool {
	return p.estimate(dst, port, slot, s, snr, nil)
}

// estimate is Channel with one slot's pilots left out.
func (p *Pilots) estimate(dst *Estimate, port, slot int, s Smoothing, snr float64, without *pilot) bool {
	var sum [positions]complex64
	var n [2]int
	p.accumulate(port)
	lo, hi := &p.total[port][max(0, slot-s.Slots)], &p.total[port][min(p.Slots, slot+s.Slots+1)]
	for q := range sum {
		sum[q] = complex64(hi.v[q] - lo.v[q])
	}
	n[0], n[1] = hi.n[0]-lo.n[0], hi.n[1]-lo.n[1]
	if without != nil {
		for q, v := range without.v {
			sum[q] -= v
		}
		n[0], n[1] = n[0]-int(without.n[0]), n[1]-int(without.n[1])
	}
	if n[0]+n[1] == 0 {
		return false
	}
	for odd := range 2 {
		for q := odd; q < positions; q += 2 {
			if n[odd] > 0 {
				sum[q] *= complex(1/float32(n[odd]), 0)
			}
		}
	}
	w := p.filter(s, snr*float64(n[0]+n[1])/2, n[0] > 0, n[1] > 0)
	w.apply(dst, &sum)
	return true
}

// running is the sum of a port's pilots over all slots before one.
type running struct {
	v [positions]complex128
	n [2]int
}

// accumulate fills p.total of a port, once for what Load brought.
func (p *Pilots) accumulate(port int) {
	if p.summed[port] {
		return
	}
	p.summed[port] = true
	if cap(p.total[port]) < p.Slots+1 {
		p.total[port] = make([]running, p.Slots+1)
	}
	t := p.total[port][:p.Slots+1]
	p.total[port] = t
	t[0] = running{}
	for i := range p.Slots {
		x := &p.ports[port][i]
		t[i+1] = t[i]
		if x.n[0]|x.n[1] == 0 {
			continue
		}
		for q, v := range x.v {
			t[i+1].v[q] += complex128(v)
		}
		t[i+1].n[0] += int(x.n[0])
		t[i+1].n[1] += int(x.n[1])
	}
}

// wiener is a linear interpolator from the 24 positions of reference elements to the 72 subcarriers, position by position.
type wiener [positions * Width]float32

func (w *wiener) apply(dst *Estimate, x *[positions]complex64) { dsp.Weigh(dst[:], x[:], w[:]) }

type wienerKey struct {
	first     int
	spanNS    int
	levelDB   int
	even, odd bool
}

// filter returns the filter for a level of averaged reference elements (linear power over noise), computed once.
func (p *Pilots) filter(s Smoothing, level float64, even, odd bool) *wiener {
	const stepDB = 3
	l := max(-15, min(30, stepDB*int(math.Round(10*math.Log10(max(level, 1e-3))/stepDB))))
	k := wienerKey{int(p.Cell.PCI) % 3, int(s.SpanUS * 1e3), l, even, odd}
	w := p.wieners[k]
	if w == nil {
		w = k.solve(&p.equations)
		p.wieners[k] = w
	}
	return w
}

// solve computes the filter: delays spread evenly over span make neighbouring subcarriers correlate as a sinc.
func (k wienerKey) solve(e *equations) *wiener {
	corr := e.correlations(k.spanNS)
	var pos []int
	for q := range positions {
		if q%2 == 0 && k.even || q%2 == 1 && k.odd {
			pos = append(pos, q)
		}
	}
	// The carrier itself is left out of the 72, so subcarriers above it stand one further away.
	place := func(i int) int {
		if i >= Width/2 {
			i++
		}
		return i
	}
	load := math.Pow(10, -float64(k.levelDB)/10)
	a, b := e.sized(len(pos), Width)
	for i := range a {
		for j := range a[i] {
			a[i][j] = corr.at(place(k.first+3*pos[i]) - place(k.first+3*pos[j]))
		}
		a[i][i] += load
		for sc := range Width {
			b[i][sc] = corr.at(place(sc) - place(k.first+3*pos[i]))
		}
	}
	e.solve()
	var w wiener
	for i, q := range pos {
		for sc, v := range b[i] {
			w[q*Width+sc] = float32(v)
		}
	}
	return &w
}

// Smooth picks, of several models, the one that predicts the leading port's reference elements of a slot best from the slots around
// it, the slot itself left out.
func (p *Pilots) Smooth(models []Smoothing, snr float64) Smoothing {
	const samples = 24
	best, bestErr := models[0], math.Inf(1)
	var h Estimate
	first := int(p.Cell.PCI) % 3
	for _, m := range models {
		var e float64
		for i := range samples {
			slot := i * (p.Slots - 1) / (samples - 1)
			x := &p.ports[p.Lead][slot]
			if x.n[0]|x.n[1] == 0 {
				continue
			}
			if !p.estimate(&h, p.Lead, slot, m, snr, x) {
				e = math.Inf(1)
				break
			}
			for q, v := range x.v {
				if x.n[q&1] > 0 {
					e += float64(power(v - h[first+3*q]))
				}
			}
		}
		if e < bestErr {
			best, bestErr = m, e
		}
	}
	return best
}

package grid

import (
	"math"
	"slices"
)

// Seams looks for places where a cell's timing jumps against the clock: recordings glued from pieces, samples lost without
// notice. It returns samples (in the run loaded) near which a jump lies, within half a segment of 5 ms.
func (p *Pilots) Seams() []float64 {
	const jump = 1.0 // samples: the steepest clock error seen drifts by 1.2 in 5 ms, and that is in the median
	segs := p.segments(p.Lead)
	perRad := -float64(p.demod.n) / (2 * math.Pi * 6)
	type point struct {
		seg   int
		delay float64
	}
	var ps []point
	var all complex128
	ds := make([]complex128, len(segs))
	for i := range segs {
		s := &segs[i]
		for q := 0; q+2 < positions; q++ {
			ds[i] += complex128(s.v[q+2] * conj(s.v[q]))
		}
		all += ds[i]
	}
	if all == 0 {
		return nil
	}
	for i, d := range ds {
		if segs[i].n > 0 && d != 0 {
			ps = append(ps, point{i, perRad * phase(d*complex(real(all), -imag(all)))})
		}
	}
	if len(ps) < 6 {
		return nil
	}
	steps := make([]float64, len(ps)-1)
	for i := range steps {
		steps[i] = ps[i+1].delay - ps[i].delay
	}
	mid := median(steps)
	off := make([]float64, len(steps))
	for i, s := range steps {
		off[i] = math.Abs(s - mid)
	}
	limit := max(jump, 8*median(off))
	var out []float64
	for i, s := range steps {
		// A jump stays: a single delay that is off is noise.
		before, after := ps[max(0, i-1)].delay, ps[min(len(ps)-1, i+2)].delay
		if math.Abs(s-mid) > limit && math.Abs(after-before-3*mid) > limit {
			out = append(out, p.demod.Start(p.Cell.Timing, Symbol{ps[i+1].seg * segment, 0}))
		}
	}
	return out
}

func median(x []float64) float64 {
	y := slices.Clone(x)
	slices.Sort(y)
	return y[len(y)/2]
}

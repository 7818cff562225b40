package sync

import (
	"math"

	"github.com/straycell/straycell/decode/dsp"
)

const (
	spotReach = 6 // how far, in samples, a glimpse may be off the start of a PSS
	spotWidth = 2*spotReach + 1
)

// spot correlates the neighbourhood of a glimpsed peak over all half frames and sums it along every clock error, as Search does
// for all samples.
func (s *Searcher) spot(sp *Spectra, p Peak, driftMid, driftPPM float64) Peak {
	n := sp.halfFrames
	reach := spotReach + int(math.Ceil((math.Abs(driftMid)+driftPPM)*ppmPerHF*float64(n)))
	width := 2*reach + 1
	first := int(p.Sample) - reach // of the window in the first half frame
	if need := n * width; len(s.rows) < need {
		s.rows = make([]float32, need)
	}
	windows := s.rows[:n*width]
	clear(windows)
	s.visit(sp, first, width, func(batch *batch) {
		s.blockPower(sp, p.NID2, int(math.Round(p.FreqHz/binHz)), batch)
		for l, at := range batch.place {
			if !batch.used[l] {
				continue
			}
			begin := first + at.window*HalfFrame // the window's first sample
			from, to := max(begin, at.block*blockHop), min(begin+width, (at.block+1)*blockHop)
			if from < to {
				copy(windows[at.window*width+from-begin:at.window*width+to-begin], s.near[l*blockHop+from-at.block*blockHop:])
			}
		}
	})

	lines := newLines(driftMid, driftPPM, n)
	best := Peak{NID2: p.NID2, FreqHz: p.FreqHz, DriftPPM: driftMid}
	for d := range lines.count {
		v := 0.0 // samples per half frame
		if n > 1 {
			v = lines.at(d) / float64(n-1)
		}
		var sum [spotWidth]float32
		for i := range n {
			at := i*width + reach - spotReach + int(math.Round(v*float64(i)))
			for t, x := range (*[spotWidth]float32)(windows[at:]) {
				sum[t] += x
			}
		}
		for t, x := range sum {
			at := first + reach + t - spotReach
			if at >= 0 && at < HalfFrame && float64(x) > best.Power {
				best.Power, best.Sample, best.DriftPPM = float64(x), float64(at), -v/ppmPerHF
			}
		}
	}
	return best
}

// place is a block that a window of a half frame touches.
type place struct{ block, window int }

// batch is up to eight places whose blocks stand in different lanes of the spectra.
type batch struct {
	place [8]place
	used  [8]bool
}

// visit calls fn with the places of windows width samples wide, the first of which begins at sample first. Half frames are a block
// more than whole groups apart, so that eight neighbouring ones fill a batch.
func (s *Searcher) visit(sp *Spectra, first, width int, fn func(*batch)) {
	var next batch
	full := false
	for k, more := 0, true; more; k++ {
		more = false
		for i := range sp.halfFrames {
			at := first + i*HalfFrame
			b := max(at, 0)/blockHop + k
			if b*blockHop >= at+width || b >= sp.blocks {
				continue
			}
			more = true
			if next.used[b%8] {
				fn(&next)
				next = batch{}
			}
			next.place[b%8], next.used[b%8], full = place{b, i}, true, true
		}
	}
	if full {
		fn(&next)
	}
}

// blockPower fills s.near with the normalised correlation power of a batch's blocks, blockHop values for each lane.
func (s *Searcher) blockPower(sp *Spectra, root, bin int, b *batch) {
	n := sp.n
	lo := ((bin-passBins/2)%n + n) % n
	var scale [8]float32
	var x [8][]dsp.Vec8
	for l, at := range b.place {
		if !b.used[l] {
			continue
		}
		if e := band(sp.energy[at.block/8], lo+n/2, passBins)[l]; e > 0 {
			scale[l] = float32(passBins / (s.tmplE[root] * float64(e)))
		}
	}
	for l, at := range b.place {
		if b.used[l] {
			x[l] = sp.groups[at.block/8][lo : lo+passBins]
		}
	}
	dsp.Gather(s.buf[:passBins], &x)
	if s.near == nil {
		s.near = make([]float32, 8*blockHop)
	}
	s.fine.Power(s.near, blockHop, s.buf, s.tmpl[root], &scale)
}

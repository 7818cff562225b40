package sync

import (
	"math"

	"github.com/straycell/straycell/decode/dsp"
)

// spotReach is how far, in samples, a glimpse may be off the start of a PSS.
const spotReach = 6

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

	var blocks []int // those the windows touch
	for i := range n {
		from := max(first+i*HalfFrame, 0) / blockHop
		for b := from; b*blockHop < first+i*HalfFrame+width && b < sp.blocks; b++ {
			blocks = append(blocks, b)
		}
	}
	for g := 0; g < len(blocks); g += 8 {
		batch := blocks[g:min(g+8, len(blocks))]
		s.blockPower(sp, p.NID2, int(math.Round(p.FreqHz/binHz)), batch)
		for l, b := range batch {
			for i := max(0, (b*blockHop-first-width)/HalfFrame); i < n; i++ {
				at := first + i*HalfFrame // the window's first sample
				if at >= (b+1)*blockHop {
					break
				}
				from, to := max(at, b*blockHop), min(at+width, (b+1)*blockHop)
				if from < to {
					copy(windows[i*width+from-at:i*width+to-at], s.near[l*blockHop+from-b*blockHop:])
				}
			}
		}
	}

	lines := newLines(driftMid, driftPPM, n)
	best := Peak{NID2: p.NID2, FreqHz: p.FreqHz, DriftPPM: driftMid}
	for d := range lines.count {
		v := 0.0 // samples per half frame
		if n > 1 {
			v = lines.at(d) / float64(n-1)
		}
		for t := -spotReach; t <= spotReach; t++ {
			if first+reach+t < 0 || first+reach+t >= HalfFrame {
				continue
			}
			var sum float32
			for i := range n {
				sum += windows[i*width+reach+t+int(math.Round(v*float64(i)))]
			}
			if float64(sum) > best.Power {
				best.Power, best.Sample, best.DriftPPM = float64(sum), float64(first+reach+t), -v/ppmPerHF
			}
		}
	}
	return best
}

// blockPower fills s.near with the normalised correlation power of up to eight blocks, blockHop values each.
func (s *Searcher) blockPower(sp *Spectra, root, bin int, blocks []int) {
	n, lo := sp.n, bin-passBins/2
	w := s.tmpl[root]
	clear(s.buf)
	var scale [8]float32
	for l, b := range blocks {
		x, lane := sp.groups[b/8], b%8
		from := (lo%n + n) % n
		for i := range passBins {
			v := &x[from]
			if from++; from == n {
				from = 0
			}
			c := complex(v.Re[lane], v.Im[lane]) * w[i]
			s.buf[(i-passBins/2+blockFFT)%blockFFT].Set(l, c)
		}
		if e := band(sp.energy[b/8], lo+n/2, passBins)[lane]; e > 0 {
			scale[l] = float32(passBins / (s.tmplE[root] * float64(e)))
		}
	}
	s.ifft.Inverse(s.buf)
	if s.near == nil {
		s.near = make([]float32, 8*blockHop)
	}
	dsp.Power(s.near, blockHop, s.buf[:blockHop], &scale)
}

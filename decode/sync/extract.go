package sync

import (
	"math"

	"github.com/straycell/straycell/decode/dsp"
)

// Extract writes to dst the samples at Rate of a carrier that stands centreHz (rounded to binHz) above the look's centre:
// flat over ±780 kHz, nothing beyond ±960 kHz. It returns the samples and the centre it used. dst is reused if large enough.
func (s *Searcher) Extract(sp *Spectra, dst []complex64, centreHz float64) ([]complex64, float64) {
	const guard = (blockFFT - blockHop) / 2
	groups := (sp.blocks + 7) / 8
	total := sp.blocks * blockHop
	if cap(dst) < total+guard {
		dst = make([]complex64, total+guard)
	}
	dst = dst[:total+guard]
	clear(dst[:guard])
	bin := int(math.Round(centreHz / binHz))
	lo := bin - blockFFT/2
	for g := range groups {
		x := sp.groups[g]
		for i := 0; i < blockFFT; {
			from := ((lo+i)%sp.n + sp.n) % sp.n
			to := (i + blockFFT/2) % blockFFT
			run := min(sp.n-from, blockFFT-to, blockFFT-i)
			dsp.Mul(s.buf[to:to+run], x[from:from+run], s.window[i:i+run])
			i += run
		}
		s.ifft.Inverse(s.buf)
		var out [8][]complex64
		var turn, one dsp.Vec8
		for l := range 8 {
			b := 8*g + l
			out[l] = s.spare
			if b < sp.blocks {
				out[l] = dst[b*blockHop+guard:][:blockHop]
			}
			// Each block's bins were taken relative to its own start: turn the mixing phase on.
			turn.Set(l, unit(-float64(bin)*binHz*float64(b*blockHop)/Rate)*complex(1/float32(sp.n), 0))
			one.Set(l, 1)
		}
		mid := s.buf[guard:][:blockHop]
		dsp.Turn(mid, mid, &turn, &one)
		dsp.Unpack(&out, mid)
	}
	return dst[:min(total+guard, sp.samples)], float64(bin) * binHz
}

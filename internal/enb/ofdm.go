package enb

import (
	"math"

	"github.com/straycell/straycell/decode/dsp"
	"github.com/straycell/straycell/decode/lte"
)

// SpacingHz is the subcarrier spacing, TS 36.211 §6.2.3.
const SpacingHz = 15e3

// cpLength is the cyclic prefix of a slot's symbol l in samples of an FFT of the given size; TS 36.211 Table 6.12-1 states
// it for 2048.
func cpLength(cp lte.CP, l, size int) int {
	switch {
	case cp == lte.ExtendedCP:
		return 512 * size / 2048
	case l == 0:
		return 160 * size / 2048
	}
	return 144 * size / 2048
}

// window is the part of a carrier that a receiver sees: subcarriers lo to hi-1, and the smallest transform that holds
// them, centred on the subcarrier at centre spacings above the carrier.
type window struct {
	lo, hi, centre, size int
}

// sizes are the transforms whose prefixes are whole numbers of samples.
var sizes = [...]int{128, 256, 384, 512, 768, 1024, 1536, 2048}

// maxFill is the share of a transform that may be occupied, so that the resampler's filter has room for its edge.
const maxFill = 0.71

// spacings is where subcarrier k stands above the carrier; the carrier's own place is skipped, TS 36.211 §6.12.
func spacings(k, K int) int {
	if k < K/2 {
		return k - K/2
	}
	return k - K/2 + 1
}

// newWindow cuts out of K subcarriers those within lowHz to highHz of the carrier; ok is false where there are none.
func newWindow(K int, lowHz, highHz float64) (w window, ok bool) {
	for w.lo < K && float64(spacings(w.lo, K))*SpacingHz < lowHz {
		w.lo++
	}
	w.hi = w.lo
	for w.hi < K && float64(spacings(w.hi, K))*SpacingHz <= highHz {
		w.hi++
	}
	if w.lo == w.hi {
		return w, false
	}
	if w.lo > 0 || w.hi < K { // a whole carrier stays centred on itself
		w.centre = (spacings(w.lo, K) + spacings(w.hi-1, K)) / 2
	}
	for _, w.size = range sizes {
		if float64(w.hi-w.lo) <= maxFill*float64(w.size) {
			break
		}
	}
	return w, true
}

func (w window) rateHz() float64 { return SpacingHz * float64(w.size) }

// modulator turns the symbols of a grid into samples at the rate of its window, TS 36.211 §6.12, after applying a
// response to each port and adding the ports up, as one receive antenna would.
type modulator struct {
	window
	cp   lte.CP
	fft  *dsp.FFT
	bins []complex64
	out  []complex64
	runs []run
	turn [14]complex64 // by symbol: shifts the window's centre to zero with a phase that runs on through the subframe
}

// run maps subcarriers from k on to neighbouring bins of the transform.
type run struct{ k, bin, n int }

func newModulator(K int, cp lte.CP, w window) *modulator {
	m := &modulator{window: w, cp: cp, fft: dsp.NewFFT(w.size), bins: make([]complex64, w.size), out: make([]complex64, w.size)}
	for k := w.lo; k < w.hi; k++ {
		bin := (spacings(k, K) - w.centre + w.size) % w.size
		if last := len(m.runs) - 1; last >= 0 && m.runs[last].bin+m.runs[last].n == bin {
			m.runs[last].n++
		} else {
			m.runs = append(m.runs, run{k, bin, 1})
		}
	}
	at, slot := 0, cp.SymbolsPerSlot()
	for l := range 2 * slot {
		at += cpLength(cp, l%slot, 2048)
		// A subframe is a whole number of periods of every subcarrier, so the phase need not be carried further.
		s, c := math.Sincos(-2 * math.Pi * float64(w.centre*at%2048) / 2048)
		m.turn[l] = complex(float32(c), float32(s))
		at += 2048
	}
	return m
}

// symbol appends symbol l of g with its prefix to dst. resp holds the response of each port from subcarrier lo on.
func (m *modulator) symbol(dst []complex64, g *Grid, l int, resp [][]complex64) []complex64 {
	cp := cpLength(m.cp, l%m.cp.SymbolsPerSlot(), m.size)
	if !g.Busy[l] {
		n := len(dst)
		dst = dst[:n+cp+m.size]
		clear(dst[n:])
		return dst
	}
	clear(m.bins)
	for _, r := range m.runs {
		bins := m.bins[r.bin:][:r.n]
		for p, h := range resp {
			h, x := h[r.k-m.lo:][:r.n], g.RE[p][l*g.K+r.k:][:r.n]
			for i := range bins {
				bins[i] += h[i] * x[i]
			}
		}
		if m.centre != 0 {
			for i := range bins {
				bins[i] *= m.turn[l]
			}
		}
	}
	m.fft.Inverse(m.out, m.bins)
	dst = append(dst, m.out[m.size-cp:]...)
	return append(dst, m.out...)
}

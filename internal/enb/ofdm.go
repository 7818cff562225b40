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

// sizes are the transforms that are fast and whose prefixes are whole numbers of samples.
var sizes = [...]int{128, 256, 512, 1024, 2048}

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

// modulator turns a grid into samples at the rate of its window, TS 36.211 §6.12, after applying a response to each port
// and adding the ports up, as one receive antenna would. It transforms eight symbols at a time.
type modulator struct {
	window
	fft     *dsp.FFT8
	bins    []dsp.Vec8
	runs    []run
	symbols []symbol
	busy    []int          // scratch: symbols of the present grid that are transformed
	rows    [8][]complex64 // scratch: their subcarriers as received
	idle    []complex64    // samples of lanes without a symbol
}

// run maps subcarriers from k on to neighbouring bins of the transform.
type run struct{ k, bin, n int }

// symbol is the place of an OFDM symbol in its subframe.
type symbol struct {
	start, cp int // first sample and length of the prefix
	middleS   float64
	turn      complex64 // shifts the window's centre to zero with a phase that runs on through the subframe
}

func newModulator(K int, cp lte.CP, w window) *modulator {
	m := &modulator{window: w, fft: dsp.NewFFT8(w.size), bins: make([]dsp.Vec8, w.size), idle: make([]complex64, w.size)}
	for i := range m.rows {
		m.rows[i] = make([]complex64, w.hi-w.lo)
	}
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
		s := symbol{start: at, cp: cpLength(cp, l%slot, w.size)}
		useful := at + s.cp
		at = useful + w.size
		s.middleS = float64(s.start+at) / 2 / w.rateHz()
		// A subframe is a whole number of periods of every subcarrier, so the phase need not be carried further.
		sin, cos := math.Sincos(-2 * math.Pi * float64(w.centre*useful%w.size) / float64(w.size))
		s.turn = complex(float32(cos), float32(sin))
		m.symbols = append(m.symbols, s)
	}
	return m
}

// still turns nothing on.
var still = func() (v dsp.Vec8) {
	for l := range 8 {
		v.Set(l, 1)
	}
	return v
}()

// samples is the length of a subframe.
func (m *modulator) samples() int { return 15 * m.size }

// subframe writes the subframe g, which begins at cell time t, to dst.
func (m *modulator) subframe(dst []complex64, g *Grid, t float64, resp *response) {
	m.busy = m.busy[:0]
	for l, s := range m.symbols {
		if g.Busy[l] {
			m.busy = append(m.busy, l)
		} else {
			clear(dst[s.start:][:s.cp+m.size])
		}
	}
	for rest := m.busy; len(rest) > 0; {
		lanes := rest[:min(8, len(rest))]
		rest = rest[len(lanes):]
		var rows, out [8][]complex64
		var turn dsp.Vec8
		for lane := range out {
			if lane >= len(lanes) {
				out[lane] = m.idle
				continue
			}
			l := lanes[lane]
			s := &m.symbols[l]
			rows[lane], out[lane] = m.rows[lane], dst[s.start+s.cp:]
			m.receive(rows[lane], g, l, resp.at(t+s.middleS))
			turn.Set(lane, s.turn)
		}
		clear(m.bins)
		for _, r := range m.runs {
			part := rows
			for lane := range lanes {
				part[lane] = rows[lane][r.k-m.lo:]
			}
			bins := m.bins[r.bin:][:r.n]
			dsp.Pack(bins, &part)
			dsp.Turn(bins, bins, &turn, &still)
		}
		m.fft.Inverse(m.bins)
		dsp.Unpack(&out, m.bins)
		for _, l := range lanes {
			s := &m.symbols[l]
			copy(dst[s.start:][:s.cp], dst[s.start+m.size:])
		}
	}
}

// receive writes symbol l of g, as one antenna receives it, to row. h holds the response of each port from subcarrier lo on.
func (m *modulator) receive(row []complex64, g *Grid, l int, h [][]complex64) {
	for p := range h {
		x := g.RE[p][l*g.K+m.lo:][:len(row)]
		if p == 0 {
			mul(row, h[p], x)
		} else {
			mulAdd(row, h[p], x)
		}
	}
}

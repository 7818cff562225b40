// Package grid turns samples into resource elements: OFDM demodulation, cell-specific reference signals, the channel
// estimate and the measurements made on them.
package grid

import (
	"math"

	"github.com/straycell/straycell/decode/dsp"
	"github.com/straycell/straycell/decode/lte"
)

// Timing says where a cell's symbols lie in a run of samples.
type Timing struct {
	Frame    float64 // sample at which a radio frame starts (first sample of its first cyclic prefix); may be negative
	ClockPPM float64 // how much faster the transmitter's clock runs than ours: its frames are shorter by that much
	CFOHz    float64 // where the carrier sits above the samples' centre
	CP       lte.CP
}

// Symbol names one OFDM symbol: slot counts from Timing.Frame (20 a frame, may be negative), l within the slot.
type Symbol struct{ Slot, L int }

// Demod is an OFDM demodulator for one size of transform. It is not safe for concurrent use.
type Demod struct {
	n     int
	fft   *dsp.FFT8
	buf   []dsp.Vec8
	sub   []dsp.Vec8
	lanes [8][]complex64
	mix   []complex64
	mixed float64
}

// NewDemod plans a demodulator for n points per symbol (128 at 1.92 Msps), an even number.
func NewDemod(n int) *Demod {
	return &Demod{n: n, fft: dsp.NewFFT8(n), buf: make([]dsp.Vec8, n), mix: make([]complex64, n), mixed: math.NaN()}
}

// scratch has room for width values of eight symbols.
func (d *Demod) scratch(width int) {
	if len(d.sub) < width {
		d.sub = make([]dsp.Vec8, width)
	}
	for l := range d.lanes {
		if cap(d.lanes[l]) < width {
			d.lanes[l] = make([]complex64, width)
		}
		d.lanes[l] = d.lanes[l][:width]
	}
}

// turn writes the subcarriers (width of them about the carrier, which is left out) from the bins of x to dst or, when back is
// set, from x to the bins of dst, each turned by w, which r turns on from one to the next. What lies beyond the bins wraps
// round when read and is dropped when written.
func (d *Demod) turn(dst, x []dsp.Vec8, width int, w, r *dsp.Vec8, back bool) {
	h := width / 2
	for i := 0; i < width; {
		k, end := i-h, h
		if i >= h {
			k, end = k+1, width
			if i == h {
				var skip [1]dsp.Vec8
				dsp.Turn(skip[:], skip[:], w, r)
			}
		}
		at := (k%d.n + d.n) % d.n
		run := min(end-i, d.n-at)
		switch {
		case !back:
			dsp.Turn(dst[i:i+run], x[at:at+run], w, r)
		case k >= -d.n/2 && k+run <= d.n/2:
			dsp.Turn(dst[at:at+run], x[i:i+run], w, r)
		default:
			for range run {
				if k < -d.n/2 || k >= d.n/2 {
					at = -1
				} else {
					at = (k + d.n) % d.n
				}
				var one [1]dsp.Vec8
				dsp.Turn(one[:], x[i:i+1], w, r)
				if at >= 0 {
					dst[at] = one[0]
				}
				i, k = i+1, k+1
			}
			continue
		}
		i += run
	}
}

// Points is the number of points per symbol: the sample rate over 15 kHz.
func (d *Demod) Points() int { return d.n }

// offset of the useful part of symbol l from the start of its slot, in samples, TS 36.211 §6.12.
func (d *Demod) offset(cp lte.CP, l int) float64 {
	u := float64(d.n) / 128
	if cp == lte.ExtendedCP {
		return u * float64(32+160*l)
	}
	return u * float64(10+137*l)
}

// Start is the sample at which the useful part of a symbol begins.
func (d *Demod) Start(t Timing, s Symbol) float64 {
	slot := float64(s.Slot) * float64(7.5*float64(d.n))
	return t.Frame + (slot+d.offset(t.CP, s.L))*(1-t.ClockPPM*1e-6)
}

// Inside reports whether the whole symbol lies within n samples.
func (d *Demod) Inside(t Timing, s Symbol, n int) bool {
	from := d.Start(t, s)
	return from >= float64(d.n/32+1) && from+float64(d.n)+1 <= float64(n)
}

// Run demodulates symbols and calls put with each symbol's index and subcarriers: sub[i] is subcarrier i-len/2 below the
// carrier and i-len/2+1 above it (the carrier itself is left out), width of them. The window starts a little early, inside
// the cyclic prefix, and the resulting phase slope is removed, as are the fraction of a sample and the phase that the offset
// has turned since sample 0. Symbols that are not wholly inside are handed over as zeros.
func (d *Demod) Run(iq []complex64, t Timing, syms []Symbol, width int, put func(i int, sub []complex64)) {
	if d.mixed != t.CFOHz {
		rate := 15e3 * float64(d.n)
		for i := range d.mix {
			d.mix[i] = unit(-t.CFOHz * float64(i) / rate)
		}
		d.mixed = t.CFOHz
	}
	rate := 15e3 * float64(d.n)
	early := d.n / 64
	h := width / 2
	d.scratch(width)
	for g := 0; g < len(syms); g += 8 {
		batch := syms[g:min(g+8, len(syms))]
		var from [8][]complex64
		var ramp, first dsp.Vec8 // phase from one subcarrier to the next, and of the lowest
		for l, s := range batch {
			if !d.Inside(t, s, len(iq)) {
				continue
			}
			start := d.Start(t, s) - float64(early)
			at := math.Floor(start + 0.5)
			from[l] = iq[int(at) : int(at)+d.n]
			late := (start - at + float64(early)) / float64(d.n)
			ramp.Set(l, unit(late))
			first.Set(l, unit(-t.CFOHz*at/rate-late*float64(h)))
		}
		dsp.Pack(d.buf, &from)
		dsp.Mul(d.buf, d.buf, d.mix)
		d.fft.Forward(d.buf)
		d.turn(d.sub, d.buf, width, &first, &ramp, false)
		dsp.Unpack(&d.lanes, d.sub[:width])
		for l := range batch {
			put(g+l, d.lanes[l])
		}
	}
}

func conj(v complex64) complex64 { return complex(real(v), -imag(v)) }

func power(v complex64) float32 { return real(v)*real(v) + imag(v)*imag(v) }

// unit is exp(2πi turns).
func unit(turns float64) complex64 {
	s, c := math.Sincos(2 * math.Pi * (turns - math.Round(turns)))
	return complex(float32(c), float32(s))
}

// cpLen is the length of symbol l's cyclic prefix in samples, TS 36.211 Table 6.12-1.
func (d *Demod) cpLen(cp lte.CP, l int) int {
	switch {
	case cp == lte.ExtendedCP:
		return 32 * d.n / 128
	case l == 0:
		return 10 * d.n / 128
	}
	return 9 * d.n / 128
}

// Subtract removes symbols from iq, cyclic prefix included: get fills the subcarriers of symbol i as Run would have handed
// them over, and reports whether there is anything to remove. It is the inverse of Run.
func (d *Demod) Subtract(iq []complex64, t Timing, syms []Symbol, width int, get func(i int, sub []complex64) bool) {
	rate := 15e3 * float64(d.n)
	h := width / 2
	d.scratch(max(width, d.n))
	var step dsp.Vec8
	for l := range 8 {
		step.Set(l, unit(t.CFOHz/rate))
	}
	for g := 0; g < len(syms); g += 8 {
		batch := syms[g:min(g+8, len(syms))]
		clear(d.buf)
		var froms [8]int
		var used [8]bool
		var from [8][]complex64
		var back, first, turned dsp.Vec8
		for l, s := range batch {
			if !d.Inside(t, s, len(iq)) {
				continue
			}
			sub := d.lanes[l][:width]
			clear(sub)
			if used[l] = get(g+l, sub); !used[l] {
				continue
			}
			from[l] = sub
			start := d.Start(t, s)
			at := math.Floor(start + 0.5)
			froms[l] = int(at)
			late := -(start - at) / float64(d.n)
			back.Set(l, unit(late))
			first.Set(l, unit(t.CFOHz*at/rate-late*float64(h))*complex(1/float32(d.n), 0))
			turned.Set(l, 1)
		}
		dsp.Pack(d.sub[:width], &from)
		d.turn(d.buf, d.sub, width, &first, &back, true)
		d.fft.Inverse(d.buf)
		dsp.Turn(d.buf, d.buf, &turned, &step)
		for l := range d.lanes {
			d.lanes[l] = d.lanes[l][:max(width, d.n)]
		}
		dsp.Unpack(&d.lanes, d.buf)
		round := unit(-t.CFOHz / 15e3) // the cyclic prefix lies a whole symbol before the samples it repeats
		for l, s := range batch {
			if !used[l] {
				continue
			}
			x := d.lanes[l][:d.n]
			cp := min(d.cpLen(t.CP, s.L), froms[l])
			for i, v := range x[d.n-cp:] {
				iq[froms[l]-cp+i] -= v * round
			}
			out := iq[froms[l]:][:d.n]
			for i, v := range x {
				out[i] -= v
			}
		}
	}
}

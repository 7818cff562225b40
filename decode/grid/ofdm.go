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
	mix   []complex64
	mixed float64
	sub   []complex64
}

// NewDemod plans a demodulator for n points per symbol (128 at 1.92 Msps), an even number.
func NewDemod(n int) *Demod {
	return &Demod{n: n, fft: dsp.NewFFT8(n), buf: make([]dsp.Vec8, n), mix: make([]complex64, n), mixed: math.NaN()}
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
	if cap(d.sub) < width {
		d.sub = make([]complex64, width)
	}
	sub := d.sub[:width]
	for g := 0; g < len(syms); g += 8 {
		batch := syms[g:min(g+8, len(syms))]
		clear(d.buf)
		var ramp [8]complex64 // phase from one subcarrier to the next
		var first [8]complex64
		h := width / 2
		for l, s := range batch {
			if !d.Inside(t, s, len(iq)) {
				continue
			}
			start := d.Start(t, s) - float64(early)
			from := math.Floor(start + 0.5)
			for i, v := range iq[int(from) : int(from)+d.n] {
				v *= d.mix[i]
				d.buf[i].Re[l], d.buf[i].Im[l] = real(v), imag(v)
			}
			late := (start - from + float64(early)) / float64(d.n)
			ramp[l] = unit(late)
			first[l] = unit(-t.CFOHz*from/rate - late*float64(h))
		}
		d.fft.Forward(d.buf)
		for l := range batch {
			// exp(j 2π k delay/n) for k = -h … h without the carrier
			r := ramp[l]
			w := first[l]
			at := ((-h)%d.n + d.n) % d.n
			for i := range sub {
				if i == h {
					w *= r
					at++
				}
				if at >= d.n {
					at -= d.n
				}
				b := &d.buf[at]
				sub[i] = complex(b.Re[l], b.Im[l]) * w
				w *= r
				at++
			}
			put(g+l, sub)
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
	sub := make([]complex64, width)
	h := width / 2
	for g := 0; g < len(syms); g += 8 {
		batch := syms[g:min(g+8, len(syms))]
		clear(d.buf)
		var froms [8]int
		var used [8]bool
		for l, s := range batch {
			if !d.Inside(t, s, len(iq)) {
				continue
			}
			clear(sub)
			if used[l] = get(g+l, sub); !used[l] {
				continue
			}
			start := d.Start(t, s)
			from := math.Floor(start + 0.5)
			froms[l] = int(from)
			late := -(start - from) / float64(d.n)
			back := unit(late)
			w := unit(t.CFOHz*from/rate-late*float64(h)) * complex(1/float32(d.n), 0)
			for i := range width {
				k := i - h
				if k == 0 {
					w *= back
				}
				if k >= 0 {
					k++
				}
				v := sub[i] * w
				b := &d.buf[(k+d.n)%d.n]
				b.Re[l], b.Im[l] = real(v), imag(v)
				w *= back
			}
		}
		d.fft.Inverse(d.buf)
		step := unit(t.CFOHz / rate)
		for l, s := range batch {
			if !used[l] {
				continue
			}
			cp := min(d.cpLen(t.CP, s.L), froms[l])
			w := unit(-t.CFOHz * float64(cp) / rate)
			for i := -cp; i < d.n; i++ {
				b := &d.buf[(i+d.n)%d.n]
				iq[froms[l]+i] -= complex(b.Re[l], b.Im[l]) * w
				w *= step
			}
		}
	}
}

package survey

import (
	"math"

	"github.com/straycell/straycell/decode/dsp"
)

const (
	psdBins  = 256
	psdParts = 200  // transforms that one look's spectrum is the mean of
	psdFloor = -160 // dBFS, of a bin without any power
)

// repeats is how much of a signal comes again after the length of an OFDM symbol, TS 36.211 §6.12: the share that a cyclic prefix
// is of a symbol, times the share that such signals are of all power. 0 where no whole number of samples is that long.
func repeats(iq []complex64, rateHz float64) float64 {
	lag := int(rateHz / 15e3)
	if float64(lag)*15e3 != rateHz || len(iq) <= lag {
		return 0
	}
	var mean complex128
	for _, v := range iq {
		mean += complex128(v)
	}
	m := complex64(mean / complex(float64(len(iq)), 0))
	var re, im, power float64
	for i, v := range iq[lag:] {
		a, b := iq[i]-m, v-m
		re += float64(real(a)*real(b) + imag(a)*imag(b))
		im += float64(imag(a)*real(b) - real(a)*imag(b))
		power += float64(real(b)*real(b) + imag(b)*imag(b))
	}
	if !(power > 0) {
		return 0
	}
	return math.Hypot(re, im) / power
}

// spectrum estimates power spectra by Welch's method.
type spectrum struct {
	fft    *dsp.FFT
	window []float32
	scale  float64
	in     []complex64
	out    []complex64
	sum    []float64
}

func newSpectrum() *spectrum {
	s := &spectrum{fft: dsp.NewFFT(psdBins), in: make([]complex64, psdBins), out: make([]complex64, psdBins), sum: make([]float64, psdBins)}
	power := 0.0
	for i := range psdBins {
		w := 0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/psdBins)
		s.window = append(s.window, float32(w))
		power += w * w
	}
	s.scale = 1 / (power * psdBins)
	return s
}

// of returns the mean power of each bin in dBFS, lowest frequency first; the bins' powers add up to the signal's. nil if
// there are fewer samples than bins.
func (s *spectrum) of(iq []complex64) []float32 {
	if len(iq) < psdBins {
		return nil
	}
	parts := min(psdParts, len(iq)/psdBins)
	clear(s.sum)
	for p := range parts {
		at := int(int64(p) * int64(len(iq)-psdBins) / int64(max(1, parts-1)))
		for i, v := range iq[at : at+psdBins] {
			s.in[i] = complex(real(v)*s.window[i], imag(v)*s.window[i])
		}
		s.fft.Forward(s.out, s.in)
		for i, v := range s.out {
			s.sum[i] += float64(real(v))*float64(real(v)) + float64(imag(v))*float64(imag(v))
		}
	}
	out := make([]float32, psdBins)
	for i := range out {
		p := s.sum[(i+psdBins/2)%psdBins] * s.scale / float64(parts)
		if out[i] = psdFloor; p > 0 { // false for a NaN too
			out[i] = float32(math.Max(psdFloor, 10*math.Log10(p)))
		}
	}
	return out
}

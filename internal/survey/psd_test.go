package survey

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"
)

func TestSpectrum(t *testing.T) {
	s := newSpectrum()
	iq := make([]complex64, 100000)
	tone := func(bin float64, amplitude float64) {
		for i := range iq {
			iq[i] += complex64(complex(amplitude, 0) * cmplx.Exp(complex(0, 2*math.Pi*bin/psdBins*float64(i))))
		}
	}
	sum := func(p []float32, from, to int) (mw float64) {
		for _, v := range p[from:to] {
			mw += math.Pow(10, float64(v)/10)
		}
		return 10 * math.Log10(mw)
	}
	tone(40, 0.1) // bin 40 above the centre
	tone(-100, 0.01)
	p := s.of(iq)
	if len(p) != psdBins || math.Abs(sum(p, 128+38, 128+43)+20) > 0.01 || math.Abs(sum(p, 26, 31)+40) > 0.01 || p[128] > -90 {
		t.Errorf("%v %v %v", sum(p, 128+38, 128+43), sum(p, 26, 31), p[128])
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range iq {
		iq[i] = complex(float32(rnd.NormFloat64()), float32(rnd.NormFloat64())) * 0.1
	}
	if p = s.of(iq); math.Abs(sum(p, 0, psdBins)-10*math.Log10(0.02)) > 0.1 { // the bins' powers add up to the signal's
		t.Error(sum(p, 0, psdBins))
	}
	clear(iq)
	if p = s.of(iq[:psdBins]); p[0] != psdFloor || s.of(iq[:psdBins-1]) != nil {
		t.Error(p[0])
	}
	iq[3] = complex64(cmplx.NaN())
	for _, v := range s.of(iq) {
		if v != v {
			t.Fatal("a NaN reached the screen")
		}
	}
}

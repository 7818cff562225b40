package live

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/straycell/straycell/radio"
)

// loud is a device that hears noise of a level that depends on the frequency, and has a converter that clips.
func loud(a *air, levelDB func(freqHz float64) float64) (f *fake, tuned *atomic.Int64) {
	f, tuned = newFake(a), new(atomic.Int64)
	f.facts.Format = "cs16"
	for g := 0.0; g <= 50; g += 2 {
		f.facts.Gains = append(f.facts.Gains, g)
	}
	var sigma atomic.Uint64
	f.tune = func(t radio.Tuning) (Setting, error) {
		tuned.Add(1)
		sigma.Store(math.Float64bits(math.Pow(10, (levelDB(t.FreqHz)+t.GainDB)/20)))
		return Setting{t, 8000}, nil
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	f.step = func(f *fake, put func([]byte, int64)) error {
		s, octets := math.Float64frombits(sigma.Load()), make([]byte, 4*2000)
		for i := range 4000 {
			v := max(-32768, min(32767, math.Round(32768*s*rnd.NormFloat64())))
			binary.LittleEndian.PutUint16(octets[2*i:], uint16(int16(v)))
		}
		f.air.pass(2000)
		put(octets, 0)
		return nil
	}
	return f, tuned
}

// TestAutoGain: from silence to overload the gain ends where the signal has its headroom, and is right at once when the
// carrier is visited again.
func TestAutoGain(t *testing.T) {
	level := func(freqHz float64) float64 { return -50 + (freqHz-900e6)/5e6 } // of one component at gain 0
	f, tuned := loud(&air{}, level)
	s := openFake(t, f, nil).s
	for _, c := range []struct{ hz, gain float64 }{{900e6, 33}, {800e6, 50}, {950e6, 23}, {1000e6, 13}, {1100e6, 0}} {
		got, err := s.Tune(t.Context(), radio.Tuning{FreqHz: c.hz})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got.GainDB-c.gain) > 3 || !got.Auto {
			t.Errorf("%.0f MHz, %.0f dBFS at gain 0: gain %.0f dB, want about %.0f", c.hz/1e6, level(c.hz), got.GainDB, c.gain)
		}
	}
	for _, hz := range []float64{900e6, 1000e6} {
		before := tuned.Load()
		if _, err := s.Tune(t.Context(), radio.Tuning{FreqHz: hz}); err != nil || tuned.Load() != before+1 {
			t.Errorf("%.0f MHz again: %d settings, want 1; %v", hz/1e6, tuned.Load()-before, err)
		}
	}
	got, err := s.Tune(t.Context(), radio.Tuning{FreqHz: 900e6, GainDB: 12})
	if err != nil || got.GainDB != 12 || got.Auto {
		t.Errorf("asked for 12 dB: %+v %v", got, err)
	}
}

package enb

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/radio"
)

// TestDecoderReadsEveryConfiguration renders random cells of all kinds and has the decoder read them back: identity, MIB,
// timing, carrier and clock.
func TestDecoderReadsEveryConfiguration(t *testing.T) {
	if testing.Short() {
		t.Skip("decodes in earnest")
	}
	rng := rand.New(rand.NewPCG(5, 6))
	pick := func(list ...float64) float64 { return list[rng.IntN(len(list))] }
	for i := range 36 {
		c := Cell{
			PCI: lte.PCI(rng.IntN(504)), PRB: dlBandwidths[i%6], Ports: []int{1, 2, 4}[i/6%3],
			CP: []lte.CP{lte.NormalCP, lte.ExtendedCP}[rng.IntN(2)], Duplex: []lte.Duplex{lte.FDD, lte.TDD}[i/18],
			PHICHDuration: []lte.PHICHDuration{lte.PHICHNormal, lte.PHICHExtended}[rng.IntN(2)],
			PHICHResource: lte.PHICHOneSixth + lte.PHICHResource(rng.IntN(4)), Spare: uint16(rng.IntN(1024)),
			UplinkDownlink: rng.IntN(7), SpecialSubframe: rng.IntN(8), Load: Load{Fraction: rng.Float64(), Seed: rng.Uint64()},
		}
		if c.Check() != nil {
			c.PHICHResource = lte.PHICHOneSixth // there is no room for so many groups
		}
		rate := pick(1.92e6, 2.4e6, 3.84e6, 2.048e6)
		e := Emission{
			Cell: c, CarrierHz: 2350e6, CFOHz: 3000 * (2*rng.Float64() - 1), ClockPPM: 1.5 * (2*rng.Float64() - 1), SFN: rng.IntN(1024),
			StartS: 0.01 * rng.Float64(), RSRPdBFS: -45,
		}
		for p := range e.Channel.PortGain {
			e.Channel.PortGain[p] = complex(1, 2*rng.Float64()-1)
		}
		if i%4 == 3 {
			e.Channel.Taps = []Tap{{}, {DelayS: 1e-6 * rng.Float64(), DB: -4, Phase: 6 * rng.Float64()}}
		}
		s := Scene{FreqHz: 2350e6, RateHz: rate, NoiseDBFS: -57, Seed: uint64(i), ADC: ADC{Bits: 8}, Cells: []Emission{e}}
		b := &radio.Block{IQ: read(t, s, int(0.09*rate)), Tuning: radio.Tuning{FreqHz: s.FreqHz, RateHz: rate}}
		var found *lte.Observation
		for _, o := range decode.New(decode.Config{PPMRange: 2, FreqsHz: []float64{s.FreqHz}}).Decode(context.Background(), b) {
			if o.PCI == c.PCI && o.MIB != nil {
				found = &o
				break
			}
		}
		if found == nil {
			t.Errorf("%d: not found: %+v at %g", i, e, rate)
			continue
		}
		period := 0.01 / (1 + e.ClockPPM*1e-6)
		frames := (found.FirstSample/rate - e.StartS) / period
		n := math.Round(frames)
		sfn := (e.SFN + int(n) + 1024) % 1024
		m := found.MIB
		if m.PRB != c.PRB || m.PHICHDuration != c.PHICHDuration || m.PHICHResource != c.PHICHResource || m.Spare != c.Spare ||
			m.Raw != c.MIB(m.SFN) || m.SFN != sfn || found.Ports != c.Ports || found.CP != c.CP || found.Duplex != c.Duplex {
			t.Errorf("%d: read %+v %d ports %v %v, sent %+v, frame %d", i, *m, found.Ports, found.CP, found.Duplex, c, sfn)
		}
		if d := (frames - n) * period; math.Abs(d) > 0.3e-6 && len(e.Channel.Taps) == 0 {
			t.Errorf("%d: frame found %.2g s late", i, d)
		}
		if d := found.Signal.CFOHz - e.CFOHz; math.Abs(d) > 10 {
			t.Errorf("%d: carrier %.1f Hz off", i, d)
		}
	}
}

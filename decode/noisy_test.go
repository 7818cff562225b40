//go:build bench

package decode_test

import (
	"context"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/dsp"
	"github.com/straycell/straycell/decode/lte"
)

// addNoise adds white noise of a power per complex sample and, as a converter of 8 bits would, rounds.
func addNoise(iq []complex64, power float64, rng *rand.Rand) {
	sigma := math.Sqrt(power / 2)
	round := func(x float64) float32 { return float32(max(-128, min(127, math.Floor(128*x+0.5))) / 128) }
	for i, v := range iq {
		iq[i] = complex(round(float64(real(v))+sigma*rng.NormFloat64()), round(float64(imag(v))+sigma*rng.NormFloat64()))
	}
}

// TestSensitivityRecordings is TestSensitivity with another transmitter's signal: 40 and 80 ms from anywhere in clean
// recordings of 160 ms, brought to 1.92 Msps, moved by the radio's error in carrier and clock, and noise.
func TestSensitivityRecordings(t *testing.T) {
	recordings(t, "thirdparty")
	table("MIB detection against SNR, recordings of another transmitter", "recording", "ports", "ms", "50 % at, dB", "simulated, dB", "dB:percent found", "lost", "wrong cells")
	for _, name := range []string{"a06p1.cs16", "a25p1.cs8", "a15p2.cs16", "e_fdd_6prb_4p.cs8"} {
		r := open(t, "thirdparty", name)
		level := r.referenceLevel(t)
		for _, ms := range []int{40, 80} {
			if !wanted(fmt.Sprintf("%s %d ms", name, ms)) {
				continue
			}
			cfg := decode.Config{PPMRange: *ppmRange, FreqsHz: []float64{r.FreqHz}}
			ps := curve(goals[ms], 1, func(snr float64) []outcome {
				return sample(*trials, cfg, func(d *decode.Decoder, seed uint64) outcome { return r.hear(d, ms, level, snr, seed) })
			})
			ports := r.Cells[0].Ports
			model := simulated(ms, ports, nil)
			shares, lost, wrong := row(ps)
			fmt.Printf("| %s | %d | %d | %s | %s | %s | %s | %d |\n", name, ports, ms, half(ps), half(model), shares, lost, wrong)
			if ports == 1 && !(crossing(ps, 0.5) <= goals[ms]) {
				t.Errorf("%s, %d ms: half found at %s dB, want %.1f", name, ms, half(ps), goals[ms])
			}
			if d := crossing(ps, 0.5) - crossing(model, 0.5); !(math.Abs(d) <= 0.7) {
				t.Logf("%s, %d ms: %.1f dB from the simulation: the worse is the figure", name, ms, d)
			}
			if wrong > 0 {
				t.Errorf("%s, %d ms: %d cells that nobody sent", name, ms, wrong)
			}
		}
	}
}

// hear looks at a piece of a recording in noise.
func (r *recording) hear(d *decode.Decoder, ms int, level, snr float64, seed uint64) outcome {
	const rate = 1.92e6
	rng := rand.New(rand.NewPCG(seed, 101))
	ppm := *ppmRange * 0.95 * (2*rng.Float64() - 1)
	from := rng.Float64() * (float64(len(r.iq)) - (float64(ms)+0.1)*r.RateHz/1e3)
	iq := window(r.iq, from, r.RateHz, ppm*1e-6*r.FreqHz, rate, ppm, ms)
	// The noise at -50 dBFS in 15 kHz, as in the simulation.
	const noise = 1e-5
	gain := complex64(complex(math.Sqrt(noise*math.Pow(10, snr/10)/level), 0))
	for i := range iq {
		iq[i] *= gain
	}
	addNoise(iq, noise*rate/15e3, rng)
	obs := d.Decode(context.Background(), block(iq, r.FreqHz, rate))
	return judge(obs, lte.PCI(r.Cells[0].PCI), func(o *lte.Observation) bool {
		frame := (from + o.FirstSample*r.RateHz/rate*(1+ppm*1e-6)) / r.RateHz / 0.01
		sfn := (r.sfn + int(math.Round(frame)) + 1024) % 1024
		return r.same(o, 0) && o.MIB.SFN == sfn
	})
}

// TestSensitivityOffAir adds noise to real signals of 80 ms and 19.2 Msps. SNR is the time-averaged power of the carrier's
// middle 1.08 MHz over the noise added in it; the reference signals and the PBCH of a network with little to do stand far
// above that average. For the first recording a peer's figure is known: CellSearch loses half at -12.8 dB.
func TestSensitivityOffAir(t *testing.T) {
	recordings(t, "offair")
	table(fmt.Sprintf("MIB detection against noise added to off-air recordings (%d seeds a level)", offAirSeeds),
		"recording", "PCI", "searched", "50 % at, dB", "want, dB", "dB:percent found", "lost", "wrong cells")
	for _, c := range []struct {
		name string
		cell int
		want float64 // 0: nothing to compare with
	}{
		{"f1867.5_s19.2_bw20_0.08s_hackrf_home.bin", 1, -12.8 - 3},
		{"f1815.3_s19.2_bw20_0.08s_hackrf-1.bin", 0, 0},
		{"f1890_s19.2_bw20_0.08s_hackrf_home2.bin", 0, 0},
	} {
		if !wanted(c.name) {
			continue
		}
		r := open(t, "offair", c.name)
		cell := &r.Cells[c.cell]
		want := pick(c.want != 0, fmt.Sprintf("%.1f", c.want), "-")
		for _, freqs := range [][]float64{nil, {cell.FreqHz}} {
			cfg := decode.Config{PPMRange: *ppmRange, FreqsHz: freqs}
			ps := curve(-15, 0.5, func(snr float64) []outcome { return r.drown(cfg, c.cell, snr) })
			shares, lost, wrong := row(ps)
			fmt.Printf("| %s | %d | %s | %s | %s | %s | %s | %d |\n", c.name, cell.PCI, pick(freqs == nil, "20 MHz", "the carrier"), half(ps), want, shares, lost, wrong)
			if c.want != 0 && !(crossing(ps, 0.5) <= c.want) {
				t.Errorf("%s, PCI %d: half found at %s dB, want %.1f", c.name, cell.PCI, half(ps), c.want)
			}
		}
	}
}

const offAirSeeds = 10

// drown looks for a cell of a recording under noise.
func (r *recording) drown(cfg decode.Config, cell int, snr float64) []outcome {
	c := &r.Cells[cell]
	noise := r.middlePower(c.FreqHz+c.CFOHz-r.FreqHz) / math.Pow(10, snr/10) * r.RateHz / middleHz
	return sample(offAirSeeds, cfg, func(d *decode.Decoder, seed uint64) outcome {
		iq := append([]complex64(nil), r.iq...)
		// The noise fills an eighth of the converter's range.
		gain := complex64(complex(math.Sqrt(min(1, 0.03/noise)), 0))
		for i := range iq {
			iq[i] *= gain
		}
		addNoise(iq, min(noise, 0.03), rand.New(rand.NewPCG(seed, 103)))
		obs := d.Decode(context.Background(), block(iq, r.FreqHz, r.RateHz))
		obs = slices.DeleteFunc(obs, func(o lte.Observation) bool { return o.MIB != nil && r.other(&o, cell) })
		return judge(obs, lte.PCI(c.PCI), func(o *lte.Observation) bool { return r.same(o, cell) })
	})
}

const middleHz = 1.08e6

// middlePower is the mean power of the middle 1.08 MHz of a carrier that stands at offsetHz.
func (r *recording) middlePower(offsetHz float64) float64 {
	const n = 1920
	f, x := dsp.NewFFT(n), make([]complex64, n)
	half := int(middleHz / 2 / (r.RateHz / n))
	var sum float64
	blocks := len(r.iq) / n
	for b := range blocks {
		for i := range x {
			_, turns := math.Modf(-offsetHz / r.RateHz * float64(b*n+i))
			x[i] = r.iq[b*n+i] * complex64(cmplx.Rect(1, 2*math.Pi*turns))
		}
		f.Forward(x, x)
		for k := -half; k < half; k++ {
			v := complex128(x[(k+n)%n])
			sum += real(v)*real(v) + imag(v)*imag(v)
		}
	}
	return sum / n / n / float64(blocks)
}

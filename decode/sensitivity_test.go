//go:build bench

package decode_test

import (
	"context"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/enb"
)

const sensitivityHz = 1842.5e6

// fadings are the channels of the curves; EVA at 5 Hz as in TS 36.101 Annex B.2.
var fadings = []struct {
	name string
	taps []enb.Tap
}{{"AWGN", nil}, {"EVA 5 Hz", enb.EVA}}

// goals, AWGN, one port: the SNR at which half of the cells must be found, by the length of the look in milliseconds.
var goals = map[int]float64{40: -10.5, 80: -13, 320: -16}

// TestSensitivity measures the share of cells whose MIB is read against SNR: energy of a reference element of one port over
// the noise in 15 kHz; PCI, offset within the range (the clock tied to it), timing, bandwidth and ports unknown.
func TestSensitivity(t *testing.T) {
	table("MIB detection against SNR", "channel", "ports", "ms", "50 % at, dB", "90 % at, dB", "dB:percent found", "lost", "wrong cells")
	for _, f := range fadings {
		for _, ports := range []int{1, 2, 4} {
			for _, ms := range []int{40, 80, 320} {
				if !wanted(fmt.Sprintf("%s %d ports %d ms", f.name, ports, ms)) {
					continue
				}
				ps := simulated(ms, ports, f.taps)
				shares, lost, wrong := row(ps)
				fmt.Printf("| %s | %d | %d | %.1f | %.1f | %s | %s | %d |\n", f.name, ports, ms, half(ps), crossing(ps, 0.9), shares, lost, wrong)
				if goal := goals[ms]; f.taps == nil && ports == 1 && half(ps) > goal {
					t.Errorf("AWGN, 1 port, %d ms: half found at %.1f dB, want %.1f", ms, half(ps), goal)
				}
				if wrong > 0 {
					t.Errorf("%s, %d ports, %d ms: %d cells that nobody sent", f.name, ports, ms, wrong)
				}
			}
		}
	}
}

// flat holds the curves without fading, for whom compares with them.
var flat = map[[2]int][]point{}

// simulated is the curve of one channel.
func simulated(ms, ports int, taps []enb.Tap) []point {
	key := [2]int{ms, ports}
	if ps := flat[key]; ps != nil && taps == nil {
		return ps
	}
	cfg := decode.Config{PPMRange: *ppmRange, FreqsHz: []float64{sensitivityHz}}
	ps := curve(goals[ms], 1, func(snr float64) []outcome {
		return sample(*trials, cfg, func(d *decode.Decoder, seed uint64) outcome { return simulate(d, ms, ports, taps, snr, seed) })
	})
	if taps == nil {
		flat[key] = ps
	}
	return ps
}

// simulate sends one cell and looks for it.
func simulate(d *decode.Decoder, ms, ports int, taps []enb.Tap, snr float64, seed uint64) outcome {
	rng := rand.New(rand.NewPCG(seed, 99))
	ppm := *ppmRange * 0.95 * (2*rng.Float64() - 1)
	cell := enb.Cell{PCI: lte.PCI(rng.IntN(lte.PCIs)), PRB: []int{25, 50, 75, 100}[rng.IntN(4)], Ports: ports, Load: enb.Load{Fraction: 0.5, Seed: seed}}
	ch := enb.Channel{Seed: seed}
	if taps != nil {
		ch.Taps, ch.Fading, ch.DopplerHz = taps, true, 5
	} else {
		for p := range ports {
			ch.PortGain[p] = cmplx.Rect(1, 2*math.Pi*rng.Float64())
		}
	}
	e := enb.Emission{
		Cell: cell, CarrierHz: sensitivityHz, CFOHz: ppm * 1e-6 * sensitivityHz, ClockPPM: ppm, SFN: rng.IntN(1024), StartS: rng.Float64() * 0.01,
		RSRPdBFS: -50 + snr, Channel: ch,
	}
	sc := enb.Scene{FreqHz: sensitivityHz, RateHz: 1.92e6, NoiseDBFS: -50, Seed: seed, ADC: enb.ADC{Bits: 8}, Cells: []enb.Emission{e}}
	obs := d.Decode(context.Background(), block(render(sc, ms), sensitivityHz, 1.92e6))
	return judge(obs, cell.PCI, func(o *lte.Observation) bool { return sent(o, e, 1.92e6) })
}

// render gives the first samples of a scene.
func render(sc enb.Scene, ms int) []complex64 {
	sig, err := sc.Open()
	if err != nil {
		panic(err)
	}
	iq := make([]complex64, int(sc.RateHz/1e3)*ms)
	sig.Read(iq)
	return iq
}

// sent tells whether an observation is an emission: ports, every bit of its MIB, and its frame timing within half a cyclic
// prefix.
func sent(o *lte.Observation, e enb.Emission, rateHz float64) bool {
	period := 0.01 / (1 + e.ClockPPM*1e-6)
	frames := (o.FirstSample/rateHz - e.StartS) / period
	n := math.Round(frames)
	sfn := (e.SFN + int(n) + enb.FramePeriod) % 1024
	return o.PCI == e.Cell.PCI && o.Ports == e.Cell.Ports && o.MIB.SFN == sfn && o.MIB.Raw == e.Cell.MIB(sfn) &&
		math.Abs(frames-n)*period < 2.5e-6
}

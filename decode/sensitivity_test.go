//go:build bench

package decode_test

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/enb"
	"github.com/straycell/straycell/radio"
)

var (
	trials   = flag.Int("trials", 40, "trials per point of a curve")
	ppmRange = flag.Float64("ppm-range", 60, "how far the radio may be off")
	only     = flag.String("curve", "", "only curves whose name contains this")
)

// TestSensitivity prints the share of cells whose MIB is read against SNR: energy of a reference element over the noise in
// 15 kHz, PCI, offset within the range (the clock tied to it) and timing unknown.
func TestSensitivity(t *testing.T) {
	type curve struct {
		name  string
		ms    int
		ports int
		taps  []enb.Tap
		snrs  []float64
	}
	var curves []curve
	for _, ch := range []struct {
		name string
		taps []enb.Tap
	}{{"awgn", nil}, {"eva5", enb.EVA}} {
		for _, ports := range []int{1, 2, 4} {
			for _, d := range []struct {
				ms   int
				from float64
			}{{40, -12}, {80, -14.5}, {320, -18}} {
				c := curve{name: fmt.Sprintf("%s %d ports %d ms", ch.name, ports, d.ms), ms: d.ms, ports: ports, taps: ch.taps}
				for i := range 6 {
					c.snrs = append(c.snrs, d.from+float64(i))
				}
				curves = append(curves, c)
			}
		}
	}
	for _, c := range curves {
		if !strings.Contains(c.name, *only) {
			continue
		}
		var line strings.Builder
		for _, snr := range c.snrs {
			hit, false_, stops := 0, 0, map[string]int{}
			for n := range *trials {
				got, wrong, stop := trial(t, c.ms, c.ports, c.taps, snr, uint64(n))
				if got {
					hit++
				}
				false_ += wrong
				stops[stop]++
			}
			fmt.Fprintf(&line, "  %.1f dB %.2f%s", snr, float64(hit)/float64(*trials), strings.Repeat("!", false_))
			if testing.Verbose() {
				fmt.Fprintf(&line, " %v", stops)
			}
		}
		fmt.Printf("%-22s%s\n", c.name, line.String())
	}
}

func trial(t *testing.T, ms, ports int, taps []enb.Tap, snr float64, seed uint64) (hit bool, wrong int, stop string) {
	t.Helper()
	const freq = 1842.5e6
	rng := rand.New(rand.NewPCG(seed, 99))
	_ = fmt.Sprint
	ppm := *ppmRange * 0.95 * (2*rng.Float64() - 1)
	cell := enb.Cell{PCI: lte.PCI(rng.IntN(504)), PRB: []int{25, 50, 75, 100}[rng.IntN(4)], Ports: ports, Load: enb.Load{Fraction: 0.5, Seed: seed}}
	ch := enb.Channel{Seed: seed}
	if taps != nil {
		ch.Taps, ch.Fading, ch.DopplerHz = taps, true, 5
	} else {
		for p := range ports {
			ch.PortGain[p] = complex(rng.NormFloat64(), rng.NormFloat64())
			ch.PortGain[p] /= complex(abs(ch.PortGain[p]), 0)
		}
	}
	sc := enb.Scene{FreqHz: freq, RateHz: 1.92e6, NoiseDBFS: -50, Seed: seed, ADC: enb.ADC{Bits: 8}, Cells: []enb.Emission{{
		Cell: cell, CarrierHz: freq, CFOHz: ppm * 1e-6 * freq, ClockPPM: ppm, SFN: rng.IntN(1024), StartS: rng.Float64() * 0.01,
		RSRPdBFS: -50 + snr, Channel: ch}}}
	sig, err := sc.Open()
	if err != nil {
		t.Fatal(err)
	}
	iq := make([]complex64, int(1.92e3*float64(ms)))
	sig.Read(iq)
	d := decode.New(decode.Config{PPMRange: *ppmRange, FreqsHz: []float64{freq}})
	stop = "nothing"
	for _, o := range d.Decode(context.Background(), &radio.Block{IQ: iq, Tuning: radio.Tuning{FreqHz: freq, RateHz: 1.92e6}}) {
		right := o.PCI == cell.PCI
		switch {
		case o.MIB != nil && right && o.MIB.PRB == cell.PRB && o.Ports == ports:
			hit = true
		case o.MIB != nil:
			wrong++
		case right:
			stop = "no mib"
		default:
			if stop == "nothing" {
				stop = "other"
			}
		}
	}
	if hit {
		stop = "ok"
	}
	return hit, wrong, stop
}

func abs(v complex128) float64 { return math.Hypot(real(v), imag(v)) }

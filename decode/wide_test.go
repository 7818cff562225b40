//go:build bench

package decode_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/enb"
)

// TestSensitivityWide is the curve of a cell anywhere in a look of 20 MHz whose every raster point is searched: where most
// offsets are only glimpsed at.
func TestSensitivityWide(t *testing.T) {
	table("MIB detection in 23.04 Msps, every raster point", "channel", "ports", "ms", "50 % at, dB", "90 % at, dB", "dB:percent found", "lost", "wrong cells")
	const ms, rate = 80, 23.04e6
	ps := curve(-9, 1, func(snr float64) []outcome {
		return sample(*trials, decode.Config{PPMRange: *ppmRange}, func(d *decode.Decoder, seed uint64) outcome {
			rng := rand.New(rand.NewPCG(seed, 98))
			ppm := *ppmRange * 0.95 * (2*rng.Float64() - 1)
			e := enb.Emission{
				Cell:      enb.Cell{PCI: lte.PCI(rng.IntN(lte.PCIs)), PRB: 6, Ports: 1, Load: enb.Load{Fraction: 0.5, Seed: seed}},
				CarrierHz: sensitivityHz + 100e3*math.Round((rng.Float64()-0.5)*200), CFOHz: ppm * 1e-6 * sensitivityHz, ClockPPM: ppm,
				SFN: rng.IntN(1024), StartS: rng.Float64() * 0.01, RSRPdBFS: -50 + snr,
			}
			sc := enb.Scene{FreqHz: sensitivityHz, RateHz: rate, NoiseDBFS: -50, Seed: seed, ADC: enb.ADC{Bits: 8}, Cells: []enb.Emission{e}}
			obs := d.Decode(context.Background(), block(render(sc, ms), sensitivityHz, rate))
			return judge(obs, e.Cell.PCI, func(o *lte.Observation) bool { return sent(o, e, rate) })
		})
	})
	shares, lost, wrong := row(ps)
	fmt.Printf("| AWGN | 1 | %d | %s | %s | %s | %s | %d |\n", ms, half(ps), level(ps, 0.9), shares, lost, wrong)
	if wrong > 0 {
		t.Errorf("%d cells that nobody sent", wrong)
	}
}

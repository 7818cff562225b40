//go:build bench

package si_test

import (
	"context"
	"encoding/hex"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/si"
	"github.com/straycell/straycell/internal/enb"
)

var (
	trials = flag.Int("trials", 40, "trials per point of a curve")
	only   = flag.String("curve", "", "only curves whose name contains this")
)

// TestSensitivity prints the share of looks whose SIB1 is read, from one and from four transmissions, against SNR: the energy
// of a reference element over the noise in 15 kHz. Timing, clock and offset are wrong by what the stages before leave.
func TestSensitivity(t *testing.T) {
	for _, ch := range []string{"awgn", "eva5"} {
		for _, prb := range []int{25, 50, 100} {
			for _, ports := range []int{1, 2} {
				name := fmt.Sprintf("%s %d PRB %d ports", ch, prb, ports)
				if !strings.Contains(name, *only) {
					continue
				}
				c := enb.Cell{PCI: 301, PRB: prb, Ports: ports, CFI: 2, Load: enb.Load{Fraction: 0.5, PDCCH: 0.5, Seed: 1}}
				b, err := enb.NewBroadcast(sib1Of(t, c, 1, 20, 16))
				if err != nil {
					t.Fatal(err)
				}
				b.SIB1Habit.Blocks = 6
				c.Broadcast = b
				w := world{cell: c, sfn: 0}
				w.layout.Layout = grid.Layout{PCI: c.PCI, Ports: ports, PRB: prb, Timing: grid.Timing{CP: lte.NormalCP}, Frames: grid.Frames{Duplex: lte.FDD, CP: lte.NormalCP}}
				w.layout.Duration, w.layout.Resource = lte.PHICHNormal, lte.PHICHOne
				var runs [][]complex64
				var channel enb.Channel
				draws := 1
				if ch == "eva5" {
					draws = *trials
					channel = enb.Channel{Taps: enb.EVA, Fading: true, DopplerHz: 5}
				}
				for i := range draws {
					channel.Seed = uint64(i)
					runs = append(runs, w.samples(t, 0.08, 90, channel, 1))
				}
				level := math.Pow(10, -4) // of world.samples
				curve(t, name, runs, rates[prb], level, w.layout, fmt.Sprintf("%x", b.SIB1))
			}
		}
	}
}

// TestSensitivityOfRecordings is the same with noise added to recordings of an independent transmitter.
func TestSensitivityOfRecordings(t *testing.T) {
	for _, name := range []string{"a25p1.cs8", "a50p2.cs8", "a100p2.cs8", "a15p2.cs16"} {
		if !strings.Contains(name, *only) {
			continue
		}
		iq, rate, cell, sib1 := clean(t, name)
		curve(t, name, [][]complex64{iq}, rate, reference(iq, rate, cell), cell, sib1)
	}
}

// curve prints the shares for one signal, given in one or several draws, with a reference element of this level.
func curve(t *testing.T, name string, runs [][]complex64, rate, level float64, cell si.Cell, sib1 string) {
	r := si.NewReader()
	for _, n := range []int{1, 4} {
		var line strings.Builder
		for snr := -9.0; snr <= 1; snr++ {
			hit := 0
			rng := rand.New(rand.NewPCG(uint64(snr+20), uint64(n)))
			for i := range *trials {
				iq := runs[i%len(runs)]
				length := int(rate * 0.02 * float64(n))
				from := 0
				if whole := len(iq) - length; whole > 0 {
					from = i % (1 + whole/int(rate*0.02)) * int(rate*0.02)
				}
				x := noisy(rng, iq[from:from+length], level, snr, rate)
				c := cell
				c.SFN = (c.SFN + int(math.Round(float64(from)/rate*100))) % 1024
				c.Timing.Frame = rate / 1.92e6 * (rng.Float64() - 1) * 0.5
				c.Timing.CFOHz += 10 * (rng.Float64() - 0.5)
				c.Timing.ClockPPM += 0.5 * (rng.Float64() - 0.5)
				info, _ := r.Read(context.Background(), x, rate, c)
				if same(info.SIB1Octets, sib1) {
					hit++
				} else if len(info.SIB1Octets) > 0 {
					t.Errorf("%s at %.0f dB: false SIB1 %x", name, snr, info.SIB1Octets)
				}
			}
			fmt.Fprintf(&line, " | %.2f", float64(hit)/float64(*trials))
		}
		fmt.Printf("| %s, %d of SIB1%s |\n", name, n, line.String())
	}
}

func same(octets []byte, want string) bool {
	return len(octets) > 0 && strings.TrimRight(hex.EncodeToString(octets), "0") == strings.TrimRight(want, "0")
}

// reference is the power of a reference element, as the square of its amplitude in the samples.
func reference(iq []complex64, rate float64, cell si.Cell) float64 {
	r := si.NewReader()
	r.Read(context.Background(), iq, rate, cell)
	return r.ReferencePower()
}

// noisy adds white noise.
func noisy(rng *rand.Rand, iq []complex64, level, snrDB, rate float64) []complex64 {
	sigma := math.Sqrt(level * rate / 15e3 / math.Pow(10, snrDB/10) / 2)
	x := make([]complex64, len(iq))
	for i, v := range iq {
		x[i] = v + complex(float32(sigma*rng.NormFloat64()), float32(sigma*rng.NormFloat64()))
	}
	return x
}

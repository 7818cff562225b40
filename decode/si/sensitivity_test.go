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
// of a reference element, mean of the ports, over the noise in 15 kHz. Timing, clock and offset are wrong by what the stages before leave.
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

// TestSensitivityOfRecordings adds the same noise to recordings of an independent transmitter and to what the simulator makes of
// the same cell, allocation, powers and ports, and prints where half and nine tenths of the looks are read: the model must tell
// what another's signal would.
func TestSensitivityOfRecordings(t *testing.T) {
	const steps, low = 27, -9.0 // of half a decibel
	for _, name := range []string{"a25p1.cs8", "a50p2.cs8", "a100p2.cs8", "a15p2.cs16"} {
		if !strings.Contains(name, *only) {
			continue
		}
		w := newTwin(t, name)
		second := ""
		if w.cell.Ports > 1 {
			second = fmt.Sprintf(" (the second %+.2f dB)", w.portDB)
		}
		fmt.Printf("%s: %d PRB, %d ports%s; SIB1 of %d bits on %d blocks from %d, data %+.2f dB, versions %v, CFI %d, aggregation %d; alike %.4f\n",
			name, w.cell.PRB, w.cell.Ports, second, w.sent.TBS, w.sent.PRBs, w.sent.FirstPRB, w.dataDB, w.rvs, w.sent.CFI, w.sent.Aggregation, w.alike)
		for _, n := range []int{1, 4} {
			var at [2][2]float64
			for i, iq := range [][]complex64{w.recorded, w.simulated} {
				var hits [steps]int
				misses := 0
				for k := steps - 1; k >= 0 && misses < 2; k-- {
					if hits[k] = w.hits(t, iq, n, low+0.5*float64(k)); hits[k] == 0 {
						misses++
					}
				}
				at[i] = logistic(hits[:], low, 0.5)
				fmt.Printf("   %s %d: from %+.1f dB %v of %d\n", [2]string{"recorded ", "simulated"}[i], n, low, hits, *trials)
			}
			fmt.Printf("| %s, %d of SIB1 | %.2f | %.2f | %+.2f | %.2f | %.2f | %+.2f |\n", name, n,
				at[0][0], at[1][0], at[0][0]-at[1][0], at[0][1], at[1][1], at[0][1]-at[1][1])
			for k, part := range []string{"half", "nine tenths"} {
				if d := math.Abs(at[0][k] - at[1][k]); d > 0.7 {
					t.Errorf("%s, %d of SIB1, %s: %.2f dB apart", name, n, part, d)
				}
			}
		}
	}
}

// hits counts the looks of n transmissions whose SIB1 is read at an SNR.
func (w *twin) hits(t *testing.T, iq []complex64, n int, snr float64) (hit int) {
	r := si.NewReader()
	rng := rand.New(rand.NewPCG(uint64(int(2*snr)+100), uint64(n)))
	length := int(w.rate * 0.02 * float64(n))
	for i := range *trials {
		from := i % (1 + (len(iq)-length)/int(w.rate*0.02)) * int(w.rate*0.02)
		info, _ := r.Read(context.Background(), noisy(rng, iq[from:from+length], w.level, snr, w.rate), w.rate, blurred(rng, w.cell, from, w.rate))
		if same(info.SIB1Octets, w.sib1) {
			hit++
		} else if len(info.SIB1Octets) > 0 {
			t.Errorf("%s at %.1f dB: false SIB1 %x", w.name, snr, info.SIB1Octets)
		}
	}
	return hit
}

// logistic returns where the likeliest logistic curve through the shares of hits passes 0.5 and 0.9.
func logistic(hits []int, low, step float64) [2]float64 {
	best, at := math.Inf(-1), [2]float64{}
	for middle := low; middle < low+step*float64(len(hits)); middle += 0.01 {
		for slope := 0.8; slope < 12; slope *= 1.04 {
			sum := 0.0
			for k, n := range hits {
				p := 1 / (1 + math.Exp(-slope*(low+step*float64(k)-middle)))
				p = min(max(p, 1e-9), 1-1e-9)
				sum += float64(n)*math.Log(p) + float64(*trials-n)*math.Log(1-p)
			}
			if sum > best {
				best, at = sum, [2]float64{middle, middle + math.Log(9)/slope}
			}
		}
	}
	return at
}

// blurred is a cell as the stages before leave it, in samples cut from index from on.
func blurred(rng *rand.Rand, c si.Cell, from int, rate float64) si.Cell {
	c.SFN = (c.SFN + int(math.Round(float64(from)/rate*100))) % 1024
	c.Timing.Frame = rate / 1.92e6 * (rng.Float64() - 1) * 0.5
	c.Timing.CFOHz += 10 * (rng.Float64() - 0.5)
	c.Timing.ClockPPM += 0.5 * (rng.Float64() - 0.5)
	return c
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
				info, _ := r.Read(context.Background(), x, rate, blurred(rng, cell, from, rate))
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

// noisy adds white noise.
func noisy(rng *rand.Rand, iq []complex64, level, snrDB, rate float64) []complex64 {
	sigma := math.Sqrt(level * rate / 15e3 / math.Pow(10, snrDB/10) / 2)
	x := make([]complex64, len(iq))
	for i, v := range iq {
		x[i] = v + complex(float32(sigma*rng.NormFloat64()), float32(sigma*rng.NormFloat64()))
	}
	return x
}

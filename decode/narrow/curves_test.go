//go:build bench

package narrow_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/narrow"
	"github.com/straycell/straycell/decode/si"
	"github.com/straycell/straycell/internal/enb"
	"github.com/straycell/straycell/radio"
)

// TestCurves prints the share of looks whose SIB1 is read from one, four and sixteen transmissions, through a window of 2.4 Msps
// that holds it and over the full carrier, against SNR: the energy of a reference element over the noise in 15 kHz. Timing,
// clock and offset are wrong by what the MIB's stage leaves.
func TestCurves(t *testing.T) {
	type signal struct{ prb, ports, cfi, blocks int }
	for _, ch := range []string{"awgn", "eva5"} {
		for _, x := range []signal{{25, 1, 2, 0}, {50, 2, 2, 0}, {100, 2, 2, 0}, {50, 4, 2, 0}, {100, 1, 3, 2}} {
			c := filled(enb.Cell{PCI: 301, PRB: x.prb, Ports: x.ports, CFI: x.cfi, Load: enb.Load{Fraction: 0.5, PDCCH: 0.5, Seed: 1}})
			b, err := enb.NewBroadcast(sib1Of(t, c, 1, 20, 16))
			if err != nil {
				t.Fatal(err)
			}
			b.SIB1Habit.Blocks = x.blocks
			c.Broadcast = b
			name := fmt.Sprintf("%s %d PRB %d ports, CFI %d", ch, x.prb, x.ports, x.cfi)
			if x.blocks > 0 {
				name += fmt.Sprintf(", %d blocks", x.blocks)
			}
			for _, n := range []int{1, 4, 16} {
				for _, how := range []string{"window", "full", "full, then without its PDCCH"} {
					if how != "window" && n == 16 || !strings.Contains(name+" "+how, *curve) {
						continue
					}
					points(t, name, c, ch, n, how)
				}
			}
		}
	}
}

var fullHz = map[int]float64{25: 7.68e6, 50: 15.36e6, 100: 23.04e6}

// points prints one curve.
func points(t *testing.T, name string, c enb.Cell, ch string, n int, how string) {
	wide := how != "window"
	rate, freq := dongleHz, tuned(c.PRB, 0, 12)
	if wide {
		rate, freq = fullHz[c.PRB], carrierHz
	}
	const settle = 0.004
	channel := enb.Channel{}
	draws := 1
	if ch == "eva5" {
		channel, draws = enb.Channel{Taps: enb.EVA, Fading: true, DopplerHz: 5}, *trials
	}
	var clean []radio.Block
	for i := range draws {
		channel.Seed = uint64(i)
		clean = append(clean, window(t, c, 0, freq, rate, -settle, 0.02*float64(n)+settle, math.Inf(-1), channel, 1))
	}
	narrowR, wideR := narrow.NewReader(), si.NewReader()
	level := math.Pow(10, levelDBFS/10)
	var line strings.Builder
	for snr := -12.0; snr <= 2; snr += 2 {
		hit := 0
		for i := range *trials {
			rng := rand.New(rand.NewPCG(uint64(i), uint64(snr+100)))
			b := noisy(rng, clean[i%len(clean)], float32(math.Sqrt(level*rate/15e3/math.Pow(10, snr/10)/2)))
			b.First = 0
			var got []byte
			if wide {
				l := grid.Layout{PCI: c.PCI, Ports: c.Ports, PRB: c.PRB, SFN: 1023, Frames: grid.Frames{Duplex: c.Duplex, CP: c.CP},
					Timing: grid.Timing{CP: c.CP, Frame: (settle-0.01)*rate + rate/1.92e6*(rng.Float64()-0.5), CFOHz: 10 * (rng.Float64() - 0.5), ClockPPM: 0.5 * (rng.Float64() - 0.5)}}
				x := si.Cell{Layout: l, Duration: c.PHICHDuration, Resource: c.PHICHResource}
				info, _ := wideR.Read(context.Background(), b.IQ, rate, x)
				if got = info.SIB1Octets; len(got) == 0 && how != "full" {
					got = narrowR.Once(context.Background(), b.IQ, rate, x).SIB1Octets
				}
			} else {
				*narrowR = *narrow.NewReader()
				centre, o := known(c, 0, &b, rng)
				o.FirstSample += settle * rate
				o.Signal.SINRdB = snr
				narrowR.Read(context.Background(), &centre, 0, []lte.Observation{o})
				out := narrowR.Read(context.Background(), &b, 0, nil)
				if len(out) > 0 {
					got = out[0].SIB1Octets
				}
			}
			if len(got) > 0 && !bytes.Equal(bytes.TrimRight(got, "\x00"), bytes.TrimRight(c.Broadcast.SIB1, "\x00")) {
				t.Errorf("%s at %.0f dB: false SIB1 %x", name, snr, got)
			} else if len(got) > 0 {
				hit++
			}
		}
		fmt.Fprintf(&line, " | %.2f", float64(hit)/float64(*trials))
	}
	fmt.Printf("| %s | %d | %s%s |\n", name, n, how, line.String())
}

// TestMessageCurves prints the share of scheduled messages that a window which holds SIB1 shows in 640 ms, against SNR: three
// messages every 160 ms, each sent twice, by how the scheduler sends them.
func TestMessageCurves(t *testing.T) {
	r := narrow.NewReader()
	for _, x := range []struct {
		name  string
		habit enb.Habit
	}{
		{"1A where SIB1 is", enb.Habit{}},
		{"1A, half of them elsewhere", enb.Habit{First: []int{0, 12}}},
		{"1A, three blocks", enb.Habit{Blocks: 3}},
		{"1C", enb.Habit{Format: enb.Format1C}},
	} {
		for _, prb := range []int{25, 50, 100} {
			c := talkative(t, filled(enb.Cell{PCI: 301, PRB: prb, Ports: 2, CFI: 2, Load: enb.Load{Fraction: 0.5, PDCCH: 0.5, Seed: 1}}), x.habit)
			var line strings.Builder
			for _, snr := range []float64{-6, -3, 0, 3, 6, 10, 15} {
				got := 0
				for i := range *trials {
					_, n := heardOf(t, r, c, 2, snr, enb.Channel{}, uint64(i+1))
					got += n
				}
				fmt.Fprintf(&line, " | %.2f", float64(got)/float64(3**trials))
			}
			fmt.Printf("| %s | %d%s |\n", x.name, prb, line.String())
		}
	}
}

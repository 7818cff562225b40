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

	"github.com/straycell/straycell/decode/si"
)

var trials = flag.Int("trials", 40, "trials per point of a curve")

// TestSensitivity prints the share of looks whose SIB1 is read, from one and from four transmissions, when noise is added to
// recordings of an independent transmitter. SNR is the energy of a reference element over the noise in 15 kHz; timing,
// clock and offset are wrong by what the stages before leave.
func TestSensitivity(t *testing.T) {
	for _, name := range []string{"a25p1.cs8", "a50p2.cs8", "a100p2.cs8", "a15p2.cs16"} {
		iq, rate, cell, sib1 := clean(t, name)
		r := si.NewReader()
		if info, stop := r.Read(context.Background(), iq, rate, cell); !same(info.SIB1Octets, sib1) {
			t.Fatalf("%s: %v %x, want %s", name, stop, info.SIB1Octets, sib1)
		}
		level := reference(iq, rate, cell)
		for _, n := range []int{1, 4} {
			var line strings.Builder
			for snr := -8.0; snr <= 1; snr++ {
				hit := 0
				rng := rand.New(rand.NewPCG(uint64(snr+20), uint64(n)))
				for i := range *trials {
					length := int(rate * 0.08)
					if n == 1 {
						length = int(rate * 0.02)
					}
					from := 0
					if whole := len(iq) - length; whole > 0 {
						from = i % (1 + whole/int(rate*0.02)) * int(rate*0.02)
					}
					x := noisy(rng, iq[from:from+length], level, snr, rate)
					c := cell
					c.SFN = (c.SFN + int(math.Round(float64(from)/rate*100))) % 1024
					fs := rate / 1.92e6
					c.Timing.Frame = fs * (rng.Float64() - 1) * 0.5
					c.Timing.CFOHz += 10 * (rng.Float64() - 0.5)
					c.Timing.ClockPPM += 0.5 * (rng.Float64() - 0.5)
					info, _ := r.Read(context.Background(), x, rate, c)
					if same(info.SIB1Octets, sib1) {
						hit++
					} else if len(info.SIB1Octets) > 0 {
						t.Errorf("%s at %.0f dB: false SIB1 %x", name, snr, info.SIB1Octets)
					}
				}
				fmt.Fprintf(&line, "  %3.0f dB %.2f", snr, float64(hit)/float64(*trials))
			}
			fmt.Printf("%-12s %d of SIB1:%s\n", name, n, line.String())
		}
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

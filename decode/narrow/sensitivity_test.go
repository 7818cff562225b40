//go:build bench

package narrow_test

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/narrow"
	"github.com/straycell/straycell/radio"
)

var (
	trials = flag.Int("trials", 40, "trials per point of a curve")
	curve  = flag.String("curve", "", "only curves whose name contains this")
)

// TestSensitivity prints the share of looks whose SIB1 is read through a window, from one transmission to eight, when noise is
// added to recordings of an independent transmitter cut to a dongle's view. SNR is the energy of a reference element over the
// noise in 15 kHz; timing, clock and offset come from the middle of the carrier, where no noise is added.
func TestSensitivity(t *testing.T) {
	ctx := context.Background()
	dir := captures(t, "narrow")
	for _, name := range []string{"a50p2", "a50cmas", "e_fdd_25prb_4p", "a25p1"} {
		ws := windows(t, filepath.Join(dir, name+"_dongle.sigmf-meta"))
		centre, edge := ws[0], ws[1]
		obs := decode.New(decode.Config{}).Decode(ctx, &centre)
		r := narrow.NewReader()
		read := func(b radio.Block) bool {
			*r = *narrow.NewReader()
			at := func(b *radio.Block) float64 { return float64(b.First) / b.Tuning.RateHz }
			for i := range obs {
				obs[i].SystemInfo = lte.SystemInfo{}
			}
			c := centre
			c.IQ = nil // what it told is known
			r.Read(ctx, &c, at(&centre), obs)
			out := r.Read(ctx, &b, at(&b), nil)
			return len(out) == 1 && len(out[0].SIB1Octets) > 0
		}
		if !read(edge) {
			t.Fatalf("%s: nothing read", name)
		}
		level := r.ReferencePower()
		points := edge.Tuning.RateHz / 15e3
		for _, ms := range []int{20, 40, 75} {
			line := fmt.Sprintf("%-16s %2d ms ", name, ms)
			for snr := -12.0; snr <= 6; snr += 3 {
				sigma := math.Sqrt(level * points / math.Pow(10, snr/10) / 2)
				ok := 0
				for i := range *trials {
					rng := rand.New(rand.NewPCG(uint64(i), uint64(ms)))
					b := edge
					b.IQ = b.IQ[:min(len(b.IQ), int(float64(ms+4)*b.Tuning.RateHz/1e3))]
					if read(noisy(rng, b, float32(sigma))) {
						ok++
					}
				}
				line += fmt.Sprintf(" %g:%d", snr, ok*100 / *trials)
			}
			fmt.Println(line)
		}
	}
}

// noisy adds noise of a power per sample.
func noisy(rng *rand.Rand, b radio.Block, sigma float32) radio.Block {
	iq := make([]complex64, len(b.IQ))
	for i, v := range b.IQ {
		iq[i] = v + complex(sigma*float32(rng.NormFloat64()), sigma*float32(rng.NormFloat64()))
	}
	b.IQ = iq
	return b
}

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

// pair says how a second cell stands under a first.
type pair struct {
	load     float64 // of both
	aligned  bool    // frames start within a cyclic prefix of each other, or anywhere
	sameNID2 bool
	clone    bool // the same PCI; timing and offset differ
}

const (
	firstDBFS   = -40 // level of a reference element of the first cell, 20 dB over the noise
	hiddenNoise = -60
	prefixS     = 144.0 / 30.72e6
)

// TestHidden measures the share of second cells whose MIB is read under a first cell 20 dB over the noise, against their level
// relative to it: 50 resource blocks, 1 or 2 ports and two-tap channels on both, offsets up to 500 Hz apart (the clocks tied
// to them), timing to any fraction of a sample.
func TestHidden(t *testing.T) {
	table("Second cell under a first at 20 dB", "load", "frames", "NID2", "ms", "50 % at, dB", "dB:percent found", "lost", "wrong cells")
	for _, want := range []struct {
		ms    int
		level float64
	}{{160, -12}, {320, -15}} {
		ms := want.ms
		var all point
		for i := range 8 {
			p := pair{load: float64(i >> 2), aligned: i>>1&1 == 1, sameNID2: i&1 == 1}
			load, frames, nid2 := pick(p.load > 0, "full", "none"), pick(p.aligned, "aligned", "not aligned"), pick(p.sameNID2, "same", "other")
			if !wanted(fmt.Sprintf("load %s, %s, %s NID2, %d ms", load, frames, nid2, ms)) {
				continue
			}
			ps := p.curve(ms)
			shares, lost, wrong := row(ps)
			fmt.Printf("| %s | %s | %s | %d | %s | %s | %s | %d |\n", load, frames, nid2, ms, half(ps), shares, lost, wrong)
			all.n += *trials
			for _, q := range ps {
				if q.level == want.level {
					all.hits += q.hits
				}
			}
			if wrong > 0 {
				t.Errorf("load %s, %s, %s NID2, %d ms: %d cells that nobody sent", load, frames, nid2, ms, wrong)
			}
		}
		fmt.Printf("| all | | | %d | | %g:%.0f | | |\n", ms, want.level, 100*all.share())
		if ms == 160 && all.share() < 0.5 {
			t.Errorf("%.0f %% of second cells at %g dB found in %d ms, want half", 100*all.share(), want.level, ms)
		}
	}
}

// TestHiddenClone is TestHidden for a second transmitter with the first one's PCI.
func TestHiddenClone(t *testing.T) {
	table("A second transmitter with the same PCI under a first at 20 dB", "load", "ms", "50 % at, dB", "dB:percent found", "lost", "wrong cells")
	for _, load := range []float64{0, 1} {
		if !wanted("clone, load " + pick(load > 0, "full", "none")) {
			continue
		}
		const ms = 160
		ps := pair{load: load, clone: true}.curve(ms)
		shares, lost, wrong := row(ps)
		fmt.Printf("| %s | %d | %s | %s | %s | %d |\n", pick(load > 0, "full", "none"), ms, half(ps), shares, lost, wrong)
		if !(crossing(ps, 0.5) <= -6) {
			t.Errorf("load %g: half of the clones found at %s dB, want -6", load, half(ps))
		}
		if wrong > 0 {
			t.Errorf("load %g: %d cells that nobody sent", load, wrong)
		}
	}
}

func pick(which bool, yes, no string) string {
	if which {
		return yes
	}
	return no
}

// curve measures how many second cells are found, from -12 dB relative to the first up and down.
func (p pair) curve(ms int) []point {
	cfg := decode.Config{PPMRange: *ppmRange, FreqsHz: []float64{sensitivityHz}}
	return curve(-12, 3, func(level float64) []outcome {
		return sample(*trials, cfg, func(d *decode.Decoder, seed uint64) outcome { return p.trial(d, ms, level, seed) })
	})
}

// cells draws the two emissions.
func (p pair) cells(relativeDB float64, seed uint64) [2]enb.Emission {
	rng := rand.New(rand.NewPCG(seed, 107))
	ppm := *ppmRange * 0.95 * (2*rng.Float64() - 1)
	draw := func(pci lte.PCI, levelDB, ppm, startS float64) enb.Emission {
		e := enb.Emission{
			Cell:      enb.Cell{PCI: pci, PRB: 50, Ports: 1 + rng.IntN(2), Load: enb.Load{Fraction: p.load, Seed: rng.Uint64()}},
			CarrierHz: sensitivityHz, CFOHz: ppm * 1e-6 * sensitivityHz, ClockPPM: ppm, SFN: rng.IntN(1024), StartS: startS, RSRPdBFS: levelDB,
		}
		e.Channel.Taps = []enb.Tap{{}, {DelayS: 0.1e-6 + 2.9e-6*rng.Float64(), DB: -10 * rng.Float64(), Phase: 2 * math.Pi * rng.Float64()}}
		for i := range e.Channel.PortGain {
			e.Channel.PortGain[i] = cmplx.Rect(1, 2*math.Pi*rng.Float64())
		}
		return e
	}
	one := lte.PCI(rng.IntN(lte.PCIs))
	two := one
	for !p.clone && (two == one || (two.NID2() == one.NID2()) != p.sameNID2) {
		two = lte.PCI(rng.IntN(lte.PCIs))
	}
	startS := 0.01 * rng.Float64()
	a := draw(one, firstDBFS, ppm, startS)
	apart := 0.01 * rng.Float64()
	if p.clone { // two echoes of one transmitter are never further apart
		apart = 2*prefixS + (0.01-4*prefixS)*rng.Float64()
	}
	if p.aligned {
		apart = prefixS * (2*rng.Float64() - 1)
	}
	ppm += 500 * (2*rng.Float64() - 1) / sensitivityHz * 1e6
	b := draw(two, firstDBFS+relativeDB, ppm, startS+apart)
	return [2]enb.Emission{a, b}
}

// trial looks for the second cell of a pair.
func (p pair) trial(d *decode.Decoder, ms int, relativeDB float64, seed uint64) outcome {
	pair := p.cells(relativeDB, seed)
	sc := enb.Scene{FreqHz: sensitivityHz, RateHz: 1.92e6, NoiseDBFS: hiddenNoise, Seed: seed, ADC: enb.ADC{Bits: 8}, Cells: pair[:]}
	out := outcome{lost: "nothing"}
	var first bool
	for _, o := range d.Decode(context.Background(), block(render(sc, ms), sensitivityHz, sc.RateHz)) {
		switch {
		case o.MIB == nil:
			if o.PCI == pair[1].Cell.PCI {
				out.lost = "no MIB"
			}
		case sent(&o, pair[1], sc.RateHz):
			out.hit = true
		case sent(&o, pair[0], sc.RateHz):
			first = true
		default:
			out.wrong++
		}
	}
	if !first && !out.hit {
		out.lost = "both"
	}
	return out
}

package narrow_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/narrow"
	"github.com/straycell/straycell/radio"
)

// No SIB1 comes out of noise, nor of a carrier read as another cell's. STRAYCELL_TRIALS says over how many subframes.
func TestNoFalseSIB1(t *testing.T) {
	trials := 200
	if testing.Short() {
		trials = 30
	}
	if n, err := strconv.Atoi(os.Getenv("STRAYCELL_TRIALS")); err == nil {
		trials = n
	}
	metas, _ := filepath.Glob(filepath.Join(captures(t, "narrow"), "*.sigmf-meta"))
	if len(metas) == 0 {
		t.Skip("no recordings there")
	}
	rng := rand.New(rand.NewPCG(1, 2))
	ctx := context.Background()
	type scene struct {
		name string
		ws   []radio.Block
		pcis []lte.PCI
		true []lte.Observation // of the middle of the carrier
	}
	d := decode.New(decode.Config{})
	var cases []scene
	for _, meta := range metas[:min(len(metas), 2+trials/100)] {
		var x sidecar
		readJSON(t, meta+".json", &x)
		c := scene{name: filepath.Base(meta), ws: windows(t, meta)}
		for _, k := range x.Cells {
			c.pcis = append(c.pcis, k.PCI)
		}
		c.true = append(c.true, d.Decode(ctx, &c.ws[0])...)
		cases = append(cases, c)
	}
	done, crcs := 0, 0
	for i := 0; done < trials; i++ {
		c := &cases[i%len(cases)]
		b := c.ws[1]
		kind := rng.IntN(4)
		if kind == 0 { // noise alone
			b.IQ = make([]complex64, len(b.IQ))
			for k := range b.IQ {
				b.IQ[k] = complex(float32(rng.NormFloat64()), float32(rng.NormFloat64()))
			}
		}
		o := c.true[0]
		if kind < 2 { // anywhere, any cell
			prb := []int{25, 50, 75, 100}[rng.IntN(4)]
			o = lte.Observation{
				FreqHz: b.Tuning.FreqHz + 180e3*float64(rng.IntN(prb-12)-(prb-12)/2), Duplex: []lte.Duplex{lte.FDD, lte.TDD}[rng.IntN(2)],
				CP: []lte.CP{lte.NormalCP, lte.NormalCP, lte.ExtendedCP}[rng.IntN(3)], Ports: []int{1, 2, 4}[rng.IntN(3)],
				FirstSample: float64(b.First) + rng.Float64()*24000, MIB: &lte.MIB{PRB: prb, SFN: rng.IntN(1024)},
			}
		} // else what is there, under another PCI
		for o.PCI = lte.PCI(rng.IntN(lte.PCIs)); slices.Contains(c.pcis, o.PCI) || o.PCI == 196; {
			o.PCI = (o.PCI + 7) % lte.PCIs
		}
		r := narrow.NewReader()
		o.SystemInfo = lte.SystemInfo{}
		got := r.Read(ctx, &b, float64(b.First)/b.Tuning.RateHz, []lte.Observation{o})
		done += r.Subframes()
		crcs += r.Tried()
		if len(got[0].SIB1Octets) > 0 {
			t.Errorf("%s read as PCI %d, %d PRB: SIB1 %x", c.name, o.PCI, o.MIB.PRB, got[0].SIB1Octets)
		}
	}
	t.Logf("%d subframes, %d CRCs compared", done, crcs)
}

// BenchmarkRead is a window of a 20 MHz carrier beyond the search: one without SIB1, which is looked for all the time, and one with.
func BenchmarkRead(b *testing.B) {
	meta := filepath.Join(captures(b, "narrow"), "f1815.3_s19.2_bw20_0.08s_hackrf-1_dongle.sigmf-meta")
	for _, x := range []struct {
		name string
		at   int
	}{{"centre", 0}, {"SIB1", 1}} {
		b.Run(x.name, func(b *testing.B) { benchmark(b, meta, x.at) })
	}
}

func benchmark(b *testing.B, meta string, at int) {
	ws := windows(b, meta)
	ctx := context.Background()
	o := lte.Observation{FreqHz: 1815.3e6, Signal: lte.Signal{CFOHz: 14276}, PCI: 301, Duplex: lte.FDD, CP: lte.NormalCP, Ports: 2,
		MIB: &lte.MIB{PRB: 100, PHICHDuration: lte.PHICHNormal, PHICHResource: lte.PHICHOne}}
	w := &ws[at]
	o.FirstSample = float64(w.First)
	r := narrow.NewReader()
	b.ReportAllocs()
	for b.Loop() {
		if at == 1 {
			r.Forget() // read for the first time, each time
		}
		r.Read(ctx, w, float64(w.First)/w.Tuning.RateHz, []lte.Observation{o})
	}
	b.ReportMetric(float64(len(w.IQ))/w.Tuning.RateHz*float64(b.N)/b.Elapsed().Seconds(), "x-realtime")
}

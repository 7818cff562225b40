package sim

import (
	"context"
	"math"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/narrow"
	"github.com/straycell/straycell/radio"
)

// share counts what was told of cells of one kind, by each level.
type share struct{ samples, told int }

// agrees tells whether the two counts may come from one chance: within three standard deviations and a twentieth of n cells.
func (s share) agrees(n int) bool {
	p := math.Max(0.05, math.Min(0.95, float64(s.samples+s.told)/2/float64(n)))
	return math.Abs(float64(s.samples-s.told)) <= 3*math.Sqrt(2*p*(1-p)*float64(n))+0.05*float64(n)
}

// TestLevelsAgree looks at kt-femto over its 120 s, eight dwells of 320 ms at the level of samples and at that of observations: the
// cells found, the identities read and what is measured of them agree, over all cells and within bands of their SINR.
// TestLevelsAgreeThroughout does the same with every dwell of a survey.
func TestLevelsAgree(t *testing.T) {
	if testing.Short() {
		t.Skip("decodes in earnest")
	}
	ctx := context.Background()
	a, b := open(t, "sim:"), open(t, "sim:")
	var n, loud int
	var mib, sib1, loudMIB share
	var level, sinr, cfo, clock [2][]float64
	for k := range 4 {
		for i, f := range a.Plan() {
			at := 30*float64(k) + 8*float64(i) + 1
			cfg := decode.Config{PPM: -a.clock.at(at), PPMRange: 2, FreqsHz: []float64{f}}
			var told [2][]lte.Observation
			for j, w := range []*World{a, b} {
				tuning, err := w.Tune(ctx, radio.Tuning{FreqHz: f})
				if err != nil {
					t.Fatal(err)
				}
				var block radio.Block
				if _, _, err := w.Observe(ctx, cfg, &block, int64((at-w.now())*tuning.RateHz)); err != nil {
					t.Fatal(err)
				}
				n := int64(0.32 * tuning.RateHz)
				if j == 1 {
					if _, told[j], err = w.Observe(ctx, cfg, &block, n); err != nil {
						t.Fatal(err)
					}
					continue
				}
				block.IQ = make([]complex64, n)
				fromS := w.now()
				if err := w.Read(ctx, &block); err != nil {
					t.Fatal(err)
				}
				told[j] = narrow.NewReader().Read(ctx, &block, fromS, decode.New(cfg).Decode(ctx, &block))
			}
			for _, h := range b.hear(b.now()-0.32, b.now()) {
				if h.effectiveDB < -18 {
					continue
				}
				n++
				if h.effectiveDB > -3 {
					loud++
				}
				for j := range told {
					for _, o := range told[j] {
						if o.PCI != h.p.e.PCI || o.MIB == nil {
							continue
						}
						add := func(s *share) {
							if j == 0 {
								s.samples++
							} else {
								s.told++
							}
						}
						add(&mib)
						if o.SIB1 != nil {
							add(&sib1)
						}
						if h.effectiveDB > -3 {
							add(&loudMIB)
							level[j] = append(level[j], o.Signal.RSRPdBFS-h.a.levelDB)
							sinr[j] = append(sinr[j], o.Signal.SINRdB-h.effectiveDB)
							cfo[j] = append(cfo[j], o.FreqHz+o.Signal.CFOHz-f-h.p.cfoHz(h.a))
							clock[j] = append(clock[j], o.Signal.ClockPPM-h.a.ppm)
						}
						break
					}
				}
			}
		}
	}
	t.Logf("%d cells above -18 dB, %d above -3: found %+v, of the loud %+v, SIB1 %+v", n, loud, mib, loudMIB, sib1)
	if n < 60 || loud < 12 || !mib.agrees(n) || !sib1.agrees(n) || !loudMIB.agrees(loud) {
		t.Error("the levels differ in what is found or read")
	}
	for name, x := range map[string]struct {
		of   [2][]float64
		mean float64 // largest difference of the means
	}{"level": {level, 1.5}, "SINR": {sinr, 2}, "carrier": {cfo, 5}, "clock": {clock, 0.3}} {
		m := [2]float64{average(x.of[0]), average(x.of[1])}
		t.Logf("%s: %.3g off in samples, %.3g in observations", name, m[0], m[1])
		if math.Abs(m[0]-m[1]) > x.mean {
			t.Errorf("%s: %.3g off in samples, %.3g in observations", name, m[0], m[1])
		}
	}
}

func average(x []float64) float64 {
	var s float64
	for _, v := range x {
		s += v / float64(len(x))
	}
	return s
}

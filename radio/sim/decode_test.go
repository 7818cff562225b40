package sim

import (
	"context"
	"math"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/radio"
)

// TestDecoderHearsTheWorld: the cells of kt-femto that stand out are read with what the world knows about them, the one
// that does not belong among them.
func TestDecoderHearsTheWorld(t *testing.T) {
	if testing.Short() {
		t.Skip("decodes in earnest")
	}
	w, ctx := open(t, "sim:"), context.Background()
	heard := map[string]lte.Observation{}
	for _, f := range w.Plan() {
		tuning, err := w.Tune(ctx, radio.Tuning{FreqHz: f})
		if err != nil {
			t.Fatal(err)
		}
		b := radio.Block{IQ: make([]complex64, int(0.165*tuning.RateHz))}
		begin := w.now()
		if err := w.Read(ctx, &b); err != nil {
			t.Fatal(err)
		}
		for _, o := range decode.New(decode.Config{PPMRange: 20}).Decode(ctx, &b) {
			if o.MIB == nil {
				continue
			}
			if c := w.loudest(w.now(), o.PCI, f); c != nil {
				heard[c.Name] = o
				at, sfn := c.frame(begin + (o.FirstSample-float64(b.First))/tuning.RateHz - 1e-3)
				late := begin + (o.FirstSample-float64(b.First))/tuning.RateHz - at
				if math.Abs(late) > 1e-6 || o.MIB.SFN != sfn || o.MIB.PRB != c.Cell.PRB || o.Ports != c.Cell.Ports {
					t.Errorf("%s: frame %d %.2g s late, %+v, want frame %d of %+v", c.Name, o.MIB.SFN, late, o, sfn, c)
				}
				// The carrier is measured against a centre that is itself a step of the tuner off.
				if d := o.FreqHz + o.Signal.CFOHz - c.FreqHz - c.CFOHz; math.Abs(d) > 20 {
					t.Errorf("%s: carrier %.0f Hz off", c.Name, d)
				}
			}
		}
	}
	if len(heard) < 8 {
		t.Errorf("%d cells heard, want at least 8: %v", len(heard), heard)
	}
	if _, ok := heard["car B8 1"]; !ok {
		t.Error("the car was not heard")
	}
}

// loudest is the cell of a PCI on a carrier that arrives best; nil: none is on the air.
func (w *World) loudest(at float64, pci lte.PCI, freqHz float64) (best *Truth) {
	for _, c := range w.TruthAt(at) {
		if c.On && c.Cell.PCI == pci && math.Abs(c.FreqHz-freqHz) < 1 && (best == nil || c.RSRPdBm > best.RSRPdBm) {
			best = &c
		}
	}
	return best
}

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
			for _, c := range w.Truth() {
				if c.Cell.PCI != o.PCI || math.Abs(c.FreqHz-f) > 1 {
					continue
				}
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
	for _, c := range w.Truth() {
		if _, ok := heard[c.Name]; c.Rogue && !ok {
			t.Errorf("%q was not heard", c.Name)
		}
	}
}

package sim

import (
	"context"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/radio"
)

// TestDecoderHearsIdentities: a receiver that sees the whole of a carrier reads who the cells of kt-femto say they are.
func TestDecoderHearsIdentities(t *testing.T) {
	w, ctx := open(t, "sim:?profile=usrp"), context.Background()
	f := w.Plan()[0]
	tuning, err := w.Tune(ctx, radio.Tuning{FreqHz: f, RateHz: 15.36e6})
	if err != nil {
		t.Fatal(err)
	}
	b := radio.Block{IQ: make([]complex64, int(0.165*tuning.RateHz))}
	if err := w.Read(ctx, &b); err != nil {
		t.Fatal(err)
	}
	read, rogue := 0, false
	for _, o := range decode.New(decode.Config{PPMRange: 20}).Decode(ctx, &b) {
		if c := w.loudest(w.now(), o.PCI, f); c != nil && o.SIB1 != nil {
			read++
			rogue = rogue || c.Rogue
			if o.SIB1.ECI != c.ECI || o.SIB1.TAC != c.TAC || o.SIB1.PLMNs[0].PLMN != c.PLMN {
				t.Errorf("%s says %+v", c.Name, o.SIB1)
			}
		}
	}
	if read < 5 || !rogue {
		t.Errorf("%d identities read, the rogue's %v", read, rogue)
	}
}

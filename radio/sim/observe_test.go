package sim

import (
	"context"
	"math"
	"reflect"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/radio"
)

// dwells observes the plan once, for 320 ms each.
func dwells(t testing.TB, w *World, d decode.Config) (out []lte.Observation) {
	t.Helper()
	for _, f := range w.Plan() {
		tuning, err := w.Tune(context.Background(), radio.Tuning{FreqHz: f})
		if err != nil {
			t.Fatal(err)
		}
		var b radio.Block
		n, obs, err := w.Observe(context.Background(), d, &b, int64(0.32*tuning.RateHz))
		if err != nil || n != int64(0.32*tuning.RateHz) {
			t.Fatal(n, err)
		}
		out = append(out, obs...)
	}
	return out
}

// TestObserve: observations agree with the truth within what they say of their errors, and the same seed tells the same.
func TestObserve(t *testing.T) {
	w := open(t, "sim:?level=observations")
	d := decode.Config{PPM: w.clock.at(0) * -1, PPMRange: 2}
	obs := dwells(t, w, d)
	if len(obs) < 8 || !w.Observes() {
		t.Fatalf("%d observations", len(obs))
	}
	if !reflect.DeepEqual(obs, dwells(t, open(t, "sim:"), d)) {
		t.Error("the same seed tells otherwise")
	}
	if reflect.DeepEqual(obs, dwells(t, open(t, "sim:?seed=2"), d)) {
		t.Error("another seed tells the same")
	}
	if n := len(dwells(t, open(t, "sim:"), decode.Config{PPM: d.PPM + 20, PPMRange: 2})); n > 0 {
		t.Errorf("%d cells observed where nobody looks", n)
	}
	for _, o := range obs {
		c := w.loudest(o.StartS, o.PCI, o.FreqHz)
		if c == nil {
			t.Errorf("nobody sends %+v", o)
			continue
		}
		at, sfn := c.frame(o.FirstSample/o.RateHz - 1e-3)
		if late := o.FirstSample/o.RateHz - at; math.Abs(late) > 2e-6 || sfn != o.MIB.SFN || o.MIB.Raw != c.Cell.MIB(sfn) || o.MIB.PRB != c.Cell.PRB {
			t.Errorf("%s: %+v %.3g s late, want frame %d", c.Name, o.MIB, late, sfn)
		}
		if off := o.FreqHz + o.Signal.CFOHz - c.FreqHz - c.CFOHz; math.Abs(off) > 20 {
			t.Errorf("%s: carrier %.1f Hz off", c.Name, off)
		}
		if o.SIB1 != nil && (o.SIB1.ECI != c.ECI || o.SIB1.TAC != c.TAC) {
			t.Errorf("%s says %+v", c.Name, o.SIB1)
		}
		if off := o.Signal.RSRPdBFS - c.RSRPdBm - w.toFull(); math.Abs(off) > 12 && c.FreqHz == w.Plan()[1] {
			t.Errorf("%s: level %.1f dB off", c.Name, off)
		}
	}
}

// TestObserveThenRead: who observed may read samples after, from where that ended.
func TestObserveThenRead(t *testing.T) {
	w := open(t, "sim:")
	var b radio.Block
	if _, _, err := w.Observe(context.Background(), decode.Config{}, &b, 240_000); err != nil {
		t.Fatal(err)
	}
	b.IQ = make([]complex64, 390_000)
	if err := w.Read(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	if b.First != 240_000 {
		t.Errorf("samples from %d on", b.First)
	}
	n := 0
	for _, o := range decode.New(decode.Config{PPMRange: 20}).Decode(context.Background(), &b) {
		if c := w.loudest(w.now(), o.PCI, o.FreqHz); c != nil && o.MIB != nil {
			n++
			at, sfn := c.frame(o.FirstSample/o.RateHz - 1e-3)
			if late := o.FirstSample/o.RateHz - at; math.Abs(late) > 2e-6 || sfn != o.MIB.SFN {
				t.Errorf("%s: frame %d %.3g s late, want %d", c.Name, o.MIB.SFN, late, sfn)
			}
		}
	}
	if n < 4 {
		t.Errorf("%d cells heard", n)
	}
}

// TestObserveWide: from the whole carrier every message is told, and how it was sent.
func TestObserveWide(t *testing.T) {
	w, ctx := open(t, "sim:?profile=usrp"), context.Background()
	tuning, err := w.Tune(ctx, radio.Tuning{FreqHz: w.Plan()[0], RateHz: 15.36e6})
	if err != nil {
		t.Fatal(err)
	}
	sent := map[int]bool{}
	read := 0
	for range 10 {
		var b radio.Block
		_, obs, err := w.Observe(ctx, decode.Config{PPMRange: 20}, &b, int64(0.16*tuning.RateHz))
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range obs {
			if o.SIB1 == nil {
				continue
			}
			read++
			for _, m := range o.Messages {
				if len(m.SIBs) == 0 || m.CRCs == 0 {
					t.Errorf("message %+v", m)
				}
			}
			for _, x := range o.OnAir {
				sent[x.Entry] = true
				if x.PRBs == 0 || x.TBS == 0 || x.Format != "1A" || x.Entry == 0 && (x.Subframe != 5 || x.SFN%2 != 0) {
					t.Errorf("transmission %+v", x)
				}
			}
		}
	}
	if read < 10 || !sent[0] || !sent[1] || !sent[2] {
		t.Errorf("%d identities, messages %v", read, sent)
	}
}

func BenchmarkObserve(b *testing.B) {
	w := open(b, "sim:?level=observations")
	tuning := w.tuning
	dwell := int64(0.32 * tuning.RateHz)
	b.ReportAllocs()
	before := cpuTime()
	for i := 0; b.Loop(); i++ {
		if _, err := w.Tune(context.Background(), radio.Tuning{FreqHz: w.Plan()[i%len(w.Plan())]}); err != nil {
			b.Fatal(err)
		}
		var block radio.Block
		if _, _, err := w.Observe(context.Background(), decode.Config{}, &block, dwell); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(0.32*float64(b.N)/(cpuTime()-before).Seconds(), "x-realtime")
}

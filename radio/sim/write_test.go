package sim

import (
	"context"
	"encoding/json"
	"math"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/iqfile"
)

func TestWrite(t *testing.T) {
	for _, profile := range []string{"rtlsdr", "hackrf", "usrp"} {
		w, twin := open(t, "sim:?profile="+profile), open(t, "sim:?profile="+profile)
		base := filepath.Join(t.TempDir(), "world")
		ctx := context.Background()
		want := radio.Tuning{FreqHz: 1840e6, RateHz: 2e6}
		for _, world := range []*World{w, twin} {
			if _, err := world.Tune(ctx, want); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Write(ctx, base, 25*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		if err := w.Write(ctx, base, time.Millisecond); err == nil {
			t.Error("a recording was overwritten")
		}
		f, err := iqfile.Open(base+".sigmf-meta", iqfile.Raw{})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		got, made := radio.Block{IQ: make([]complex64, 1<<17)}, radio.Block{}
		if err := f.Read(ctx, &got); err != nil {
			t.Fatal(err)
		}
		if n := int(math.Ceil(0.025 * got.Tuning.RateHz)); len(got.IQ) != n {
			t.Errorf("%s: %d samples, want %d", profile, len(got.IQ), n)
		}
		made.IQ = make([]complex64, len(got.IQ))
		if err := twin.Read(ctx, &made); err != nil {
			t.Fatal(err)
		}
		// An unsigned format has its zero between two codes: half a step off.
		step := 1.02 / float64(int(1)<<(w.Info().Bits-1))
		if !slices.EqualFunc(got.IQ, made.IQ, func(a, b complex64) bool {
			return math.Abs(float64(real(a-b))) < step && math.Abs(float64(imag(a-b))) < step
		}) {
			t.Errorf("%s: the recording holds other samples than the world", profile)
		}
		notes := f.Annotations()
		heard, _ := w.audible(0)
		if len(notes) != len(heard) || len(notes) < 3 {
			t.Fatalf("%s: %d annotations for %d cells", profile, len(notes), len(heard))
		}
		for i, h := range heard {
			c := w.truth(h.p, 0)
			var pci int
			var first float64
			if json.Unmarshal(notes[i].Fields["straycell:pci"], &pci) != nil || pci != int(c.Cell.PCI) {
				t.Errorf("annotation %d is of PCI %d, want %d", i, pci, c.Cell.PCI)
			}
			if json.Unmarshal(notes[i].Fields["straycell:first_sample"], &first) != nil || !(first >= 0 && first <= got.Tuning.RateHz/99) {
				t.Errorf("annotation %d: a frame begins at sample %g", i, first)
			}
		}
	}
}

func TestFrame(t *testing.T) {
	c := Truth{StartS: 0.003, SFN: 1022, ClockPPM: 0}
	for _, tc := range []struct {
		at, start float64
		sfn       int
	}{{0, 0.003, 1022}, {0.0031, 0.013, 1023}, {0.02, 0.023, 0}, {10.2, 10.203, 1018}, {-0.05, -0.047, 1017}} {
		start, sfn := c.frame(tc.at)
		if math.Abs(start-tc.start) > 1e-9 || sfn != tc.sfn {
			t.Errorf("after %g s: frame %d at %g, want %d at %g", tc.at, sfn, start, tc.sfn, tc.start)
		}
	}
}

// TestWriteTurns: what was on the air for a part of a recording is annotated for that part.
func TestWriteTurns(t *testing.T) {
	w, base := world(t, moving), filepath.Join(t.TempDir(), "turns")
	if err := w.Write(context.Background(), base, 1200*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	f, err := iqfile.Open(base+".sigmf-meta", iqfile.Raw{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var last, end int64
	names := ""
	notes := f.Annotations()
	slices.SortFunc(notes, func(a, b iqfile.Annotation) int { return int(a.SampleStart - b.SampleStart) })
	for _, a := range notes {
		names += a.Comment + " "
		if a.SampleStart < end || a.SampleCount < int64(0.05*w.tuning.RateHz) || a.SampleCount > int64(0.5*w.tuning.RateHz)+1 {
			t.Errorf("%s from sample %d, %d samples, after %d", a.Comment, a.SampleStart, a.SampleCount, end)
		}
		var first float64
		if json.Unmarshal(a.Fields["straycell:first_sample"], &first) != nil || first < float64(a.SampleStart) || first > float64(a.SampleStart)+w.tuning.RateHz/99 {
			t.Errorf("%s: a frame begins at sample %g of what begins at %d", a.Comment, first, a.SampleStart)
		}
		last, end = a.SampleStart, a.SampleStart+a.SampleCount
	}
	if names != "one two one " && names != "one two " || last == 0 {
		t.Errorf("annotated: %s", names)
	}
}

package iqfile

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/radiotest"
)

func create(t testing.TB, h Header) (*Recorder, string) {
	t.Helper()
	base := filepath.Join(t.TempDir(), "rec")
	r, err := Create(base, h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r, base
}

// ramp is a block whose samples survive every format: each is a step of an 8-bit converter.
func ramp(first int64, n int, tuning radio.Tuning) *radio.Block {
	b := &radio.Block{Tuning: tuning, First: first, IQ: make([]complex64, n)}
	for i := range b.IQ {
		b.IQ[i] = complex(s8Value[byte(first+int64(i))], s8Value[byte(i>>8)])
	}
	return b
}

var (
	tuningA = radio.Tuning{FreqHz: 8e8, RateHz: 2e6, BandHz: 1.6e6, GainDB: 29.7}
	tuningB = radio.Tuning{FreqHz: 9e8, RateHz: 2e6, Auto: true}
)

// scene is what a device could deliver: a retune, lost samples, a first sample that is not its first.
func scene() []*radio.Block {
	start := time.Date(2025, 9, 5, 4, 31, 0, 123456789, time.UTC)
	bs := []*radio.Block{
		ramp(7000, 3000, tuningA), ramp(10_000, 100_000, tuningA), ramp(110_000, 500, tuningB), ramp(111_000, 4000, tuningB),
	}
	bs[3].Lost = 500
	for _, b := range bs {
		b.Time = start.Add(duration(b.First, 2e6))
	}
	return bs
}

// same holds what was read, block by block of each capture, against what was written.
func same(t *testing.T, f *File, want []*radio.Block) {
	t.Helper()
	var iq []complex64
	var lost int64
	for _, b := range want {
		iq = append(iq, b.IQ...)
	}
	for _, b := range blocks(t, f, 1000) {
		var w *radio.Block
		for _, c := range want {
			if at := b.First + want[0].First; c.First <= at && at < c.First+int64(len(c.IQ)) {
				w = c
			}
		}
		if w == nil {
			t.Fatalf("block at %d was never written", b.First)
		}
		if wantTime := w.Time.Add(duration(b.First+want[0].First-w.First, 2e6)); b.Tuning != w.Tuning || b.Time.Sub(wantTime).Abs() > time.Nanosecond {
			t.Errorf("block at %d: %+v %v, want %+v %v", b.First, b.Tuning, b.Time, w.Tuning, wantTime)
		}
		if !reflect.DeepEqual(b.IQ, iq[:len(b.IQ)]) {
			t.Fatalf("samples from %d differ", b.First)
		}
		iq = iq[len(b.IQ):]
		lost += b.Lost
	}
	if len(iq) > 0 || lost != 500 {
		t.Errorf("%d samples were not read back, %d are lost", len(iq), lost)
	}
}

func TestRecord(t *testing.T) {
	for _, format := range []string{"cs8", "cs16", "cf32"} {
		r, base := create(t, Header{Format: format, RateHz: 2e6, Hardware: "a radio", Description: "\"quoted\""})
		for _, b := range scene() {
			if err := r.Write(b); err != nil {
				t.Fatal(err)
			}
		}
		for i := range 2 {
			if err := r.Close(); err != nil {
				t.Errorf("Close, call %d: %v", i+1, err)
			}
		}
		if err := r.Write(scene()[0]); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("Write after Close: %v", err)
		}
		f := open(t, base+dataSuffix, Raw{})
		same(t, f, scene())
		if w := f.Warnings(); w != nil {
			t.Errorf("warnings %v", w)
		}
	}
}

func TestRecordConforms(t *testing.T) {
	r, base := create(t, Header{Format: "cs8", RateHz: 2e6})
	for _, b := range scene() {
		if err := r.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	radiotest.Run(t, func(t *testing.T) radio.Source { return open(t, base+metaSuffix, Raw{}) })
}

// TestInterrupted reads the recording after every single step, as if the program had been killed there.
func TestInterrupted(t *testing.T) {
	r, base := create(t, Header{Format: "cs8", RateHz: 2e6})
	if _, err := Open(base+metaSuffix, Raw{}); err == nil || !strings.Contains(err.Error(), "empty") {
		t.Errorf("before the first sample: %v", err)
	}
	var n int64
	for i, b := range scene() {
		if err := r.Write(b); err != nil {
			t.Fatal(err)
		}
		n += int64(len(b.IQ))
		f := open(t, base+metaSuffix, Raw{})
		if f.Info().Samples != n || f.Warnings() != nil {
			t.Errorf("after block %d: %+v", i, f.Info())
		}
	}
	same(t, open(t, base+metaSuffix, Raw{}), scene())
	// The description came to the disk, the last samples did not.
	if err := os.Truncate(base+dataSuffix, 2*103_000-1); err != nil {
		t.Fatal(err)
	}
	f := open(t, base+metaSuffix, Raw{})
	if w, cut := said(f); f.Info().Samples != 102_999 || !cut || !strings.Contains(w, "beyond the end") || !strings.Contains(w, "middle of a sample") {
		t.Errorf("%d samples, warnings %q", f.Info().Samples, w)
	}
}

func TestRecordAnnotations(t *testing.T) {
	r, base := create(t, Header{Format: "cs8", RateHz: 2e6})
	bs := scene()
	write := func(b *radio.Block) {
		t.Helper()
		if err := r.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	write(bs[0])
	notes := []Annotation{
		{SampleStart: 111_010, SampleCount: 5, Label: "late", Fields: map[string]json.RawMessage{"straycell:cell": json.RawMessage(`{"pci":301}`)}},
		{SampleStart: 7001, LowHz: 7.9e8, HighHz: 8.1e8, Label: "early", Comment: "\x1b[31m <b>"},
		{SampleStart: 110_700, Label: "lost"},
	}
	for _, a := range notes {
		if err := r.Annotate(a); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Annotate(Annotation{LowHz: math.NaN()}); err == nil {
		t.Error("an annotation that is no JSON was taken")
	}
	r.flushAt = 0 // as if five seconds of signal had passed
	for _, b := range bs[1:] {
		write(b)
	}
	if a := open(t, base+metaSuffix, Raw{}).Annotations(); len(a) != 3 {
		t.Errorf("%d annotations at the first block after them, want 3", len(a))
	}
	write(ramp(115_000, 1, tuningB))
	if err := r.Annotate(Annotation{SampleStart: 115_000, Label: "last"}); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	// Numbers count from the recording's first sample; a remark on lost samples stands at the first one after them.
	want := []Annotation{notes[1], notes[2], notes[0], {SampleStart: 115_000, Label: "last"}}
	want[1].SampleStart = 111_000
	for i := range want {
		want[i].SampleStart -= 7000
	}
	if got := open(t, base+metaSuffix, Raw{}).Annotations(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
}

// TestSweep: many tunings cost one line of the description each, and it stays readable all the time.
func TestSweep(t *testing.T) {
	r, base := create(t, Header{Format: "cu8", RateHz: 2e6})
	const n = 2000
	for i := range int64(n) {
		if err := r.Write(ramp(i*10, 10, radio.Tuning{FreqHz: 8e8 + 1e5*float64(i), RateHz: 2e6})); err != nil {
			t.Fatal(err)
		}
	}
	f := open(t, base+metaSuffix, Raw{})
	if b := blocks(t, f, 100); len(b) != n || b[n-1].Tuning.FreqHz != 8e8+1e5*(n-1) {
		t.Errorf("%d blocks", len(b))
	}
}

func TestRecordErrors(t *testing.T) {
	dir := t.TempDir()
	var argument *ArgumentError
	var rate *RateError
	if _, err := Create(filepath.Join(dir, "a"), Header{Format: "mp3", RateHz: 2e6}); !errors.As(err, &argument) {
		t.Errorf("format: %v", err)
	}
	if _, err := Create(filepath.Join(dir, "a"), Header{Format: "cu8", RateHz: 1e6}); !errors.As(err, &rate) {
		t.Errorf("rate: %v", err)
	}
	if _, err := Create(filepath.Join(dir, "no", "a"), Header{Format: "cu8", RateHz: 2e6}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("folder: %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("failures left %v", left)
	}

	r, base := create(t, Header{Format: "cu8", RateHz: 2e6})
	for _, name := range []string{base, base + metaSuffix, base + dataSuffix} {
		if _, err := Create(name, Header{Format: "cu8", RateHz: 2e6}); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), "choose another name") {
			t.Errorf("%s exists: %v", name, err)
		}
	}
	if err := r.Write(ramp(0, 100, tuningA)); err != nil {
		t.Fatal(err)
	}
	for want, b := range map[string]*radio.Block{
		"the rate changed": ramp(100, 10, radio.Tuning{FreqHz: 8e8, RateHz: 4e6}),
		"in order":         ramp(50, 10, tuningA),
		"unsupported":      ramp(100, 10, radio.Tuning{FreqHz: math.NaN(), RateHz: 2e6}),
	} {
		if err := r.Write(b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want: %s", err, want)
		}
	}
	// None of these spoils what is there or what comes.
	if err := errors.Join(r.Write(&radio.Block{}), r.Write(ramp(100, 100, tuningA)), r.Close()); err != nil {
		t.Fatal(err)
	}
	if f := open(t, base+metaSuffix, Raw{}); f.Info().Samples != 200 || len(f.segs) != 1 {
		t.Errorf("%+v", f.Info())
	}
}

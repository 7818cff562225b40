package iqfile

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/straycell/straycell/radio"
)

// memory is a data file that is none.
type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

// drain reads f to its end in blocks of room samples and holds every promise of radio.Block against it.
func drain(t *testing.T, f *File, room int) (n int64) {
	next := int64(0)
	for {
		b := radio.Block{IQ: make([]complex64, 0, room)}
		err := f.Read(context.Background(), &b)
		if errors.Is(err, io.EOF) {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(b.IQ) == 0 || b.Lost < 0 || b.First < next || b.Clip > 2*len(b.IQ) || b.Tuning.RateHz <= 0 || b.Tuning.FreqHz <= 0 {
			t.Fatalf("block %+v after sample %d", b, next)
		}
		for _, v := range b.IQ {
			if m := math.Abs(float64(real(v))) + math.Abs(float64(imag(v))); !(m <= 2*floatLimit) {
				t.Fatalf("sample %v", v)
			}
		}
		next = b.First + int64(len(b.IQ))
		n += int64(len(b.IQ))
	}
}

// FuzzSamples: any octets, as any format, in blocks of any size.
func FuzzSamples(f *testing.F) {
	for i := range layouts {
		f.Add(byte(i), uint16(7), count(1001))
		f.Add(byte(i), uint16(0), bytes.Repeat([]byte{0xff, 0x7f, 0xc0, 0x80}, 40))
		f.Add(byte(i), uint16(3), []byte{1})
	}
	f.Fuzz(func(t *testing.T, format byte, room uint16, data []byte) {
		l := &layouts[int(format)%len(layouts)]
		file := &File{data: memory{bytes.NewReader(data)}, layout: l, buf: make([]byte, 64)}
		m := &meta{layout: l, rateHz: 2e6, captures: []capture{{global: -1, tuning: radio.Tuning{FreqHz: 8e8, RateHz: 2e6}}}}
		if err := file.layOut(m, int64(len(data))); err != nil {
			if int64(len(data)) >= l.size() {
				t.Fatal(err)
			}
			return
		}
		if l.bits == 8 {
			file.sniff()
		}
		want := int64(len(data)) / l.size()
		if n := drain(t, file, int(room)+1); n != want || n != file.Info().Samples {
			t.Fatalf("%d samples read of %d", n, want)
		}
		if _, said := said(file); said != (int64(len(data))%l.size() != 0) {
			t.Fatalf("%d octets: cut %t", len(data), said)
		}
	})
}

// FuzzSigMF: any description over a file of any size. The samples that are not there are never asked for.
func FuzzSigMF(f *testing.F) {
	const ok = `{"core:sample_start":0,"core:frequency":8e8,"core:datetime":"2025-09-05T04:31:00Z","core:global_index":5,"core:header_bytes":3}`
	for _, s := range []string{
		threeCaptures, sigmf("", ok), sigmf(`,"core:offset":3,"core:trailing_bytes":2,"core:num_channels":1,"core:dataset":"x"`, ok+","+strings.ReplaceAll(ok, "0,", "99,")),
		sigmf("", ""), sigmf("", strings.Repeat("[", 300)), sigmf("", strings.ReplaceAll(ok, "8e8", "1e999")),
		strings.Replace(sigmf("", ok), `"captures"`, `"annotations":[{"core:sample_start":3,"core:sample_count":2,"core:freq_lower_edge":1,"core:comment":"x","a:b":[{}]},7],"captures"`, 1),
	} {
		f.Add([]byte(s), uint16(1000))
	}
	f.Fuzz(func(t *testing.T, text []byte, size uint16) {
		m, err := parseMeta(text, 7e8)
		if err != nil {
			plain(t, err.Error())
			return
		}
		file := &File{data: memory{bytes.NewReader(make([]byte, size))}, layout: m.layout, buf: make([]byte, 64), warnings: m.warnings}
		if err := file.layOut(m, int64(size)); err != nil {
			plain(t, err.Error())
			return
		}
		for i, s := range file.segs {
			if s.start >= s.end || s.offset+(s.end-s.start)*m.layout.size() > int64(size) || i > 0 && s.start < file.segs[i-1].end {
				t.Fatalf("segment %+v in %d octets", s, size)
			}
		}
		if n := drain(t, file, 100); n != file.Info().Samples {
			t.Fatalf("%d samples read, Info says %d", n, file.Info().Samples)
		}
		for _, w := range file.Warnings() {
			plain(t, w.Text)
		}
		for _, a := range file.Annotations() {
			if _, err := json.Marshal(a); err != nil {
				t.Fatalf("annotation %+v: %v", a, err)
			}
		}
	})
}

// plain fails on a message that could act on a terminal or fill it.
func plain(t *testing.T, text string) {
	if len(text) > 1000 || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x9b }) {
		t.Fatalf("message %q", text)
	}
}

// FuzzRecord: what was written is read back, whatever the order of tunings, gaps and remarks.
func FuzzRecord(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 0x80, 0x47, 0xff, 7}, "label")
	f.Add([]byte{0xff, 0xff, 0x10}, "\x1b\x00\xff\"")
	f.Fuzz(func(t *testing.T, script []byte, label string) {
		if len(script) > 64 {
			return
		}
		base := filepath.Join(t.TempDir(), "rec")
		r, err := Create(base, Header{Format: "cs8", RateHz: 2e6, Description: label})
		if err != nil {
			t.Fatal(err)
		}
		var first, n, lost int64
		for i, op := range script {
			if op&0x80 != 0 {
				first += int64(op & 0x3f)
				if i > 0 {
					lost += int64(op & 0x3f)
				}
			}
			size := int(op&0x0f) + 1
			if err := r.Write(ramp(first, size, radio.Tuning{FreqHz: 8e8 + float64(op>>4&3), RateHz: 2e6})); err != nil {
				t.Fatal(err)
			}
			if err := r.Annotate(Annotation{SampleStart: first, SampleCount: int64(size), Label: label}); err != nil {
				t.Fatal(err)
			}
			first += int64(size)
			n += int64(size)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		file, err := Open(base+metaSuffix, Raw{})
		if n == 0 {
			if err == nil {
				t.Fatal("an empty recording was opened")
			}
			return
		}
		if err != nil {
			text, _ := os.ReadFile(base + metaSuffix)
			t.Fatalf("%v\n%s", err, text)
		}
		defer file.Close()
		last := file.segs[len(file.segs)-1]
		if got := drain(t, file, 10); got != n || last.first-last.start != lost || len(file.Annotations()) != len(script) {
			t.Fatalf("%d samples, %d lost, %d annotations, want %d, %d, %d", got, last.first-last.start, len(file.Annotations()), n, lost, len(script))
		}
	})
}

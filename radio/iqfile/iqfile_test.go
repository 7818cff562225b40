package iqfile

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/radiotest"
)

// put writes a file into the test's folder and returns its path.
func put(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// putSigMF writes both files of a recording and returns the path of its description.
func putSigMF(t testing.TB, meta string, data []byte) string {
	t.Helper()
	path := put(t, "rec"+metaSuffix, []byte(meta))
	if err := os.WriteFile(strings.TrimSuffix(path, metaSuffix)+dataSuffix, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// count is n octets that count up.
func count(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i>>8)
	}
	return b
}

func open(t testing.TB, path string, raw Raw) *File {
	t.Helper()
	f, err := Open(path, raw)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// blocks reads to the end.
func blocks(t testing.TB, f radio.Source, room int) []radio.Block {
	t.Helper()
	var out []radio.Block
	for {
		b := radio.Block{IQ: make([]complex64, room)}
		err := f.Read(context.Background(), &b)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
}

const threeCaptures = `{"global":{"core:datatype":"ci16_le","core:sample_rate":2e6,"core:version":"1.0.0"},
 "captures":[
  {"core:sample_start":0,"core:frequency":8e8,"core:datetime":"2025-09-05T04:31:00Z","core:global_index":1000},
  {"core:sample_start":4000,"core:frequency":9e8,"core:global_index":5000},
  {"core:sample_start":9000,"core:frequency":9e8,"core:datetime":"2025-09-05T04:31:00.0056Z","core:global_index":12000}],
 "annotations":[{"core:sample_start":9100,"core:sample_count":50,"core:label":"PCI 301","straycell:pci":301}]}`

// said is what a recording warned of since the last call, and whether it is cut short.
func said(f *File) (text string, cut bool) {
	for _, w := range f.Warnings() {
		text, cut = text+w.Text+"; ", cut || w.Cut
	}
	return text, cut
}

func TestConformance(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) *File{
		"cu8":   func(t *testing.T) *File { return open(t, put(t, "a.bin", count(60_001)), Raw{"cu8", 1.92e6, 8e8}) },
		"cs8":   func(t *testing.T) *File { return open(t, put(t, "a.bin", count(60_000)), Raw{"cs8", 1.92e6, 8e8}) },
		"cs16":  func(t *testing.T) *File { return open(t, put(t, "a.bin", count(60_003)), Raw{"cs16", 30.72e6, 8e8}) },
		"cf32":  func(t *testing.T) *File { return open(t, put(t, "a.bin", count(60_000)), Raw{"cf32", 30.72e6, 8e8}) },
		"sigmf": func(t *testing.T) *File { return open(t, putSigMF(t, threeCaptures, count(40_001)), Raw{}) },
	} {
		t.Run(name, func(t *testing.T) {
			radiotest.Run(t, func(t *testing.T) radio.Source { return open(t) })
		})
	}
}

func TestCaptures(t *testing.T) {
	path := putSigMF(t, threeCaptures, count(40_002))
	for _, name := range []string{path, strings.TrimSuffix(path, metaSuffix) + dataSuffix} {
		f := open(t, name, Raw{})
		if w, cut := said(f); !strings.Contains(w, "last 2 octets") || !cut {
			t.Errorf("warnings %q", w)
		}
		got := blocks(t, f, 100_000)
		at := func(s string) time.Time { v, _ := time.Parse(time.RFC3339Nano, s); return v }
		want := []struct {
			n           int
			first, lost int64
			freq        float64
			time        time.Time
		}{
			{4000, 0, 0, 8e8, at("2025-09-05T04:31:00Z")},
			{5000, 4000, 0, 9e8, at("2025-09-05T04:31:00.002Z")}, // counted on from the capture before
			{1000, 11000, 2000, 9e8, at("2025-09-05T04:31:00.0056Z")},
		}
		if len(got) != len(want) {
			t.Fatalf("%d blocks", len(got))
		}
		for i, w := range want {
			if b := got[i]; len(b.IQ) != w.n || b.First != w.first || b.Lost != w.lost || b.Tuning.FreqHz != w.freq || b.Tuning.RateHz != 2e6 || !b.Time.Equal(w.time) {
				t.Errorf("block %d: %d samples from %d, %d lost, %+v, %v", i, len(b.IQ), b.First, b.Lost, b.Tuning, b.Time)
			}
		}
		info := f.Info()
		if info.Samples != 10_000 || info.MinHz != 8e8 || info.MaxHz != 9e8 || info.Bits != 16 || info.URI != name {
			t.Errorf("info %+v", info)
		}
		a := f.Annotations()
		if len(a) != 1 || a[0].SampleStart != 11_100 || a[0].SampleCount != 50 || a[0].Label != "PCI 301" || string(a[0].Fields["straycell:pci"]) != "301" {
			t.Errorf("annotations %+v", a)
		}
	}
}

func TestHeaderBytes(t *testing.T) {
	// Three octets of header, two samples, one octet of header, two samples, two octets at the end.
	data := []byte{9, 9, 9, 1, 2, 3, 4, 9, 5, 6, 7, 8, 9, 9}
	f := open(t, putSigMF(t, `{"global":{"core:datatype":"cu8","core:sample_rate":2000000,"core:trailing_bytes":2},
		"captures":[{"core:sample_start":0,"core:frequency":8e8,"core:header_bytes":3},{"core:sample_start":2,"core:frequency":8e8,"core:header_bytes":1}]}`, data), Raw{})
	var got []complex64
	for _, b := range blocks(t, f, 10) {
		got = append(got, b.IQ...)
	}
	for i, want := range []byte{1, 2, 3, 4, 5, 6, 7, 8} {
		have := real(got[i/2])
		if i%2 == 1 {
			have = imag(got[i/2])
		}
		if have != u8Value[want] {
			t.Errorf("component %d is %v, want that of %d", i, have, want)
		}
	}
	if len(got) != 4 || f.Warnings() != nil {
		t.Errorf("%d samples", len(got))
	}
}

func TestDatasetAndOffset(t *testing.T) {
	meta := put(t, "rec"+metaSuffix, []byte(`{"global":{"core:datatype":"cu8","core:sample_rate":2e6,"core:dataset":"iq.bin","core:offset":100},
		"captures":[{"core:sample_start":110,"core:frequency":8e8}]}`))
	if _, err := Open(meta, Raw{}); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "iq.bin") {
		t.Errorf("missing data: %v", err)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(meta), "iq.bin"), count(100), 0o644); err != nil {
		t.Fatal(err)
	}
	f := open(t, meta, Raw{})
	if b := blocks(t, f, 100); len(b) != 1 || b[0].First != 10 || len(b[0].IQ) != 40 {
		t.Errorf("%+v", b)
	}
	if w, cut := said(f); !strings.Contains(w, "first 10 samples") || cut {
		t.Errorf("warnings %q", w)
	}
}

// TestOpenErrors: each says what to type instead.
func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	data := put(t, "a.cs8", count(100))
	lone := put(t, "b"+dataSuffix, count(100))
	sigmf := putSigMF(t, threeCaptures, count(100))
	argument, rate, format := new(*ArgumentError), new(*RateError), new(*FormatError)
	for name, c := range map[string]struct {
		path string
		raw  Raw
		as   any
		want string
	}{
		"missing":        {filepath.Join(dir, "x"), Raw{}, nil, "no such file"},
		"without suffix": {strings.TrimSuffix(sigmf, metaSuffix), Raw{}, nil, "rec.sigmf-meta, name that"},
		"directory":      {dir, Raw{}, argument, "is a directory"},
		"nothing said":   {data, Raw{}, argument, "--format cs8 (or cu8, cs8, cs16, cf32) --rate 1.92M --freq 1815.3M"},
		"no frequency":   {data, Raw{Format: "cs8", RateHz: 2e6}, argument, "add --freq 1815.3M"},
		"no rate":        {data, Raw{Format: "cs8", FreqHz: 8e8}, argument, "add --rate 1.92M"},
		"wrong format":   {data, Raw{Format: "wav\x1b", RateHz: 2e6, FreqHz: 8e8}, argument, `"wav\x1b" is not known: say cu8, cs8, cs16, cf32`},
		"low rate":       {data, Raw{Format: "cs8", RateHz: 1e6, FreqHz: 8e8}, rate, "1 Msps is below the 1.92 Msps"},
		"absurd rate":    {data, Raw{Format: "cs8", RateHz: 1e300, FreqHz: 8e8}, rate, "is above"},
		"NaN rate":       {data, Raw{Format: "cs8", RateHz: math.NaN(), FreqHz: 8e8}, rate, "rate"},
		"bad frequency":  {data, Raw{Format: "cs8", RateHz: 2e6, FreqHz: -1}, argument, "say it like --freq 1815.3M"},
		"empty":          {put(t, "e.bin", nil), Raw{"cu8", 2e6, 8e8}, nil, "the file is empty"},
		"half a sample":  {put(t, "h.bin", []byte{1, 2, 3}), Raw{"cs16", 2e6, 8e8}, nil, "not one whole sample"},
		"no description": {lone, Raw{}, argument, "b.sigmf-meta is missing"},
		"no data":        {put(t, "c"+metaSuffix, []byte(threeCaptures)), Raw{}, nil, "c.sigmf-meta describes it"},
		"archive":        {put(t, "c.sigmf", count(10)), Raw{}, argument, "tar xf"},
		"SigMF low rate": {putSigMF(t, strings.Replace(threeCaptures, "2e6", "1e6", 1), count(100)), Raw{}, rate, "rec.sigmf-meta: rate 1 Msps is below"},
		"SigMF empty":    {putSigMF(t, "", count(100)), Raw{}, format, "the file is empty"},
		"device":         {os.DevNull, Raw{}, argument, "is not a plain file"},
		"control octets": {filepath.Join(dir, "x\x1b[31m"), Raw{}, nil, `\x1b[31m`},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Open(c.path, c.raw)
			if err == nil {
				f.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), c.want) || strings.ContainsRune(err.Error(), 0x1b) {
				t.Errorf("%v\nwant: %s", err, c.want)
			}
			if c.as != nil && !errors.As(err, c.as) {
				t.Errorf("%T", err)
			}
		})
	}
	if _, err := Open(filepath.Join(dir, "x"), Raw{}); !errors.Is(err, fs.ErrNotExist) {
		t.Error("missing file is not fs.ErrNotExist")
	}
}

func TestRawDataFileOfSigMF(t *testing.T) {
	f := open(t, put(t, "b"+dataSuffix, count(100)), Raw{"cu8", 2e6, 8e8})
	if f.Info().Samples != 50 {
		t.Errorf("%+v", f.Info())
	}
}

func TestFileThatShrinks(t *testing.T) {
	path := put(t, "a.bin", count(10_000))
	f := open(t, path, Raw{"cu8", 2e6, 8e8})
	if err := os.Truncate(path, 3001); err != nil {
		t.Fatal(err)
	}
	if b := blocks(t, f, 1000); len(b) != 2 || len(b[1].IQ) != 500 {
		t.Errorf("%d blocks", len(b))
	}
	if w, cut := said(f); !strings.Contains(w, "sample 1500") || !cut {
		t.Errorf("warnings %q", w)
	}
}

func TestTune(t *testing.T) {
	f := open(t, put(t, "a.bin", count(10_000)), Raw{"cu8", 2e6, 8e8})
	for _, c := range []struct {
		ask  radio.Tuning
		want string
	}{
		{radio.Tuning{}, ""},
		{radio.Tuning{FreqHz: 8e8, RateHz: 2e6}, ""},
		{radio.Tuning{FreqHz: 9e8}, "recorded at 800 MHz, not 900 MHz"},
		{radio.Tuning{RateHz: 1e6}, "recorded at 2 Msps"},
		{radio.Tuning{GainDB: 30}, "cannot be changed"},
	} {
		have, err := f.Tune(context.Background(), c.ask)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) || have.FreqHz != 8e8 {
			t.Errorf("%+v: %+v, %v", c.ask, have, err)
		}
	}
}

func TestSniff(t *testing.T) {
	quiet := make([]byte, 20_000)
	for i := range quiet {
		quiet[i] = byte(i*i%23 - 11)
	}
	offset := make([]byte, len(quiet))
	for i := range quiet {
		offset[i] = quiet[i] ^ 0x80
	}
	for _, c := range []struct {
		data   []byte
		format string
		want   string
	}{
		{quiet, "cs8", ""}, {quiet, "cu8", "--format cs8"}, {offset, "cu8", ""}, {offset, "cs8", "--format cu8"}, {count(20_000), "cu8", ""},
	} {
		w, cut := said(open(t, put(t, "a.bin", c.data), Raw{c.format, 2e6, 8e8}))
		if !strings.Contains(w, c.want) || c.want == "" && w != "" || cut {
			t.Errorf("%s: warnings %q, want %q", c.format, w, c.want)
		}
	}
}

// TestOffAir opens every recording with known truth that lies beside the project.
func TestOffAir(t *testing.T) {
	root, err := filepath.Abs("../../../shared/captures")
	if err != nil {
		t.Fatal(err)
	}
	truths, _ := filepath.Glob(filepath.Join(root, "*", "*.json"))
	if len(truths) == 0 {
		t.Skip("no recordings in ../shared/captures beside the project")
	}
	for _, path := range truths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var truth struct {
			Format   string
			Rate     float64 `json:"rate_hz"`
			Freq     float64 `json:"freq_hz"`
			Duration float64 `json:"duration_ms"`
		}
		if err := json.Unmarshal(text, &truth); err != nil {
			t.Fatal(err)
		}
		f, err := Open(strings.TrimSuffix(path, ".json"), Raw{truth.Format, truth.Rate, truth.Freq})
		if err != nil {
			t.Error(err)
			continue
		}
		var n int64
		var power float64
		for _, b := range blocks(t, f, 1<<16) {
			n += int64(len(b.IQ))
			for _, v := range b.IQ {
				power += float64(real(v))*float64(real(v)) + float64(imag(v))*float64(imag(v))
			}
		}
		level := 10 * math.Log10(power/float64(n))
		if n != f.Info().Samples || math.Abs(float64(n)/truth.Rate*1e3-truth.Duration) > 0.2 || level < -60 || level > 2 {
			t.Errorf("%s: %d samples, %.1f dBFS, truth %+v", filepath.Base(path), n, level, truth)
		}
		if w := f.Warnings(); len(w) > 0 {
			t.Logf("%s: %v", filepath.Base(path), w)
		}
		f.Close()
	}
}

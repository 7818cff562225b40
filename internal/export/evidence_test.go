package export

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/internal/store"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/internal/verdict"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/sim"
)

// lostWorld is a survey of testdata/lost.toml: a femtocell that is listed as lost is heard.
func lostWorld(t testing.TB) (survey.Config, store.Meta) {
	t.Helper()
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	t.Setenv("AppData", t.TempDir())
	w, err := sim.Open("sim:testdata/lost.toml")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	set, _, err := known.Read(bytes.NewReader(w.Inventory()), w.InventoryName(), nil)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := verdict.NewPolicy("", nil)
	if err != nil {
		t.Fatal(err)
	}
	lat, lon := w.Where()
	cfg := survey.Config{Source: w, Known: set, Here: &known.Place{Lat: lat, Lon: lon}, Policy: policy, For: 960 * time.Millisecond, Workers: 1,
		Decode: decode.Config{FreqsHz: []float64{954.3e6}, PPMRange: 2}}
	for _, f := range w.Plan() {
		cfg.Plan = append(cfg.Plan, radio.Tuning{FreqHz: f})
	}
	info := w.Info()
	meta := store.Meta{Program: "straycell test", Started: time.Date(2025, 9, 3, 19, 20, 0, 0, time.UTC), Source: "sim:testdata/lost.toml", URI: info.URI,
		Radio: store.Radio{URI: info.URI, Driver: info.Driver, Serial: info.Serial, Bits: info.Bits}}
	return cfg, meta
}

// bundles makes n bundles of one alert: the survey's own, and further ones of the cell on a key.
func bundles(t testing.TB, dir string, n int) {
	t.Helper()
	if testing.Short() {
		t.Skip("decodes in earnest")
	}
	cfg, meta := lostWorld(t)
	folder, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var told []Written
	k := Attach(&cfg, folder, About{Meta: meta, Told: func(w Written) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, w)
	}})
	asked := 0
	cfg.Sinks = append(cfg.Sinks, survey.Sink{Name: "key", Take: func(e survey.Event) error {
		if a, ok := e.(survey.Alert); ok {
			for ; asked < n-1; asked++ {
				k.Keep(a.Cell)
			}
		}
		return nil
	}})
	if _, err := survey.Run(context.Background(), cfg); err != nil {
		t.Fatal(err)
	}
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	if len(told) != n {
		t.Fatalf("%d bundles were told of, want %d: %+v", len(told), n, told)
	}
}

func verify(t testing.TB, path string, trusted ...ed25519.PublicKey) *Checked {
	t.Helper()
	c, err := Verify(context.Background(), path, trusted)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestEvidence goes from an alert to a bundle, and from its samples back to the finding.
func TestEvidence(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "evidence")
	bundles(t, dir, 3)
	own, ok := OwnPublic()
	if !ok {
		t.Fatal("no key was made")
	}
	c := verify(t, dir, own)
	if !c.Good() || len(c.Bundles) != 3 || len(c.Open) != 0 {
		t.Fatalf("%+v", c)
	}
	for _, b := range c.Bundles {
		if len(b.Open) != 0 {
			t.Errorf("%+v", b)
		}
		if text := strings.Join(b.Fine, "\n"); !strings.Contains(text, "FM-03") || !strings.Contains(text, "450-08 254418430, PCI 489 on 954.3 MHz") {
			t.Errorf("bundle %d: %s", b.Number, text)
		}
	}
	if c := verify(t, dir); len(c.Bundles[0].Open) != 1 || !c.Good() {
		t.Errorf("without a trusted key: %+v", c)
	}

	// The key is nobody else's to read.
	path, err := keyFile()
	if err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		t.Errorf("%v %v", st.Mode(), err)
	}

	// A chain without a link, wherever it is missing.
	for _, gone := range []string{"0001", "0002", "0003"} {
		part := filepath.Join(t.TempDir(), "part")
		if err := os.CopyFS(part, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(filepath.Join(part, gone)); err != nil {
			t.Fatal(err)
		}
		c := verify(t, part, own)
		if text := strings.Join(c.Wrong, "\n"); c.Good() || !strings.Contains(text, "bundle "+strings.TrimLeft(gone, "0")+" is missing") {
			t.Errorf("%s is gone: %q", gone, text)
		}
	}
	// A bundle by itself: nothing is wrong with it, but a link cannot be checked.
	alone := filepath.Join(t.TempDir(), "alone")
	if err := os.CopyFS(alone, os.DirFS(filepath.Join(dir, "0002"))); err != nil {
		t.Fatal(err)
	}
	if c := verify(t, alone, own); !c.Good() || !strings.Contains(strings.Join(c.Bundles[0].Open, "\n"), "this link was not checked") {
		t.Errorf("%+v", c)
	}
}

// TestTampering changes, adds and takes away single octets and files anywhere: the file is named.
func TestTampering(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "evidence")
	bundles(t, dir, 1)
	bundle := filepath.Join(dir, "0001")
	entries, err := os.ReadDir(bundle)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) < 12 {
		t.Fatalf("%d files", len(entries))
	}
	rapid.Check(t, func(t *rapid.T) {
		name := entries[rapid.IntRange(0, len(entries)-1).Draw(t, "file")].Name()
		path := filepath.Join(bundle, name)
		was, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		now := bytes.Clone(was)
		at := rapid.IntRange(0, len(now)).Draw(t, "octet")
		how := rapid.SampledFrom([]string{"flip", "insert", "remove", "truncate", "delete"}).Draw(t, "how")
		switch {
		case how == "insert":
			now = append(now[:at:at], append([]byte{rapid.Byte().Draw(t, "what")}, now[at:]...)...)
		case at == len(now):
			return
		case how == "flip":
			now[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		case how == "remove":
			now = append(now[:at:at], now[at+1:]...)
		case how == "truncate":
			now = now[:at]
		}
		if how == "delete" {
			err = os.Remove(path)
		} else {
			err = os.WriteFile(path, now, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		defer os.WriteFile(path, was, 0o644)
		c, err := Verify(context.Background(), bundle, nil)
		if err != nil {
			t.Fatal(err)
		}
		if text := strings.Join(c.Bundles[0].Wrong, "\n"); c.Good() || !strings.Contains(text, name) {
			t.Errorf("%s, %s at %d: %q", name, how, at, text)
		}
	})
	if err := os.WriteFile(filepath.Join(bundle, "more"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if c := verify(t, bundle); !strings.Contains(strings.Join(c.Bundles[0].Wrong, "\n"), "more: was added") {
		t.Errorf("%+v", c)
	}
}

// TestForgedFinding signs a bundle that says more than its samples: decoding them again shows it.
func TestForgedFinding(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "evidence")
	bundles(t, dir, 1)
	bundle := filepath.Join(dir, "0001")
	for _, change := range [][2]string{{`"rule": "FM-03"`, `"rule": "FM-02"`}, {"PCI 489", "PCI 488"}, {"254418430", "254418431"}} {
		path := filepath.Join(bundle, findingsName)
		was, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(was), change[0], change[1])), 0o644); err != nil {
			t.Fatal(err)
		}
		folder, err := OpenFolder(dir)
		if err != nil {
			t.Fatal(err)
		}
		m, _, _, err := readManifest(bundle)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.seal(bundle, folder.key); err != nil {
			t.Fatal(err)
		}
		if c := verify(t, bundle); c.Good() || !strings.Contains(strings.Join(c.Bundles[0].Wrong, "\n"), "decoded again") {
			t.Errorf("%v: %+v", change, c)
		}
		if err := os.WriteFile(path, was, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRing holds the samples that are kept against those that came.
func TestRing(t *testing.T) {
	r := ring{limit: 8 * sampleSize * pieceLen}
	tuning := radio.Tuning{FreqHz: 954.3e6, RateHz: 2.4e6}
	block := func(first int64, n int) *radio.Block {
		b := &radio.Block{Tuning: tuning, First: first, IQ: make([]complex64, n)}
		for i := range b.IQ {
			v := float32((first+int64(i))%200)/100 - 1
			b.IQ[i] = complex(v, -v)
		}
		return b
	}
	var first int64
	for i := range 40 {
		n := 40_000 + 1000*i
		r.add(block(first, n))
		if i == 3 {
			r.mark(first, first+int64(n))
		}
		if first += int64(n); i%7 == 6 {
			first += 12345 // lost
		}
		if r.used > r.limit || len(r.pieces)*sampleSize*pieceLen != r.used {
			t.Fatalf("%d octets in %d pieces, want at most %d", r.used, len(r.pieces), r.limit)
		}
	}
	got := r.take(954.3e6, 540e3, first-100_000, 1<<30)
	if len(got) < 2 || !got[0].marked || got[len(got)-1].end() != r.last().end() {
		t.Fatalf("%d pieces", len(got))
	}
	for _, p := range got {
		b := p.block()
		want := block(p.first, len(b.IQ))
		for i := range b.IQ {
			if d := b.IQ[i] - want.IQ[i]; real(d)*real(d)+imag(d)*imag(d) > 1e-8 {
				t.Fatalf("sample %d is %v, was %v", p.first+int64(i), b.IQ[i], want.IQ[i])
			}
		}
	}
	if got := r.take(960e6, 540e3, 0, 1<<30); len(got) != 0 {
		t.Errorf("%d pieces show a carrier that was never in view", len(got))
	}
}

// TestNoSamples keeps evidence of a world that makes no samples: the bundles say so, and are whole otherwise.
func TestNoSamples(t *testing.T) {
	_, meta := lostWorld(t)
	w, err := sim.Open("sim:kt-femto?level=observations")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	set, _, err := known.Read(bytes.NewReader(w.Inventory()), w.InventoryName(), nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg := survey.Config{Source: w, Observer: w, Known: set, For: 15 * time.Second}
	for _, f := range w.Plan() {
		cfg.Plan = append(cfg.Plan, radio.Tuning{FreqHz: f})
	}
	dir := filepath.Join(t.TempDir(), "evidence")
	folder, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	k := Attach(&cfg, folder, About{Meta: meta})
	if _, err := survey.Run(context.Background(), cfg); err != nil {
		t.Fatal(err)
	}
	if err := k.Close(); err != nil {
		t.Fatal(err)
	}
	c := verify(t, dir)
	if !c.Good() || len(c.Bundles) == 0 || !strings.Contains(strings.Join(c.Bundles[0].Open, "\n"), "no samples") {
		t.Errorf("%+v", c)
	}
}

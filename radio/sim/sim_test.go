package sim

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/radiotest"
)

func open(t testing.TB, uri string) *World {
	t.Helper()
	w, err := Open(uri)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func TestSource(t *testing.T) {
	for _, uri := range []string{"sim:", "sim:catcher?profile=hackrf", "sim:border?seed=3&profile=usrp"} {
		t.Run(uri, func(t *testing.T) {
			radiotest.Run(t, func(t *testing.T) radio.Source { return open(t, uri) })
		})
	}
}

func sweep(t *testing.T, w *World, n int) []complex64 {
	t.Helper()
	var out []complex64
	for _, f := range w.Plan() {
		if _, err := w.Tune(context.Background(), radio.Tuning{FreqHz: f}); err != nil {
			t.Fatal(err)
		}
		b := radio.Block{IQ: make([]complex64, n)}
		if err := w.Read(context.Background(), &b); err != nil {
			t.Fatal(err)
		}
		out = append(out, b.IQ...)
	}
	return out
}

func TestSeed(t *testing.T) {
	a := sweep(t, open(t, "sim:?seed=7"), 30000)
	if !slices.Equal(a, sweep(t, open(t, "sim:kt-femto?seed=7"), 30000)) {
		t.Error("the same seed gives other samples")
	}
	if slices.Equal(a, sweep(t, open(t, "sim:"), 30000)) {
		t.Error("another seed gives the same samples")
	}
}

func TestTune(t *testing.T) {
	w, ctx := open(t, "sim:"), context.Background()
	got, err := w.Tune(ctx, radio.Tuning{FreqHz: 1840e6, RateHz: 3e6, GainDB: 20})
	if err != nil {
		t.Fatal(err)
	}
	if d := got.FreqHz - 1840e6; d > 220 || d < -220 || got.RateHz != 2.4e6 || got.GainDB != 19 || got.Auto || got.BandHz != 0.9*2.4e6 {
		t.Errorf("tuned to %+v", got)
	}
	b := radio.Block{IQ: make([]complex64, 24000)}
	if err := w.Read(ctx, &b); err != nil {
		t.Fatal(err)
	}
	power := func(x []complex64) (p float64) {
		for _, v := range x {
			p += float64(real(v)*real(v) + imag(v)*imag(v))
		}
		return p / float64(len(x))
	}
	// 3 ms of settling, then the carrier.
	if quiet, loud := power(b.IQ[:7000]), power(b.IQ[7400:]); loud < 3*quiet {
		t.Errorf("power %.2g while settling, %.2g after", quiet, loud)
	}
	if _, err := w.Tune(ctx, radio.Tuning{FreqHz: 1200e6}); err == nil {
		t.Error("tuned into the hole of its range")
	}
	if again, _ := w.Tune(ctx, radio.Tuning{}); again != got {
		t.Errorf("a refused request left %+v, want %+v", again, got)
	}
	if auto, _ := w.Tune(ctx, radio.Tuning{Auto: true}); !auto.Auto || auto.GainDB == 0 {
		t.Errorf("automatic gain: %+v", auto)
	}
}

// TestLevels: automatic gain leaves the converter neither idle nor clipping, whatever the seed.
func TestLevels(t *testing.T) {
	for _, uri := range []string{"sim:", "sim:?seed=2", "sim:?seed=3&profile=hackrf", "sim:?profile=usrp"} {
		w := open(t, uri)
		for _, f := range w.Plan() {
			if _, err := w.Tune(context.Background(), radio.Tuning{FreqHz: f}); err != nil {
				t.Fatal(err)
			}
			b := radio.Block{IQ: make([]complex64, 300000)}
			if err := w.Read(context.Background(), &b); err != nil {
				t.Fatal(err)
			}
			var p float64
			for _, v := range b.IQ[100000:] {
				p += float64(real(v)*real(v) + imag(v)*imag(v))
			}
			if p /= 200000; p < 1e-4 || p > 0.1 || b.Clip > 300 {
				t.Errorf("%s at %.1f MHz, gain %g: power %.2g, %d components clipped", uri, f/1e6, b.Tuning.GainDB, p, b.Clip)
			}
		}
	}
}

func TestURI(t *testing.T) {
	for uri, want := range map[string]string{
		"sim:nowhere":         "border, catcher, clean-city, clone, kt-femto, kt-femto-night",
		"sim:?sed=7":          `no option "sed"`,
		"sim:?route=bus":      `no route "bus" in the scenario: there are car, drive`,
		"sim:?seed=-1":        "whole number",
		"sim:?seed=1&seed=2":  "twice",
		"sim:?profile=dongle": "rtlsdr, hackrf, usrp",
		"file:x":              "sim:NAME",
		"sim:?%zz":            "write options like",
		"sim:../sim":          "no such scenario",
		"sim:?level=waves":    "samples and observations",
		"sim:kt-femto.expect": "no such scenario",
	} {
		_, err := Open(uri)
		var arg *ArgumentError
		if !errors.As(err, &arg) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an ArgumentError with %q", uri, err, want)
		}
	}
	if _, err := Open("sim:" + filepath.Join(t.TempDir(), "none.toml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestFileScenario(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "my.toml")
	text, err := shipped.ReadFile("scenarios/kt-femto.toml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open("sim:" + path); err == nil || !strings.Contains(err.Error(), "beside") {
		t.Errorf("inventory missing: %v", err)
	}
	expect, err := shipped.ReadFile("scenarios/kt-femto.expect.toml")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"kt-femto.csv": "plmn,eci\n450-08,1\n", "kt-femto.expect.toml": string(expect)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	w := open(t, "sim:"+path+"?seed=2")
	if string(w.Inventory()) != "plmn,eci\n450-08,1\n" || w.InventoryName() != "kt-femto.csv" {
		t.Errorf("inventory %q from %q", w.Inventory(), w.InventoryName())
	}
}

const small = `title = "t"
[sweep]
earfcn = [1550]
[receiver]
lat = 37.5
lon = 127.0
ppm = 10
[[cell]]
name = "a"
class = "macro"
earfcn = 1550
pci = 3
prb = 25
lat = 37.5
lon = 127.01
rs_eirp_dbm = 20
clock_ppm = 2
`

func TestTruth(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.toml")
	if err := os.WriteFile(path, []byte(small), 0o644); err != nil {
		t.Fatal(err)
	}
	c := open(t, "sim:"+path).Truth()[0]
	if d := c.DistanceM; d < 881 || d > 884 {
		t.Errorf("distance %.1f m, want 882", d)
	}
	if d := c.CFOHz + 8*1840; d > 1 || d < -1 {
		t.Errorf("carrier %g Hz off, want %g", c.CFOHz, -8*1840.0)
	}
	if d := c.ClockPPM + 8; d > 1e-3 || d < -1e-3 {
		t.Errorf("clock %g ppm, want -8", c.ClockPPM)
	}
	// 80 - 18 log 15 + 21 log 1840 + 37.6 log 0.882 = 125.4 dB
	if d := c.RSRPdBm - (20 - 125.4); d > 0.2 || d < -0.2 {
		t.Errorf("RSRP %.1f dBm, want -105.4", c.RSRPdBm)
	}
	if c.Cell.Duplex != lte.FDD || c.Cell.PCI != 3 {
		t.Errorf("cell %+v", c.Cell)
	}
}

// TestDongle: a receiver that takes long to settle and misses the frequency it says it is on.
func TestDongle(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.toml")
	text := strings.Replace(small, "ppm = 10", "ppm = 0\nsettle_ms = 50\ntuner_error_hz = 400", 1)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	w, ctx := open(t, "sim:"+path), context.Background()
	missed := map[float64]bool{}
	for _, f := range []float64{1841e6, 1840e6, 1841e6} {
		if _, err := w.Tune(ctx, radio.Tuning{FreqHz: f}); err != nil {
			t.Fatal(err)
		}
		missed[w.missHz] = true
		if w.settle != 120000 || w.missHz < -400 || w.missHz > 400 {
			t.Errorf("%d samples of settling, %g Hz missed", w.settle, w.missHz)
		}
	}
	if len(missed) != 3 {
		t.Errorf("three retunes miss by %v", missed)
	}
}

func TestBadScenarios(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"pci = 3", "pcii = 3", `line 12: unknown key "pcii"`},
		{"pci = 3", "pci = 504", `line 12: cell "a": pci 504: want 0 to 503`},
		{"pci = 3", "pci = \"3\"", "line 12"},
		{"pci = 3", "pci = 99999999999999999999", "line 12"},
		{"pci = 3\n", "", `line 8: cell "a": pci: must be there`},
		{"prb = 25", "prb = 26", `line 13: cell "a": prb 26: want 6, 15`},
		{"prb = 25", "prb = 25\nports = 3", `line 14: cell "a": ports 3: want 1, 2 or 4`},
		{"prb = 25", "prb = 25\nload = 1.5", `line 14: cell "a": load 1.5`},
		{"prb = 25", "prb = 25\nload = nan", `line 14: cell "a": load NaN`},
		{"prb = 25", "prb = 25\nspare = \"2\"", `line 14: cell "a": spare "2": want ten bits`},
		{"prb = 25", "prb = 25\ncp = \"long\"", `line 14: cell "a": cp "long": want normal or extended`},
		{"prb = 25", "prb = 25\nspecial_subframe = 11", `line 14: cell "a": special_subframe 11`},
		{"prb = 25", "prb = 25\nplmn = \"45\"", `line 14: cell "a": plmn "45"`},
		{"prb = 25", "prb = 25\nazimuth = inf", `line 14: cell "a": azimuth +Inf`},
		{"prb = 25", "prb = 25\nchannel = \"TU\"", `line 14: cell "a": channel "TU": want EPA, EVA or ETU`},
		{"earfcn = 1550\npci", "earfcn = 1205\npci", `line 11: cell "a": earfcn 1205: a carrier of 5 MHz there would leave band 3`},
		{"earfcn = 1550\npci", "earfcn = 5000\npci", `line 11: cell "a": earfcn 5000 is in no band`},
		{"earfcn = [1550]", "earfcn = []", "line 3: no earfcn to sweep"},
		{"earfcn = [1550]", "earfcn = [-1]", "line 3: earfcn -1 is in no band"},
		{"lat = 37.5\nlon = 127.0\n", "", "line 4: receiver: lat or lon is missing"},
		{"ppm = 10", "ppm = 1000", "line 7: ppm 1000"},
		{"ppm = 10", "settle_ms = -1", "line 7: settle_ms -1"},
		{"ppm = 10", "tuner_error_hz = inf", "line 7: tuner_error_hz +Inf"},
		{"title = \"t\"", "title = \"t\"\nseed = 3", `line 2: unknown key "seed"`},
		{"title = \"t\"", "title = t", "line 1"},
		{"title = \"t\"", "about = \"\"\"\n[[cell]]\npcii = 3\n\"\"\"\nshadowing_db = -1", "line 5: shadowing_db -1"},
		{"name = \"a\"", "name = \"\"", `line 9: cell "": name is missing`},
		{"class = \"macro\"", "class = \"mega\"", `line 10: cell "a": class "mega"`},
		{"clock_ppm = 2\n", "clock_ppm = 2\n" + small[strings.Index(small, "[[cell]]"):], `line 19: cell "a": there are two of this name`},
		{small[strings.Index(small, "[[cell]]"):], "", "line 1: no [[cell]]"},
	} {
		text := strings.Replace(small, c.old, c.new, 1)
		if text == small {
			t.Fatalf("%q is not in the scenario", c.old)
		}
		_, err := parse(text, "s.toml")
		var arg *ArgumentError
		if !errors.As(err, &arg) || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "s.toml: ") {
			t.Errorf("%q for %q: %v, want an ArgumentError with %q", c.new, c.old, err, c.want)
		}
	}
}

// FuzzParse: a scenario is other people's text.
func FuzzParse(f *testing.F) {
	f.Add(small)
	f.Add(spoken + "si_schedule = [{period_rf = 8, sibs = [2, 3]}]\n[cell.onair]\nsib1 = {first_prb = [1], format = \"1C\"}\n[cell.sibs.1]\nsiWindowLength = \"ms40\"\n")
	f.Add(small + "sib1_hex = \"4051401100426543201810200081c4\"\nsi_hex = [\"\"]\n")
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := parse(text, "s"); err == nil {
			w := World{s: s, seed: 1, profile: &profiles[0], slots: map[string]int{}}
			w.place()
		}
	})
}

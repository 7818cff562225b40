package plan

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestShippedPresets(t *testing.T) {
	want := map[string][]float64{"kr-kt": {954.3e6, 1840e6}, "kr-skt": {879e6, 1820e6, 2630e6}, "kr-lgu": {889e6, 2120e6, 2650e6}}
	for _, p := range Presets() {
		if p.Operator == "" || p.Source == "" || p.AsOf == "" || len(p.PLMNs) == 0 {
			t.Errorf("%s: who, from where and as of when is not all said", p.Name)
		}
		var spans []Span
		for _, b := range p.Blocks {
			spans = append(spans, b.Span())
		}
		for _, f := range want[p.Name] {
			if !slices.Contains(Freqs(spans), f) {
				t.Errorf("%s does not look at %.1f MHz", p.Name, f/1e6)
			}
		}
		delete(want, p.Name)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

func TestFindPreset(t *testing.T) {
	file := func(text string) string {
		path := filepath.Join(t.TempDir(), "mine.toml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	p, err := FindPreset(file("[[preset]]\nname = \"mine\"\nblock = [{ band = 20, low_mhz = 791, high_mhz = 801, sure = \"low\" }]\n"))
	if err != nil || p.Blocks[0].Span() != (Span{791.7e6, 800.3e6}) {
		t.Errorf("%+v %v", p, err)
	}
	for text, want := range map[string]string{
		"kr-xyz":                           "kr-kt, kr-skt, kr-lgu",
		"/nowhere/of/all.toml":             "no such file",
		file("[[preset]]\nname = \"a\"\n"): "0 blocks",
		file("[[preset]]\nblocks = []\n"):  "no such field",
		file("[[preset]]\nplmns = [\"45\"]\nblock = [{ band = 3, low_mhz = 1805, high_mhz = 1880 }]\n"): "digits",
		file("[[preset]]\nblock = [{ band = 3, low_mhz = 925, high_mhz = 960, sure = \"low\" }]\n"):     "within 1805 to 1880",
		file("[[preset]]\nblock = [{ band = 3, low_mhz = nan, high_mhz = 1880, sure = \"low\" }]\n"):    "want 1.4 MHz",
		file("[[preset]]\nblock = [{ band = 3, low_mhz = 1805, high_mhz = 1880 }]\n"):                   "want high, medium or low",
		file("[[preset]]\nblock = [{ band = 999, low_mhz = 1805, high_mhz = 1880, sure = \"low\" }]\n"): "no downlink band",
		file("nonsense"): "mine.toml",
	} {
		if _, err := FindPreset(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func FuzzPreset(f *testing.F) {
	f.Add(shipped)
	f.Fuzz(func(t *testing.T, text []byte) {
		all, err := parsePresets(text)
		if err != nil {
			return
		}
		for _, p := range all {
			var spans []Span
			for _, b := range p.Blocks {
				spans = append(spans, b.Span())
			}
			Tunings(spans, 2.16e6, 60)
		}
	})
}

package survey

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/iqfile"
)

// captures finds the folder of recordings beside the module.
func captures(t *testing.T, folder string) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, e := os.Stat(filepath.Join(dir, "go.mod")); e == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(dir, "..", "shared", "captures", folder)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no recordings: %v", err)
	}
	return path
}

// recording is one with the truth beside it.
type recording struct {
	path   string
	Format string  `json:"format"`
	RateHz float64 `json:"rate_hz"`
	FreqHz float64 `json:"freq_hz"`
	Cells  []truth `json:"cells"`
}

type truth struct {
	PCI    int     `json:"pci"`
	Duplex string  `json:"duplex"`
	FreqHz float64 `json:"freq_hz"`
}

// truthLine is one of an inventory: the truth's cell with a made-up identity.
type truthLine struct {
	pci    int
	freqHz float64
	text   string
}

func inventory(t *testing.T, lines []truthLine) *known.Set {
	t.Helper()
	if len(lines) == 0 {
		return nil
	}
	text := "plmn,eci,pci,earfcn\n"
	for _, l := range lines {
		text += l.text
	}
	return list(t, text)
}

// Cells of real networks against an inventory of the true ones: unconfirmed while SIB1 is unread; the one that is taken out
// of the list, and only that, is unknown; without a list, no-list.
func TestOffAirStates(t *testing.T) {
	dir := captures(t, "offair")
	if testing.Short() {
		t.Skip("decodes recordings for some seconds")
	}
	sides, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	var recs []recording
	var lines []truthLine
	for _, side := range sides {
		text, err := os.ReadFile(side)
		r := recording{path: strings.TrimSuffix(side, ".json")}
		if err = cmp.Or(err, json.Unmarshal(text, &r)); err != nil {
			t.Fatal(err)
		}
		if r.RateHz < 2e6 { // the wide ones say nothing more, at ten times the cost
			recs = append(recs, r)
		}
		for _, c := range r.Cells {
			d := map[string]lte.Duplex{"fdd": lte.FDD, "tdd": lte.TDD}[c.Duplex]
			ns := lte.EARFCNs(math.Round(c.FreqHz/1e5)*1e5, d)
			if len(ns) == 0 {
				t.Fatalf("%s: no EARFCN for %f", side, c.FreqHz)
			}
			lines = append(lines, truthLine{c.PCI, c.FreqHz, fmt.Sprintf("450-08,%d,%d,%d\n", len(lines)+1, c.PCI, ns[0])})
		}
	}
	found := 0
	for _, r := range recs {
		states := replayer(t, r)
		all := states(inventory(t, lines))
		for id, state := range all {
			if state != "unconfirmed" {
				t.Errorf("%s: %s is %s with all cells listed", filepath.Base(r.path), id, state)
			}
		}
		for id, state := range states(nil) {
			if state != "no-list" {
				t.Errorf("%s: %s is %s without a list", filepath.Base(r.path), id, state)
			}
		}
		for _, c := range r.Cells {
			var missing string
			for id := range all {
				if strings.HasPrefix(id, fmt.Sprintf("pci %d ", c.PCI)) {
					missing = id
				}
			}
			if missing == "" {
				continue // not found: not this test's affair
			}
			found++
			left := slices.DeleteFunc(slices.Clone(lines), func(l truthLine) bool { return l.pci == c.PCI && math.Abs(l.freqHz-c.FreqHz) < 5e5 })
			for id, state := range states(inventory(t, left)) {
				want := map[bool]string{true: "unknown", false: "unconfirmed"}[strings.HasPrefix(id, fmt.Sprintf("pci %d ", c.PCI))]
				if state != want {
					t.Errorf("%s: without %s in the list, %s is %s, want %s", filepath.Base(r.path), missing, id, state, want)
				}
			}
		}
	}
	if found < 8 {
		t.Errorf("only %d cells of the truth were found", found)
	}
	t.Logf("%d cells, each taken out of the list once", found)
}

// replayer decodes a recording once and returns the states of its cells under any list.
func replayer(t *testing.T, r recording) func(*known.Set) map[string]string {
	heard := map[int64][]lte.Observation{}
	run := func(set *known.Set, make func(decode.Config) Looker) map[string]string {
		src, err := iqfile.Open(r.path, iqfile.Raw{Format: r.Format, RateHz: r.RateHz, FreqHz: r.FreqHz})
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		sum, err := Run(context.Background(), Config{Source: src, Known: set, For: 160 * time.Millisecond, Workers: 1, NewLooker: make})
		if err != nil {
			t.Fatalf("%s: %v", r.path, err)
		}
		out := map[string]string{}
		for _, c := range sum.Cells {
			if !slices.ContainsFunc(r.Cells, func(x truth) bool { return x.PCI == c.PCI }) {
				continue // whether there is such a cell is the decoder's affair
			}
			out[fmt.Sprintf("pci %d %s", c.PCI, c.Transmitter)] = c.Known
		}
		return out
	}
	run(nil, func(c decode.Config) Looker {
		d := decode.New(c)
		return looker(func(ctx context.Context, b *radio.Block) []lte.Observation {
			heard[b.First] = d.Decode(ctx, b)
			return heard[b.First]
		})
	})
	again := lookers(func(_ context.Context, b *radio.Block) []lte.Observation { return heard[b.First] })
	return func(set *known.Set) map[string]string { return run(set, again) }
}

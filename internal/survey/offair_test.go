package survey

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
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
	PCI        int      `json:"pci"`
	Duplex     string   `json:"duplex"`
	FreqHz     float64  `json:"freq_hz"`
	PLMNs      []string `json:"plmns"`
	ECI        uint32   `json:"eci"`
	Confidence string   `json:"confidence"`
}

// truthLine is one of an inventory.
type truthLine struct {
	pci      int
	freqHz   float64
	plmn     string
	identity string
	text     string
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

var whole = flag.Bool("whole", false, "decode the off-air recordings to their ends, not only their first looks")

// Cells of real networks against an inventory of the true ones: where SIB1 was read, known if the list has the identity, else
// unknown if it has the operator; unconfirmed or unknown by PCI and carrier while SIB1 is unread; without a list, no-list. Then
// each cell is taken out of the list once.
func TestOffAirStates(t *testing.T) {
	dir := captures(t, "offair")
	if testing.Short() {
		t.Skip("decodes recordings")
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
		recs = append(recs, r)
		for _, c := range r.Cells {
			lines = append(lines, c.line(t, len(lines)))
		}
	}
	var found, want, beyond atomic.Int32
	t.Run("recordings", func(t *testing.T) {
		for _, r := range recs {
			t.Run(filepath.Base(r.path), func(t *testing.T) {
				t.Parallel()
				states := replayer(t, r)
				all, none := states(inventory(t, lines)), states(nil)
				for id, state := range none {
					if state != "no-list" {
						t.Errorf("%+v is %s without a list", id, state)
					}
				}
				for id, state := range all {
					if !slices.ContainsFunc(r.Cells, func(c truth) bool { return c.PCI == id.pci }) {
						beyond.Add(1)
					}
					if want := id.expected(lines); state != want {
						t.Errorf("%+v is %s with all cells of the truth listed, want %s", id, state, want)
					}
				}
				for _, c := range r.Cells {
					if c.Confidence == "sure" {
						want.Add(1)
					}
					if !slices.ContainsFunc(slices.Collect(maps.Keys(all)), func(id heardID) bool { return id.pci == c.PCI }) {
						if c.Confidence == "sure" {
							t.Errorf("PCI %d was not found", c.PCI)
						}
						continue
					}
					found.Add(1)
					left := slices.DeleteFunc(slices.Clone(lines), func(l truthLine) bool { return l.is(c.PCI, c.FreqHz) })
					for id, state := range states(inventory(t, left)) {
						if want := id.expected(left); state != want {
							t.Errorf("without PCI %d in the list, %+v is %s, want %s", c.PCI, id, state, want)
						}
					}
				}
			})
		}
	})
	t.Logf("%d cells of the truth (%d of them sure), each taken out of the list once; %d cells beyond it", found.Load(), want.Load(), beyond.Load())
}

// line is an inventory's line for a cell of the truth, with a made-up identity where the truth has none.
func (c truth) line(t *testing.T, n int) truthLine {
	d := map[string]lte.Duplex{"fdd": lte.FDD, "tdd": lte.TDD}[c.Duplex]
	ns := lte.EARFCNs(math.Round(c.FreqHz/1e5)*1e5, d)
	if len(ns) == 0 {
		t.Fatalf("no EARFCN for %f", c.FreqHz)
	}
	plmn, eci := "450-08", uint32(n+1)
	if len(c.PLMNs) > 0 {
		plmn, eci = c.PLMNs[0], c.ECI
	}
	return truthLine{c.PCI, c.FreqHz, plmn, fmt.Sprintf("%s %d", plmn, eci), fmt.Sprintf("%s,%d,%d,%d\n", plmn, eci, c.PCI, ns[0])}
}

// is tells whether a line is of this cell, whose raster point may be in doubt.
func (l truthLine) is(pci int, freqHz float64) bool {
	return l.pci == pci && math.Abs(l.freqHz-freqHz) < 5e5
}

// heardID is a cell that was found.
type heardID struct {
	pci         int
	freqHz      float64
	transmitter string
	plmn        string // "" while SIB1 is unread
	identity    string
}

// expected is what the lines of a list make of the cell.
func (id heardID) expected(lines []truthLine) string {
	has := func(f func(l truthLine) bool) bool { return slices.ContainsFunc(lines, f) }
	switch {
	case has(func(l truthLine) bool { return l.identity == id.identity }):
		return "known"
	case id.identity != "" && has(func(l truthLine) bool { return l.plmn == id.plmn }):
		return "unknown"
	case id.identity != "":
		return "no-list"
	case has(func(l truthLine) bool { return l.is(id.pci, id.freqHz) }):
		return "unconfirmed"
	}
	return "unknown"
}

// replayer decodes a recording once and returns the states of its cells under any list.
func replayer(t *testing.T, r recording) func(*known.Set) map[heardID]string {
	heard := map[int64][]lte.Observation{}
	run := func(set *known.Set, make func(decode.Config) Looker) map[heardID]string {
		src, err := iqfile.Open(r.path, iqfile.Raw{Format: r.Format, RateHz: r.RateHz, FreqHz: r.FreqHz})
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		cfg := Config{Source: src, Known: set, Workers: 1, NewLooker: make}
		if !*whole {
			cfg.For = 400 * time.Millisecond
		}
		sum, err := Run(context.Background(), cfg)
		if err != nil {
			t.Fatalf("%s: %v", r.path, err)
		}
		out := map[heardID]string{}
		for _, c := range sum.Cells {
			id := heardID{pci: c.PCI, freqHz: c.FreqHz, transmitter: c.Transmitter}
			if c.ECI != nil {
				id.plmn, id.identity = c.PLMNs[0], fmt.Sprintf("%s %d", c.PLMNs[0], *c.ECI)
			}
			out[id] = c.Known
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
	return func(set *known.Set) map[heardID]string { return run(set, again) }
}

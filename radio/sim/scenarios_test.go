package sim

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/radio"
)

// TestScenarios opens everything shipped and holds it against its own inventory and its expectations: what belongs is in the list,
// field for field, but for the dirt that is stated; every rogue is expected to be found out, and its identity is in the list only
// where that is the point.
func TestScenarios(t *testing.T) {
	all := Scenarios()
	if len(all) < 9 || len(all) != len(shippedNames()) {
		t.Fatalf("%d of %d scenarios load", len(all), len(shippedNames()))
	}
	for _, s := range all {
		w := open(t, "sim:"+s.Name)
		e := w.Expectations()
		if w.Title() == "" || s.About == "" || e == nil {
			t.Fatalf("%s: no title, description or expectations", s.Name)
		}
		rows, err := csv.NewReader(bytes.NewReader(w.Inventory())).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		byID, plmns := map[string][]string{}, map[string]bool{}
		for _, row := range rows[1:] {
			byID[row[0]+" "+row[1]] = row
			plmns[row[0]] = true
		}
		dirt := map[string]bool{}
		for _, d := range e.Dirt {
			dirt[d.Cell+" "+d.Kind] = true
		}
		rogues := map[string]ExpectRogue{}
		for _, r := range e.Rogues {
			rogues[r.Cell] = r
		}
		for _, c := range w.Truth() {
			row, listed := byID[fmt.Sprintf("%v %d", c.PLMN, c.ECI)]
			r, expected := rogues[c.Name]
			if c.Rogue != expected {
				t.Errorf("%s: %q is a rogue: %v, expected: %v", s.Name, c.Name, c.Rogue, expected)
			}
			if c.Rogue {
				if listed != (r.Known == "known") {
					t.Errorf("%s: the rogue %q is listed: %v", s.Name, c.Name, listed)
				}
				continue
			}
			if c.Repeats != "" || !plmns[c.PLMN.String()] {
				continue
			}
			if listed == dirt[c.Name+" missing"] {
				t.Errorf("%s: %q is listed: %v", s.Name, c.Name, listed)
			}
			if !listed {
				continue
			}
			for _, f := range []struct {
				column int
				want   int
				kind   string
			}{{2, int(c.Cell.PCI), "stale-pci"}, {3, int(c.EARFCN), ""}, {5, c.Cell.Ports, ""}, {6, int(c.TAC), "stale-tac"}} {
				if n, _ := strconv.Atoi(row[f.column]); (n != f.want) != dirt[c.Name+" "+f.kind] {
					t.Errorf("%s: %s of %q is %d in the list and %d in the world", s.Name, rows[0][f.column], c.Name, n, f.want)
				}
			}
			lat, _ := strconv.ParseFloat(row[7], 64)
			lon, _ := strconv.ParseFloat(row[8], 64)
			if metres, _ := way(c.Lat, c.Lon, lat, lon); (metres < 195 || metres > 205) && metres > 200 != dirt[c.Name+" address"] || metres > 2010 {
				t.Errorf("%s: %q stands %.0f m from where it is listed", s.Name, c.Name, metres)
			}
		}
	}
}

// TestDistrict: kt-femto is what it says it is.
func TestDistrict(t *testing.T) {
	for name, turn := range map[string][2]float64{"kt-femto": {12, 20}, "kt-femto-night": {600, 2400}} {
		w := open(t, "sim:"+name)
		femtos, operators, rogues := 0, map[string]bool{}, map[lte.ECI]bool{}
		freqs := map[float64]bool{}
		for _, c := range w.Truth() {
			switch {
			case c.Rogue:
				rogues[c.ECI] = true
				freqs[c.FreqHz] = true
				pool := c.ECI >= 254_410_000 && c.ECI < 254_420_000 && c.Cell.PCI >= 460 && c.Cell.PCI < 492 && c.TAC >= 46101 && c.TAC <= 46103
				if ppm := w.clockOf(c.Name); !pool || math.Abs(ppm) > 0.25 || c.Class != "femto" {
					t.Errorf("%s: %+v, clock %g ppm", name, c, ppm)
				}
			case c.Class == "femto":
				femtos++
			case c.Class == "macro":
				operators[c.PLMN.String()] = true
			}
		}
		if femtos != 100 || len(operators) != 3 || len(rogues) != 7 || !freqs[954.3e6] || !freqs[1840e6] || len(freqs) != 2 {
			t.Errorf("%s: %d femtocells, macros of %d operators, %d identities in the car on %v", name, femtos, len(operators), len(rogues), freqs)
		}
		if !bytes.Contains(w.Inventory(), []byte(",lost,")) {
			t.Errorf("%s: nothing is lost", name)
		}
		for _, p := range w.cells {
			if !p.Rogue {
				continue
			}
			x := p.when.turns
			for at := 0.0; at < 20*turn[1]; {
				_, from, to := x.at(at)
				if d := to - from; d < turn[0] || d > turn[1] {
					t.Fatalf("%s: a turn of %g s", name, d)
				}
				at = to
			}
		}
	}
}

func (w *World) clockOf(name string) float64 {
	for i := range w.cells {
		if w.cells[i].Name == name {
			return w.cells[i].clock.at(w.now())
		}
	}
	return math.NaN()
}

// TestOverlaid: a cell that is spoken over says two things, and both are told.
func TestOverlaid(t *testing.T) {
	w := open(t, "sim:overshadow")
	for range 3 {
		for _, o := range dwells(t, w, decode.Config{PPMRange: 30}) {
			if o.PCI != 91 || len(o.SIB1Others) == 0 {
				continue
			}
			a, b := o.SIB1, o.SIB1Others[0].SIB1
			if a.ECI != b.ECI || a.TAC+b.TAC != 5120+5999 || a.CellBarred == b.CellBarred {
				t.Errorf("says %+v and %+v", a, b)
			}
			return
		}
	}
	t.Error("nobody is spoken over")
}

func TestBadExpectations(t *testing.T) {
	s, err := load("kt-femto")
	if err != nil {
		t.Fatal(err)
	}
	const good = "others_at_most = \"watch\"\n[[rogue]]\ncell = \"car B8 1\"\nknown = \"unknown\"\nlevel_at_least = \"alert\"\n[[dirt]]\ncell = \"Gasan B8 a\"\nkind = \"missing\"\n"
	if _, err := parseExpectations(good, "e", s); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"watch", "calm", `e: line 1: others_at_most "calm"`},
		{"car B8 1", "cart", `e: line 3: no cell is called "cart"`},
		{"known = \"unknown\"", "known = \"odd\"", `e: line 4: known "odd"`},
		{"alert", "red", `e: line 5: level_at_least "red"`},
		{"Gasan B8 a", "Gasan", `e: line 7: no cell is called "Gasan"`},
		{"missing", "gone", `e: line 8: kind "gone"`},
		{"level_at_least", "level", `e: line 5: unknown key "level"`},
		{"[[rogue]]", "[[rogue]", `e: line 3`},
	} {
		_, err := parseExpectations(strings.Replace(good, c.old, c.new, 1), "e", s)
		var arg *ArgumentError
		if !errors.As(err, &arg) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q: %v, want an ArgumentError with %q", c.new, c.old, err, c.want)
		}
	}
}

// FuzzExpectations: other people's text, too.
func FuzzExpectations(f *testing.F) {
	f.Add("others_at_most = \"watch\"\n[[rogue]]\ncell = \"car B8 1\"\nknown = \"unknown\"\nlevel_at_least = \"alert\"\nany_of = [\"FM-05\"]\n")
	f.Add("others_at_most = \"normal\"\n[[dirt]]\ncell = \"Gasan B8 a\"\nkind = \"address\"\nmetres = 70\n")
	s, err := load("kt-femto")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if e, err := parseExpectations(text, "e", s); err == nil && e.OthersAtMost == "" {
			t.Error("expectations that expect nothing")
		}
	})
}

func BenchmarkWorld(b *testing.B) {
	for _, uri := range []string{"sim:", "sim:catcher", "sim:catcher?profile=usrp"} {
		for _, earfcn := range []lte.EARFCN{3743, 1550} {
			b.Run(fmt.Sprintf("%s/%d", uri, earfcn), func(b *testing.B) {
				w := open(b, uri)
				t, err := w.Tune(context.Background(), radio.Tuning{FreqHz: earfcn.FreqHz()})
				if err != nil {
					b.Fatal(err)
				}
				block := radio.Block{IQ: make([]complex64, int(t.RateHz/50))}
				b.ReportAllocs()
				before := cpuTime()
				for b.Loop() {
					if err := w.Read(context.Background(), &block); err != nil {
						b.Fatal(err)
					}
				}
				heard, _ := w.audible(w.now())
				b.ReportMetric(float64(len(heard)), "cells")
				b.ReportMetric(0.02*float64(b.N)/(cpuTime()-before).Seconds(), "x-realtime")
			})
		}
	}
}

package survey

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/sim"
)

var (
	worlds     = flag.String("worlds", "", "simulated worlds to judge, by name (default: all but the long ones)")
	worldSeeds = flag.Int("worldseeds", 1, "seeds of each")
	length     = flag.Duration("length", 2*time.Minute, "signal time of each")
)

var levelOrder = []string{"normal", "watch", "suspicious", "alert"}

// confusion counts cells of simulated worlds by what they are and what they were taken for.
type confusion map[string]int

// play surveys a world at the level of observations and holds the verdicts against what the world expects. change, where it
// is not nil, spoils the inventory first.
func (c confusion) play(t *testing.T, uri string, d time.Duration, change func(csv string) string) {
	t.Helper()
	w, err := sim.Open(uri)
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{Source: w, Observer: w, For: d}
	for _, hz := range w.Plan() {
		cfg.Plan = append(cfg.Plan, radio.Tuning{FreqHz: hz})
	}
	if text := string(w.Inventory()); text != "" {
		if change != nil {
			text = change(text)
		}
		if cfg.Known, _, err = known.Read(strings.NewReader(text), w.InventoryName(), nil); err != nil {
			t.Fatal(err)
		}
	}
	lat, lon := w.Where()
	cfg.Here = &known.Place{Lat: lat, Lon: lon}
	sum, err := Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	want := w.Expectations()
	rogue := map[string]*sim.ExpectRogue{}
	for i := range want.Rogues {
		rogue[want.Rogues[i].Cell] = &want.Rogues[i]
	}
	transmitters := map[string]bool{}
	for i := range sum.Cells {
		x := &sum.Cells[i]
		is := sim.Truth{Name: "nothing"}
		for _, truth := range w.Truth() {
			if int(truth.Cell.PCI) == x.PCI && (x.ECI == nil || uint32(truth.ECI) == *x.ECI) && (is.Name == "nothing" || truth.Rogue) {
				is = truth
			}
		}
		kind := "legitimate"
		if is.Rogue {
			kind = "rogue"
			transmitters[x.Transmitter] = true
		}
		c[kind+" "+x.Known+" "+x.Level]++
		if !is.Rogue && slices.Index(levelOrder, x.Level) > slices.Index(levelOrder, want.OthersAtMost) {
			t.Errorf("%s: %s (PCI %d) is %s: %+v", uri, is.Name, x.PCI, x.Level, x.Findings)
		}
		if r := rogue[is.Name]; r != nil && x.ECI != nil {
			delete(rogue, is.Name)
			if change == nil && x.Known != r.Known || slices.Index(levelOrder, x.Level) < slices.Index(levelOrder, r.LevelAtLeast) {
				t.Errorf("%s: %s is %s %s (score %d), want %s %s: %+v", uri, is.Name, x.Known, x.Level, x.Score, r.Known, r.LevelAtLeast, x.Findings)
			}
		}
	}
	if d >= 2*time.Minute {
		for name := range rogue {
			t.Errorf("%s: %s was not read", uri, name)
		}
	}
	if strings.Contains(uri, "sim:kt-femto?") && len(transmitters) != 2 {
		t.Errorf("%s: the rogues' identities are on transmitters %v", uri, slices.Sorted(maps.Keys(transmitters)))
	}
}

// Every shipped world comes to what it expects: rogues found out, nobody else suspected.
func TestWorlds(t *testing.T) {
	if testing.Short() {
		t.Skip("minutes of many worlds")
	}
	names := strings.Split(*worlds, ",")
	if *worlds == "" {
		names = nil
		for _, s := range sim.Scenarios() {
			if s.Name != "kt-femto-night" { // six hours
				names = append(names, s.Name)
			}
		}
	}
	c := confusion{}
	for _, name := range names {
		for seed := range *worldSeeds {
			c.play(t, fmt.Sprintf("sim:%s?seed=%d&profile=hackrf&level=observations", name, seed+1), *length, nil)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(c)) {
		t.Logf("%-40s %d", k, c[k])
	}
}

// What an inventory may lack and the rogues of kt-femto are found out all the same: the state of its cells, and with it the
// knowledge that the rogues' identities are not in service; or the identities are genuine and registered elsewhere.
func TestAblations(t *testing.T) {
	if testing.Short() {
		t.Skip("minutes of several worlds")
	}
	for name, change := range map[string]func(string) string{
		"no state": func(csv string) string {
			for _, state := range []string{"active", "planned", "lost", "retired", "returned"} {
				csv = strings.ReplaceAll(csv, ","+state+",", ",,")
			}
			return csv
		},
		"registered elsewhere": func(csv string) string {
			w, _ := sim.Open("sim:kt-femto?level=observations")
			for _, truth := range w.Truth() {
				if truth.Rogue && !strings.Contains(csv, fmt.Sprintf(",%d,", truth.ECI)) {
					csv += fmt.Sprintf("450-08,%d,%d,%d,%d,%d,%d,37.40000,127.10000,,femto,active,somewhere else,2020-01-01,\n",
						truth.ECI, truth.Cell.PCI, truth.EARFCN, 10*int(truth.Cell.PRB)/50, truth.Cell.Ports, truth.TAC)
				}
			}
			return csv
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := confusion{}
			for seed := range *worldSeeds {
				c.play(t, fmt.Sprintf("sim:kt-femto?seed=%d&profile=hackrf&level=observations", seed+1), *length, change)
			}
			t.Log(c)
		})
	}
}

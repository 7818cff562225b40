package survey

import (
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
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
	firstSeed  = flag.Int("firstseed", 1, "the first of them")
	profile    = flag.String("receiver", "hackrf", "the receiver's profile, where a world has one for all its carriers")
	length     = flag.Duration("length", 2*time.Minute, "signal time of each")
)

var levelOrder = []string{"normal", "watch", "suspicious", "alert"}

func rank(level string) int { return slices.Index(levelOrder, level) }

// receiver is one of a survey's radios: its profile, and the carriers it sweeps; none: those of the world.
type receiver struct {
	profile string
	freqsHz []float64
}

// receivers of a world: those of 2025 sent on two bands, which a survey hears with two radios.
func receivers(world string) []receiver {
	if filepath.Base(world) == "kt-femto" || strings.Contains(world, "kt-femto-clock") {
		return []receiver{{"rtlsdr", []float64{954.3e6}}, {"hackrf", []float64{1840e6}}}
	}
	return []receiver{{profile: *profile}}
}

// confusion counts cells of simulated worlds: what they are, the state in the end and the highest level on the way.
type confusion map[string]int

func (c confusion) log(t *testing.T) {
	t.Helper()
	for _, k := range slices.Sorted(maps.Keys(c)) {
		t.Logf("%-44s %d", k, c[k])
	}
}

// watched is the way of one identity through a survey.
type watched struct {
	firstS float64
	atS    map[string]float64 // when it first was at each level or above
	top    string
	rules  map[string]bool // that ever found something of weight
}

// play surveys a world at the level of observations and holds the verdicts against what the world expects. change, where it
// is not nil, spoils the inventory first; the states that are expected are those of the whole one.
func (c confusion) play(t *testing.T, world string, seed int, d time.Duration, change func(csv string) string) {
	t.Helper()
	name := fmt.Sprintf("%s seed %d", filepath.Base(world), seed)
	transmitters, unseen := map[string]bool{}, map[string]bool{}
	for i, rx := range receivers(world) {
		w, err := sim.Open(fmt.Sprintf("sim:%s?seed=%d&profile=%s&level=observations", world, seed, rx.profile))
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			for _, r := range w.Expectations().Rogues {
				unseen[r.Cell] = true
			}
		}
		c.radio(t, name, w, rx, d, change, fmt.Sprintf("r%d.", i+1), transmitters, unseen)
	}
	if d >= 2*time.Minute {
		for r := range unseen {
			t.Errorf("%s: %s was not read", name, r)
		}
	}
	if strings.Contains(name, "kt-femto") && !strings.Contains(name, "night") && len(transmitters) != 2 {
		t.Errorf("%s: the rogues' identities are on transmitters %v", name, slices.Sorted(maps.Keys(transmitters)))
	}
}

// radio is one radio's part of a survey.
func (c confusion) radio(t *testing.T, name string, w *sim.World, rx receiver, d time.Duration, change func(string) string, prefix string, transmitters, unseen map[string]bool) {
	t.Helper()
	cfg := Config{Source: w, Observer: w, For: d}
	if rx.freqsHz == nil {
		rx.freqsHz = w.Plan()
	}
	for _, hz := range rx.freqsHz {
		cfg.Plan = append(cfg.Plan, radio.Tuning{FreqHz: hz})
	}
	if text := string(w.Inventory()); text != "" {
		if change != nil {
			text = change(text)
		}
		var err error
		if cfg.Known, _, err = known.Read(strings.NewReader(text), w.InventoryName(), nil); err != nil {
			t.Fatal(err)
		}
	}
	lat, lon := w.Where()
	cfg.Here = &known.Place{Lat: lat, Lon: lon}
	way, tops := map[string]*watched{}, map[string]string{}
	cfg.Sinks = []Sink{{Name: "way", Live: d <= 10*time.Minute, Take: func(e Event) error { // of a day, changes tell
		switch e := e.(type) {
		case Cell:
			follow(way, &e)
		case Alert:
			follow(way, &e.Cell)
		case Change:
			if e.What == "level" && rank(e.To) > rank(tops[e.Transmitter]) {
				tops[e.Transmitter] = e.To
			}
		}
		return nil
	}}}
	sum, err := Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	want, truths := w.Expectations(), w.Truth()
	for i := range sum.Cells {
		x := &sum.Cells[i]
		is, on := who(truths, x), way[wayKey(x)]
		if top := tops[x.Transmitter]; rank(top) > rank(on.top) && !is.Rogue {
			on.top = top
		}
		kind := "legitimate"
		switch {
		case is.Rogue:
			kind = "rogue"
			transmitters[prefix+x.Transmitter] = true
		case is.Name == "":
			kind = "nothing"
		}
		c[fmt.Sprintf("%-10s %-11s %s", kind, x.Known, on.top)]++
		if !is.Rogue && rank(on.top) > rank(want.OthersAtMost) {
			t.Errorf("%s: %s (PCI %d) was %s after %.0f s: %+v", name, is.Name, x.PCI, on.top, on.atS[on.top], x.Findings)
		}
		for _, r := range want.Rogues {
			if r.Cell != is.Name || x.ECI == nil {
				continue
			}
			delete(unseen, is.Name)
			at, ok := on.atS[r.LevelAtLeast]
			switch {
			case change == nil && x.Known != r.Known || rank(x.Level) < rank(r.LevelAtLeast) || !ok:
				t.Errorf("%s: %s is %s %s (score %d), want %s %s: %+v", name, is.Name, x.Known, x.Level, x.Score, r.Known, r.LevelAtLeast, x.Findings)
			case r.WithinS > 0 && at-on.firstS > r.WithinS:
				t.Errorf("%s: %s was %s after %.0f s, want within %.0f", name, is.Name, r.LevelAtLeast, at-on.firstS, r.WithinS)
			}
			if change == nil && len(r.AnyOf) > 0 && !slices.ContainsFunc(r.AnyOf, func(rule string) bool { return on.rules[rule] }) {
				t.Errorf("%s: of %s none of %v was found: %+v", name, is.Name, r.AnyOf, x.Findings)
			}
		}
	}
}

func wayKey(x *Cell) string {
	if x.ECI == nil {
		return fmt.Sprint(x.Transmitter, " ", x.PCI)
	}
	return fmt.Sprint(x.Transmitter, " ", x.PCI, " ", *x.ECI)
}

// follow notes the newest state of a cell.
func follow(way map[string]*watched, x *Cell) {
	k := wayKey(x)
	on := way[k]
	if on == nil {
		on = &watched{firstS: x.FirstS, atS: map[string]float64{}, top: x.Level, rules: map[string]bool{}}
		way[k] = on
	}
	for _, l := range levelOrder[:rank(x.Level)+1] {
		if _, ok := on.atS[l]; !ok {
			on.atS[l] = x.TS
		}
	}
	if rank(x.Level) > rank(on.top) {
		on.top = x.Level
	}
	for _, f := range x.Findings {
		if f.Weight > 0 {
			on.rules[f.Rule] = true
		}
	}
}

// sameHz: who sends over a cell of its site and PCI has its carrier, and is heard in its place.
const sameHz = 60

// who is the cell of the world that was heard: of those with the PCI and the identity the one whose carrier fits best.
func who(truths []sim.Truth, x *Cell) (is sim.Truth) {
	best := math.Inf(1)
	for _, truth := range truths {
		if int(truth.Cell.PCI) != x.PCI || x.ECI != nil && uint32(truth.ECI) != *x.ECI || math.Abs(truth.FreqHz-x.FreqHz) > 2e5 {
			continue
		}
		if off := math.Abs(truth.FreqHz + truth.CFOHz - x.FreqHz - *x.CFOHz); off < best-sameHz || off < best+sameHz && (truth.Rogue || !is.Rogue && off < best) {
			is, best = truth, off
		}
	}
	return is
}

// Every shipped world comes to what it expects: rogues found out in time and for the reason, nobody else suspected at any moment.
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
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			c := confusion{}
			for i := range *worldSeeds {
				c.play(t, name, *firstSeed+i, *length, nil)
			}
			c.log(t)
		})
	}
}

// What an inventory may lack and the rogues of kt-femto are found out all the same: the state of its cells, and with it the
// knowledge that the rogues' identities are not in service; or the identities are genuine and registered elsewhere; or their
// clocks are as good as any macro's.
func TestAblations(t *testing.T) {
	if testing.Short() {
		t.Skip("minutes of several worlds")
	}
	for name, c := range map[string]struct {
		world  func(t *testing.T) string
		change func(string) string
	}{
		"no state":             {shippedKT, func(csv string) string { return states.ReplaceAllString(csv, ",,") }},
		"registered elsewhere": {shippedKT, registered},
		"clock of a macro":     {goodClocks, func(csv string) string { return csv }},
	} {
		t.Run(name, func(t *testing.T) {
			got := confusion{}
			for i := range *worldSeeds {
				got.play(t, c.world(t), *firstSeed+i, *length, c.change)
			}
			got.log(t)
		})
	}
}

var states = regexp.MustCompile(`,(active|planned|lost|retired|returned),`)

func shippedKT(*testing.T) string { return "kt-femto" }

// registered adds the rogues' identities to an inventory, as femtocells of another part of the city.
func registered(csv string) string {
	w, _ := sim.Open("sim:kt-femto?level=observations")
	for _, truth := range w.Truth() {
		if truth.Rogue && !strings.Contains(csv, fmt.Sprintf(",%d,", truth.ECI)) {
			csv += fmt.Sprintf("450-08,%d,%d,%d,%d,%d,%d,37.40000,127.10000,,femto,active,somewhere else,2020-01-01,\n",
				truth.ECI, truth.Cell.PCI, truth.EARFCN, 10*int(truth.Cell.PRB)/50, truth.Cell.Ports, truth.TAC)
		}
	}
	return csv
}

// goodClocks is kt-femto with the rogues' clocks within 0.05 ppm of the macros', which are within 0.05 themselves.
func goodClocks(t *testing.T) string {
	t.Helper()
	dir, from := t.TempDir(), filepath.Join("..", "..", "radio", "sim", "scenarios")
	for _, name := range []string{"kt-femto.toml", "kt-femto.csv", "kt-femto.expect.toml"} {
		text, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			t.Fatal(err)
		}
		s := strings.ReplaceAll(string(text), "clock_ppm = 0.17\n", "clock_ppm = 0.03\n")
		s = strings.ReplaceAll(s, "clock_ppm = -0.22\n", "clock_ppm = -0.03\n")
		if name == "kt-femto.toml" && s == string(text) {
			t.Fatal("no clock was changed")
		}
		if strings.HasSuffix(name, ".toml") && !strings.Contains(name, "expect") {
			name = "kt-femto-clock.toml"
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "kt-femto-clock.toml")
}

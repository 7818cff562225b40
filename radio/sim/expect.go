package sim

import (
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// Expectations are what a scanner must come to in a scenario: the truth to hold verdicts against.
type Expectations struct {
	OthersAtMost string        `toml:"others_at_most"` // level of every cell that is no rogue
	Rogues       []ExpectRogue `toml:"rogue"`
	Dirt         []ExpectDirt  `toml:"dirt"`
}

// ExpectRogue is a cell that must be found out.
type ExpectRogue struct {
	Cell         string   `toml:"cell"`           // its name in the scenario
	Known        string   `toml:"known"`          // state once its SIB1 is read
	LevelAtLeast string   `toml:"level_at_least"` // watch, suspicious or alert
	WithinS      float64  `toml:"within_s"`       // of signal in which it is heard
	AnyOf        []string `toml:"any_of"`         // rules, one of which must be among its findings
}

// ExpectDirt is where the inventory differs from the world: nothing that is held against a cell.
type ExpectDirt struct {
	Cell   string `toml:"cell"`
	Kind   string `toml:"kind"`   // missing, stale-pci, stale-tac, address, planned
	Metres int    `toml:"metres"` // of an address
}

// Expectations are those of the scenario; nil: it states none.
func (w *World) Expectations() *Expectations { return w.s.expect }

var (
	levels = []string{"normal", "watch", "suspicious", "alert"}
	states = []string{"known", "unconfirmed", "unknown", "no-list"}
	kinds  = []string{"missing", "stale-pci", "stale-tac", "address", "planned"}
)

// parseExpectations reads an expectations file; it names cells of s or lines of its inventory.
func parseExpectations(text, name string, s *scenario) (*Expectations, error) {
	var e Expectations
	lines := indexLines(text)
	meta, err := toml.Decode(text, &e)
	if err != nil {
		return nil, &ArgumentError{name + ": " + strings.TrimPrefix(err.Error(), "toml: ")}
	}
	for _, key := range meta.Undecoded() {
		return nil, &ArgumentError{fmt.Sprintf("%s: line %d: unknown key %q", name, lines.first(key.String()), key[len(key)-1])}
	}
	wrong := func(table string, i int, key, format string, args ...any) (*Expectations, error) {
		return nil, &ArgumentError{fmt.Sprintf("%s: line %d: ", name, lines.at(table, i, key)) + fmt.Sprintf(format, args...)}
	}
	has := func(name string) bool {
		return slices.ContainsFunc(s.Cells, func(c cell) bool { return c.Name == name })
	}
	if !slices.Contains(levels, e.OthersAtMost) {
		return wrong("", -1, "others_at_most", "others_at_most %q: want one of %s", e.OthersAtMost, strings.Join(levels, ", "))
	}
	for i, r := range e.Rogues {
		switch {
		case !has(r.Cell):
			return wrong("rogue", i, "cell", "no cell is called %q", r.Cell)
		case !slices.Contains(states, r.Known):
			return wrong("rogue", i, "known", "known %q: want one of %s", r.Known, strings.Join(states, ", "))
		case !slices.Contains(levels, r.LevelAtLeast):
			return wrong("rogue", i, "level_at_least", "level_at_least %q: want one of %s", r.LevelAtLeast, strings.Join(levels, ", "))
		}
	}
	for i, d := range e.Dirt {
		switch {
		case !has(d.Cell):
			return wrong("dirt", i, "cell", "no cell is called %q", d.Cell)
		case !slices.Contains(kinds, d.Kind):
			return wrong("dirt", i, "kind", "kind %q: want one of %s", d.Kind, strings.Join(kinds, ", "))
		}
	}
	return &e, nil
}

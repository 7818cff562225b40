package survey

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/sim"
)

// confusion counts cells of simulated worlds by what they are and what they were taken for.
type confusion struct {
	legit, rogue map[string]int // by state and level
	wrong        []string
}

// play surveys a world at the level of observations and files its cells.
func (c *confusion) play(t *testing.T, uri string, d time.Duration) {
	t.Helper()
	w, err := sim.Open(uri)
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{Source: w, Observer: w, For: d}
	for _, hz := range w.Plan() {
		cfg.Plan = append(cfg.Plan, radio.Tuning{FreqHz: hz})
	}
	if text := w.Inventory(); text != nil {
		if cfg.Known, _, err = known.Read(strings.NewReader(string(text)), w.InventoryName(), nil); err != nil {
			t.Fatal(err)
		}
	}
	lat, lon := w.Where()
	cfg.Here = &known.Place{Lat: lat, Lon: lon}
	sum, err := Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	for i := range sum.Cells {
		x := &sum.Cells[i]
		rogue, found := false, false
		for _, truth := range w.Truth() {
			if int(truth.Cell.PCI) == x.PCI && math.Abs(truth.FreqHz-x.FreqHz) < 5e6 && (x.ECI == nil || uint32(truth.ECI) == *x.ECI || truth.Rogue) {
				rogue, found = truth.Rogue, true
				if !truth.Rogue && x.ECI != nil {
					break
				}
			}
		}
		key := x.Known + " " + x.Level
		switch {
		case !found:
			c.wrong = append(c.wrong, fmt.Sprintf("%s: PCI %d is not in the world", uri, x.PCI))
		case rogue:
			c.rogue[key]++
		default:
			c.legit[key]++
			if x.Level == "suspicious" || x.Level == "alert" {
				c.wrong = append(c.wrong, fmt.Sprintf("%s: legitimate PCI %d is %s: %+v", uri, x.PCI, x.Level, x.Findings))
			}
		}
	}
}

// No legitimate cell of a simulated world is suspicious.
func TestNoFalseAlarm(t *testing.T) {
	c := confusion{legit: map[string]int{}, rogue: map[string]int{}}
	for _, s := range sim.Scenarios() {
		for seed := range 3 {
			c.play(t, fmt.Sprintf("sim:%s?seed=%d&profile=hackrf&level=observations", s.Name, seed+1), 2*time.Minute)
		}
	}
	for _, w := range c.wrong {
		t.Error(w)
	}
	t.Logf("legitimate: %v; rogue: %v", c.legit, c.rogue)
}

package post

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/straycell/straycell/internal/survey"
)

// desk collects what alerts tell.
type desk struct {
	*alerts
	told []Notice
	now  moment
	ids  int
}

func newDesk() *desk {
	d := &desk{alerts: newAlerts(), now: moment{wall: time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)}}
	d.nextID = func() string { d.ids++; return fmt.Sprint("x-", d.ids) }
	d.tell = func(n Notice) { d.told = append(d.told, n) }
	d.save = func(*Alert) {}
	return d
}

func (d *desk) pass(t time.Duration) { d.now.wall, d.now.since = d.now.wall.Add(t), d.now.since+t }

// lines are the notices in short.
func (d *desk) lines() []string {
	var out []string
	for _, n := range d.told {
		out = append(out, fmt.Sprintf("%s %s %s %s", n.Alert, n.Event, n.Severity, n.Subject))
	}
	d.told = nil
	return out
}

func (d *desk) want(t *testing.T, what string, lines ...string) {
	t.Helper()
	if got := d.lines(); !slices.Equal(got, lines) {
		t.Errorf("%s: told\n\t%q, want\n\t%q", what, got, lines)
	}
}

func testCell(transmitter string, eci uint32, known, level string, tS float64) *survey.Cell {
	c := &survey.Cell{Type: "cell", TS: tS, LastS: tS, Transmitter: transmitter, FreqHz: 1840e6, PCI: 301, Known: known, Level: level}
	if eci != 0 {
		c.PLMNs, c.ECI = []string{"450-08"}, &eci
	}
	return c
}

// TestAlertLife: an alert is told when it is raised, when it gets worse and when it is over, and at no other time.
func TestAlertLife(t *testing.T) {
	d := newDesk()
	for s := range 5 {
		d.stray(d.now, 0, testCell("t1", 7, "unknown", "watch", float64(s)), float64(s))
	}
	d.want(t, "unknown", "stray-cell raised notice 450-08:7")
	d.stray(d.now, 0, testCell("t1", 7, "unknown", "suspicious", 5), 5)
	d.stray(d.now, 0, testCell("t1", 7, "unknown", "alert", 6), 6)
	d.stray(d.now, 0, testCell("t1", 7, "unknown", "suspicious", 7), 7)
	d.stray(d.now, 0, testCell("t1", 7, "unknown", "alert", 8), 8)
	d.want(t, "worse", "stray-cell escalated warning 450-08:7", "stray-cell escalated critical 450-08:7")
	d.settle(d.now, []float64{8 + goneS - 1})
	d.want(t, "still within reach")
	d.settle(d.now, []float64{8 + goneS})
	d.want(t, "gone", "stray-cell cleared critical 450-08:7")
	d.stray(d.now, 0, testCell("t1", 7, "unknown", "alert", 700), 700)
	d.want(t, "back", "stray-cell raised critical 450-08:7")
	d.stray(d.now, 0, testCell("t1", 7, "known", "normal", 701), 701)
	d.settle(d.now, []float64{701 + calmS - 1})
	d.stray(d.now, 0, testCell("t1", 7, "unknown", "alert", 760), 760)
	d.stray(d.now, 0, testCell("t1", 7, "known", "normal", 761), 761)
	d.settle(d.now, []float64{761 + calmS - 1})
	d.want(t, "wavering")
	d.settle(d.now, []float64{761 + calmS})
	d.want(t, "known by now", "stray-cell cleared critical 450-08:7")
}

// TestAlertOfTwo: a clone's alert is not cleared by the cell it imitates.
func TestAlertOfTwo(t *testing.T) {
	d := newDesk()
	d.stray(d.now, 0, testCell("t1", 7, "known", "alert", 1), 1)
	for s := 2.0; s < 2000; s += 10 {
		d.stray(d.now, 0, testCell("t2", 7, "known", "normal", s), s)
		if s < 1000 {
			d.stray(d.now, 0, testCell("t1", 7, "known", "alert", s), s)
		}
		d.settle(d.now, []float64{s})
	}
	d.want(t, "clone", "stray-cell raised critical 450-08:7", "stray-cell cleared critical 450-08:7")
}

// TestAlertNamed: an alert of a cell without a name goes on under its name, once that is read.
func TestAlertNamed(t *testing.T) {
	d := newDesk()
	d.stray(d.now, 0, testCell("t1", 0, "unknown", "watch", 1), 1)
	d.stray(d.now, 0, testCell("t1", 7, "unknown", "watch", 2), 2)
	d.stray(d.now, 0, testCell("t2", 0, "unknown", "watch", 3), 3)
	d.stray(d.now, 0, testCell("t2", 7, "unknown", "watch", 4), 4)
	d.want(t, "named", "stray-cell raised notice PCI 301 at 1840.0 MHz", "stray-cell identified notice 450-08:7",
		"stray-cell raised notice PCI 301 at 1840.0 MHz", "stray-cell cleared notice PCI 301 at 1840.0 MHz")
	d.drop(d.now, 0, "t1", "an image")
	d.want(t, "one of two")
	d.joined(0, "t2", "t5")
	d.drop(d.now, 0, "t5", "an image")
	d.want(t, "both", "stray-cell cleared notice 450-08:7")
}

// TestAlertFlood: hostile air makes up cells without end. What is told and what is kept has an end, and nothing graver is held up.
func TestAlertFlood(t *testing.T) {
	d := newDesk()
	for n := range uint32(5000) {
		d.stray(d.now, 0, testCell("t1", 1000+n, "unknown", "watch", 1), 1)
	}
	d.stray(d.now, 0, testCell("t1", 1000, "unknown", "alert", 1), 1)
	got := d.lines()
	if len(got) != burst+2 || len(d.open) != maxOpen+1 {
		t.Errorf("%d told, %d open", len(got), len(d.open))
	}
	if want := "flood raised critical cells"; !slices.Contains(got, want) {
		t.Errorf("no %s in %q", want, got)
	}
	if want := "stray-cell escalated critical 450-08:1000"; got[len(got)-1] != want {
		t.Errorf("last is %s, want %s", got[len(got)-1], want)
	}
	d.pass(time.Minute)
	d.tick(d.now)
	d.tick(d.now)
	d.want(t, "summary", "held-back told warning ")
	d.pass(2 * time.Hour)
	d.settle(d.now, []float64{5000})
	cleared := 0
	for _, n := range d.told {
		if n.Event == "cleared" {
			cleared++
		}
	}
	if cleared != burst+1 || len(d.open) != 0 { // those that were told, and the flood
		t.Errorf("%d cleared, %d still open", cleared, len(d.open))
	}
}

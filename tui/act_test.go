package tui

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/straycell/straycell/internal/survey"
)

func TestAcceptTakesAReason(t *testing.T) {
	var got []string
	opt := Options{Actions: everything()}
	opt.Accept = func(c survey.Cell, reason string) (string, error) {
		got = append(got, c.Transmitter+" "+reason)
		return "", errors.New("disk full")
	}
	play(script{opt: opt, events: loud(), keys: "a\r"}, 80, 24)
	play(script{opt: opt, events: loud(), keys: "awork⎋"}, 80, 24)
	play(script{opt: opt, events: []survey.Event{macro("t2", 1303, 102, "unknown")}, keys: "awork\r"}, 80, 24) // identity not read
	if len(got) != 0 {
		t.Fatalf("accepted %q", got)
	}
	m := play(script{opt: opt, events: loud(), keys: "awork order⌫⌫⌫⌫⌫4711\r"}, 80, 24)
	if len(got) != 1 || got[0] != "t4 work 4711" || !strings.Contains(m.render(), "disk full") {
		t.Errorf("%q", got)
	}
	if m.alerts.waiting() != 1 {
		t.Errorf("%d alerts wait: what was accepted was seen", m.alerts.waiting())
	}
}

func TestSuppressTakesADayAndAReason(t *testing.T) {
	var until time.Time
	opt := Options{Actions: everything()}
	opt.Suppress = func(_ survey.Cell, u time.Time, reason string) (int, string, error) {
		until = u
		return 2, "", nil
	}
	for _, keys := range []string{"x0\r", "xnever\r", "x2020-01-01\r", "x7\r\r", "x7\r⎋"} {
		if play(script{opt: opt, events: loud(), keys: keys}, 80, 24); !until.IsZero() {
			t.Fatalf("%q suppressed until %v", keys, until)
		}
	}
	m := play(script{opt: opt, events: loud(), keys: "x7\rantenna work\r"}, 80, 24)
	if want := newClock().at.Add(7 * 24 * time.Hour); until.Sub(want).Abs() > time.Hour || !strings.Contains(m.render(), "2 findings weigh nothing") {
		t.Errorf("until %v, want about %v", until, want)
	}
	if play(script{opt: opt, events: loud(), keys: "x2026-02-01\rwork\r"}, 80, 24); until.Format(time.DateOnly) != "2026-02-01" {
		t.Errorf("until %v", until)
	}
}

func TestAlertsStayUntilAcknowledged(t *testing.T) {
	m := play(script{opt: Options{Actions: everything()}, events: loud()}, 120, 40)
	if m.alerts.waiting() != 2 {
		t.Fatalf("%d alerts", m.alerts.waiting())
	}
	known := femto() // it was accepted elsewhere: the alert stays
	known.Known, known.Level, known.Score, known.Findings = "known", "normal", 0, nil
	m.happen([]survey.Event{known})
	m.type_("3")
	if s := bare(m.render()); m.alerts.waiting() != 2 || !strings.Contains(s, "(now ok known)") {
		t.Errorf("%d alerts wait\n%s", m.alerts.waiting(), s)
	}
	m.type_(" ")
	if m.alerts.waiting() != 1 {
		t.Errorf("%d alerts wait after one was acknowledged", m.alerts.waiting())
	}
	m.type_("A")
	if m.alerts.waiting() != 0 {
		t.Errorf("%d alerts wait after all were acknowledged", m.alerts.waiting())
	}
	if m.absorb(news{cells: map[id]survey.Cell{{"t4", 27447297}: femto()}}) {
		t.Error("what was acknowledged rings again")
	}
	worse := femto()
	worse.Level, worse.Score = "alert", 90
	if !m.absorb(news{cells: map[id]survey.Cell{{"t4", 27447297}: worse}}) || m.alerts.waiting() != 1 {
		t.Error("what got worse does not ring")
	}
}

func TestAlertsAreBounded(t *testing.T) {
	p := newAlerts()
	for i := range 3 * maxAlerts {
		c := femto()
		c.ECI = ptr(uint32(i))
		p.put(&c, 0)
		if i%2 == 0 {
			p.acknowledge(idOf(&c))
		}
	}
	if len(p.of) > maxAlerts || p.waiting() < maxAlerts/2 {
		t.Errorf("%d alerts, %d wait", len(p.of), p.waiting())
	}
}

func TestHunt(t *testing.T) {
	var held []float64
	opt := Options{Actions: everything()}
	opt.Hold = func(hz float64) { held = append(held, hz) }
	m := play(script{opt: opt, events: loud(), keys: "h", then: levels(true)}, 120, 40)
	dB, ok := m.hunt.now()
	if want := -62 + 67.5/4 - 24; !ok || dB < want-1 || dB > want+1 || m.hunt.peak < dB || len(m.hunt.levels) != 70 {
		t.Errorf("level %.1f, want about %.1f; peak %.1f", dB, want, m.hunt.peak)
	}
	if s := bare(m.render()); !strings.Contains(s, "▲ rising") || !strings.Contains(s, "12.5 levels/s") {
		t.Error(s)
	}
	m.type_("b45\rb400\rbx\r")
	if len(m.hunt.log) != 1 || m.hunt.log[0].degrees != 45 || !m.hunt.log[0].heard {
		t.Errorf("%+v", m.hunt.log)
	}
	// It takes another PCI, and is hunted on.
	other := femto()
	other.PCI, other.ECI, other.LastS = 302, ptr(uint32(27447298)), 19
	m.happen([]survey.Event{other})
	if m.hunt.pci != 302 || m.inbox.prey.pci != 302 || len(m.hunt.levels) != 70 {
		t.Errorf("hunts PCI %d", m.hunt.pci)
	}
	m.type_("⎋")
	if len(held) != 2 || held[0] != 1840e6 || held[1] != 0 || m.inbox.prey != nil {
		t.Errorf("held %v", held)
	}
	m.type_("4")
	if len(held) != 3 || m.page != pageHunt || len(m.hunt.log) != 1 {
		t.Error("the hunt is not taken up again")
	}
}

func TestTickQuickens(t *testing.T) {
	ticks := func(dB float64) (n int) {
		m := play(script{opt: Options{Hunt: &Prey{301, 1840e6}}}, 80, 24)
		m.hunt.low = -100
		for i := range 200 {
			m.clock.at = m.clock.at.Add(huntFrame)
			m.hunt.put([]level{{s: float64(i) / 20, dB: dB, heard: true}}, m.clock.at)
			if m.tick() {
				n++
			}
		}
		return n
	}
	far, near := ticks(-95), ticks(-45)
	if far < 5 || near < 5*far {
		t.Errorf("%d ticks in 10 s from afar, %d close by", far, near)
	}
	m := play(script{opt: Options{Hunt: &Prey{301, 1840e6}}, keys: "m", then: levels(true)}, 80, 24)
	if m.tick() {
		t.Error("ticks although it is muted")
	}
}

func TestSilentRadio(t *testing.T) {
	m := play(script{events: loud(), silent: 4 * time.Second}, 80, 24)
	if s := m.render(); strings.Contains(s, "radio silent") {
		t.Error("four seconds are no silence")
	}
	m.clock.at = m.clock.at.Add(2 * time.Second)
	if s := m.render(); !strings.Contains(s, "!! radio silent for 6s: sim:kt-femto") {
		t.Error(bare(s))
	}
	m.happen([]survey.Event{look(19, 1840e6, 64)})
	if s := m.render(); strings.Contains(s, "radio silent") {
		t.Error("it is back, and called silent")
	}
}

func TestDiff(t *testing.T) {
	got := diff(fields([]byte(`{"a":{"b":1,"c":[1,2]},"d":true}`)), fields([]byte(`{"a":{"b":2,"c":[1]},"d":true,"e":null}`)), 80)
	if s := strings.Join(got, "|"); s != "    - a.b = 1|    - a.c = 1 2|    + a.b = 2|    + a.c = 1|    + e = null" {
		t.Error(s)
	}
	for _, broken := range []string{"", "{", `{"a"`, `{"a":[1,`, "[[[[", "nonsense", `{"a":1}}}`} {
		fields([]byte(broken))
	}
}

func TestNeighboursOfBothBlocks(t *testing.T) {
	c := femto()
	got := listed(&c)
	if len(got) != 4 || got[0].pci != 54 || got[0].freqHz != 1840e6 || got[2].earfcn != 1303 || got[3].pci != -1 {
		t.Errorf("%+v", got)
	}
}

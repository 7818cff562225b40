package tui

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
)

var update = flag.Bool("update", false, "write the golden screens anew")

func ptr[T any](v T) *T { return &v }

// macro is a cell as a survey reports it.
func macro(transmitter string, earfcn uint32, pci int, known string) survey.Cell {
	return survey.Cell{
		Type: "cell", TS: 12.4, Transmitter: transmitter, FreqHz: 1805e6 + float64(earfcn-1200)*1e5, EARFCN: ptr(earfcn), Band: 3,
		PCI: pci, Duplex: "fdd", CP: "normal", Ports: 2, PRB: 100, PHICHDuration: "normal", PHICHResource: "1/6",
		SFN: ptr(12), FirstSample: ptr(1234.5), MIBCRCs: 2, MIBFails: ptr(0), MIBHex: "a80300",
		RSRPdBFS: ptr(-41.2 - float64(pci%7)), RSSIdBFS: ptr(-20.1), RSRQdB: ptr(-9.1), SINRdB: ptr(11.3 - float64(pci%5)),
		CFOHz: ptr(14139.0), CFOSEHz: ptr(3.0), ClockPPM: ptr(7.8), CFORelPPM: ptr(0.02),
		Known: known, Level: "normal", FirstS: 0.4, LastS: 11.9, Looks: 14,
	}
}

func femto() survey.Cell {
	c := macro("t4", 1550, 301, "unknown")
	c.Ports, c.PRB, c.Score, c.Level, c.SINRdB, c.ClockPPM, c.CFOHz = 1, 50, 45, "suspicious", ptr(17.9), ptr(-11.3), ptr(-20764.0)
	c.PLMNs, c.TAC, c.ECI, c.ENB, c.Sector = []string{"450-08"}, ptr(4660), ptr(uint32(27447297)), ptr(107216), ptr(1)
	c.Findings = []survey.Finding{{Rule: "ID-01", Version: 1, Weight: 45, Field: "eci", Value: "27447297", From: "inventory kt-seoul.csv, 812 cells",
		Text: "the cell's identity is in no list, and a list covers this place"}}
	c.NotJudged = []survey.NotJudged{{Rule: "PH-01", Why: "one transmitter on this carrier: no clock to compare with"}}
	return c
}

func spectrumOf(n int) survey.Progress {
	psd := make([]float32, n)
	for i := range psd {
		psd[i] = -82 + float32(2*math.Sin(float64(i)))
		if i > n/5 && i < 4*n/5 {
			psd[i] += 38
		}
	}
	return survey.Progress{Type: "progress", TS: 12.4, FreqHz: 1840e6, RateHz: 19.2e6, Fraction: 0.4, Cells: 5, PSD: psd}
}

// listed is a survey against an inventory, with one cell that is not in it.
func listed() []survey.Event {
	known := macro("t1", 1303, 54, "known")
	known.PLMNs, known.TAC, known.ECI, known.ENB, known.Sector = []string{"450-08"}, ptr(4660), ptr(uint32(27000321)), ptr(105470), ptr(1)
	doubt := macro("t3", 1351, 8, "unconfirmed")
	doubt.EARFCN, doubt.EARFCNCandidates, doubt.CFOHz, doubt.LastS = nil, []uint32{1350, 1351, 3800}, ptr(-108211.0), 2.1
	return []survey.Event{known, macro("t2", 1303, 102, "unconfirmed"), doubt, femto(), spectrumOf(512), survey.Gap{Type: "gap", TS: 3, Lost: 1920}}
}

// unlisted is the same sky without any list.
func unlisted() []survey.Event {
	var es []survey.Event
	for i, pci := range []int{54, 102, 8, 301, 77, 19, 440, 503, 0, 211, 12} {
		c := macro(fmt.Sprintf("t%d", i+1), uint32(1303+i), pci, "no-list")
		es = append(es, c)
	}
	return append(es, spectrumOf(64))
}

// hostile is what a cell or a file may send to whoever looks.
func hostile() []survey.Event {
	bad := "\x1b[2J\x1b]0;owned\a\u202eevil\u2066\u200b\u0301\u0301\u0301\u0301 서울강남 \U000e0041\ufeff" + strings.Repeat("W", 300)
	c := femto()
	c.PLMNs, c.Transmitter, c.Duplex, c.CP, c.PHICHResource, c.MIBHex, c.Stop, c.Known = []string{bad}, bad, bad, bad, bad, bad, bad, "unknown"+bad
	c.Findings[0] = survey.Finding{Rule: bad, Field: bad, Value: bad, Expected: bad, From: bad, Text: bad}
	c.NotJudged[0] = survey.NotJudged{Rule: bad, Why: bad}
	return []survey.Event{c, macro("t2", 1303, 102, "known"), survey.Error{Text: bad}}
}

// ghosts is a survey with a cell that turned out to be another one's image, and one that was never taken for a cell.
func ghosts() []survey.Event {
	ghost := func(pci int, freqHz float64) survey.Event {
		return survey.Candidate{Type: "candidate", TS: 12.4, FreqHz: freqHz, PCI: pci, Ghost: "alias of 1852.5 MHz"}
	}
	return append(listed(), macro("t5", 1867, 271, "unknown"), ghost(272, 1871.7e6),
		survey.Change{Type: "change", Transmitter: "t5", What: "ghost", To: "alias of 1852.5 MHz"}, ghost(271, 1871.7e6))
}

// script is one screen: what happened, the keys pressed, the options.
type script struct {
	name   string
	opt    Options
	events []survey.Event
	keys   string // one rune a key; \r enter
}

func learn([]survey.Cell) (string, error) { return "baseline.csv", nil }

var scripts = []script{
	{"empty", Options{Source: "sim:kt-femto"}, nil, ""},
	{"alarm", Options{Source: "sim:kt-femto"}, listed(), ""},
	{"alarm-second", Options{Source: "sim:kt-femto"}, listed(), "j"},
	{"why", Options{Source: "sim:kt-femto"}, listed(), "\r"},
	{"no-list", Options{Source: "/srv/iq/2025-11-03/gangnam-1815.sigmf-meta", NoList: true, Learn: learn}, unlisted(), "G"},
	{"learn", Options{Source: "gangnam.sigmf-meta", NoList: true, Learn: learn}, unlisted(), "L"},
	{"learned", Options{Source: "gangnam.sigmf-meta", NoList: true, Learn: learn}, unlisted(), "Ly"},
	{"hostile", Options{Source: "x\x1b[31m\u202e.sigmf-meta"}, hostile(), ""},
	{"help", Options{Source: "sim:kt-femto", NoList: true, Learn: learn}, listed(), "?"},
	{"ghost", Options{Source: "wide.sigmf-meta"}, ghosts(), ""},
	{"ascii", Options{Source: "sim:kt-femto", ASCII: true}, listed(), ""},
}

// play runs a script and returns the model at its end.
func play(s script, width, height int) *model {
	in := &inbox{}
	m := newModel(s.opt, in)
	m.Update(tea.WindowSizeMsg{Width: width, Height: height})
	for _, e := range s.events {
		in.put(e)
	}
	m.Update(frameMsg{})
	m.render()
	for _, k := range s.keys {
		key := tea.KeyPressMsg{Code: k, Text: string(k)}
		if k == '\r' {
			key = tea.KeyPressMsg{Code: tea.KeyEnter}
		}
		if _, cmd := m.Update(key); cmd != nil {
			m.Update(cmd())
		}
	}
	return m
}

func bare(s string) string {
	var b bytes.Buffer
	w := colorprofile.Writer{Forward: &b, Profile: colorprofile.NoTTY}
	w.WriteString(s)
	return b.String()
}

func TestGolden(t *testing.T) {
	for _, s := range scripts {
		t.Run(s.name, func(t *testing.T) {
			view := play(s, 80, 24).render()
			for kind, got := range map[string]string{"colour": view, "plain": bare(view)} {
				compare(t, filepath.Join("testdata", s.name+"."+kind+".golden"), got+"\n")
			}
			checkShape(t, view, 80, 24)
		})
	}
	t.Run("alarm-wide", func(t *testing.T) {
		view := play(scripts[1], 140, 40).render()
		compare(t, filepath.Join("testdata", "alarm-140x40.plain.golden"), bare(view)+"\n")
		checkShape(t, view, 140, 40)
	})
}

func compare(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run go test ./tui -update", err)
	}
	if got != string(want) {
		t.Errorf("%s differs: look at it, then go test ./tui -update\n%s", path, got)
	}
}

// checkShape holds for every screen: it fills the terminal, no line is wider, and no escape but a style's.
func checkShape(t *testing.T, view string, width, height int) {
	t.Helper()
	lines := strings.Split(view, "\n")
	if len(lines) != height {
		t.Errorf("%d lines, want %d", len(lines), height)
	}
	for i, l := range lines {
		if w := plain.Width(l); w > width {
			t.Errorf("line %d takes %d cells of %d: %q", i, w, width, l)
		}
		for _, r := range bare(l) {
			if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x202e || r == 0x200b {
				t.Errorf("line %d holds %U: %q", i, r, l)
			}
		}
	}
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/iqfile"
	"github.com/straycell/straycell/radio/sim"
)

// aHand is what the screen can have done, with lists in a folder of its own; "" for none that was named.
func aHand(t *testing.T, simulated bool, lists string) (*hands, <-chan survey.Lists) {
	t.Helper()
	w, err := sim.Open("sim:catcher")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	e := &env{ctx: t.Context(), getenv: func(k string) string { return map[string]string{"USER": "kim"}[k] }}
	h := &hands{e: e, lists: &folderFlag{Lists: lists}, all: []source{{Source: w, name: "sim:catcher", plan: []radio.Tuning{{FreqHz: 1840e6}}, simulated: simulated}}}
	cfgs := []survey.Config{{Source: w}}
	h.join(cfgs)
	h.tap(cfgs, nil)
	return h, cfgs[0].Relist
}

func heardCell(eci uint32, pci int) survey.Cell {
	n, tac := uint32(1550), 4660
	return survey.Cell{Time: "2026-03-01T02:00:00Z", FreqHz: 1840e6, EARFCN: &n, PCI: pci, PRB: 100, Ports: 2, PLMNs: []string{"450-08"}, TAC: &tac, ECI: &eci,
		Findings: []survey.Finding{{Rule: "ID-01", Weight: 20}, {Rule: "ID-00"}, {Rule: "FM-05", Weight: 40}}}
}

func isKnown(s *known.Set, eci lte.ECI) bool {
	return s.Match(known.Query{PLMNs: []lte.PLMN{{MCC: 450, MNC: 8, MNCDigits: 2}}, ECI: eci}).State == known.Known
}

func TestAcceptGoesIntoTheLists(t *testing.T) {
	dir := t.TempDir()
	h, renewed := aHand(t, false, dir)
	if _, err := h.accept(survey.Cell{PCI: 3}, "ours"); err == nil {
		t.Error("a cell without identity was accepted")
	}
	list, err := h.accept(heardCell(27447297, 301), "ours")
	if err != nil || filepath.Dir(list) != dir {
		t.Fatalf("%s: %v", list, err)
	}
	if s := (<-renewed).Known; !isKnown(s, 27447297) || isKnown(s, 1) {
		t.Error("the survey's lists do not hold it")
	}
	if _, err := h.accept(heardCell(27447298, 302), "ours too"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.accept(heardCell(27447298, 303), "its PCI changed"); err != nil { // the first set was not taken: the newest is
		t.Fatal(err)
	}
	s := (<-renewed).Known
	if !isKnown(s, 27447297) || !isKnown(s, 27447298) || s.Len() != 2 {
		t.Errorf("%d facts", s.Len())
	}
	word, err := os.ReadFile(filepath.Join(dir, "accepted.txt"))
	if err != nil || strings.Count(string(word), "\n") != 3 || !strings.Contains(string(word), "accepted 450-08:27447298 by kim: its PCI changed") {
		t.Errorf("%v\n%s", err, word)
	}
}

func TestSuppressExcusesEachFinding(t *testing.T) {
	dir := t.TempDir()
	h, renewed := aHand(t, false, dir)
	day := time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)
	if n, _, err := h.suppress(survey.Cell{PCI: 3}, day, "work"); err == nil || n != 0 {
		t.Error("a cell without time was excused")
	}
	if _, _, err := h.suppress(heardCell(27447297, 301), day.AddDate(-1, 0, 0), "work"); err == nil {
		t.Error("excused until a day that is past")
	}
	n, _, err := h.suppress(heardCell(27447297, 301), day, "work")
	if err != nil || n != 2 {
		t.Fatalf("%d: %v", n, err)
	}
	plmn := []lte.PLMN{{MCC: 450, MNC: 8, MNCDigits: 2}}
	if s := (<-renewed).Known; s.Excuse(plmn, 27447297, "FM-05", false, day.Add(-time.Hour)) == nil || s.Excuse(plmn, 27447297, "FM-05", false, day.Add(time.Hour)) != nil ||
		s.Excuse(plmn, 27447297, "ID-00", false, day.Add(-time.Hour)) != nil {
		t.Error("the survey's lists do not excuse what they should")
	}
	if xs, err := (known.Folder{Path: dir}).Excuses(); err != nil || len(xs) != 2 || xs[0].Reason != "work" || xs[0].By != "kim" {
		t.Errorf("%+v %v", xs, err)
	}
}

// What is accepted of a simulated world holds for its survey, and goes into nobody's lists.
func TestSandbox(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Setenv("HOME", os.Getenv("XDG_CONFIG_HOME"))
	h, renewed := aHand(t, true, "")
	if list, err := h.accept(heardCell(27447297, 301), "a game"); err != nil || list != "" {
		t.Errorf("%s %v", list, err)
	}
	if s := (<-renewed).Known; !isKnown(s, 27447297) {
		t.Error("not accepted")
	}
	if n, _, err := h.suppress(heardCell(27447298, 301), time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC), "a game"); err != nil || n != 2 {
		t.Errorf("%d %v", n, err)
	}
	d, err := h.lists.folder()
	if err != nil {
		t.Fatal(err)
	}
	if files, _ := os.ReadDir(d.Path); len(files) != 0 {
		t.Errorf("%v", files)
	}
}

// A cell is recorded while its carrier is held, and the sweep goes on afterwards.
func TestRecordCell(t *testing.T) {
	t.Chdir(t.TempDir())
	h, _ := aHand(t, true, "")
	if _, err := h.record(heardCell(1, 2)); err == nil {
		t.Fatal("recorded before the radio delivered anything")
	}
	tap, seen := h.taps[0], 0
	tap.before = func(*radio.Block) { seen++ }
	const freqHz, rateHz = 1840e6, 2.4e6
	first := int64(0)
	read := func() {
		tap.take(&radio.Block{Tuning: radio.Tuning{FreqHz: freqHz, RateHz: rateHz}, IQ: make([]complex64, 1<<16), First: first})
		first += 1 << 16
	}
	read()
	rec, err := iqfile.Create("cell", iqfile.Header{Format: "cu8", RateHz: tap.rate()})
	if err != nil {
		t.Fatal(err)
	}
	done, err := tap.begin(rec, freqHz, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tap.begin(rec, freqHz, 1); err == nil {
		t.Error("two recordings at once")
	}
	read()
	read()
	read()
	if err := <-done; err != nil || rec.Close() != nil {
		t.Fatal(err)
	}
	f, err := iqfile.Open("cell.sigmf-meta", iqfile.Raw{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if n := f.Info().Samples; n != 100_000 || seen != 4 {
		t.Errorf("%d samples, %d blocks seen by others", n, seen)
	}
}

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/internal/survey"
)

type learnVerb struct {
	Files  []string `arg:"" optional:"" name:"file" help:"Recordings to learn from instead of a radio."`
	Output string   `short:"o" env:"-" placeholder:"CSV" default:"baseline.csv" help:"The baseline to write (${default})."`
	radioFlags
	surveyFlags
}

func (learnVerb) Help() string {
	return `
Learn where and when nothing is wrong: every cell heard becomes a known one. Read the list before you rely on it.

Examples:

  straycell known learn --radio sim: -o baseline.csv
  straycell known learn monday.sigmf-meta tuesday.sigmf-meta -o office.csv
  straycell scan --radio sim: --known baseline.csv
`
}

func (v *learnVerb) run(e *env) (result, error) {
	if _, err := os.Lstat(v.Output); err == nil {
		return result{}, existsError(v.Output)
	}
	var sources []func() (source, error)
	if len(v.Files) == 0 {
		sources = append(sources, func() (source, error) { return v.open(e) })
	} else if len(v.Radio) > 0 {
		return result{}, usagef("--radio and files at once: learn from one or the other")
	}
	for _, path := range v.Files {
		sources = append(sources, func() (source, error) {
			return openRecording(path, path, v.rawFlags)
		})
	}
	var cells []survey.Cell
	var all result
	for _, open := range sources {
		src, err := open()
		if err != nil {
			return all, err
		}
		cfg, err := v.config(e, src, nil)
		if err != nil {
			src.Close()
			return all, err
		}
		cfg.Known = nil // learning does not ask what was known before
		res, sum, err := e.report(false, cfg)
		src.Close()
		all.add(src.name, len(sources), res)
		if err != nil {
			return all, err
		}
		cells = append(cells, sum.Cells...)
	}
	n, err := writeBaseline(v.Output, cells)
	if err == nil {
		e.notes.say("%s written, %s: read it, then add --known %s", v.Output, count(int64(n), "cell"), shell(v.Output))
	}
	return all, err
}

// saveBaseline writes a baseline under the first free name.
func saveBaseline(cells []survey.Cell) (string, error) {
	path := "baseline.csv"
	for i := 2; ; i++ {
		_, err := writeBaseline(path, cells)
		if !errors.Is(err, fs.ErrExist) || i > 1000 {
			return path, err
		}
		path = fmt.Sprintf("baseline-%d.csv", i)
	}
}

// writeBaseline writes cells as a list of known ones; a file that exists is never replaced.
func writeBaseline(path string, cells []survey.Cell) (int, error) {
	var facts []known.Fact
	seen := map[string]bool{} // several recordings hold the same cell
	for i := range cells {
		for _, f := range factsOf(&cells[i]) {
			if key := fmt.Sprint(f.PLMN, f.ECI, f.PCI, f.EARFCNs); !seen[key] {
				seen[key] = true
				facts = append(facts, f)
			}
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return 0, existsError(path)
	}
	if err != nil {
		return 0, err
	}
	n, err := known.WriteBaseline(f, facts)
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(path) // half a list would call the other half's cells unknown
	}
	return n, err
}

// existsError is a usage error that is fs.ErrExist.
type existsError string

func (e existsError) Error() string {
	return fmt.Sprintf("%s exists: move it away, or type another name with -o", string(e))
}

func (e existsError) Is(target error) bool { return target == fs.ErrExist }

// factsOf is what a list says of a cell: one fact for each PLMN that it broadcasts, one without when none was read.
func factsOf(c *survey.Cell) []known.Fact {
	f := known.Fact{PCI: lte.PCI(c.PCI), HasPCI: true, PRB: c.PRB, Ports: c.Ports}
	if c.EARFCN != nil {
		f.EARFCNs = []lte.EARFCN{lte.EARFCN(*c.EARFCN)}
	} else {
		for _, n := range c.EARFCNCandidates {
			f.EARFCNs = append(f.EARFCNs, lte.EARFCN(n))
		}
	}
	if c.TAC != nil {
		f.TAC, f.HasTAC = uint16(*c.TAC), true
	}
	if c.Lat != nil && c.Lon != nil {
		f.Place = &known.Place{Lat: *c.Lat, Lon: *c.Lon}
	}
	if c.ECI == nil {
		return []known.Fact{f}
	}
	f.ECI = lte.ECI(*c.ECI)
	if c.ENB == nil || slices.ContainsFunc(c.Findings, func(f survey.Finding) bool { return f.Rule == "FM-01" }) {
		f.Class = known.Femto // or the list would take its number for an eNB's, and judge other femtocells by that
	}
	var out []known.Fact
	for _, text := range c.PLMNs {
		if p, err := lte.ParsePLMN(text); err == nil {
			f.PLMN = p
			out = append(out, f)
		}
	}
	return out
}

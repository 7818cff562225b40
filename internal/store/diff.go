package store

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/straycell/straycell/internal/survey"
)

// Difference is one thing that is not the same in two surveys of a place.
type Difference struct {
	Type   string `json:"type"` // "difference"
	What   string `json:"what"` // "new", "gone", "changed"
	Cell   string `json:"cell"` // "450-08 27447297", or "pci 301 on 1815.3 MHz" while no SIB1 was read
	Field  string `json:"field,omitempty"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Verdict tells whether the difference is one of verdicts.
func (d Difference) Verdict() bool {
	return slices.Contains([]string{"known", "level", "score", "findings"}, d.Field)
}

func (d Difference) String() string {
	switch d.What {
	case "new":
		return fmt.Sprintf("+ %s  %s", d.Cell, d.After)
	case "gone":
		return fmt.Sprintf("- %s  %s", d.Cell, d.Before)
	}
	return fmt.Sprintf("~ %s  %s: %s -> %s", d.Cell, d.Field, cmp.Or(d.Before, "not read"), cmp.Or(d.After, "not read"))
}

// Diff says what changed between two surveys of a place: by identity where SIB1 was read, else by PCI and carrier, so that a
// cell whose SIB1 was read in one of them only is not taken for two.
func Diff(before, after []survey.Cell) []Difference {
	var out []Difference
	used := make([]bool, len(after))
	pair := func(b *survey.Cell, same func(a, b *survey.Cell) bool) *survey.Cell {
		for i := range after {
			if !used[i] && same(b, &after[i]) {
				used[i] = true
				return &after[i]
			}
		}
		return nil
	}
	partner := make([]*survey.Cell, len(before))
	for _, same := range []func(a, b *survey.Cell) bool{sameRadio, sameIdentity, sameCarrier} {
		for i := range before {
			if partner[i] == nil {
				partner[i] = pair(&before[i], same)
			}
		}
	}
	for i := range before {
		b := &before[i]
		if a := partner[i]; a != nil {
			out = append(out, changed(b, a)...)
		} else {
			out = append(out, Difference{Type: "difference", What: "gone", Cell: nameOf(b), Before: summary(b)})
		}
	}
	for i := range after {
		if a := &after[i]; !used[i] {
			out = append(out, Difference{Type: "difference", What: "new", Cell: nameOf(a), After: summary(a)})
		}
	}
	return out
}

func identity(c *survey.Cell) string {
	if c.ECI == nil {
		return ""
	}
	return fmt.Sprint(strings.Join(c.PLMNs, ","), " ", *c.ECI)
}

func sameRadio(a, b *survey.Cell) bool {
	return sameIdentity(a, b) && a.PCI == b.PCI && a.FreqHz == b.FreqHz
}

func sameIdentity(a, b *survey.Cell) bool { return identity(a) != "" && identity(a) == identity(b) }

// sameCarrier never pairs two identities: one that took another's PCI and carrier is news.
func sameCarrier(a, b *survey.Cell) bool {
	return (identity(a) == "" || identity(b) == "") && a.PCI == b.PCI && a.FreqHz == b.FreqHz
}

func nameOf(c *survey.Cell) string {
	if c.ECI != nil && len(c.PLMNs) > 0 {
		return fmt.Sprintf("%s %d", c.PLMNs[0], *c.ECI)
	}
	return fmt.Sprintf("pci %d on %.1f MHz", c.PCI, c.FreqHz/1e6)
}

func summary(c *survey.Cell) string {
	text := fmt.Sprintf("PCI %d, %.1f MHz, %s", c.PCI, c.FreqHz/1e6, c.Known)
	if c.RSRPdBFS != nil {
		text += fmt.Sprintf(", %.1f dBFS", *c.RSRPdBFS)
	}
	if c.SINRdB != nil {
		text += fmt.Sprintf(", SINR %.1f dB", *c.SINRdB)
	}
	return text
}

// changed lists the fields that a cell broadcasts, or that are held of it, and that are not the same. What only one of the
// surveys read is no change.
func changed(b, a *survey.Cell) []Difference {
	var out []Difference
	field := func(name, was, is string) {
		if was != is && was != "" && is != "" {
			out = append(out, Difference{Type: "difference", What: "changed", Cell: nameOf(a), Field: name, Before: was, After: is})
		}
	}
	field("pci", fmt.Sprint(b.PCI), fmt.Sprint(a.PCI))
	field("freq_hz", fmt.Sprint(int64(b.FreqHz)), fmt.Sprint(int64(a.FreqHz)))
	field("prb", number(b.PRB), number(a.PRB))
	field("ports", number(b.Ports), number(a.Ports))
	field("cp", b.CP, a.CP)
	field("plmns", strings.Join(b.PLMNs, ","), strings.Join(a.PLMNs, ","))
	field("tac", pointed(b.TAC), pointed(a.TAC))
	field("csg_id", pointed(b.CSGID), pointed(a.CSGID))
	field("cell_barred", pointed(b.CellBarred), pointed(a.CellBarred))
	field("q_rx_lev_min_dbm", pointed(b.QRxLevMinDBm), pointed(a.QRxLevMinDBm))
	field("sib1_hex", b.SIB1Hex, a.SIB1Hex)
	for _, k := range slices.Sorted(maps.Keys(b.SIBs)) {
		if k == "16" { // the time of day
			continue
		}
		field("sib"+k, string(b.SIBs[k]), string(a.SIBs[k]))
	}
	field("known", b.Known, a.Known)
	field("level", b.Level, a.Level)
	field("score", fmt.Sprint(b.Score), fmt.Sprint(a.Score))
	field("findings", rules(b), rules(a))
	return out
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func pointed[T any](p *T) string {
	if p == nil {
		return ""
	}
	return fmt.Sprint(*p)
}

// rules names what stands against a cell; "none" is an answer.
func rules(c *survey.Cell) string {
	var names []string
	for _, f := range c.Findings {
		names = append(names, fmt.Sprintf("%s v%d", f.Rule, f.Version))
	}
	return cmp.Or(strings.Join(names, ", "), "none")
}

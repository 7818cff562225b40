package export

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/internal/verdict"
	"github.com/straycell/straycell/radio/iqfile"
)

// decoded is what a bundle's samples give, with nothing but what else is in the bundle.
type decoded struct {
	cells   []survey.Cell
	lines   []byte // of JSON, as decode --json prints them, without progress
	packets []Packet
}

// redecode runs a bundle's samples through the line again.
func redecode(ctx context.Context, dir string) (*decoded, error) {
	var s setup
	if err := loadJSON(filepath.Join(dir, setupName), &s); err != nil {
		return nil, err
	}
	set, err := excerptOf(dir)
	if err != nil {
		return nil, err
	}
	var changes []byte
	if s.Changed {
		if changes, err = os.ReadFile(filepath.Join(dir, rulesName)); err != nil {
			return nil, err
		}
	}
	policy, err := verdict.NewPolicy(s.Profile, bytes.NewReader(changes))
	if err != nil {
		return nil, err
	}
	src, err := iqfile.Open(filepath.Join(dir, iqName+".sigmf-meta"), iqfile.Raw{})
	if err != nil {
		return nil, err
	}
	defer src.Close()
	out := &decoded{}
	p := packets{start: s.Survey.Started, last: map[packetKey]float64{}, channel: func(float64, lte.PCI) *uint32 { return nil }}
	cfg := survey.Config{Source: src, Known: set, Here: s.Here, Bands: s.Bands, Policy: policy,
		Decode: decode.Config{PPM: s.Calibration.PPM, PPMRange: s.Calibration.PPMRange, FreqsHz: s.FreqsHz},
		Sinks: []survey.Sink{{Name: "evidence", Looks: true, Take: func(e survey.Event) error {
			switch e := e.(type) {
			case survey.Progress, survey.Candidate, survey.Gap:
				return nil
			case survey.Look:
				out.packets = append(out.packets, p.of(&e)...)
				return nil
			case survey.Cell:
				e.Source = "" // its path is of no account
				return out.line(e)
			case survey.Alert:
				e.Cell.Source = ""
				return out.line(e)
			default:
				return out.line(e)
			}
		}}}}
	sum, err := survey.Run(ctx, cfg)
	if err != nil {
		return nil, err
	}
	out.cells = sum.Cells
	for i := range out.packets { // by now the channels are known
		out.packets[i].EARFCN = channelAmong(sum.Cells)(out.packets[i].FreqHz, out.packets[i].PCI)
	}
	return out, nil
}

func (d *decoded) line(e survey.Event) error {
	text, err := json.Marshal(e)
	d.lines = append(append(d.lines, text...), '\n')
	return err
}

// excerptOf reads a bundle's part of the lists; nil without any.
func excerptOf(dir string) (*known.Set, error) {
	set, _, err := known.ReadFile(filepath.Join(dir, inventoryName), nil)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return set, err
}

// channelAmong says which channel number a carrier has, as cells that were heard there told.
func channelAmong(cells []survey.Cell) func(float64, lte.PCI) *uint32 {
	return func(freqHz float64, pci lte.PCI) *uint32 {
		o := lte.Observation{FreqHz: freqHz, PCI: pci}
		for i := range cells {
			if cells[i].EARFCN != nil && about(&cells[i], &o) {
				return cells[i].EARFCN
			}
		}
		return nil
	}
}

// findings is what was held against a cell, and what of it its samples show by themselves.
type findings struct {
	Cell  string `json:"cell"`
	Level string `json:"level"`
	Score int    `json:"score"`
	Known string `json:"known"`

	Claims  []claim `json:"findings"`
	NoIQ    string  `json:"no_iq,omitempty"`   // why there are no samples
	Decoded *shown  `json:"decoded,omitempty"` // what they show
}

// claim is one finding, without what is told with it in words.
type claim struct {
	Rule     string `json:"rule"`
	Version  int    `json:"version"`
	Weight   int    `json:"weight"`
	Field    string `json:"field"`
	Value    string `json:"value"`
	Expected string `json:"expected,omitempty"`
	From     string `json:"from,omitempty"`
	Text     string `json:"text,omitempty"`
	Shown    bool   `json:"shown_by_iq,omitempty"` // the samples give it again by themselves
}

// shown is what samples give by themselves.
type shown struct {
	Cell    string  `json:"cell"`
	SIB1Hex string  `json:"sib1_hex,omitempty"`
	Claims  []claim `json:"findings"`
}

func claims(c *survey.Cell) []claim {
	out := []claim{}
	for _, f := range c.Findings {
		out = append(out, claim{Rule: f.Rule, Version: f.Version, Weight: f.Weight, Field: f.Field, Value: f.Value, Expected: f.Expected, From: f.From, Text: f.Text})
	}
	return out
}

func (c *claim) same(o *claim) bool {
	return c.Rule == o.Rule && c.Version == o.Version && c.Weight == o.Weight && c.Field == o.Field && c.Value == o.Value && c.Expected == o.Expected
}

// of finds a cell among those that samples gave: by what it says it is, else by PCI and carrier.
func (d *decoded) of(c *survey.Cell) *survey.Cell {
	var best *survey.Cell
	for i := range d.cells {
		x := &d.cells[i]
		o := lte.Observation{FreqHz: x.FreqHz, PCI: lte.PCI(x.PCI)}
		switch {
		case !about(c, &o):
		case c.ECI != nil && x.ECI != nil && *c.ECI == *x.ECI && slices.Equal(c.PLMNs, x.PLMNs):
			return x
		case c.ECI == nil || x.ECI == nil:
			best = x
		}
	}
	return best
}

// compare notes what samples give of a cell.
func (f *findings) compare(c *survey.Cell, d *decoded) {
	x := d.of(c)
	if x == nil {
		f.Decoded = &shown{Cell: "not there", Claims: []claim{}}
		return
	}
	f.Decoded = &shown{Cell: cellText(x), SIB1Hex: x.SIB1Hex, Claims: claims(x)}
	for i := range f.Claims {
		for n := range f.Decoded.Claims {
			f.Claims[i].Shown = f.Claims[i].Shown || f.Claims[i].same(&f.Decoded.Claims[n])
		}
	}
}

// differ says how two readings of the same samples differ; "" if they do not.
func (s *shown) differ(o *shown) string {
	switch {
	case s == nil || o == nil:
		return "only one of them was decoded"
	case s.Cell != o.Cell:
		return fmt.Sprintf("the cell is %s, was %s", clean(o.Cell), clean(s.Cell))
	case s.SIB1Hex != o.SIB1Hex:
		return "its SIB1 is another"
	}
	for i := range s.Claims {
		if !slices.ContainsFunc(o.Claims, func(c claim) bool { return c.same(&s.Claims[i]) }) {
			return fmt.Sprintf("%s v%d (%s) is not found again", s.Claims[i].Rule, s.Claims[i].Version, clean(s.Claims[i].Value))
		}
	}
	for i := range o.Claims {
		if !slices.ContainsFunc(s.Claims, func(c claim) bool { return c.same(&o.Claims[i]) }) {
			return fmt.Sprintf("%s v%d (%s) was not found before", o.Claims[i].Rule, o.Claims[i].Version, clean(o.Claims[i].Value))
		}
	}
	return ""
}

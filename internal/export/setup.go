package export

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/internal/store"
	"github.com/straycell/straycell/internal/verdict"
)

// setup is what judged a bundle's cell: device, calibration, software and rules. With the samples and the excerpt of the lists it
// is all that is needed to judge it again.
type setup struct {
	Program string     `json:"program"`
	Survey  store.Meta `json:"survey"`

	Calibration calibration  `json:"calibration"`
	Bands       []int        `json:"bands,omitempty"`
	FreqsHz     []float64    `json:"freqs_hz,omitempty"`
	Here        *known.Place `json:"here,omitempty"` // the receiver, where the cell was judged
	Profile     string       `json:"profile,omitempty"`
	Rules       []ruleName   `json:"rules"`
	Changed     bool         `json:"rules_changed,omitempty"` // by rules.toml
	Lists       listFacts    `json:"lists"`
}

type calibration struct {
	PPM      float64 `json:"ppm"`       // of the radio's oscillator
	PPMRange float64 `json:"ppm_range"` // how far it may be off that
	Cells    int     `json:"cells,omitempty"`
	From     string  `json:"from"`
	Level    string  `json:"level"`
}

type ruleName struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
}

type listFacts struct {
	Lines   int      `json:"lines"`   // in force
	Excerpt int      `json:"excerpt"` // of them in inventory.csv
	Crowds  []string `json:"crowd_databases_left_out,omitempty"`
}

// learntRangePPM is how far a cell's carrier may be off what all cells together told of the radio.
const learntRangePPM = 4

func (m *material) setup() setup {
	s := setup{Program: m.about.Meta.Program, Survey: m.about.Meta, Bands: m.cfg.Bands, FreqsHz: m.cfg.Decode.FreqsHz, Here: m.cfg.Here, Changed: m.about.Rules != ""}
	s.Calibration = calibration{PPM: m.cfg.Decode.PPM, PPMRange: cmp.Or(m.cfg.Decode.PPMRange, decode.DefaultPPMRange),
		From: "as given", Level: "levels are in dBFS: the radio's gain is not calibrated"}
	if m.ppm != nil {
		s.Calibration.PPM, s.Calibration.PPMRange, s.Calibration.Cells = *m.ppm, learntRangePPM, m.cells
		s.Calibration.From = "median of the cells whose carrier is beyond doubt"
	}
	if m.cell.Lat != nil && m.cell.Lon != nil {
		s.Here = &known.Place{Lat: *m.cell.Lat, Lon: *m.cell.Lon}
	}
	if m.cfg.Policy != nil {
		s.Profile = m.cfg.Policy.Profile
	}
	for _, r := range verdict.Rules() {
		s.Rules = append(s.Rules, ruleName{r.Name, r.Version})
	}
	return s
}

// maxExcerpt bounds the lines of lists in a bundle. A shorter list is in it whole.
const maxExcerpt = 5000

// excerptM is from how far lines are taken of longer lists.
const excerptM = 10e3

// excerpt is what of the lists concerns a cell: its own lines, those of its site, and the nearest.
func excerpt(set *known.Set, m *material, here *known.Place) *known.Set {
	if set.Len() <= maxExcerpt {
		return set.Only(func(*known.Fact) bool { return true })
	}
	type far struct {
		f *known.Fact
		m float64
	}
	var near []far
	for f := range set.All() {
		d := 0.0
		switch {
		case m.cell.ECI != nil && f.ECI>>8 == lte.ECI(*m.cell.ECI)>>8:
			d = -1
		case here != nil && f.Place != nil:
			if d = f.Place.DistanceM(*here); d > excerptM {
				continue
			}
		case here == nil && f.HasPCI && int(f.PCI) == m.cell.PCI:
		default:
			continue
		}
		near = append(near, far{f, d})
	}
	slices.SortStableFunc(near, func(a, b far) int { return cmp.Compare(a.m, b.m) })
	keep := map[*known.Fact]bool{}
	for _, x := range near[:min(len(near), maxExcerpt)] {
		keep[x.f] = true
	}
	return set.Only(func(f *known.Fact) bool { return keep[f] })
}

// writeLists writes lists so that they can be read again and no line is a formula.
func writeLists(path string, set *known.Set) error {
	var b bytes.Buffer
	if err := known.Export(&b, set); err != nil {
		return err
	}
	text := b.String()
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if strings.HasPrefix(text, "#") { // the mark of a baseline
		mark, rest, _ := strings.Cut(text, "\n")
		text = rest
		if _, err := io.WriteString(f, mark+"\n"); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	t := newTable(f)
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return errors.Join(fmt.Errorf("lists: %w", err), f.Close())
		}
		for i, field := range row {
			if i > 0 {
				t.text(",")
			}
			if !number(field) {
				field = inert(field)
			}
			t.field(field)
		}
		t.text("\r\n")
	}
	return errors.Join(t.close(), f.Sync(), f.Close())
}

// number tells whether a field is nothing but one: it may begin with a minus.
func number(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	return digits != "" && strings.Trim(digits, "0123456789.") == "" && strings.Count(digits, ".") < 2
}

// saveJSON writes a value as JSON.
func saveJSON(path string, v any) error {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return save(path, append(text, '\n'))
}

// loadJSON reads one back.
func loadJSON(path string, v any) error {
	text, err := readBounded(path, 64<<20)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return nil
}

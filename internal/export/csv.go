package export

import (
	"context"
	"encoding/json"
	"io"
	"sort"
	"strconv"
	"strings"

	"github.com/straycell/straycell/internal/survey"
)

func itoa(n int) string { return strconv.Itoa(n) }

// WriteCells writes one line for each cell.
func (d *Drive) WriteCells(_ context.Context, w io.Writer) error {
	t := newTable(w)
	t.row("level", "score", "known", "plmns", "eci", "enb", "sector", "tac", "pci", "earfcn", "band", "freq_hz", "bandwidth_prb", "ports", "duplex",
		"rsrp_dbfs", "rsrq_db", "sinr_db", "cfo_hz", "cfo_rel_ppm", "clock_ppm", "first", "last", "looks", "heard_lat", "heard_lon",
		"place_lat", "place_lon", "place_radius_m", "place_why", "moved_m", "home_enb_name", "csg", "csg_id", "cell_barred", "warnings", "findings", "transmitter", "mib_hex", "sib1_hex")
	for i := range d.Cells {
		c := &d.Cells[i]
		var band, lat, lon, radius, moved any
		if c.Band > 0 {
			band = c.Band
		}
		if y, x, r, ok := place(c); ok {
			lat, lon, radius = y, x, r
		}
		why := ""
		if c.Place != nil {
			why = c.Place.Why
			if c.Place.Moved {
				moved = c.Place.MovedM
			}
		}
		t.row(c.Level, c.Score, c.Known, strings.Join(c.PLMNs, " "), c.ECI, c.ENB, c.Sector, c.TAC, c.PCI, channels(c), band, c.FreqHz, some(c.PRB), some(c.Ports), c.Duplex,
			c.RSRPdBFS, c.RSRQdB, c.SINRdB, c.CFOHz, c.CFORelPPM, c.ClockPPM, d.stampAt(c.FirstS), d.stampAt(c.LastS), c.Looks, c.Lat, c.Lon,
			lat, lon, radius, why, moved, homeName(c), flag(c.CSG), c.CSGID, flag(c.CellBarred), warnings(c), findingsText(c), c.Transmitter, c.MIBHex, c.SIB1Hex)
	}
	return t.close()
}

// WriteLevels writes one line for each measurement of each cell: what a drive test is.
func (d *Drive) WriteLevels(ctx context.Context, w io.Writer) error {
	t := newTable(w)
	t.row(levelNames[:len(levelNames)-2]...) // as heard, not as judged
	last := map[string]*trail{}
	err := d.replay(ctx, func(*survey.Look) {}, func(c *survey.Cell) {
		x := last[c.Transmitter]
		if x == nil && len(last) < maxTrails {
			x = &trail{}
			last[c.Transmitter] = x
		}
		if x != nil && x.add(c) {
			row := x.levels[len(x.levels)-1].row(c.Transmitter)
			t.row(row[:len(row)-2]...)
			x.levels = x.levels[len(x.levels)-1:]
		}
	}, func(string, string) {})
	if err != nil {
		return err
	}
	return t.close()
}

// WriteTrack writes where the receiver was.
func (d *Drive) WriteTrack(_ context.Context, w io.Writer) error {
	t := newTable(w)
	writeTrack(t, d.Track)
	return t.close()
}

// WriteFemtos writes the femtocells that were heard, for the operator to hold against what their OSS says: which of them are
// in use, and what phones were attached to each at that time.
func (d *Drive) WriteFemtos(_ context.Context, w io.Writer) error {
	t := newTable(w)
	t.row("plmn", "eci", "eci_hex", "tac", "pci", "earfcn", "first", "last", "looks", "heard_lat", "heard_lon", "place_lat", "place_lon", "place_radius_m",
		"home_enb_name", "known", "level", "score", "taken_for_femto_because", "findings")
	for i := range d.Cells {
		c := &d.Cells[i]
		why, ok := home(c)
		if !ok || c.ECI == nil {
			continue
		}
		var lat, lon, radius any
		if y, x, r, ok := place(c); ok {
			lat, lon, radius = y, x, r
		}
		for _, plmn := range c.PLMNs {
			t.row(plmn, c.ECI, strconv.FormatUint(uint64(*c.ECI), 16), c.TAC, c.PCI, channels(c), d.stampAt(c.FirstS), d.stampAt(c.LastS), c.Looks, c.Lat, c.Lon,
				lat, lon, radius, homeName(c), c.Known, c.Level, c.Score, why, findingsText(c))
		}
	}
	return t.close()
}

// some is a number that is never zero where it is known.
func some(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

func flag(b *bool) any {
	if b == nil {
		return nil
	}
	return *b
}

// homeName is the name that a home eNB gives itself, SIB9.
func homeName(c *survey.Cell) string {
	var said struct {
		HNBName string `json:"hnbName"`
	}
	if json.Unmarshal(c.SIBs["9"], &said) != nil {
		return ""
	}
	octets := make([]byte, len(said.HNBName)/2)
	for i := range octets {
		n, err := strconv.ParseUint(said.HNBName[2*i:2*i+2], 16, 8)
		if err != nil {
			return said.HNBName
		}
		octets[i] = byte(n)
	}
	return string(octets) // UTF-8, TS 36.331 §6.3.1; clean does with what is not
}

// warnings are the texts of public warnings.
func warnings(c *survey.Cell) string {
	var all []string
	for _, w := range c.Warnings {
		all = append(all, w.Text)
	}
	return strings.Join(all, " / ")
}

func findingsText(c *survey.Cell) string {
	var all []string
	for _, f := range c.Findings {
		all = append(all, f.Rule+" "+f.Text)
	}
	return strings.Join(all, "; ")
}

// sibNames are the blocks that were read, in the order of their numbers.
func sibNames(c *survey.Cell) []string {
	var all []string
	for name := range c.SIBs {
		all = append(all, name)
	}
	sort.Slice(all, func(i, j int) bool {
		a, _ := strconv.Atoi(strings.TrimSuffix(all[i], "a"))
		b, _ := strconv.Atoi(strings.TrimSuffix(all[j], "a"))
		return a < b || a == b && all[i] < all[j]
	})
	return all
}

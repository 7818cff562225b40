package known

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Difference is one between two lists.
type Difference struct {
	Kind   string // "new", "gone" or "changed"
	Old    *Fact  // nil: new
	New    *Fact  // nil: gone
	Fields string // what changed: "pci 301 -> 302, tac 4610 -> 4611"
}

// Diff compares two lists by identity, and cells learnt without one by PCI and carrier. Crowd databases are not compared.
func Diff(old, now *Set) []Difference {
	var out []Difference
	was, is := byKey(old), byKey(now)
	for k, f := range is {
		switch o, ok := was[k]; {
		case !ok:
			out = append(out, Difference{Kind: "new", New: f})
		default:
			if fields := changed(o, f); fields != "" {
				out = append(out, Difference{Kind: "changed", Old: o, New: f, Fields: fields})
			}
		}
	}
	for k, f := range was {
		if _, ok := is[k]; !ok {
			out = append(out, Difference{Kind: "gone", Old: f})
		}
	}
	slices.SortFunc(out, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(order[a.Kind], order[b.Kind]), cmp.Compare(a.about().key(), b.about().key()))
	})
	return out
}

var order = map[string]int{"new": 1, "changed": 2, "gone": 3}

func (d *Difference) about() *Fact { return cmp.Or(d.New, d.Old) }

// byKey keeps the last line about each cell.
func byKey(s *Set) map[string]*Fact {
	out := map[string]*Fact{}
	for f := range s.All() {
		out[f.key()] = f
	}
	return out
}

func (f *Fact) key() string {
	if f.PLMN.MNCDigits != 0 {
		return fmt.Sprintf("%s %09d", f.PLMN, f.ECI)
	}
	return fmt.Sprintf("earfcn %s pci %03d", earfcns(f.EARFCNs), f.PCI)
}

// changed names the fields in which two facts differ. What either does not say is no difference.
func changed(a, b *Fact) string {
	var out []string
	field := func(name, x, y string) {
		if x != "" && y != "" && x != y {
			out = append(out, fmt.Sprintf("%s %s -> %s", name, x, y))
		}
	}
	ra, rb := a.columns(), b.columns()
	for i, c := range exported[2:] {
		if c == "lat" || c == "lon" || c == "name" || c == "address" {
			continue
		}
		field(c, ra[i+2], rb[i+2])
	}
	if a.Place != nil && b.Place != nil {
		if m := a.Place.DistanceM(*b.Place); m > movedM {
			out = append(out, fmt.Sprintf("place %.0f m away", m))
		}
	}
	return strings.Join(out, ", ")
}

// movedM is how far a site's place may differ between two lists and be the same.
const movedM = 30

// exported are the columns of a list as this program writes it.
var exported = []string{"plmn", "eci", "pci", "earfcn", "bandwidth_mhz", "ports", "tac", "lat", "lon", "azimuth", "class", "state", "address", "valid_from", "valid_to", "name"}

// columns are the fact's fields as exported names them.
func (f *Fact) columns() []string {
	row := append(f.row()[:9], "", f.Class.String(), f.Site.String(), f.Address, "", "", f.Name)
	if f.HasAzimuth {
		row[9] = strconv.FormatFloat(f.AzimuthDeg, 'g', -1, 64)
	}
	for i, t := range []time.Time{f.ValidFrom, f.ValidTo} {
		if !t.IsZero() {
			row[13+i] = t.Format("2006-01-02")
		}
	}
	return row
}

// Export writes every fact of the lists as one CSV, which can be read again. Where a fact was learnt without an identity the
// file is marked as a baseline; nothing else may hold such lines.
func Export(w io.Writer, s *Set) error {
	bw := bufio.NewWriter(w)
	for f := range s.All() {
		if f.PLMN.MNCDigits == 0 || len(f.EARFCNs) > 1 {
			fmt.Fprintf(bw, "%s 1\n", baselineMark)
			break
		}
	}
	c := csv.NewWriter(bw)
	c.Write(exported)
	for f := range s.All() {
		c.Write(f.columns())
	}
	c.Flush()
	if err := cmp.Or(c.Error(), bw.Flush()); err != nil {
		return fmt.Errorf("known: export: %w", err)
	}
	return nil
}

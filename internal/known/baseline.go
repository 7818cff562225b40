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

	"github.com/straycell/straycell/decode/lte"
)

// WriteBaseline writes cells that were heard as a list of what belongs here, to be read by ReadFile once a person accepts
// it. A cell whose identity was not read stands in it by PCI and EARFCN; one without even an EARFCN cannot stand in a list
// and is left out. It returns how many were written.
func WriteBaseline(w io.Writer, facts []Fact) (int, error) {
	facts = slices.DeleteFunc(slices.Clone(facts), func(f Fact) bool {
		return f.PLMN.MNCDigits == 0 && (!f.HasPCI || len(f.EARFCNs) == 0)
	})
	slices.SortStableFunc(facts, func(a, b Fact) int {
		return cmp.Or(slices.Compare(a.EARFCNs, b.EARFCNs), cmp.Compare(a.PCI, b.PCI), compareID(&a, b.PLMN, b.ECI))
	})
	bw := bufio.NewWriter(w)
	fmt.Fprintf(bw, "%s 1\n", baselineMark)
	fmt.Fprintf(bw, "# A line without plmn and eci is a cell whose SIB1 was not read; several EARFCNs: its raster point was in doubt.\n")
	c := csv.NewWriter(bw)
	c.Write([]string{"plmn", "eci", "pci", "earfcn", "bandwidth_mhz", "ports", "tac", "lat", "lon", "class"})
	for i := range facts {
		c.Write(facts[i].row())
	}
	c.Flush()
	if err := cmp.Or(c.Error(), bw.Flush()); err != nil {
		return 0, fmt.Errorf("known: write baseline: %w", err)
	}
	return len(facts), nil
}

// row holds what a receiver can know of a cell.
func (f *Fact) row() []string {
	row := make([]string, 10)
	if f.PLMN.MNCDigits != 0 {
		row[0], row[1] = f.PLMN.String(), strconv.Itoa(int(f.ECI))
	}
	if f.HasPCI {
		row[2] = strconv.Itoa(int(f.PCI))
	}
	row[3] = earfcns(f.EARFCNs)
	for mhz, prb := range mhzToPRB {
		if prb == f.PRB {
			row[4] = strconv.FormatFloat(mhz, 'g', -1, 64)
		}
	}
	if f.Ports != 0 {
		row[5] = strconv.Itoa(f.Ports)
	}
	if f.HasTAC {
		row[6] = strconv.Itoa(int(f.TAC))
	}
	if f.Place != nil {
		row[7] = strconv.FormatFloat(f.Place.Lat, 'f', 6, 64)
		row[8] = strconv.FormatFloat(f.Place.Lon, 'f', 6, 64)
	}
	if f.Class != ClassUnknown {
		row[9] = f.Class.String()
	}
	return row
}

func earfcns(ns []lte.EARFCN) string {
	var t []string
	for _, n := range ns {
		t = append(t, strconv.Itoa(int(n)))
	}
	return strings.Join(t, " ")
}

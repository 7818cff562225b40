package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/tui/plain"
)

type listVerb struct {
	Files []string `arg:"" optional:"" name:"csv" help:"Inventories and baselines (default: the lists in force)."`
	mapFlag
	folderFlag
}

func (listVerb) Help() string {
	return `
Examples:

  straycell known list baseline.csv
  straycell known list --map CellIdentity=eci --map MCCMNC=plmn kt.csv
`
}

func (v *listVerb) run(e *env) (result, error) {
	set, err := v.read(e, v.Files, v.Map)
	if err != nil {
		return result{}, err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-7s %9s %-11s %3s %-17s %3s %5s %5s %-6s %-8s %s\n",
		"PLMN", "ECI", "eNB/sector", "PCI", "EARFCN", "PRB", "ports", "TAC", "class", "state", "name")
	for f := range set.All() {
		b.WriteString(strings.TrimRight(factLine(f), " ") + "\n")
	}
	for _, c := range set.Crowds() {
		fmt.Fprintf(&b, "crowd %s: %s\n", plain.Text(c.Name(), maxNote), count(int64(c.Len()), "LTE cell"))
	}
	fmt.Fprintf(&b, "%s\n", count(int64(set.Len()), "known cell"))
	_, err = e.out.WriteString(b.String())
	return result{}, err
}

// factLine is one known cell; what the list does not say is "-".
func factLine(f *known.Fact) string {
	dash := func(ok bool, v any) string {
		if !ok {
			return "-"
		}
		return fmt.Sprint(v)
	}
	var carriers []string
	for _, n := range f.EARFCNs {
		carriers = append(carriers, strconv.Itoa(int(n)))
	}
	id := f.PLMN.MNCDigits != 0
	return fmt.Sprintf("%-7s %9s %-11s %3s %s %3s %5s %5s %-6s %-8s %s",
		dash(id, f.PLMN), dash(id, f.ECI), dash(id && f.Class != known.Femto, fmt.Sprintf("%d/%d", f.ECI.ENB(), f.ECI.Sector())),
		dash(f.HasPCI, f.PCI), plain.Left(dash(len(carriers) > 0, strings.Join(carriers, " ")), 17), dash(f.PRB != 0, f.PRB),
		dash(f.Ports != 0, f.Ports), dash(f.HasTAC, f.TAC), f.Class, f.Site, plain.Text(f.Name, 40))
}

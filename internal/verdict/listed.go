package verdict

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/known"
)

// Listed, ID-00, is the plain question of the program: is there a list that should hold this cell, and does it?
//
// It looks at PLMN and ECI, and before SIB1 is read at PCI and carrier, which every cell shows. A rogue is in no list unless it
// copies a neighbour's. Innocent: a new cell, a PCI changed since the list was made, a cell of another operator than the
// list's, one that carries from beyond the list's area. Its weight is therefore nothing: unknown is a state, not a suspicion.
type Listed struct{}

func (Listed) Name() string { return "ID-00" }
func (Listed) Version() int { return 2 }

// Missing: without a list nothing can be looked up, and a cell that fits one is only known once its identity is read.
func (Listed) Missing(c Case) string {
	switch c.Match.State {
	case known.NoList:
		if c.Set.Empty() {
			return "no list of known cells"
		}
		return "no list covers this place or operator: " + c.Set.Files()
	case known.Unconfirmed:
		return "SIB1 not read; PCI and EARFCN fit " + lines(c.Match.Facts)
	}
	return ""
}

func (Listed) Check(c Case) (Finding, bool) {
	if c.Match.State != known.Unknown {
		return Finding{}, false
	}
	if id := c.Cell.Identity; id != nil {
		return Finding{
			Field: "eci",
			Value: id.Name(),
			From:  c.Set.Files(),
			Text:  fmt.Sprintf("not in the list: no line has %s", id.Name()),
		}, true
	}
	listed := c.Set.OnCarrier(c.Query.FreqsHz, c.Query.Duplex, c.Here)
	where := "nearby"
	if c.Here == nil {
		where = "anywhere"
	}
	return Finding{
		Field:    "pci+earfcn",
		Value:    fmt.Sprintf("PCI %d on %s", c.Cell.PCI, carrier(c)),
		Expected: expected(listed),
		From:     fmt.Sprintf("%s, %s on this carrier %s", c.Set.Files(), count(len(listed), "line"), where),
		Text:     fmt.Sprintf("not in the list: no line has PCI %d on %s %s", c.Cell.PCI, carrier(c), where),
	}, true
}

// carrier names the carrier as surely as it is known.
func carrier(c Case) string {
	if c.Cell.Sure {
		return fmt.Sprintf("EARFCN %d", c.Cell.EARFCN)
	}
	var ns []string
	for _, n := range c.Cell.Candidates {
		ns = append(ns, strconv.Itoa(int(n)))
	}
	if len(ns) == 0 {
		return fmt.Sprintf("%.1f MHz", c.Cell.FreqHz/1e6)
	}
	return "EARFCN " + strings.Join(ns, " or ")
}

// most bounds how many lines or values a text lists.
const most = 6

// expected names the PCIs that are listed on the carrier, or how many.
func expected(listed []*known.Fact) string {
	var pcis []lte.PCI
	for _, f := range listed {
		pcis = append(pcis, f.PCI)
	}
	slices.Sort(pcis)
	pcis = slices.Compact(pcis)
	switch {
	case len(pcis) == 0:
		return "no cell on this carrier"
	case len(pcis) > most:
		return fmt.Sprintf("one of %d listed PCIs", len(pcis))
	}
	var t []string
	for _, p := range pcis {
		t = append(t, strconv.Itoa(int(p)))
	}
	return "PCI " + strings.Join(t, " or ")
}

func lines(facts []*known.Fact) string {
	var t []string
	for i, f := range facts {
		if i == most {
			t = append(t, fmt.Sprintf("%d more", len(facts)-most))
			break
		}
		t = append(t, f.From())
	}
	return strings.Join(t, ", ")
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

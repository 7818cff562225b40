package verdict

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/known"
)

// listed, ID-00, is the plain question of the program: is there a list that should hold this cell, and does it?
//
// It looks at PLMN and ECI, and before SIB1 is read at PCI and carrier, which every cell shows. A rogue is in no list unless it
// copies a neighbour's. Innocent: a new cell, a PCI changed since the list was made, a cell of another operator than the
// list's, one that carries from beyond the list's area. Its weight is therefore nothing: unknown is a state, not a suspicion.
// Without a list nothing can be looked up, and a cell that fits one is only known once its identity is read.
func listed(c *Case) Outcome {
	switch c.Match.State {
	case known.NoList:
		return missing(noList(c))
	case known.Unconfirmed:
		return missing("SIB1 not read; PCI and EARFCN fit " + lines(c.Match.Facts))
	case known.Known:
		return fine
	}
	if id := c.Identity; id != nil {
		return c.found("weight", Finding{
			Field: "eci",
			Value: id.Name(),
			From:  c.Set.Files(),
			Text:  fmt.Sprintf("not in the list: no line has %s", id.Name()),
		})
	}
	there := c.Set.OnCarrier(c.Query.FreqsHz, c.Query.Duplex, c.Here)
	where := "nearby"
	if c.Here == nil {
		where = "anywhere"
	}
	return c.found("weight", Finding{
		Field:    "pci+earfcn",
		Value:    fmt.Sprintf("PCI %d on %s", c.PCI, carrier(c)),
		Expected: expected(there),
		From:     fmt.Sprintf("%s, %s on this carrier %s", c.Set.Files(), count(len(there), "line"), where),
		Text:     fmt.Sprintf("not in the list: no line has PCI %d on %s %s", c.PCI, carrier(c), where),
	})
}

// carrier names the carrier as surely as it is known.
func carrier(c *Case) string {
	if c.Sure {
		return fmt.Sprintf("EARFCN %d", c.EARFCN)
	}
	var ns []string
	for _, n := range c.Candidates {
		ns = append(ns, strconv.Itoa(int(n)))
	}
	if len(ns) == 0 {
		return fmt.Sprintf("%.1f MHz", c.FreqHz/1e6)
	}
	return "EARFCN " + strings.Join(ns, " or ")
}

// most bounds how many lines or values a text lists.
const most = 6

// expected names the PCIs that are listed on the carrier, or how many.
func expected(there []*known.Fact) string {
	var pcis []lte.PCI
	for _, f := range there {
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

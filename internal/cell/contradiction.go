package cell

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Kind of a contradiction.
type Kind uint8

const (
	NoContradiction   Kind = iota
	CarrierShared          // one carrier and PCI with several identities
	IdentityShared         // one identity on several transmitters
	TransmitterShared      // one transmitter with several identities
)

func (k Kind) String() string {
	return [...]string{"", "one PCI, several identities", "one identity, several transmitters", "one transmitter, several identities"}[k%4]
}

// Contradiction is what cannot all be one well-run cell. It is a fact, not yet a suspicion: networks overlap, and move.
type Contradiction struct {
	Kind         Kind
	Of           string   // "pci 301 on 954.3 MHz", "450-08 27447297", "t3"
	Transmitters []string // whose cells they are, each once
	Identities   []string
}

// Contradictions lists all there are, by kind and name. None is ever merged away: they follow from cells that are kept.
func (r *Register) Contradictions() []Contradiction {
	type group struct {
		kind Kind
		of   string
	}
	found := map[group]*Contradiction{}
	note := func(k Kind, of string, c *Cell) {
		g := group{k, of}
		x := found[g]
		if x == nil {
			x = &Contradiction{Kind: k, Of: of}
			found[g] = x
		}
		if !slices.Contains(x.Transmitters, c.Transmitter) {
			x.Transmitters = append(x.Transmitters, c.Transmitter)
		}
		if n := c.Identity.Name(); !slices.Contains(x.Identities, n) {
			x.Identities = append(x.Identities, n)
		}
	}
	for _, c := range r.Cells() {
		if c.Identity == nil {
			continue
		}
		note(CarrierShared, fmt.Sprintf("pci %d on %.1f MHz", c.PCI, c.FreqHz/1e6), &c)
		note(IdentityShared, identityKey(&c.Identity.SIB1), &c)
		note(TransmitterShared, c.Transmitter, &c)
	}
	var out []Contradiction
	for _, x := range found {
		several := len(x.Identities) > 1
		if x.Kind == IdentityShared {
			several = len(x.Transmitters) > 1
		}
		if several {
			slices.Sort(x.Identities)
			out = append(out, *x)
		}
	}
	slices.SortFunc(out, func(a, b Contradiction) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), strings.Compare(a.Of, b.Of))
	})
	return out
}

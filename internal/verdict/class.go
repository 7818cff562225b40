package verdict

import (
	"fmt"
	"maps"
	"slices"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/known"
)

// pool is where an operator's femtocells stand in its numbering, as the list shows it.
type pool struct {
	areas          map[uint16]bool // tracking areas of femtocells
	tacs           map[uint16]bool // of them those that no other cell has
	low, high      lte.ECI
	femtos, macros int
	sectors        [256]int // of cells that are no femtocells
	lowENB, topENB int
	tacPlaces      map[uint16][]known.Place // of femtocells, by TAC
}

// pool of an operator; the lists do not change, so it is made once.
func (s *Scene) pool(p lte.PLMN) *pool {
	if x := s.pools[p]; x != nil {
		return x
	}
	x := &pool{areas: map[uint16]bool{}, tacPlaces: map[uint16][]known.Place{}, low: lte.MaxECI, lowENB: 1 << 20}
	for f := range s.cfg.Set.All() {
		if f.PLMN != p || f.Class != known.Femto {
			continue
		}
		x.femtos++
		x.low, x.high = min(x.low, f.ECI), max(x.high, f.ECI)
		if f.HasTAC {
			x.areas[f.TAC] = true
			if f.Place != nil && len(x.tacPlaces[f.TAC]) < maxPoolPlaces {
				x.tacPlaces[f.TAC] = append(x.tacPlaces[f.TAC], *f.Place)
			}
		}
	}
	macro := map[uint16]bool{}
	for f := range s.cfg.Set.All() {
		if f.PLMN != p || f.Class == known.Femto || f.Class == known.ClassUnknown && f.ECI >= x.low && f.ECI <= x.high {
			continue // a list that does not say classes, as a baseline, holds femtocells too
		}
		x.macros++
		x.sectors[f.ECI.Sector()]++
		x.lowENB, x.topENB = min(x.lowENB, f.ECI.ENB()), max(x.topENB, f.ECI.ENB())
		if f.HasTAC {
			macro[f.TAC] = true
		}
	}
	x.tacs = maps.Clone(x.areas)
	for t := range macro {
		delete(x.tacs, t)
	}
	s.pools[p] = x
	return x
}

// maxPoolPlaces bounds what is kept of a pool that is all over the country.
const maxPoolPlaces = 512

// minPool is how many listed femtocells make a pool.
const minPool = 3

// class tells what kind of cell it is, and from what.
func (c *Case) class() (known.Class, string) { return c.scene.class(c.Entry) }

func (s *Scene) class(e *Entry) (known.Class, string) {
	for _, f := range e.match.Facts {
		if e.match.State == known.Known && f.Class != known.ClassUnknown {
			return f.Class, f.From()
		}
	}
	if e.Identity == nil {
		return known.ClassUnknown, ""
	}
	sib1 := &e.Identity.SIB1
	switch {
	case sib1.CSG || sib1.CSGID != nil:
		return known.Femto, "SIB1 names a closed subscriber group"
	case scheduled(sib1, 9):
		return known.Femto, "SIB1 schedules SIB9, the name of a home eNB"
	}
	for _, p := range e.plmns {
		x := s.pool(p)
		if x.femtos >= minPool && sib1.ECI >= x.low && sib1.ECI <= x.high && (sib1.ECI.ENB() > x.topENB || sib1.ECI.ENB() < x.lowENB) {
			return known.Femto, fmt.Sprintf("its ECI lies among those of %s's listed femtocells", p)
		}
		if x.femtos >= minPool && x.tacs[sib1.TAC] {
			return known.Femto, fmt.Sprintf("%s's listed femtocells alone have TAC %d", p, sib1.TAC)
		}
	}
	return known.ClassUnknown, ""
}

// inCSGRange tells whether a peer's SIB4 sets the PCI aside for closed cells: csg-PhysCellIdRange.
func (c *Case) inCSGRange() bool {
	for _, e := range c.peers() {
		for _, b := range e.info.of(4) {
			start, ok := b.num("csgPhysCellIdRange", "start")
			if !ok {
				continue
			}
			size, ok := pciRange[b.text("csgPhysCellIdRange", "range")]
			if !ok {
				size = 1
			}
			if p := float64(c.PCI); p >= start && p < start+size {
				return true
			}
		}
	}
	return false
}

// pciRange is the length of a PhysCellIdRange, TS 36.331 §6.3.4.
var pciRange = map[string]float64{"n4": 4, "n8": 8, "n12": 12, "n16": 16, "n24": 24, "n32": 32, "n48": 48, "n64": 64,
	"n84": 84, "n96": 96, "n128": 128, "n168": 168, "n252": 252, "n504": 504}

// femtoClass, FM-01, says what made an unlisted cell a femtocell. It weighs nothing: it is context for other rules.
func femtoClass(c *Case) Outcome {
	if c.Identity == nil {
		return missing("SIB1 not read")
	}
	class, why := c.class()
	if class != known.Femto && c.inCSGRange() {
		class, why = known.Femto, "neighbours set its PCI aside for closed cells"
	}
	if class != known.Femto || c.Match.State == known.Known {
		return fine
	}
	return c.found("weight", Finding{Field: "class", Value: "femto", From: why, Text: "taken for a femtocell: " + why})
}

// facts are the list's lines about the identity, newest list first; none while it is not known by a list.
func (c *Case) facts() []*known.Fact {
	if c.Match.State != known.Known {
		return nil
	}
	return slices.Clone(c.Match.Facts)
}

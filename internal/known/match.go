package known

import (
	"fmt"
	"slices"
	"strings"

	"github.com/straycell/straycell/decode/lte"
)

// State is what the lists say of a cell. It is not a suspicion.
type State uint8

const (
	StateUnset  State = iota
	Known             // its PLMN and ECI are in a list
	Unconfirmed       // SIB1 not read; PCI and EARFCN fit a listed cell within reach of here
	Unknown           // not in a list that should hold it
	NoList            // no list covers this place or this operator
)

func (s State) String() string {
	return [...]string{"", "known", "unconfirmed", "unknown", "no-list"}[s%5]
}

// Query is a cell as it was received.
type Query struct {
	PLMNs   []lte.PLMN // empty: SIB1 not read
	ECI     lte.ECI
	PCI     lte.PCI
	Duplex  lte.Duplex
	FreqsHz []float64 // every raster point the carrier may stand on; one when it is sure
	Here    *Place    // nil: unknown

	Around []lte.PLMN // operators that others on the carrier were heard to be of, while its own is not known
	Hosted bool       // its first operator, whose number the ECI is, shares cells that a list knows
}

// Match is the answer of the lists.
type Match struct {
	State   State
	Facts   []*Fact     // the listed cells that it is (known) or may be (unconfirmed)
	Crowd   []CrowdFact // the lines of crowd databases that make it known, where no other list speaks of it
	ByCrowd bool        // unknown to crowd databases only
}

// CrowdFact is a line of a crowd database with its origin.
type CrowdFact struct {
	CrowdCell
	Origin string // "crowd opencellid.csv.gz line 812"
}

// Match looks a cell up. PCI and EARFCN alone never make a cell known: a national list holds nearly every PCI on every
// carrier. A crowd database is asked where no inventory or baseline speaks of the operator here: what people's phones heard
// holds rogues too, and may not vouch against the operator's own list.
func (s *Set) Match(q Query) Match {
	if s.Empty() {
		return Match{State: NoList}
	}
	if len(q.PLMNs) > 0 {
		if m := s.matchIdentity(q); m.State != NoList {
			return m
		}
		return s.matchCrowd(q)
	}
	if f := s.ByPCI(q.FreqsHz, q.Duplex, q.PCI, q.Here); len(f) > 0 {
		return Match{State: Unconfirmed, Facts: f}
	}
	// A list of bare identities cannot hold a cell whose identity is not known.
	if len(s.byCarrier) == 0 || !s.covers(q.Here) || s.foreign(q) {
		return Match{State: NoList}
	}
	return Match{State: Unknown}
}

// foreign tells whether a carrier is another operator's than the lists': all who were heard on it are, and no line is on it.
func (s *Set) foreign(q Query) bool {
	return len(q.Around) > 0 && !slices.ContainsFunc(q.Around, s.hasOperator) && len(s.OnCarrier(q.FreqsHz, q.Duplex, q.Here)) == 0
}

func (s *Set) matchIdentity(q Query) Match {
	listed := false
	for _, p := range q.PLMNs {
		if f := s.ByECI(p, q.ECI); len(f) > 0 {
			return Match{State: Known, Facts: f}
		}
		listed = listed || s.hasOperator(p)
	}
	if q.Hosted && !s.hasOperator(q.PLMNs[0]) { // a partner's cell, which is the partner's list's
		listed = false
	}
	if !listed || !s.covers(q.Here) {
		return Match{State: NoList}
	}
	return Match{State: Unknown}
}

// matchCrowd asks the crowd databases.
func (s *Set) matchCrowd(q Query) Match {
	state := NoList
	for _, c := range s.Crowds() {
		for _, p := range q.PLMNs {
			var m Match
			for x := range c.ByECI(p, q.ECI) {
				m.State, m.Crowd = Known, append(m.Crowd, CrowdFact{x, c.From(x)})
			}
			if m.State == Known {
				return m
			}
			if q.Here != nil && c.covers(p, *q.Here) {
				state = Unknown
			}
		}
	}
	return Match{State: state, ByCrowd: state == Unknown}
}

// hasOperator tells whether any fact has this PLMN.
func (s *Set) hasOperator(p lte.PLMN) bool {
	i, _ := slices.BinarySearchFunc(s.byID, 0, func(n int32, _ int) int { return compareID(&s.facts[n], p, 0) })
	return i < len(s.byID) && s.facts[s.byID[i]].PLMN == p
}

// covers tells whether the lists speak of this place at all. A list without positions speaks of every place, and so does
// any list when it is unknown where we are; a list that has positions covers the surroundings of those, whatever a few
// lines without one may mean.
func (s *Set) covers(here *Place) bool {
	if here == nil || len(s.byPlace) == 0 {
		return true
	}
	found := false
	s.near(*here, macroReachM, func(*Fact) bool { found = true; return false })
	return found
}

// maxNamed bounds how many files a text names.
const maxNamed = 3

// Files names the lists: "inventory kt.csv, baseline roof.csv".
func (s *Set) Files() string {
	if s == nil {
		return ""
	}
	var names []string
	for _, f := range s.files {
		names = append(names, f.String())
	}
	for _, c := range s.crowds {
		names = append(names, "crowd "+c.Name())
	}
	if more := len(names) - maxNamed; more > 0 {
		names = append(names[:maxNamed], fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

// ByENB returns the facts about an eNB's cells.
func (s *Set) ByENB(p lte.PLMN, enb int) []*Fact {
	if s == nil {
		return nil
	}
	first := lte.ECI(enb << 8)
	i, _ := slices.BinarySearchFunc(s.byID, 0, func(n int32, _ int) int { return compareID(&s.facts[n], p, first) })
	var out []*Fact
	for ; i < len(s.byID); i++ {
		f := &s.facts[s.byID[i]]
		if f.PLMN != p || f.ECI.ENB() != enb {
			break
		}
		out = append(out, f)
	}
	return out
}

// TACs lists the tracking areas of operators' listed cells that may be heard here, nil where a list without TACs, or none,
// speaks of them.
func (s *Set) TACs(plmns []lte.PLMN, here *Place) []uint16 {
	if s == nil || len(plmns) == 0 {
		return nil
	}
	var out []uint16
	take := func(f *Fact) bool {
		if f.HasTAC && slices.Contains(plmns, f.PLMN) && !slices.Contains(out, f.TAC) {
			out = append(out, f.TAC)
		}
		return len(out) < maxTACs
	}
	if here != nil && len(s.byPlace) > 0 {
		s.near(*here, macroReachM, take)
	} else {
		for i := range s.facts {
			if !take(&s.facts[i]) {
				break
			}
		}
	}
	slices.Sort(out)
	return out
}

// HasTAC tells whether a cell of the operators that the list has within radiusM of here is of a tracking area; not counting one.
func (s *Set) HasTAC(plmns []lte.PLMN, tac uint16, here Place, radiusM float64, but lte.ECI) bool {
	found := false
	s.near(here, radiusM, func(f *Fact) bool {
		found = f.HasTAC && f.TAC == tac && f.ECI != but && slices.Contains(plmns, f.PLMN)
		return !found
	})
	return found
}

// maxTACs bounds a list of tracking areas; who lists more around a place lists the country.
const maxTACs = 256

// MCCs lists the countries of the facts, at most a handful.
func (s *Set) MCCs() []uint16 {
	if s == nil {
		return nil
	}
	var out []uint16
	for i := 0; i < len(s.byID) && len(out) < maxTACs; {
		mcc := s.facts[s.byID[i]].PLMN.MCC
		out = append(out, mcc)
		n, _ := slices.BinarySearchFunc(s.byID[i:], 0, func(n int32, _ int) int {
			if s.facts[n].PLMN.MCC <= mcc {
				return -1
			}
			return 1
		})
		i += n
	}
	return out
}

// HasCarriers tells whether at least n facts of the operators say their carrier.
func (s *Set) HasCarriers(plmns []lte.PLMN, n int) bool {
	if s == nil {
		return false
	}
	for _, p := range plmns {
		i, _ := slices.BinarySearchFunc(s.byID, 0, func(n int32, _ int) int { return compareID(&s.facts[n], p, 0) })
		for ; i < len(s.byID) && s.facts[s.byID[i]].PLMN == p; i++ {
			if len(s.facts[s.byID[i]].EARFCNs) > 0 {
				if n--; n <= 0 {
					return true
				}
			}
		}
	}
	return false
}

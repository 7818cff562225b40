// Package verdict judges cells against the lists of what ought to be there and against what a cell may legally broadcast.
//
// A state (known, unconfirmed, unknown, no-list) is not a suspicion: it says what the lists hold. The level says how much
// stands against a cell, whatever the lists hold.
package verdict

import (
	"github.com/straycell/straycell/internal/cell"
	"github.com/straycell/straycell/internal/known"
)

// Rule is one named, versioned rule. Check is a pure function of the case: the same case gives the same finding, live,
// replayed or judged anew years later. Its doc comment says what it looks at, why a rogue does that, and which innocent
// causes look the same.
type Rule interface {
	Name() string // "ID-01"; the part before the hyphen is its family
	Version() int
	Check(Case) (Finding, bool)
}

// Needy is a Rule that cannot judge every case. Missing says what it would need, "" if nothing is missing.
type Needy interface {
	Missing(Case) string
}

// Case is all that rules may look at: a cell, where it was heard, and what the lists say of it.
type Case struct {
	Cell  cell.Cell
	Here  *known.Place // nil: unknown
	Set   *known.Set   // nil: no list
	Query known.Query
	Match known.Match
}

// NewCase looks the cell up once for all rules.
func NewCase(c cell.Cell, set *known.Set, here *known.Place) Case {
	q := known.Query{PCI: c.PCI, Duplex: c.Duplex, FreqsHz: c.FreqsHz, Here: here}
	if c.Identity != nil {
		for _, p := range c.Identity.SIB1.PLMNs {
			q.PLMNs = append(q.PLMNs, p.PLMN)
		}
		q.ECI = c.Identity.SIB1.ECI
	}
	return Case{Cell: c, Here: here, Set: set, Query: q, Match: set.Match(q)}
}

// Finding is one rule's case against a cell.
type Finding struct {
	Weight   int    // 0 to 100
	Field    string // what was looked at, as the JSON lines name it
	Value    string // what it is
	Expected string // what it should be
	From     string // where that expectation comes from
	Text     string // the finding in one sentence
}

// Rules is the catalogue in the order of its names.
func Rules() []Rule {
	return []Rule{Listed{}}
}

// Verdict is what the rules came to.
type Verdict struct {
	State     known.State
	Score     int // 0 to 100
	Level     Level
	Findings  []Named
	NotJudged []NotJudged
}

// Named is a finding with the rule that found it.
type Named struct {
	Rule    string
	Version int
	Finding
}

// NotJudged is a rule that could not be applied, and why.
type NotJudged struct {
	Rule string
	Why  string
}

// Judge applies the rules to a case.
func Judge(rules []Rule, c Case) Verdict {
	v := Verdict{State: c.Match.State}
	for _, r := range rules {
		if n, ok := r.(Needy); ok {
			if why := n.Missing(c); why != "" {
				v.NotJudged = append(v.NotJudged, NotJudged{r.Name(), why})
				continue
			}
		}
		if f, ok := r.Check(c); ok {
			v.Findings = append(v.Findings, Named{r.Name(), r.Version(), f})
		}
	}
	v.Score, v.Level = score(v.Findings)
	return v
}

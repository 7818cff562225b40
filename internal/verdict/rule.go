// Package verdict judges cells against the lists of what ought to be there, against the cells around them and against what a
// cell may legally broadcast.
//
// A state (known, unconfirmed, unknown, no-list) is not a suspicion: it says what the lists hold. The level says how much
// stands against a cell, whatever the lists hold.
package verdict

import (
	"strings"

	"github.com/straycell/straycell/internal/known"
)

// Rule is one named, versioned rule. Check is a pure function of the case: the same case gives the same finding, live,
// replayed or judged anew years later. Its doc comment says what it looks at, why a rogue does that, and which innocent
// causes look the same. What it weighs, and from which threshold on, is data: rules.toml.
type Rule struct {
	Name    string // "ID-01"; the part before the hyphen is its family
	Version int
	Check   func(*Case) Outcome
}

// Outcome of a rule: nothing, a finding, or why it could not judge.
type Outcome struct {
	Finding *Finding
	Missing string
}

// fine is a rule that judged and found nothing.
var fine = Outcome{}

func missing(why string) Outcome { return Outcome{Missing: why} }

// found is a finding that weighs what the rule's data calls weight.
func (c *Case) found(weight string, f Finding) Outcome {
	f.weight = weight
	return Outcome{Finding: &f}
}

// Finding is one rule's case against a cell.
type Finding struct {
	Weight   int    // 0 to 100
	Field    string // what was looked at, as the JSON lines name it
	Value    string // what it is
	Expected string // what it should be
	From     string // where that expectation comes from
	Text     string // the finding in one sentence

	Hard    bool   // enough for an alert without a second family
	Excused string // why it weighs nothing: planned work, a person's word; "" otherwise
	weight  string // what its weight is called in the data; "": it is in Weight
}

// Rules is the catalogue in the order of its names.
func Rules() []Rule {
	return []Rule{
		{"ID-00", 4, listed},
		{"ID-01", 1, unlisted},
		{"ID-02", 1, newENB},
		{"ID-03", 4, differs},
		{"ID-04", 4, farFromSite},
		{"ID-05", 3, wrongPLMN},
		{"ID-06", 4, oddTAC},
		{"ID-07", 1, shortPLMNList},
		{"ID-08", 1, wrongBand},
		{"ID-09", 1, oddECI},
		{"ID-10", 1, sharedPCI},
		{"ID-11", 1, foreignSibling},
		{"CF-01", 1, shortSchedule},
		{"CF-02", 2, neverSent},
		{"CF-03", 1, noNeighbours},
		{"CF-04", 2, staleNeighbours},
		{"CF-05", 2, unlistedByNeighbours},
		{"CF-06", 1, stackDefaults},
		{"CF-07", 1, stackScheduling},
		{"CF-09", 2, sameTag},
		{"CF-10", 2, alternating},
		{"CF-11", 3, oddCarrier},
		{"CF-12", 1, onePort},
		{"CF-13", 1, oddFrame},
		{"CF-14", 1, oddTimers},
		{"CF-16", 3, accessGames},
		{"CF-17", 1, oldRelease},
		{"RS-01", 1, highPriority},
		{"RS-02", 1, sticky},
		{"RS-04", 1, downgrade},
		{"RS-05", 1, noSuchRAT},
		{"RS-06", 1, strangeLegacy},
		{"PH-01", 2, offClock},
		{"PH-02", 2, drifts},
		{"PH-03", 1, offFrame},
		{"PH-04", 1, restarts},
		{"PH-05", 1, tooStrong},
		{"PH-06", 3, secondTransmitter},
		{"PH-10", 1, emptyCarrier},
		{"PH-11", 1, image},
		{"TM-01", 1, newToday},
		{"TM-02", 1, shortLife},
		{"TM-03", 1, nightOnly},
		{"PL-01", 2, moves},
		{"PL-02", 2, followsMe},
		{"PL-04", 2, displaces},
		{"PW-01", 2, loneWarning},
		{"PW-02", 1, testWarning},
		{"PW-03", 1, emptyIndication},
		{"FM-01", 1, femtoClass},
		{"FM-02", 1, femtoAway},
		{"FM-03", 1, zombie},
		{"FM-04", 1, newFemto},
		{"FM-05", 2, manyIdentities},
		{"FM-06", 1, manyRadios},
		{"FM-07", 2, movingFemto},
		{"FM-08", 1, boostedFemto},
		{"FM-10", 2, staleFemto},
		{"FM-11", 1, femtoClock},
		{"FM-12", 1, otherRegion},
	}
}

// Family is the part of a rule's name that says what kind of evidence it is.
func Family(rule string) string {
	f, _, _ := strings.Cut(rule, "-")
	return f
}

// Verdict is what the rules came to.
type Verdict struct {
	State     known.State
	Score     int // 0 to 100
	Level     Level
	Adversary Adversary // whom the findings speak of
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
	p := c.policy()
	image := false
	for _, r := range rules {
		c.data = p.rule(r.Name)
		out := r.Check(&c)
		switch {
		case out.Missing != "":
			v.NotJudged = append(v.NotJudged, NotJudged{r.Name, out.Missing})
		case out.Finding != nil:
			f := *out.Finding
			if f.weight != "" {
				f.Weight, f.Hard = c.data.weigh(f.weight)
			}
			if x := c.Set.Excuse(c.Query.PLMNs, c.Query.ECI, r.Name, c.data.planned, c.Now); x != nil {
				f.Weight, f.Hard, f.Excused = 0, false, x.Reason
				f.Text += "; excused until " + x.Until.Format("2006-01-02 15:04") + ": " + x.Reason + " (" + x.Where() + ")"
			}
			image = image || r.Name == imageRule
			v.Findings = append(v.Findings, Named{r.Name, r.Version, f})
		}
	}
	if image { // what is said of an image is said of the cell it is the image of
		for i := range v.Findings {
			v.Findings[i].Weight, v.Findings[i].Hard = 0, false
		}
	}
	v.Score, v.Level = p.Score(v.Findings)
	v.Adversary = p.adversary(v.Findings)
	return v
}

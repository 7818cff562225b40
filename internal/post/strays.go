package post

import (
	"fmt"
	"slices"
	"strings"

	"github.com/straycell/straycell/internal/survey"
)

// Seconds of listening: time in which a radio was away tells nothing about cells.
const (
	goneS = 600 // not heard for so long: the cell is gone
	calmS = 60  // nothing against it for so long: the alert is over
)

// member is a cell of one radio's survey.
type member struct {
	radio       int
	transmitter string
	identity    string // "" until its SIB1 was read
}

// hold is how a cell holds up an alert.
type hold struct {
	bad   bool
	lastS float64 // listened by its radio when it was last heard, and bad; or since when it is not
}

// severityOf is how much a cell is worth waking somebody.
func severityOf(c *survey.Cell) Severity {
	switch {
	case c.Level == "alert":
		return Critical
	case c.Level == "suspicious":
		return Warning
	case c.Known == "unknown":
		return Minor
	}
	return SeverityUnknown
}

// identityOf is the name that a cell broadcasts; "" while none was read.
func identityOf(c *survey.Cell) string {
	if c.ECI == nil || len(c.PLMNs) == 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d", c.PLMNs[0], *c.ECI)
}

// subjectOf names a cell for people: by its identity, or by what is known of it.
func subjectOf(c *survey.Cell) string {
	if id := identityOf(c); id != "" {
		return id
	}
	return fmt.Sprintf("PCI %d at %.1f MHz", c.PCI, c.FreqHz/1e6)
}

// textOf says what is held against a cell.
func textOf(c *survey.Cell) string {
	var why []string
	for i := range c.Findings {
		if f := &c.Findings[i]; f.Weight > 0 && len(why) < 3 {
			why = append(why, f.Rule+": "+f.Text)
		}
	}
	text := fmt.Sprintf("%s, PCI %d at %.1f MHz: %s, score %d, %s", subjectOf(c), c.PCI, c.FreqHz/1e6, c.Known, c.Score, c.Level)
	if len(why) > 0 {
		text += ": " + strings.Join(why, "; ")
	}
	return text
}

// stray takes a cell's newest state. listenedS is what its radio listened so far.
func (a *alerts) stray(now moment, radio int, c *survey.Cell, listenedS float64) {
	agoS := max(0, c.TS-c.LastS)
	if agoS > goneS { // the end of a survey tells of all it ever heard
		return
	}
	id, s := identityOf(c), severityOf(c)
	m := member{radio, c.Transmitter, id}
	if id != "" && s != SeverityUnknown {
		a.adopt(now, m, c)
	}
	if s == SeverityUnknown {
		if x := a.open[key(StrayCell, subjectOf(c))]; x != nil {
			if h := x.heard[m]; h != nil && h.bad {
				h.bad, h.lastS = false, listenedS
			}
		}
		return
	}
	if x := a.raise(now, StrayCell, subjectOf(c), s, textOf(c), brief(*c)); x != nil {
		x.heard[m] = &hold{true, listenedS - agoS}
	}
}

// adopt gives an alert of a cell without a name the name that was read now, or ends it where there is an alert of that name.
func (a *alerts) adopt(now moment, m member, c *survey.Cell) {
	was := member{m.radio, m.transmitter, ""}
	for k, x := range a.open {
		if x.Name != StrayCell || x.heard[was] == nil {
			continue
		}
		delete(x.heard, was)
		if len(x.heard) > 0 {
			continue
		}
		subject := subjectOf(c)
		if a.open[key(StrayCell, subject)] != nil {
			a.clear(now, StrayCell, x.Subject, "it is "+subject+", which has an alert")
			return
		}
		delete(a.open, k)
		text := fmt.Sprintf("%s is %s", x.Subject, textOf(c))
		x.Subject, x.Text, x.Last, x.Cell = subject, text, now.wall, brief(*c)
		a.open[key(StrayCell, subject)] = x
		if x.Told {
			a.total[[2]string{StrayCell, identified}]++
			a.tell(a.notice(now, x, identified))
		}
		a.save(x)
		return
	}
}

// drop takes away what a transmitter held up that turned out to be none.
func (a *alerts) drop(now moment, radio int, transmitter, why string) {
	for _, x := range a.strays() {
		n := len(x.heard)
		for m := range x.heard {
			if m.radio == radio && m.transmitter == transmitter {
				delete(x.heard, m)
			}
		}
		if n > 0 && len(x.heard) == 0 {
			a.clear(now, StrayCell, x.Subject, why)
		}
	}
}

// joined renames a transmitter that turned out to be another one.
func (a *alerts) joined(radio int, from, to string) {
	for _, x := range a.strays() {
		for m, h := range x.heard {
			if m.radio == radio && m.transmitter == from {
				delete(x.heard, m)
				m.transmitter = to
				x.heard[m] = h
			}
		}
	}
}

// settle clears the alerts that nothing holds up any more. listenedS is by radio.
func (a *alerts) settle(now moment, listenedS []float64) {
	for _, x := range a.strays() {
		calm := true
		for m, h := range x.heard {
			quietS := listenedS[m.radio] - h.lastS
			if h.bad && quietS < goneS || !h.bad && quietS < calmS {
				calm = false
				break
			}
		}
		if !calm {
			continue
		}
		why := fmt.Sprintf("not heard for %d minutes of listening", goneS/60)
		for _, h := range x.heard {
			if !h.bad {
				why = "nothing is held against it any more"
			}
		}
		a.clear(now, StrayCell, x.Subject, why)
	}
}

// strays are the open alerts of cells.
func (a *alerts) strays() []*Alert {
	var out []*Alert
	for _, x := range a.open {
		if x.Name == StrayCell {
			out = append(out, x)
		}
	}
	slices.SortFunc(out, func(x, y *Alert) int { return strings.Compare(x.Subject, y.Subject) })
	return out
}

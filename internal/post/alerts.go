package post

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/straycell/straycell/internal/survey"
)

// Alert is a state that somebody ought to know of, from when it was raised until it is cleared.
type Alert struct {
	ID       string       `json:"id"`
	Name     string       `json:"alert"`
	Subject  string       `json:"subject"`
	Severity Severity     `json:"severity"` // the highest it had
	Since    time.Time    `json:"since"`
	Last     time.Time    `json:"last"` // when it was last seen to hold
	Text     string       `json:"text"`
	Cell     *survey.Cell `json:"cell,omitempty"`
	Told     bool         `json:"told"`              // its raising was told, and so will be its clearing
	Cleared  *time.Time   `json:"cleared,omitempty"` // nil: open
	Why      string       `json:"why,omitempty"`     // it was cleared

	heard map[member]*hold // by whom a cell's alert is held up
}

// Bounds: what hostile air can make up ends somewhere.
const (
	maxOpen   = 2000 // alerts that are kept apart
	maxRecent = 200  // cleared ones, remembered for the API
	maxNames  = 50   // in a summary
)

// alerts are those that are open. An alert is told when it is raised, when its severity rises, when its cell turns out to have a
// name, and when it is cleared: nothing twice, and no more at once than people can read. The rest is told as a summary.
type alerts struct {
	open    map[string]*Alert // by name and subject
	recent  []*Alert          // cleared, oldest first
	buckets map[string]*bucket
	held    []string // not told, since the last summary
	heldN   int
	summed  time.Duration // when that was
	total   map[[2]string]int64
	nextID  func() string
	tell    func(Notice)
	save    func(*Alert) // a changed one; a cleared one is forgotten
}

func newAlerts() *alerts {
	return &alerts{open: map[string]*Alert{}, buckets: map[string]*bucket{}, total: map[[2]string]int64{}, summed: -summaryEvery}
}

// moment is when something is: by the clock on the wall, which may be set at any time, and since the start, which may not.
type moment struct {
	wall  time.Time
	since time.Duration
}

func key(name, subject string) string { return name + " " + subject }

// raise opens an alert, or raises the severity of the open one; nil: there are too many.
func (a *alerts) raise(now moment, name, subject string, s Severity, text string, c *survey.Cell) *Alert {
	if x := a.open[key(name, subject)]; x != nil {
		x.Last = now.wall
		if c != nil {
			x.Cell = c
		}
		if s > x.Severity {
			x.Severity, x.Text = s, text
			event := escalated
			if !x.Told {
				event = raised
			}
			x.Told = a.send(now, x, event) || x.Told
			a.save(x)
		}
		return x
	}
	if name == StrayCell && len(a.open) >= maxOpen {
		a.raise(now, Flood, "cells", Critical, fmt.Sprintf("more than %d stray cells at once: further ones are not told apart", maxOpen), nil)
		return nil
	}
	x := &Alert{ID: a.nextID(), Name: name, Subject: subject, Severity: s, Since: now.wall, Last: now.wall, Text: text, Cell: c, heard: map[member]*hold{}}
	a.open[key(name, subject)] = x
	x.Told = a.send(now, x, raised)
	a.save(x)
	return x
}

// clear closes an alert, if it is open.
func (a *alerts) clear(now moment, name, subject, why string) {
	x := a.open[key(name, subject)]
	if x == nil {
		return
	}
	delete(a.open, key(name, subject))
	at := now.wall
	x.Cleared, x.Why = &at, why
	if a.recent = append(a.recent, x); len(a.recent) > maxRecent {
		a.recent = slices.Delete(a.recent, 0, 1)
	}
	a.total[[2]string{name, cleared}]++
	if x.Told {
		n := a.notice(now, x, cleared)
		n.Text = why
		a.tell(n)
	}
	a.save(x)
	if name == StrayCell && len(a.open) < maxOpen*9/10 {
		a.clear(now, Flood, "cells", "there are fewer again")
	}
}

// send tells of an alert unless too much is told already.
func (a *alerts) send(now moment, x *Alert, event string) bool {
	a.total[[2]string{x.Name, event}]++
	b := a.buckets[key(x.Name, x.Severity.String())]
	if b == nil {
		b = &bucket{tokens: burst}
		a.buckets[key(x.Name, x.Severity.String())] = b
	}
	if !b.take(now.since) {
		if a.heldN++; len(a.held) < maxNames {
			a.held = append(a.held, x.Subject)
		}
		return false
	}
	a.tell(a.notice(now, x, event))
	return true
}

func (a *alerts) notice(now moment, x *Alert, event string) Notice {
	since := x.Since
	return Notice{Alert: x.Name, Event: event, Severity: x.Severity, Of: x.ID, Subject: x.Subject, Since: &since, Time: now.wall, Text: x.Text, Cell: x.Cell}
}

// summaryEvery is how often what was held back is summed up.
const summaryEvery = 10 * time.Minute

// tick tells what was held back, in one notice.
func (a *alerts) tick(now moment) {
	if a.heldN == 0 || now.since-a.summed < summaryEvery {
		return
	}
	text := fmt.Sprintf("%d alerts were not told one by one: %s", a.heldN, strings.Join(a.held, ", "))
	if a.heldN > len(a.held) {
		text += " and more"
	}
	a.held, a.heldN, a.summed = nil, 0, now.since
	a.tell(Notice{Alert: HeldBack, Event: told, Severity: Warning, Time: now.wall, Text: text})
}

// list is the open alerts, the worst and then the newest first, and after them the cleared ones, newest first.
func (a *alerts) list() []*Alert {
	out := slices.SortedFunc(maps.Values(a.open), func(x, y *Alert) int {
		if x.Severity != y.Severity {
			return int(y.Severity) - int(x.Severity)
		}
		if c := y.Since.Compare(x.Since); c != 0 {
			return c
		}
		return strings.Compare(x.Subject, y.Subject)
	})
	for _, x := range slices.Backward(a.recent) {
		out = append(out, x)
	}
	return out
}

// Limits of what is told: for each alert's name and severity, so that a flood of small ones does not hold up a great one.
const (
	burst       = 60
	refillEvery = time.Minute
)

// bucket holds tokens for what may be told.
type bucket struct {
	tokens float64
	at     time.Duration
}

func (b *bucket) take(now time.Duration) bool {
	b.tokens = min(burst, b.tokens+float64(now-b.at)/float64(refillEvery))
	b.at = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

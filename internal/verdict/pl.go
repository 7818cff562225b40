package verdict

import (
	"fmt"
	"math"
	"time"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/known"
)

// Past is what earlier surveys of the place tell.
type Past struct {
	Since time.Time // the first survey
	Until time.Time // the last
	Days  int       // days with a survey
	cells map[string]*PastCell
}

// PastCell is an identity as earlier surveys heard it.
type PastCell struct {
	PLMN  lte.PLMN
	ECI   lte.ECI
	First time.Time
	Days  int          // days on which it was heard
	Night int          // of those, days on which it was heard between 0 and 6 o'clock alone
	Place *known.Place // where it was strongest; nil: unknown
}

// NewPast makes a history of what was heard.
func NewPast(since, until time.Time, days int, cells []PastCell) *Past {
	p := &Past{Since: since, Until: until, Days: days, cells: map[string]*PastCell{}}
	for i := range cells {
		p.cells[pastKey(cells[i].PLMN, cells[i].ECI)] = &cells[i]
	}
	return p
}

func pastKey(p lte.PLMN, e lte.ECI) string { return fmt.Sprintf("%d-%d %d", p.MCC, p.MNC, e) }

// past is the cell's own history; nil if it was never heard.
func (c *Case) past() *PastCell {
	for _, p := range c.plmns {
		if x := c.Past.cells[pastKey(p, c.Query.ECI)]; x != nil {
			return x
		}
	}
	return nil
}

// noPast says why history cannot judge; "" when it can.
func (c *Case) noPast(days float64) string {
	switch {
	case c.Past == nil:
		return "no earlier surveys of this place"
	case c.Now.IsZero():
		return "the source does not know what day it is"
	case float64(c.Past.Days) < days:
		return fmt.Sprintf("surveys of %d days, want %.0f", c.Past.Days, days)
	}
	return ""
}

// newToday, TM-01: never heard here before, at a place that was watched for weeks.
//
// A rogue comes for an evening. Innocent: a new site; the post was moved. It wears off within a week.
func newToday(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	if why := c.noPast(c.n("history_days")); why != "" {
		return missing(why)
	}
	age, x := 0.0, c.past()
	if x != nil {
		age = c.Now.Sub(x.First).Hours() / 24
	}
	switch {
	case x != nil && x.First.Sub(c.Past.Since).Hours() < 24*c.n("history_days"), age >= c.n("week_days"):
		return fine
	case age >= c.n("fresh_days"):
		return c.found("fading", c.firstHeard(age))
	}
	return c.found("weight", c.firstHeard(age))
}

func (c *Case) firstHeard(days float64) Finding {
	return Finding{Field: "first_s", Value: fmt.Sprintf("first heard %.0f days ago", days), Expected: "heard before", From: fmt.Sprintf("surveys of %d days since %s", c.Past.Days, c.Past.Since.Format("2006-01-02")),
		Text: fmt.Sprintf("was never heard here in surveys of %d days until %.0f days ago", c.Past.Days, days)}
}

// shortLife, TM-02: it was there for a while, and is gone, in a survey that went on.
//
// A rogue in a car. Innocent: carriers that sleep at night, a cell on wheels, reception in passing: a receiver that moves
// proves nothing.
func shortLife(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	if c.movedM() > c.n("moved_m") {
		return missing("the receiver moved")
	}
	watched := c.NowS
	lived, gone := c.LastS-c.BeganS, c.NowS-c.LastS
	if watched < 3600*c.n("watched_hours") {
		return missing(fmt.Sprintf("watched for %.1f hours, want %.0f", watched/3600, c.n("watched_hours")))
	}
	if lived > 3600*c.n("life_hours") || gone < 3600*c.n("gone_hours") || c.scene.looks[bucket(c.rxHz())] < c.LastS+3600*c.n("gone_hours")/2 {
		return fine
	}
	weight := "weight"
	if c.Match.State == known.Unknown {
		weight = "unlisted"
	}
	return c.found(weight, Finding{Field: "last_s", Value: fmt.Sprintf("%.0f minutes", lived/60), Expected: "there for as long as it is watched", From: fmt.Sprintf("%.1f hours of survey", watched/3600),
		Text: fmt.Sprintf("was on the air for %.0f minutes, and is gone for %.0f", lived/60, gone/60)})
}

// nightOnly, TM-03: heard in the small hours alone, on several days.
//
// The KT rogues worked before dawn. Innocent: energy saving does the opposite.
func nightOnly(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	if why := c.noPast(c.n("history_days")); why != "" {
		return missing(why)
	}
	x := c.past()
	if x == nil || x.Days < int(c.n("days")) || x.Night < x.Days {
		return fine
	}
	return c.found("weight", Finding{Field: "time", Value: fmt.Sprintf("%d nights", x.Night), Expected: "also by day", From: fmt.Sprintf("surveys of %d days", c.Past.Days),
		Text: fmt.Sprintf("was heard on %d days, always between 0 and 6 o'clock alone", x.Days)})
}

// moves, PL-01: no one place explains its levels along the way; or it was strongest at one place in an earlier pass, and is now
// strongest at another.
//
// A rogue is carried. Innocent: repeaters, cells on trains, ships and buses, which a list may know; a receiver that passed
// elsewhere: of earlier passes only places that this one covered too count.
func moves(c *Case) Outcome {
	if class, _ := c.class(); class == known.Femto {
		return fine // has a rule of its own
	}
	if c.Match.State == known.Known {
		return c.moved("known")
	}
	return c.moved("weight")
}

// movingFemto, FM-07: a femtocell that moves, between passes or with the receiver.
//
// Femtocells stand in homes. Innocent: none, but for those on buses.
func movingFemto(c *Case) Outcome {
	if class, _ := c.class(); class != known.Femto {
		return fine
	}
	if out := c.moved("weight"); out.Finding != nil {
		return out
	}
	if out := c.follows(); out.Finding != nil || out.Missing != "" {
		return out
	}
	return fine
}

func (c *Case) moved(weight string) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	if m, ok := c.scene.moved[c.Transmitter]; ok && m.Metres > c.n("moved_m") {
		return c.found(weight, Finding{Field: "place", Value: "about " + metres(m.Metres), Expected: "within " + metres(c.n("moved_m")), From: "its levels along the receiver's way",
			Text: fmt.Sprintf("no one place explains its levels: it moved about %s between %.0f and %.0f s", metres(m.Metres), m.FromS, m.ToS)})
	}
	if c.Past == nil {
		return missing("no earlier pass to compare with")
	}
	x, now := c.past(), c.strongest()
	if x == nil || x.Place == nil || now == nil {
		return missing("where it was strongest in an earlier pass is not known")
	}
	d := x.Place.DistanceM(*now)
	if d <= c.n("moved_m") {
		return fine
	}
	covered := false
	for _, e := range c.peers() { // the receiver has to have been near the old place too, by any cell's history
		for _, m := range e.History {
			covered = covered || m.Here != nil && m.Here.DistanceM(*x.Place) < c.n("moved_m")/2
		}
	}
	for _, m := range c.History {
		covered = covered || m.Here != nil && m.Here.DistanceM(*x.Place) < c.n("moved_m")/2
	}
	if !covered {
		return missing("the place where it was strongest before was not passed again")
	}
	return c.found(weight, Finding{Field: "place", Value: metres(d) + " from before", Expected: "within " + metres(c.n("moved_m")), From: fmt.Sprintf("surveys of %d days", c.Past.Days),
		Text: fmt.Sprintf("was strongest %s from where it is strongest now", metres(d))})
}

// followsMe, PL-02: as strong as ever while the receiver moves on.
//
// Somebody drives along, and is near. Innocent: cells on buses and trains: a known one counts for nothing; and a weak cell, which is heard only
// where it stands out of the noise and so seems to be as strong everywhere.
func followsMe(c *Case) Outcome {
	if class, _ := c.class(); class == known.Femto || c.Match.State == known.Known {
		return fine
	}
	if why := c.unread(); why != "" {
		return missing(why)
	}
	return c.follows()
}

func (c *Case) follows() Outcome {
	if c.movedM() < c.n("far_m") {
		return missing("the receiver did not move far enough")
	}
	if c.Best.Signal.SINRdB < c.policy().rule("PL-02").numbers["sinr_db"] {
		return fine
	}
	low, high, n := math.Inf(1), math.Inf(-1), 0
	for _, m := range c.History {
		if m.Here != nil {
			low, high, n = min(low, m.RSRPdBFS), max(high, m.RSRPdBFS), n+1
		}
	}
	if n < int(c.n("looks")) || high-low > c.n("within_db") {
		return fine
	}
	return c.found("weight", Finding{Field: "rsrp_dbfs", Value: fmt.Sprintf("within %.0f dB over %s", high-low, metres(c.movedM())), Expected: "fades as one drives on", From: "its own history",
		Text: fmt.Sprintf("stays within %.0f dB while the receiver moves %s", high-low, metres(c.movedM()))})
}

// movedSince is how far from here the receiver was, at most, while the carrier's cells were heard since a moment.
func (c *Case) movedSince(s float64) (far float64) {
	if c.Here == nil {
		return 0
	}
	for _, e := range append(c.onCarrier(), c.Entry) {
		for _, m := range e.History {
			if m.S >= s && m.Here != nil {
				far = max(far, m.Here.DistanceM(*c.Here))
			}
		}
	}
	return far
}

// displaces, PL-04: listed cells that were strong fall silent as an unlisted one appears.
//
// A rogue jams what it replaces, or takes its place. Innocent: an outage, and a neighbour that steps in; and who drives on loses
// some cells and meets others, so it is judged where the receiver stood.
func displaces(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	if c.Match.State != known.Unknown {
		return notListed(c)
	}
	if c.BeganS < c.n("before_s") {
		return missing("it was there when the survey began")
	}
	if c.NowS-c.BeganS < c.n("after_s") {
		return missing("it came a moment ago")
	}
	if moved := c.movedSince(c.BeganS - c.n("before_s")); moved > c.n("stands_m") {
		return missing(fmt.Sprintf("the receiver moved %s meanwhile", metres(moved)))
	}
	var gone, read, there int
	for _, e := range c.of(c.near(keyCarrier, ""), func(e *Entry) bool {
		return e.match.State == known.Known && c.sharesPLMN(e) && math.Abs(e.rxHz()-c.rxHz()) < sameCarrierHz && e.BeganS < c.BeganS-c.n("before_s")/2
	}) {
		switch {
		case e.LastS >= c.BeganS+c.n("after_s"):
			there++
		case e.LastS > c.BeganS-c.n("before_s"):
			if e.Best.Signal.SINRdB > c.n("sinr_db") {
				gone++
			}
			if e.readTwice() && c.Here != nil {
				read++
			}
		}
	}
	if gone < int(c.n("gone")) && read < int(c.n("read")) {
		return fine
	}
	if gone = max(gone, read); gone <= there {
		return fine
	}
	return c.found("weight", Finding{Field: "first_s", Value: fmt.Sprintf("%d listed cells fell silent", gone), Expected: "listed cells go on", From: c.Set.Files(),
		Text: fmt.Sprintf("%d listed cells of the operator fell silent as it appeared", gone)})
}

package verdict

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/straycell/straycell/internal/known"
)

// femto tells whether the cell is a femtocell, and says why it cannot be told.
func (c *Case) femto() (is bool, why string) {
	if why := c.unread(); why != "" {
		return false, why
	}
	class, _ := c.class()
	return class == known.Femto, ""
}

// femtoAway, FM-02: a listed femtocell is heard where it is not registered.
//
// The femtocell of 2025 had been lost from an army base, and was driven through apartment blocks. Innocent: another side of the
// same building, an address that was read wrongly off a map: a few hundred metres prove little.
func femtoAway(c *Case) Outcome {
	is, why := c.femto()
	if why != "" {
		return missing(why)
	}
	if !is || c.Match.State != known.Known {
		return fine
	}
	here := c.strongest()
	if here == nil {
		return missing("where the receiver stands is not known")
	}
	d, from := math.Inf(1), ""
	for _, f := range c.facts() {
		if f.Place != nil && f.Place.DistanceM(*here) < d {
			d, from = f.Place.DistanceM(*here), f.From()
			if f.Address != "" {
				from += " (" + f.Address + ")"
			}
		}
	}
	if math.IsInf(d, 1) {
		return missing("the list does not say where it is registered")
	}
	weight := ""
	switch {
	case d > c.n("far_m"):
		weight = "far"
	case d > c.n("near_m"):
		weight = "near"
	default:
		return fine
	}
	return c.found(weight, Finding{Field: "place", Value: metres(d) + " from its address", Expected: "within " + metres(c.n("near_m")), From: from,
		Text: fmt.Sprintf("a femtocell heard %s from its registered address", metres(d))})
}

// zombie, FM-03: an identity that its operator's books have as lost, returned or retired is on the air.
//
// This is what the army-base femtocell was. Innocent: books that are behind; of cells that are no femtocells, most of the time.
func zombie(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	facts := c.facts()
	if len(facts) == 0 {
		return notListed(c)
	}
	for _, f := range facts {
		if f.Site == known.SiteUnknown || f.Site == known.Active {
			if !expired(f, c.Now) {
				return fine // any line that has it in service is enough
			}
		}
	}
	f := facts[0]
	out := Finding{Field: "state", Value: "on the air", Expected: f.Site.String(), From: f.From(), Text: fmt.Sprintf("%s is %s in the list, and on the air", c.Identity.Name(), f.Site)}
	switch class, _ := c.class(); {
	case f.Site == known.Planned:
		return c.found("planned_site", out)
	case f.Site == known.SiteUnknown || f.Site == known.Active:
		out.Expected, out.Text = "valid until "+f.ValidTo.Format("2006-01-02"), fmt.Sprintf("the list has %s until %s", c.Identity.Name(), f.ValidTo.Format("2006-01-02"))
		return c.found("expired", out)
	case class != known.Femto:
		return c.found("macro", out)
	}
	return c.found("weight", out)
}

// expired tells whether a line's last day is over; while the time is unknown none is.
func expired(f *known.Fact, now time.Time) bool {
	return !now.IsZero() && !f.ValidTo.IsZero() && now.After(f.ValidTo.AddDate(0, 0, 2)) // wherever on earth the list was written
}

// newFemto, FM-04: a femtocell that came after the operator stopped admitting new ones.
//
// After 2025 operators froze registrations. Innocent: exceptions, which belong into the list. Judged only once the data say
// since when (freeze).
func newFemto(c *Case) Outcome {
	is, why := c.femto()
	if why != "" {
		return missing(why)
	}
	freeze, ok := c.data.dates["freeze"]
	switch {
	case !ok || freeze.Year() <= 1:
		return missing("the data name no day since which no femtocells are admitted")
	case !is:
		return fine
	case c.Match.State == known.Unknown:
		return c.found("unlisted", Finding{Field: "class", Value: "femto, in no list", Expected: "none since " + freeze.Format("2006-01-02"), From: c.Set.Files(),
			Text: "an unlisted femtocell, and none is admitted since " + freeze.Format("2006-01-02")})
	}
	for _, f := range c.facts() {
		if f.ValidFrom.After(freeze) {
			return c.found("weight", Finding{Field: "valid_from", Value: f.ValidFrom.Format("2006-01-02"), Expected: "before " + freeze.Format("2006-01-02"), From: f.From(),
				Text: fmt.Sprintf("a femtocell registered on %s; none is admitted since %s", f.ValidFrom.Format("2006-01-02"), freeze.Format("2006-01-02"))})
		}
	}
	return fine
}

// manyIdentities, FM-05: one radio calls itself one cell after another.
//
// Seven of the twenty identities of 2025 belonged to one device. Innocent: a cell that is numbered anew, once; operators that
// share a cell have one ECI. It is one radio by frame timing that goes on; or by PCI and carrier, one after the other, with
// the same clock.
func manyIdentities(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	names := []string{c.Identity.Name()}
	add := func(e *Entry) {
		if e.readTwice() && e.query.ECI != c.query.ECI && !slices.Contains(names, e.Identity.Name()) {
			names = append(names, e.Identity.Name())
		}
	}
	for _, e := range c.others() {
		add(e)
	}
	for _, e := range c.samePCI() {
		if c.inTurn(e) {
			add(e)
			for _, x := range c.scene.by[keyTransmitter+e.Transmitter] {
				if x.Identity != nil {
					add(x.Entry)
				}
			}
		}
	}
	weight := ""
	switch class, _ := c.class(); {
	case len(names) < 2 || c.listedTogether():
		return fine
	case len(names) >= int(c.n("many_ecis")):
		weight = "many"
	case c.onceRenamed():
		weight = "once"
	case class == known.Femto || c.Match.State == known.Unknown:
		weight = "two"
	default:
		weight = "macro"
	}
	slices.Sort(names)
	return c.found(weight, Finding{Field: "transmitter", Value: strings.Join(names[:min(len(names), most)], ", "), Expected: "one identity", From: "transmitter " + c.Transmitter,
		Text: fmt.Sprintf("one radio called itself %d cells: %s", len(names), strings.Join(names[:min(len(names), most)], ", "))})
}

// onceRenamed tells whether the transmitter's identities followed one another under one PCI, and no earlier one came back.
func (c *Case) onceRenamed() bool {
	others := c.others()
	again := func(e *Entry) bool {
		a, b := e.Identity, c.Identity
		return e.PCI != c.PCI || math.Max(a.FirstS, b.FirstS) < math.Min(a.LastS, b.LastS)-renamedS
	}
	return len(others) > 0 && !slices.ContainsFunc(others, again)
}

// renamedS: within a look, or two, both names of a cell that is given another may be read.
const renamedS = 1

// inTurn tells whether another transmitter of the PCI was there before or after, never at once, with the same clock.
func (c *Case) inTurn(e *Entry) bool {
	first, second := c.Entry, e
	if e.BeganS < c.BeganS {
		first, second = e, c.Entry
	}
	if second.BeganS < lastOf(first) || c.Clock.SE == 0 || e.Clock.SE == 0 {
		return false
	}
	se := math.Hypot(c.Clock.SE, e.Clock.SE)
	return se < maxClockSE && math.Abs(c.Clock.PPM-e.Clock.PPM) < c.n("clock_ppm")+3*se && second.BeganS-lastOf(first) < referenceGapS
}

// referenceGapS is how long after a transmitter fell silent its clock still tells it: ours wanders.
const referenceGapS = 60

// lastOf is when a transmitter was last heard, whatever it called itself.
func lastOf(e *Entry) float64 {
	if n := len(e.History); n > 0 {
		return e.History[n-1].S
	}
	return e.LastS
}

// manyRadios, FM-06: one identity on two transmitters at once.
//
// Clones of one certificate. Innocent: a repeater, which has the clock and the PCI of its cell; a transmitter that our receiver
// lost and found again, which is never there twice at once. It is held against the one that does not fit the list.
func manyRadios(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	for _, e := range c.twins() {
		if !e.readTwice() {
			continue
		}
		both, apart := 0, math.Abs(e.rxHz()-c.rxHz()) > sameCarrierHz || e.PCI != c.PCI
		if ts, ds := aside(c.Entry, e); len(ts) > 0 && !apart {
			both = len(ts)
			apart = math.Abs(median(ds)) > c.n("ppm")+c.dopplerPPM()+3*math.Hypot(c.sePPM(), e.sePPM())
		} else if apart {
			both = interleaved(c.Entry, e)
		}
		if !apart || both < int(c.n("looks")) {
			continue
		}
		return c.found(c.blame(e), Finding{Field: "transmitter", Value: c.Transmitter + " and " + e.Transmitter, Expected: "one transmitter", From: "transmitter " + e.Transmitter,
			Text: fmt.Sprintf("%s is sent by %s too, at the same time (PCI %d on %.1f MHz)", c.Identity.Name(), e.Transmitter, e.PCI, e.FreqHz/1e6)})
	}
	return fine
}

// interleaved counts how often the identities of two cells took turns in being heard: both were there all the while.
func interleaved(a, b *Entry) (n int) {
	if a.Identity == nil || b.Identity == nil || min(a.Identity.LastS, b.Identity.LastS) < max(a.Identity.FirstS, b.Identity.FirstS) {
		return 0
	}
	from, to := max(a.Identity.FirstS, b.Identity.FirstS), min(a.Identity.LastS, b.Identity.LastS)
	count := func(e *Entry) (n int) {
		for _, m := range e.History {
			if m.S >= from && m.S <= to+0.5 {
				n++
			}
		}
		return n
	}
	return min(count(a), count(b))
}

// boostedFemto, FM-08: a femtocell that is heard over more than a building.
//
// The rogues of 2025 came with an amplifier. A home eNB sends at most 20 dBm (TS 36.104 §6.2). Innocent: outdoor small cells,
// an antenna on the roof, where that is allowed.
func boostedFemto(c *Case) Outcome {
	is, why := c.femto()
	if why != "" {
		return missing(why)
	}
	if !is {
		return fine
	}
	if c.movedM() < c.n("radius_m") {
		return missing("the receiver did not move: its footprint is not known")
	}
	centre, far := c.strongest(), 0.0
	for _, m := range c.History {
		if m.Here != nil && m.SINRdB > c.n("sinr_db") {
			far = max(far, m.Here.DistanceM(*centre))
		}
	}
	weight := ""
	switch {
	case far > c.n("large_m"):
		weight = "large"
	case far > c.n("radius_m"):
		weight = "weight"
	default:
		return fine
	}
	return c.found(weight, Finding{Field: "place", Value: "heard over " + metres(far), Expected: "at most " + metres(c.n("radius_m")), From: "TS 36.104 §6.2",
		Text: fmt.Sprintf("a femtocell heard %s from where it is strongest", metres(far))})
}

// femtoClock, FM-11: a femtocell's clock steps.
//
// Behind a mobile router its time comes in steps. Innocent: home femtocells may be off by 0.25 ppm, and wander slowly.
func femtoClock(c *Case) Outcome {
	is, why := c.femto()
	if why != "" {
		return missing(why)
	}
	if !is {
		return fine
	}
	ts, ppm := c.track(0)
	if len(ts) < int(c.n("looks")) {
		return missing("its clock was not compared with others' often enough")
	}
	top := 0.0
	for i := 2; i+1 < len(ppm); i++ { // two looks on either side agree
		a, b := (ppm[i-2]+ppm[i-1])/2, (ppm[i]+ppm[i+1])/2
		noise := math.Abs(ppm[i-2]-ppm[i-1]) + math.Abs(ppm[i]-ppm[i+1])
		top = max(top, math.Abs(a-b)-noise)
	}
	if top <= c.n("ppm")+3*c.sePPM()+c.dopplerPPM() {
		return fine
	}
	return c.found("weight", Finding{Field: "cfo_rel_ppm", Value: fmt.Sprintf("a step of %.2f ppm", top), Expected: fmt.Sprintf("at most %.2f", c.n("ppm")), From: "the operator's cells in the same looks",
		Text: fmt.Sprintf("its clock stepped by %.2f ppm", top)})
}

// otherRegion, FM-12: the tracking area of femtocells of another part of the country.
//
// A stolen one brings its own along. Innocent: pools that overlap; the list must hold femtocells here, in other areas.
func otherRegion(c *Case) Outcome {
	is, why := c.femto()
	if why != "" {
		return missing(why)
	}
	if !is {
		return fine
	}
	if c.Here == nil {
		return missing("where the receiver stands is not known")
	}
	for _, p := range c.plmns {
		x := c.scene.pool(p)
		own := x.tacPlaces[c.Identity.SIB1.TAC]
		if len(own) < int(c.n("listed")) {
			continue
		}
		near, nearest := 0, math.Inf(1)
		for t, places := range x.tacPlaces {
			for _, at := range places {
				d := at.DistanceM(*c.Here)
				if t == c.Identity.SIB1.TAC {
					nearest = min(nearest, d)
				} else if d < c.n("near_m") {
					near++
				}
			}
		}
		if nearest > c.n("far_m") && near > 0 {
			return c.found("weight", Finding{Field: "tac", Value: fmt.Sprint(c.Identity.SIB1.TAC), Expected: "a tracking area of femtocells here", From: c.Set.Files(),
				Text: fmt.Sprintf("femtocells with TAC %d are registered %s from here and farther", c.Identity.SIB1.TAC, metres(nearest))})
		}
		return fine
	}
	return missing("the list holds too few femtocells of its tracking area")
}

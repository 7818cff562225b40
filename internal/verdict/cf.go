package verdict

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/known"
)

// shortSchedule, CF-01: SIB1 announces less than a network needs.
//
// A catcher needs SIB2 and SIB3 alone; all open stacks schedule one message as they come. Innocent: a small indoor cell.
func shortSchedule(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	n := len(c.Identity.SIB1.Schedule)
	if n >= int(c.n("entries")) {
		return fine
	}
	weight := "weight"
	switch class, _ := c.class(); {
	case class == known.Femto || class == known.Small:
		weight = "femto"
	case c.Match.State == known.Unknown:
		weight = "unlisted"
	}
	return c.found(weight, Finding{Field: "si_schedule", Value: count(n, "entry"), Expected: "2 or more", From: "networks as they are heard",
		Text: fmt.Sprintf("SIB1 schedules %s of system information", count(n, "message"))})
}

// neverSent, CF-02: messages that SIB1 announces and that never come, while others do.
//
// A schedule that was written and not implemented. Innocent: weak signal, a message beyond the window that is listened to: it
// is judged only where other messages were read often enough; and a schedule whose windows fall on those of an earlier message, which
// are that one's then.
func neverSent(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	s := &c.Identity.SIB1
	reads := make([]int, len(s.Schedule)+1)
	for _, m := range c.Identity.Messages {
		if m.Entry > 0 && m.Entry < len(reads) {
			reads[m.Entry] += m.CRCs
		}
	}
	if c.Identity.Stop == lte.StopNarrow {
		return missing("the window is narrower than the carrier: messages may be beyond it")
	}
	windows := func(i int) int {
		if i < len(c.Identity.Windows) {
			return c.Identity.Windows[i]
		}
		return 0
	}
	got, of := 0, 0
	var lost []string
	for i, g := range s.Schedule {
		if reads[i+1] > 0 {
			got, of = got+reads[i+1], of+windows(i)
		} else if float64(windows(i)) >= c.n("windows") && !covered(s, i) {
			lost = append(lost, fmt.Sprintf("message %d (SIB %s)", i+1, sibs(g.SIBs)))
		}
	}
	if float64(of) < c.n("windows") || float64(got) < c.n("share")*float64(of) {
		return missing("too few messages were read to miss one")
	}
	if len(lost) == 0 {
		return fine
	}
	return c.found("weight", Finding{Field: "si_schedule", Value: strings.Join(lost, ", "), Expected: "sent as announced", From: "SIB1, TS 36.331 §5.2.1.2",
		Text: strings.Join(lost, ", ") + " announced and never sent"})
}

// covered tells whether every window of a schedule's message i falls on windows of an earlier one. Message i's begin i windows after
// multiples of its period (TS 36.331 §5.2.3).
func covered(s *lte.SIB1, i int) bool {
	for k, g := range s.Schedule[:i] {
		every := g.PeriodRF * 10
		if every <= 0 || s.Schedule[i].PeriodRF%g.PeriodRF != 0 {
			continue
		}
		if off := (i - k) * s.SIWindowMS % every; off < s.SIWindowMS || every-off < s.SIWindowMS {
			return true
		}
	}
	return false
}

func sibs(ts []lte.SIBType) string {
	var t []string
	for _, s := range ts {
		t = append(t, s.String())
	}
	return strings.Join(t, " ")
}

// noNeighbours, CF-03: it says how to leave the cell (SIB3) and names no other one (SIB4, SIB5), as others of the operator do.
//
// A rogue keeps the phones it has. Innocent: many operators send no SIB4: only the operator's other cells say what is usual.
func noNeighbours(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	names := func(s *lte.SIB1) bool { return scheduled(s, 4) || scheduled(s, 5) }
	if names(&c.Identity.SIB1) {
		return fine
	}
	alike := c.alike()
	if len(alike) < int(c.n("peers")) {
		return missing(tooFew(len(alike)))
	}
	n := 0
	for _, e := range alike {
		if names(&e.Identity.SIB1) {
			n++
		}
	}
	if n < len(alike) {
		return fine
	}
	return c.found("weight", Finding{Field: "si_schedule", Value: "neither SIB4 nor SIB5", Expected: "neighbours",
		From: count(n, "cell") + " of the operator on the carrier", Text: "names no neighbour, and all others of the operator do"})
}

// neighbours on the cell's own carrier as its SIB4 lists them, and how many of those are heard.
func (c *Case) neighbours() (listed, heard int, pcis []float64) {
	if c.listed == nil {
		c.listed = c.listNeighbours()
	}
	return len(c.listed.pcis), c.listed.heard, c.listed.pcis
}

// neighbourList is what SIB4 lists, and how much of it is heard; around counts all other cells on the carrier.
type neighbourList struct {
	pcis          []float64
	heard, around int
}

func (c *Case) listNeighbours() *neighbourList {
	var on [lte.PCIs]bool
	out := &neighbourList{}
	if len(c.info.of(4)) == 0 {
		return out
	}
	for _, e := range c.onCarrier() {
		on[e.PCI%lte.PCIs] = true
		out.around++
	}
	for _, b := range c.info.of(4) {
		for _, p := range numbers(b.list("intraFreqNeighCellList"), "physCellId") {
			if slices.Contains(out.pcis, p) || p == float64(c.PCI) {
				continue
			}
			out.pcis = append(out.pcis, p)
			if p >= 0 && p < lte.PCIs && on[int(p)] {
				out.heard++
			}
		}
	}
	return out
}

// stale judges the neighbour list: for cells of any class, and heavier for femtocells.
func (c *Case) stale(femto bool) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	class, _ := c.class()
	if (class == known.Femto) != femto {
		return fine
	}
	if len(c.info.of(4)) == 0 {
		return missing("SIB4 not read, or not sent")
	}
	listed, heard, pcis := c.neighbours()
	if listed < int(c.n("listed")) {
		return fine
	}
	around := c.listed.around
	if around < int(c.n("around")) || c.LastS-c.BeganS < c.n("seconds") {
		return missing(fmt.Sprintf("%s heard on the carrier in %.0f s: too little to miss the listed ones", count(around, "other cell"), c.LastS-c.BeganS))
	}
	if heard > 0 || c.localNeighbours(pcis) {
		return fine
	}
	return c.found("weight", Finding{Field: "sibs.4", Value: "PCI " + words(pcis), Expected: "neighbours that are heard here",
		From: count(around, "cell") + " heard on the carrier", Text: fmt.Sprintf("lists %d neighbours on its carrier, of which none is heard here", listed)})
}

// localNeighbours tells whether a list has half of the PCIs on the carrier in the neighbourhood: not heard, and of here all the same.
func (c *Case) localNeighbours(pcis []float64) bool {
	if c.Here == nil {
		return false
	}
	n := 0
	for _, p := range pcis {
		if p >= 0 && p < lte.PCIs && slices.ContainsFunc(c.Set.ByPCI(c.FreqsHz, c.Duplex, lte.PCI(p), c.Here), func(f *known.Fact) bool {
			return f.Place != nil && f.Place.DistanceM(*c.Here) <= c.n("near_m")
		}) {
			n++
		}
	}
	return 2*n >= len(pcis)
}

// staleNeighbours, CF-04: none of the neighbours it lists is heard, though the carrier is watched.
//
// Its system information was copied elsewhere, or the cell was moved. Innocent: neighbours behind hills, a deaf receiver: others
// must be heard on the carrier, for a while, and no list may have the neighbours near here.
func staleNeighbours(c *Case) Outcome { return c.stale(false) }

// staleFemto, FM-10: the same of a femtocell, which still lists the macros of the home it was taken from.
//
// Innocent: few; femtocells refresh their lists by listening.
func staleFemto(c *Case) Outcome { return c.stale(true) }

// unlistedByNeighbours, CF-05: it lists others, and none of those that list anybody lists it.
//
// Nobody configured a rogue into the network. Innocent: lists are sparse; femtocells, which nobody plans, stand in none.
func unlistedByNeighbours(c *Case) Outcome {
	if is, why := c.femto(); is || why != "" {
		return Outcome{Missing: why}
	}
	listed, heard, _ := c.neighbours()
	if listed == 0 || heard == 0 {
		return fine
	}
	lists := 0
	for _, e := range c.peers() {
		for _, b := range e.info.of(4) {
			ps := numbers(b.list("intraFreqNeighCellList"), "physCellId")
			if slices.Contains(ps, float64(c.PCI)) {
				return fine
			}
			if len(ps) > 0 {
				lists++
			}
		}
	}
	if lists < int(c.n("peers")) {
		return missing("too few neighbours' lists were read")
	}
	return c.found("weight", Finding{Field: "sibs.4", Value: fmt.Sprintf("PCI %d in no list", c.PCI), Expected: "neighbours list each other",
		From: count(lists, "list") + " of cells around", Text: "lists its neighbours, and none of them lists it"})
}

// sameTag, CF-09: a block's content changes and the value tag of SIB1 does not; or the tag changes all the time, or the tracking area.
//
// A stack that was restarted or edited while it ran. Innocent: warnings, clock and access barring of later releases, which
// change without the tag (TS 36.331 §5.2.1.3); a content must have stood for a while under one and the same tag.
func sameTag(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	tags, tacs := map[int]bool{}, map[uint16]bool{}
	for _, b := range c.info.of(1) {
		tags[b.SIB1.ValueTag], tacs[b.SIB1.TAC] = true, true
	}
	if n := len(tacs); n >= int(c.n("tacs")) && n > 1 {
		return c.found("areas", Finding{Field: "tac", Value: words(slices.Sorted(maps.Keys(tacs))), Expected: "one tracking area", From: "SIB1s of this survey",
			Text: fmt.Sprintf("it was in %d tracking areas, one after the other", n)})
	}
	span := c.Identity.LastS - c.Identity.FirstS
	if n := len(tags) - 1; float64(n) > c.n("changes")*math.Max(1, span/3600) {
		return c.found("often", Finding{Field: "sib1", Value: count(n, "change") + " of the value tag", Expected: "a few an hour", From: "TS 36.331 §5.2.1.3",
			Text: fmt.Sprintf("system information changed %d times in %.0f minutes", n, span/60)})
	}
	for t := lte.SIBType(2); t <= 9; t++ {
		if t == 8 { // SIB8 holds CDMA2000's time
			continue
		}
		bs := c.info.of(t)
		for i := 1; i < len(bs); i++ {
			a, b := bs[i-1], bs[i]
			if a.Tags == b.Tags && a.Tags&(a.Tags-1) == 0 && a.Tags != 0 && lasted(a, c.n("seconds")) && lasted(b, c.n("seconds")) {
				return c.found("weight", Finding{Field: "sibs." + t.String(), Value: "changed from " + a.Hash + " to " + b.Hash, Expected: "another value tag",
					From: "TS 36.331 §5.2.1.3", Text: fmt.Sprintf("SIB%s changed and the value tag of SIB1 did not", t)})
			}
		}
	}
	if span < c.n("watch_seconds") {
		return missing("not watched for long enough")
	}
	return fine
}

func lasted(b block, seconds float64) bool { return b.LastS-b.FirstS >= seconds }

// alternating, CF-10: SIB1 goes back and forth between contents.
//
// Somebody speaks over the cell, or on its carrier and PCI, in step with it. Innocent: a legal change happens once; two cells that
// a network in step gave one PCI, and that the list has so.
func alternating(c *Case) Outcome {
	if c.Identity == nil {
		return missing("SIB1 not read")
	}
	n := 0
	for _, t := range c.Turns {
		if t.AgoS <= c.n("within_s") {
			n++
		}
	}
	if n < int(c.n("turns")) {
		return fine
	}
	weight := "weight"
	if c.listedTogether() {
		weight = "listed"
	}
	return c.found(weight, Finding{Field: "sib1", Value: fmt.Sprintf("%d returns to a content sent before", c.Turned), Expected: "one content at a time",
		From: "TS 36.331 §5.2.1.3", Text: fmt.Sprintf("SIB1 went back to an earlier content %d times, within %.0f s each", n, c.n("within_s"))})
}

package verdict

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/known"
)

// wrongPLMN, ID-05: an operator that cannot be here: a test PLMN, a foreign country, another operator's block.
//
// Stacks come with the test network 001-01, and a lure for roamers shows a foreign operator. Innocent: borders (the profile
// border), private networks (MCC 999, which belongs to whoever holds a licence: on a carrier where no operator is), ships,
// licensed test vans, carriers shared by several operators: one PLMN that fits is enough, and so is a line of a list.
func wrongPLMN(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	if len(c.plmns) == 0 {
		return c.found("none", Finding{Field: "plmns", Expected: "an operator", From: "TS 36.331 §6.2.2",
			Text: "SIB1 names no operator"})
	}
	tests, weight, what := 0, "private", "of a private network"
	for _, p := range c.plmns {
		if !ofOperator(p) {
			tests++
		}
		if p.MCC < 200 {
			weight, what = "test", "of a test network"
		}
	}
	if c.Match.State == known.Known {
		return fine // whoever made the list knows that it is here
	}
	if tests == len(c.plmns) {
		f := Finding{Field: "plmns", Value: plmns(c.plmns), Expected: "an operator's PLMN", From: "ITU-T E.212", Text: fmt.Sprintf("%s is %s", plmns(c.plmns), what)}
		if whose := c.operatorHere(); whose != "" && weight == "private" {
			weight, f.From = "test", f.From+", "+whose
			f.Text += ", on a carrier of " + whose
		}
		return c.found(weight, f)
	}
	if out, ok := c.block(); ok {
		return out
	}
	home, from := c.homeMCCs()
	if len(home) == 0 {
		return missing("what country this is: no list, and too few cells around")
	}
	for _, p := range c.plmns {
		if slices.ContainsFunc(home, func(mcc uint16) bool { return c.policy().sameCountry(mcc, p.MCC) }) {
			return fine
		}
	}
	weight = "foreign"
	if c.scene.mccs[c.plmns[0].MCC] > 1 {
		weight = "neighbour"
	}
	return c.found(weight, Finding{Field: "plmns", Value: plmns(c.plmns), Expected: fmt.Sprintf("MCC %s", words(home)), From: from,
		Text: fmt.Sprintf("%s is an operator of another country", plmns(c.plmns))})
}

// ofOperator tells whether a PLMN is an operator's: MCC 001 is for tests, 999 for private networks (ITU-T E.212 annex).
func ofOperator(p lte.PLMN) bool { return p.MCC >= 200 && p.MCC != 999 }

// operatorHere names the operator whose carrier it is here, by a list or by others that are heard on it; "" nobody's.
func (c *Case) operatorHere() string {
	for _, f := range c.Set.OnCarrier(c.FreqsHz, c.Duplex, c.Here) {
		if ofOperator(f.PLMN) {
			return f.PLMN.String()
		}
	}
	for _, e := range c.onCarrier() {
		if e.readTwice() && len(e.plmns) > 0 && ofOperator(e.plmns[0]) {
			return e.plmns[0].String()
		}
	}
	return ""
}

// homeMCCs are the countries of the list, else of the cells around if they agree.
func (c *Case) homeMCCs() ([]uint16, string) {
	if mccs := c.Set.MCCs(); len(mccs) > 0 {
		return mccs, c.Set.Files()
	}
	if c.scene.mccs[c.plmns[0].MCC] > 1 {
		return []uint16{c.plmns[0].MCC}, "cells around"
	}
	for mcc, n := range c.scene.mccs {
		if mcc != c.plmns[0].MCC && n >= int(c.n("cells")) && n >= c.scene.identified()-int(c.n("strangers")) {
			return []uint16{mcc}, count(n, "cell") + " around"
		}
	}
	return nil, ""
}

// identified is how many cells' SIB1s were read.
func (s *Scene) identified() (n int) {
	for _, k := range s.mccs {
		n += k
	}
	return n
}

// block holds the carrier against the licensed blocks of the operator, where they are known.
func (c *Case) block() (Outcome, bool) {
	own, other, told := false, "", false
	for _, p := range c.plmns {
		for _, b := range c.policy().blocks() {
			if b.MCC != p.MCC {
				continue
			}
			inside := c.FreqHz >= b.LowMHz*1e6 && c.FreqHz <= b.HighMHz*1e6
			switch {
			case slices.Contains(b.PLMNs, p.String()):
				told = true
				own = own || inside
			case inside:
				other = b.Name
			}
		}
	}
	if !told || own || other == "" || len(c.FreqsHz) > 1 || c.listedHere() {
		return fine, false
	}
	return c.found("block", Finding{Field: "plmns", Value: fmt.Sprintf("%s on %.1f MHz", plmns(c.plmns), c.FreqHz/1e6), Expected: "a block of its own",
		From: "licences: " + other, Text: fmt.Sprintf("%s sends on %.1f MHz, which is %s's", plmns(c.plmns), c.FreqHz/1e6, other)}), true
}

// listedHere tells whether a list has cells of the operator on the carrier around here.
func (c *Case) listedHere() bool {
	return slices.ContainsFunc(c.Set.OnCarrier(c.FreqsHz, c.Duplex, c.Here), func(f *known.Fact) bool { return slices.Contains(c.plmns, f.PLMN) })
}

func plmns(ps []lte.PLMN) string {
	var t []string
	for _, p := range ps {
		t = append(t, p.String())
	}
	return strings.Join(t, " ")
}

func words[T any](vs []T) string {
	var t []string
	for i, v := range vs {
		if i == most {
			t = append(t, "…")
			break
		}
		t = append(t, fmt.Sprint(v))
	}
	return strings.Join(t, " or ")
}

// oddTAC, ID-06: a tracking area that is reserved, a stack's default, or nobody else's around.
//
// A new tracking area makes phones report themselves, and say who they are. Innocent: the border of a tracking area, the pool
// of femtocells or indoor cells, a train line.
func oddTAC(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	said := c.sib1s()
	out := c.oddTACOf(said[0])
	for _, s := range said[1:] {
		if s.TAC != said[0].TAC && out.Finding == nil {
			out = c.oddTACOf(s)
		}
	}
	return out
}

func (c *Case) oddTACOf(s *lte.SIB1) Outcome {
	tac := s.TAC
	f := Finding{Field: "tac", Value: strconv.Itoa(int(tac))}
	if tac == 0 || tac == 0xfffe {
		f.Expected, f.From, f.Text = "1 to 65533", "TS 23.003 §19.4.2.3", fmt.Sprintf("TAC %d is reserved", tac)
		return c.found("reserved", f)
	}
	for _, x := range c.facts() {
		if x.HasTAC && x.TAC == tac {
			return fine
		}
	}
	if (tac == 1 || tac == 7) && c.Match.State == known.Unknown {
		f.Expected, f.From, f.Text = "a tracking area of the operator", "defaults of open stacks", fmt.Sprintf("TAC %d is a stack's default, and the cell is in no list", tac)
		return c.found("default", f)
	}
	if near := c.scene.tacsAround(c.listing(), c.Here); len(near) > 0 {
		if slices.Contains(near, tac) || c.sharesTAC(tac, int(c.n("share"))) {
			return fine
		}
		if class, _ := c.class(); class == known.Femto {
			if near = c.femtoTACs(); len(near) == 0 {
				return missing("femtocells have tracking areas of their own, and the list says none")
			}
			if slices.Contains(near, tac) {
				return fine
			}
		}
		f.Expected, f.From = "TAC "+words(near), c.Set.Files()
		f.Text = fmt.Sprintf("no listed cell around has TAC %d", tac)
		if facts := c.facts(); len(facts) > 0 && facts[0].HasTAC {
			f.Text += fmt.Sprintf("; its own line has %d", facts[0].TAC)
		}
		return c.found("list", f)
	}
	var tacs []uint16
	alike := c.alike()
	for _, e := range alike {
		if t := e.Identity.SIB1.TAC; !slices.Contains(tacs, t) {
			tacs = append(tacs, t)
		}
	}
	switch {
	case slices.Contains(tacs, tac):
		return fine
	case len(alike) < int(c.n("peers")):
		return missing(fmt.Sprintf("tracking areas around: no list says them, and %s heard to compare with", count(len(alike), "cell")))
	case len(tacs) > 1:
		return fine
	}
	f.Expected, f.From = fmt.Sprintf("TAC %d", tacs[0]), count(len(alike), "cell")+" of the operator on the carrier"
	f.Text = fmt.Sprintf("TAC %d, where all others have %d", tac, tacs[0])
	return c.found("others", f)
}

// femtoTACs are the tracking areas of the operator's listed femtocells, nil where too few are listed.
func (c *Case) femtoTACs() (out []uint16) {
	for _, p := range c.plmns {
		if x := c.scene.pool(p); x.femtos >= minPool {
			out = slices.AppendSeq(out, maps.Keys(x.areas))
		}
	}
	slices.Sort(out)
	return out
}

// sharesTAC tells whether at least n other eNBs of the operator send a TAC: a tracking area that is newer than the list.
func (c *Case) sharesTAC(tac uint16, n int) bool {
	var enbs []int
	for _, e := range c.of(c.operatorKeys(), func(e *Entry) bool { return e.readTwice() && *e.names == 1 && c.recent(e) }) {
		if enb := e.query.ECI.ENB(); e.Identity.SIB1.TAC == tac && enb != c.query.ECI.ENB() && !slices.Contains(enbs, enb) {
			enbs = append(enbs, enb)
		}
	}
	return len(enbs) >= n
}

// shortPLMNList, ID-07: partners that all other cells of the operator broadcast are missing.
//
// A catcher sends one PLMN. Innocent: an indoor layer that is not shared.
func shortPLMNList(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	alike := c.alike()
	if len(alike) < int(c.n("peers")) {
		return missing(tooFew(len(alike)))
	}
	var lost []string
	for _, p := range alike[0].plmns {
		if !slices.Contains(c.plmns, p) && !slices.ContainsFunc(alike, func(e *Entry) bool { return !slices.Contains(e.plmns, p) }) {
			lost = append(lost, p.String())
		}
	}
	if len(lost) == 0 {
		return fine
	}
	return c.found("weight", Finding{Field: "plmns", Value: plmns(c.plmns), Expected: "also " + strings.Join(lost, " "),
		From: count(len(alike), "cell") + " of the operator on the carrier", Text: fmt.Sprintf("all others of the operator broadcast %s too", strings.Join(lost, " "))})
}

func tooFew(n int) string {
	return fmt.Sprintf("%s of the operator heard on the carrier to compare with", count(n, "other cell"))
}

// wrongBand, ID-08: the band that SIB1 names does not hold the carrier it is heard on.
//
// A configuration written by hand. Innocent: overlapping bands, of which SIB1 may name any, or list more.
func wrongBand(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	s := &c.Identity.SIB1
	says := append([]int{s.FreqBandIndicator}, s.MultiBandInfoList...)
	for _, n := range says {
		b, ok := lte.BandByNumber(n)
		if !ok { // a band this program does not know proves nothing
			return missing(fmt.Sprintf("band %d is not in this program's table", n))
		}
		for _, hz := range c.FreqsHz {
			if hz >= b.LowHz && hz < b.HighHz() && (b.Duplex == c.Duplex || c.Duplex == lte.DuplexUnknown) {
				return fine
			}
		}
	}
	return c.found("weight", Finding{Field: "freq_band_indicator", Value: words(says), Expected: fmt.Sprintf("a band that holds %.1f MHz", c.FreqHz/1e6),
		From: "TS 36.101 §5.5", Text: fmt.Sprintf("says band %s, and is heard on %.1f MHz", words(says), c.FreqHz/1e6)})
}

// oddECI, ID-09: an ECI that does not look like the operator's: tiny, an eNB or a sector number that no listed cell comes near.
//
// Lab numbers. Innocent: a new numbering plan; home eNBs, which have no eNB part and are left out.
func oddECI(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	if class, _ := c.class(); class == known.Femto || c.Match.State == known.Known {
		return fine
	}
	e := c.Query.ECI
	f := Finding{Field: "eci", Value: strconv.Itoa(int(e))}
	if e <= 255 {
		f.Expected, f.From, f.Text = "an eNB number above 0", "TS 36.413 §9.2.1.37", fmt.Sprintf("ECI %d belongs to eNB 0", e)
		return c.found("tiny", f)
	}
	for _, p := range c.plmns {
		x := c.scene.pool(p)
		if x.macros < int(c.n("listed")) {
			continue
		}
		slack := (x.topENB - x.lowENB) / 2
		switch {
		case e.ENB() < x.lowENB-slack || e.ENB() > x.topENB+slack:
			f.Expected, f.Text = fmt.Sprintf("eNB %d to %d", x.lowENB, x.topENB), fmt.Sprintf("eNB %d is far outside %s's numbers", e.ENB(), p)
		case x.sectors[e.Sector()] == 0:
			f.Expected, f.Text = "a sector number that the operator uses", fmt.Sprintf("no listed cell of %s has sector number %d", p, e.Sector())
		default:
			return fine
		}
		f.From = c.Set.Files()
		return c.found("pattern", f)
	}
	return missing("too few listed cells to know the operator's numbers")
}

// sharedPCI, ID-10: two identities under one PCI on one carrier, from two transmitters in reach.
//
// A rogue takes the PCI of the strongest cell around. Innocent: a planning error, reach far beyond what was planned. It is held
// against the one that the list does not know; where both are known or both are not, against neither much.
func sharedPCI(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	for _, e := range c.samePCI() {
		if !e.readTwice() || c.sameName(e) {
			continue
		}
		weight := "both"
		switch mine, theirs := c.Match.State == known.Known, e.match.State == known.Known; {
		case mine && !theirs:
			weight = "victim"
		case !mine && theirs:
			weight = "weight"
		}
		return c.found(weight, Finding{Field: "pci", Value: fmt.Sprintf("PCI %d on %s", c.PCI, carrier(c)), Expected: "one cell in reach",
			From: "transmitter " + e.Transmitter, Text: fmt.Sprintf("%s sends as %s under the same PCI", e.Transmitter, e.Identity.Name())})
	}
	return fine
}

// foreignSibling, ID-11: it claims an eNB whose other cells are heard, and does not share their clock.
//
// A clone of an identity has a clock of its own. Innocent: sectors with separate radios or basebands, repeaters that shift the
// carrier. Two siblings that agree weigh more than one.
func foreignSibling(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	if class, _ := c.class(); class == known.Femto {
		return fine
	}
	var offs []float64
	var names []string
	for _, e := range c.siblings() {
		if _, d := aside(c.Entry, e); len(d) >= int(c.n("looks")) {
			offs, names = append(offs, median(d)), append(names, e.Transmitter)
		}
	}
	if len(offs) == 0 {
		return missing("no other cell of its eNB heard in the same looks")
	}
	limit := c.n("ppm") + c.dopplerPPM() + 3*c.sePPM()
	off := median(offs)
	agree := len(offs) > 1 && slices.Max(offs)-slices.Min(offs) < c.n("ppm")
	if math.Abs(off) <= limit || len(offs) > 1 && !agree {
		return fine
	}
	weight := "one"
	if agree {
		weight = "weight"
	}
	return c.found(weight, Finding{Field: "cfo_rel_ppm", Value: fmt.Sprintf("%+.3f ppm", off), Expected: fmt.Sprintf("within %.3f ppm", limit),
		From: "transmitters " + strings.Join(names, " "), Text: fmt.Sprintf("claims eNB %d and runs %+.3f ppm beside its other cells", c.Query.ECI.ENB(), off)})
}

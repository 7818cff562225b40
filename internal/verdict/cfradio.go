package verdict

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/known"
)

// oddCarrier, CF-11: a bandwidth, or a carrier, that the operator does not use here.
//
// Radios of catchers send 5 or 10 MHz. Innocent: refarming step by step, secondary carriers. The operator's other cells on the
// carrier are asked first, then the list.
func oddCarrier(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	prb := c.Best.MIB.PRB
	peers := c.peers()
	said := slices.ContainsFunc(c.facts(), func(f *known.Fact) bool { return f.PRB != 0 }) // then it is ID-03's
	if !said && len(peers) >= int(c.n("peers")) && !slices.ContainsFunc(peers, func(e *Entry) bool { return e.Best.MIB.PRB == prb }) {
		weight := "bandwidth"
		if len(c.facts()) > 0 {
			weight = "known"
		}
		return c.found(weight, Finding{Field: "prb", Value: strconv.Itoa(prb), Expected: strconv.Itoa(peers[0].Best.MIB.PRB),
			From: count(len(peers), "cell") + " of the operator on the carrier", Text: fmt.Sprintf("%d resource blocks, where all others of the operator have %d", prb, peers[0].Best.MIB.PRB)})
	}
	if len(c.facts()) > 0 {
		return fine // the list's own line is another rule's
	}
	listed, same, on := 0, 0, 0
	for _, f := range c.Set.OnCarrier(c.FreqsHz, c.Duplex, c.Here) {
		if !slices.Contains(c.listing(), f.PLMN) {
			continue
		}
		if on++; f.PRB != 0 {
			if listed++; f.PRB == prb {
				same++
			}
		}
	}
	for _, e := range peers { // a list that is older than the carrier's bandwidth
		if e.match.State == known.Known && e.Best.MIB.PRB == prb {
			same++
		}
	}
	switch {
	case listed >= int(c.n("listed")) && same == 0:
		return c.found("listed_bandwidth", Finding{Field: "prb", Value: strconv.Itoa(prb), Expected: "what the list has on the carrier", From: c.Set.Files(),
			Text: fmt.Sprintf("%d resource blocks, as none of %d listed cells of the operator on this carrier", prb, listed)})
	case on > 0:
		return fine
	case c.Match.State == known.NoList || !c.Set.HasCarriers(c.listing(), int(c.n("listed"))):
		if len(peers) < int(c.n("peers")) {
			return missing(tooFew(len(peers)) + ", and no list says its carriers")
		}
		return fine
	case c.newLayer(int(c.n("layer"))):
		return fine
	}
	return c.found("carrier", Finding{Field: "earfcn", Value: carrier(c), Expected: "a carrier of the operator", From: c.Set.Files(),
		Text: fmt.Sprintf("no listed cell of %s nearby is on %s", plmns(c.plmns), carrier(c))})
}

// newLayer tells whether at least n other eNBs of the operator are heard on the carrier: one that is newer than the list.
func (c *Case) newLayer(n int) bool {
	var enbs []int
	for _, e := range c.peers() {
		if enb := e.query.ECI.ENB(); enb != c.query.ECI.ENB() && !slices.Contains(enbs, enb) {
			enbs = append(enbs, enb)
		}
	}
	return len(enbs) >= n
}

// majority is the value that all of the entries share, if there are enough.
func majority[T comparable](es []*Entry, enough int, of func(*Entry) T) (T, bool) {
	var zero T
	if len(es) < enough {
		return zero, false
	}
	v := of(es[0])
	for _, e := range es[1:] {
		if of(e) != v {
			return zero, false
		}
	}
	return v, true
}

// onePort, CF-12: one antenna port where the operator's cells have two or four.
//
// Most radios of catchers have one transmit chain. Innocent: distributed antennas with one path, femtocells, small repeaters.
func onePort(c *Case) Outcome {
	if c.Best.Ports != 1 {
		return fine
	}
	if why := c.unread(); why != "" {
		return missing(why)
	}
	for _, f := range c.facts() {
		if f.Ports == 1 {
			return fine
		}
	}
	alike := c.alike()
	if len(alike) < int(c.n("peers")) {
		return missing(tooFew(len(alike)))
	}
	if slices.ContainsFunc(alike, func(e *Entry) bool { return e.Best.Ports == 1 }) {
		return fine
	}
	weight := "weight"
	switch class, _ := c.class(); {
	case class == known.Femto || class == known.Small:
		weight = "femto"
	case c.Match.State == known.Unknown:
		weight = "unlisted"
	}
	return c.found(weight, Finding{Field: "ports", Value: "1", Expected: "2 or 4", From: count(len(alike), "cell") + " of the operator on the carrier",
		Text: "one antenna port, where all others of the operator have more"})
}

// oddFrame, CF-13: PHICH, cyclic prefix or the TDD configuration differ from all of the operator's cells on the carrier.
//
// Defaults: openLTE sends resource 1, srsENB 1/6. Innocent: vendors differ in the PHICH; a TDD configuration that differs
// disturbs the whole network.
func oddFrame(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	alike, enough := c.peers(), int(c.n("peers"))
	if len(alike) < enough {
		return missing(tooFew(len(alike)))
	}
	from := count(len(alike), "cell") + " of the operator on the carrier"
	if t := c.Identity.SIB1.TDD; t != nil {
		tdd := func(e *Entry) lte.TDDConfig {
			if e.Identity.SIB1.TDD == nil {
				return lte.TDDConfig{SubframeAssignment: -1}
			}
			return *e.Identity.SIB1.TDD
		}
		if want, ok := majority(alike, enough, tdd); ok && want != *t && want.SubframeAssignment >= 0 {
			return c.found("tdd", Finding{Field: "tdd_config", Value: fmt.Sprint(*t), Expected: fmt.Sprint(want), From: from,
				Text: fmt.Sprintf("TDD configuration %d/%d, where all others have %d/%d", t.SubframeAssignment, t.SpecialSubframePattern, want.SubframeAssignment, want.SpecialSubframePattern)})
		}
	}
	if want, ok := majority(alike, enough, func(e *Entry) lte.CP { return e.Best.CP }); ok && want != c.Best.CP {
		return c.found("prefix", Finding{Field: "cp", Value: c.Best.CP.String(), Expected: want.String(), From: from,
			Text: fmt.Sprintf("%s cyclic prefix, where all others have the %s one", c.Best.CP, want)})
	}
	type phich struct {
		d lte.PHICHDuration
		r lte.PHICHResource
	}
	of := func(e *Entry) phich { return phich{e.Best.MIB.PHICHDuration, e.Best.MIB.PHICHResource} }
	if want, ok := majority(alike, enough, of); ok && want != of(c.Entry) {
		is := of(c.Entry)
		return c.found("phich", Finding{Field: "phich_resource", Value: is.d.String() + " " + is.r.String(), Expected: want.d.String() + " " + want.r.String(), From: from,
			Text: fmt.Sprintf("PHICH %s %s, where all others have %s %s", is.d, is.r, want.d, want.r)})
	}
	return fine
}

// accessGames, CF-16: access rules that keep phones from other cells, or take everybody.
//
// Barred with the whole carrier, closed without a group, no lower limit of the signal, all calls barred. Innocent: maintenance,
// sites that are not open yet, overload.
func accessGames(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	f := func(weight, field, value, expected, clause, text string) Outcome {
		return c.found(weight, Finding{Field: field, Value: value, Expected: expected, From: clause, Text: text})
	}
	s := &c.Identity.SIB1
	for _, s := range c.sib1s() {
		if s.CellBarred && !s.IntraFreqReselection {
			open := 0
			for _, e := range c.peers() {
				if !e.Identity.SIB1.CellBarred {
					open++
				}
			}
			if open >= int(c.n("peers")) {
				weight := "barred"
				if c.Match.State == known.Unknown {
					weight = "unlisted"
				}
				return f(weight, "intra_freq_reselection", "notAllowed", "allowed", "TS 36.304 §5.3.1",
					fmt.Sprintf("bars itself and with it the carrier, on which %d cells of the operator take calls", open))
			}
		}
		if s.CSG && s.CSGID == nil {
			return f("closed", "csg", "true, no csg-Identity", "a csg-Identity", "TS 36.331 §6.2.2", "closed to all but a group that it does not name")
		}
	}
	for _, b := range c.info.of(2) {
		all := 0
		for _, kind := range []string{"acBarringForMOSignalling", "acBarringForMOData"} {
			if b.text("acBarringInfo", kind, "acBarringFactor") == "p00" && b.text("acBarringInfo", kind, "acBarringForSpecialAC") == "11111" {
				all++
			}
		}
		if all == 2 {
			return f("classes", "sibs.2", "acBarringFactor p00 for all", "some calls get through", "TS 36.331 §5.3.3.11", "bars every call of every class")
		}
	}
	if s.QRxLevMinDBm <= int(c.n("level_dbm")) && !slices.ContainsFunc(c.peers(), func(e *Entry) bool { return e.Identity.SIB1.QRxLevMinDBm <= s.QRxLevMinDBm }) {
		return f("level", "q_rx_lev_min_dbm", strconv.Itoa(s.QRxLevMinDBm), "what others of the operator ask for", "TS 36.304 §5.2.3.2",
			fmt.Sprintf("takes phones down to %d dBm, the lowest there is", s.QRxLevMinDBm))
	}
	return fine
}

// oldRelease, CF-17: SIB1 holds nothing of release 8.9 or later, where all others of the operator do.
//
// An old stack. Innocent: an island of old equipment.
func oldRelease(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	if extended(c.Identity.Octets) {
		return fine
	}
	peers := c.peers()
	if len(peers) < int(c.n("peers")) {
		return missing(tooFew(len(peers)))
	}
	if slices.ContainsFunc(peers, func(e *Entry) bool { return !extended(e.Identity.Octets) }) {
		return fine
	}
	return c.found("weight", Finding{Field: "sib1_hex", Value: "release 8", Expected: "a nonCriticalExtension", From: count(len(peers), "cell") + " of the operator on the carrier",
		Text: "SIB1 holds nothing later than release 8, and all others of the operator do"})
}

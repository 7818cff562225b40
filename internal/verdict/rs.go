package verdict

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/straycell/straycell/decode/lte"
)

// serving is SIB3's part about the cell's own carrier.
const serving = "cellReselectionServingFreqInfo"

// highPriority, RS-01: SIB3 gives its carrier a higher priority than all of the operator's cells on it do.
//
// It draws idle phones. Innocent: the operator's top layer is often 6 or 7, so only others on the same carrier say what is
// high.
func highPriority(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	mine, ok := -1.0, false
	for _, b := range c.info.of(3) { // any content that was heard
		if n, is := b.num(serving, "cellReselectionPriority"); is && n > mine {
			mine, ok = n, true
		}
	}
	if !ok {
		return missing("SIB3 not read")
	}
	top, n := -1.0, 0
	for _, e := range c.peers() {
		if b, ok := e.info.newest(3); ok {
			if p, ok := b.num(serving, "cellReselectionPriority"); ok {
				top, n = max(top, p), n+1
			}
		}
	}
	if n < int(c.n("peers")) {
		return missing(fmt.Sprintf("SIB3 of %s on the carrier read, want %.0f", count(n, "other cell"), c.n("peers")))
	}
	if mine < top+c.n("above") {
		return fine
	}
	return c.found("weight", Finding{Field: "sibs.3", Value: fmt.Sprintf("cellReselectionPriority %.0f", mine), Expected: fmt.Sprintf("at most %.0f", top),
		From: count(n, "cell") + " of the operator on the carrier", Text: fmt.Sprintf("priority %.0f for its carrier, where others give %.0f", mine, top)})
}

// sticky, RS-02: SIB3 keeps phones: no measurements of other cells, a large hysteresis.
//
// A rogue keeps the phones it caught. Innocent: sparse country sites; only others of the operator tell.
func sticky(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	b, ok := c.info.newest(3)
	if !ok {
		return missing("SIB3 not read")
	}
	var odd []string
	n, hyst, intra, inter := 0, -1.0, true, true
	for _, e := range c.peers() {
		p, ok := e.info.newest(3)
		if !ok {
			continue
		}
		n++
		hyst = max(hyst, db(p.text("cellReselectionInfoCommon", "qHyst")))
		i, has := p.num("intraFreqCellReselectionInfo", "sIntraSearch")
		intra = intra && (!has || i > 0)
		i, has = p.num(serving, "sNonIntraSearch")
		inter = inter && (!has || i > 0)
	}
	if n < int(c.n("peers")) {
		return missing(fmt.Sprintf("SIB3 of %s on the carrier read, want %.0f", count(n, "other cell"), c.n("peers")))
	}
	if h := db(b.text("cellReselectionInfoCommon", "qHyst")); h >= hyst+c.n("hysteresis_db") {
		odd = append(odd, fmt.Sprintf("qHyst %.0f dB", h))
	}
	if v, ok := b.num("intraFreqCellReselectionInfo", "sIntraSearch"); ok && v == 0 && intra {
		odd = append(odd, "sIntraSearch 0")
	}
	if v, ok := b.num(serving, "sNonIntraSearch"); ok && v == 0 && inter {
		odd = append(odd, "sNonIntraSearch 0")
	}
	if len(odd) < int(c.n("signs")) {
		return fine
	}
	return c.found("weight", Finding{Field: "sibs.3", Value: strings.Join(odd, ", "), Expected: "what others of the operator send", From: count(n, "cell") + " of the operator on the carrier",
		Text: "keeps phones from looking for other cells: " + strings.Join(odd, ", ")})
}

// db reads "dB4".
func db(s string) float64 {
	n, err := strconv.ParseFloat(strings.TrimPrefix(s, "dB"), 64)
	if err != nil {
		return -1
	}
	return n
}

// legacy are the frequencies of an older system that a block lists, with their priorities.
func legacy(b block) (freqs, priorities []float64) {
	switch b.Type {
	case 6:
		for _, l := range []string{"carrierFreqListUTRAFDD", "carrierFreqListUTRATDD"} {
			freqs = append(freqs, numbers(b.list(l), "carrierFreq")...)
			priorities = append(priorities, numbers(b.list(l), "cellReselectionPriority")...)
		}
	case 7:
		freqs = numbers(b.list("carrierFreqsInfoList"), "carrierFreqs", "startingARFCN")
		priorities = numbers(b.list("carrierFreqsInfoList"), "commonInfo", "cellReselectionPriority")
	case 8:
		for _, l := range []string{"parametersHRPD", "parameters1XRTT"} {
			if b.has(l) {
				freqs = append(freqs, 0)
			}
		}
		for _, l := range [][]string{{"parametersHRPD", "cellReselectionParametersHRPD", "bandClassList"}, {"parameters1XRTT", "cellReselectionParameters1XRTT", "bandClassList"}} {
			priorities = append(priorities, numbers(b.list(l...), "cellReselectionPriority")...)
		}
	}
	return freqs, priorities
}

var legacyNames = map[lte.SIBType]string{6: "UTRA", 7: "GERAN", 8: "CDMA2000"}

// downgrade, RS-04: an older system is preferred to LTE, or is the only way out.
//
// Phones are pushed to where interception is easy. Innocent: islands without LTE neighbours, a slip.
func downgrade(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	best, read := -1.0, false
	if b, ok := c.info.newest(3); ok {
		p, _ := b.num(serving, "cellReselectionPriority")
		best, read = max(best, p), true
	}
	for _, b := range c.info.of(5) {
		for _, p := range numbers(b.list("interFreqCarrierFreqList"), "cellReselectionPriority") {
			best = max(best, p)
		}
	}
	any := false
	for _, t := range []lte.SIBType{6, 7, 8} {
		for _, b := range c.info.of(t) {
			freqs, ps := legacy(b)
			any = any || len(freqs) > 0
			if read && len(ps) > 0 && slices.Max(ps) > best {
				return c.found("preferred", Finding{Field: "sibs." + t.String(), Value: fmt.Sprintf("%s priority %.0f", legacyNames[t], slices.Max(ps)),
					Expected: fmt.Sprintf("below LTE's %.0f", best), From: "SIB3 and SIB5, TS 36.304 §5.2.4.1", Text: legacyNames[t] + " is preferred to LTE"})
			}
		}
	}
	if any && !scheduled(&c.Identity.SIB1, 4) && !scheduled(&c.Identity.SIB1, 5) {
		return c.found("only", Finding{Field: "si_schedule", Value: "older systems alone", Expected: "LTE neighbours", From: "SIB1",
			Text: "names neighbours of older systems and none of LTE"})
	}
	if !read {
		return missing("SIB3 not read")
	}
	return fine
}

// noSuchRAT, RS-05: neighbours of a system that does not exist in this network.
//
// The lure of a catcher is GSM by default. Innocent: none, if the table is right; its entries name their source.
func noSuchRAT(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	told := false
	for _, r := range c.policy().rats {
		if !slices.ContainsFunc(c.plmns, func(p lte.PLMN) bool { return r.holds(p) }) {
			continue
		}
		told = true
		for _, t := range r.Absent {
			says := len(c.info.of(lte.SIBType(t))) > 0
			if says || scheduled(&c.Identity.SIB1, lte.SIBType(t)) {
				return c.found("weight", Finding{Field: "sibs." + strconv.Itoa(t), Value: legacyNames[lte.SIBType(t)] + " neighbours", Expected: "none",
					From: fmt.Sprintf("%s, %s", r.Source, r.AsOf), Text: fmt.Sprintf("announces %s, which %s does not have", legacyNames[lte.SIBType(t)], r.Name)})
			}
		}
	}
	if !told {
		return missing("which systems " + plmns(c.plmns) + " has is not in the table")
	}
	return fine
}

// strangeLegacy, RS-06: frequencies of older systems that no other cell of the operator lists.
//
// A catcher's partner cell of an older system. Innocent: a re-tune that arrives cell by cell.
func strangeLegacy(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	for _, t := range []lte.SIBType{6, 7} {
		var own []float64
		for _, b := range c.info.of(t) {
			f, _ := legacy(b)
			own = append(own, f...)
		}
		if len(own) == 0 {
			continue
		}
		var all []float64
		n := 0
		for _, e := range c.peers() {
			if bs := e.info.of(t); len(bs) > 0 {
				n++
				for _, b := range bs {
					f, _ := legacy(b)
					all = append(all, f...)
				}
			}
		}
		if n < int(c.n("peers")) {
			return missing(fmt.Sprintf("SIB%s of %s read, want %.0f", t, count(n, "other cell"), c.n("peers")))
		}
		for _, f := range own {
			if !slices.Contains(all, f) {
				return c.found("weight", Finding{Field: "sibs." + t.String(), Value: fmt.Sprintf("%s frequency %.0f", legacyNames[t], f), Expected: words(all),
					From: count(n, "cell") + " of the operator", Text: fmt.Sprintf("%s frequency %.0f is in no other cell's list", legacyNames[t], f)})
			}
		}
	}
	return fine
}

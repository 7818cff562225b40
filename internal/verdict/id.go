package verdict

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/known"
)

// unlisted, ID-01: the ECI is in no list that should hold it.
//
// A rogue invents a cell identity, or counts one up. Innocent: a new site, a stale list, a third sector, a femtocell of the
// operator's customers, of which KT ran 157,000: by itself it is a reason to look, never to suspect.
func unlisted(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	switch c.Match.State {
	case known.NoList:
		return missing(noList(c))
	case known.Known:
		return fine
	}
	weight, class := "inventory", known.ClassUnknown
	if class, _ = c.class(); class == known.Femto {
		weight = "femto"
	}
	if len(c.enbFacts()) > 0 && class != known.Femto {
		weight = "sector"
	}
	if c.Match.ByCrowd {
		weight = "crowd"
	}
	return c.found(weight, Finding{Field: "eci", Value: c.Identity.Name(), From: c.Set.Files(),
		Text: fmt.Sprintf("no line has %s", c.Identity.Name())})
}

// enbFacts are the list's lines about other cells of the eNB.
func (c *Case) enbFacts() []*known.Fact {
	var out []*known.Fact
	for _, p := range c.plmns {
		out = append(out, c.Set.ByENB(p, c.Query.ECI.ENB())...)
	}
	return out
}

// newENB, ID-02: the eNB itself is in no list, not only this sector of it.
//
// A rogue's invented identity rarely falls on an eNB that exists; a new sector of a known site is far more often benign.
// Innocent: a new site. Home eNBs use all 28 bits of the ECI and have no eNB part.
func newENB(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	switch class, _ := c.class(); {
	case c.Match.State == known.NoList:
		return missing(noList(c))
	case c.Match.State == known.Known, class == known.Femto, c.Match.ByCrowd, len(c.enbFacts()) > 0:
		return fine
	}
	return c.found("weight", Finding{Field: "enb", Value: strconv.Itoa(c.Query.ECI.ENB()), From: c.Set.Files(),
		Text: fmt.Sprintf("no line has a cell of eNB %d", c.Query.ECI.ENB())})
}

func noList(c *Case) string {
	if c.Set.Empty() {
		return "no list of known cells"
	}
	return "no list covers this place or operator: " + c.Set.Files()
}

// differs, ID-03: the ECI is listed, and its carrier, PCI, bandwidth, ports or TAC are others than the list's.
//
// A clone copies the identity and not the radio parameters. Innocent: a re-tuned cell, PCIs planned anew, refarming, a site that
// was modernised since the list was made, on its carrier and in its tracking area; planned work clears it. The line of the list that
// fits best is compared. A tracking area of nobody around is ID-06's, and counts there alone.
func differs(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	facts := c.facts()
	if len(facts) == 0 {
		return notListed(c)
	}
	var best []difference
	var at *known.Fact
	for i, f := range facts {
		if d := c.differences(f); i == 0 || len(d) < len(best) {
			best, at = d, f
		}
	}
	if len(best) == 0 {
		return fine
	}
	wants, text := join(best)
	best = slices.DeleteFunc(best, c.common)
	if len(best) == 0 {
		return c.found("common", Finding{Field: "identity", Value: c.Identity.Name(), Expected: wants, From: at.From(),
			Text: fmt.Sprintf("the list is older than the network: of %s, and of others around, it has %s", c.Identity.Name(), text)})
	}
	if len(best) == 1 && best[0].field == "tac" && len(c.sib1s()) == 1 && c.strangeTAC() {
		return fine
	}
	weight := map[int]string{1: "one", 2: "two"}[len(best)]
	switch {
	case len(best) == 1 && best[0].field == "pci":
		weight = "pci"
	case len(best) > 1 && !slices.ContainsFunc(best, func(d difference) bool { return d.field == "earfcn" || d.field == "tac" }):
		weight = "modernised"
	case weight == "":
		weight = "three"
	}
	return c.found(weight, Finding{Field: "identity", Value: c.Identity.Name(), Expected: wants, From: at.From(),
		Text: fmt.Sprintf("%s is listed with other parameters: %s", c.Identity.Name(), text)})
}

// strangeTAC tells whether ID-06 has something against the tracking area.
func (c *Case) strangeTAC() bool {
	x := *c
	x.data = c.policy().rule("ID-06")
	out := oddTAC(&x)
	return out.Finding != nil && x.data.numbers[out.Finding.weight] > 0
}

// common tells whether the list says the same of other eNBs around, and is as wrong about them: a carrier was moved, widened or
// numbered anew since it was made, or a tracking area, whatever the carrier. A PCI is each cell's own.
func (c *Case) common(d difference) bool {
	if d.field == "pci" {
		return false
	}
	around := c.peers()
	if d.field == "tac" {
		if said := c.sib1s(); len(said) == 1 && c.sharesTAC(said[0].TAC, int(c.policy().rule("ID-06").numbers["share"])) {
			return true
		}
		around = c.of(c.operatorKeys(), func(e *Entry) bool { return e.readTwice() && *e.names == 1 && c.recent(e) })
	}
	var enbs []int
	for _, e := range around {
		enb := e.query.ECI.ENB()
		if e.match.State != known.Known || len(e.match.Facts) == 0 || enb == c.query.ECI.ENB() || slices.Contains(enbs, enb) {
			continue
		}
		other := *c
		other.Entry = e
		if slices.Contains(other.differences(e.match.Facts[0]), d) {
			enbs = append(enbs, enb)
		}
	}
	return len(enbs) >= int(c.policy().rule("ID-03").numbers["others"])
}

// notListed is what a rule about a listed cell says of another.
func notListed(c *Case) Outcome {
	if c.Match.State == known.NoList {
		return missing(noList(c))
	}
	return fine
}

// difference is a field of which the list says something else than is heard.
type difference struct{ field, want, text string }

// differences lists what the list says otherwise.
func (c *Case) differences(f *known.Fact) (out []difference) {
	differ := func(field, want string, is any) {
		out = append(out, difference{field, want, fmt.Sprintf("%s, heard %v", want, is)})
	}
	if len(f.EARFCNs) > 0 && !slices.ContainsFunc(f.EARFCNs, func(n lte.EARFCN) bool { return slices.Contains(c.FreqsHz, n.FreqHz()) }) {
		differ("earfcn", fmt.Sprintf("EARFCN %d", f.EARFCNs[0]), "on "+carrier(c))
	}
	if f.HasPCI && f.PCI != c.PCI {
		differ("pci", fmt.Sprintf("PCI %d", f.PCI), c.PCI)
	}
	if f.PRB != 0 && f.PRB != c.Best.MIB.PRB {
		differ("prb", fmt.Sprintf("%d resource blocks", f.PRB), c.Best.MIB.PRB)
	}
	if f.Ports != 0 && c.Best.Ports != 0 && f.Ports != c.Best.Ports {
		differ("ports", fmt.Sprintf("%d ports", f.Ports), c.Best.Ports)
	}
	for _, s := range c.sib1s() {
		if f.HasTAC && f.TAC != s.TAC {
			differ("tac", fmt.Sprintf("TAC %d", f.TAC), s.TAC)
			break
		}
	}
	return out
}

// farFromSite, ID-04: a listed cell is heard farther from its site than it can reach.
//
// A rogue replays the identity of a remote cell. Innocent: repeaters and distributed antennas, a hill, water, a wrong place in
// the list. Femtocells have a rule of their own. In the open a cell may reach far, but not as loud as ones that are ten times as near:
// with the square of the distance at least its level falls.
func farFromSite(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	if c.Match.State != known.Known {
		return notListed(c)
	}
	here := c.strongest()
	if here == nil {
		return missing("where the receiver stands is not known")
	}
	if class, _ := c.class(); class == known.Femto {
		return fine
	}
	if len(c.Match.Crowd) > 0 {
		x := c.Match.Crowd[0]
		far := max(c.n("range_times")*x.RangeM, c.n("crowd_m"))
		if d := x.Place.DistanceM(*here); d > far {
			return c.found("crowd", c.away(d, far, x.Origin))
		}
		return fine
	}
	nearest, line := -1.0, ""
	for _, f := range c.facts() {
		if f.Place == nil {
			continue
		}
		if d := f.Place.DistanceM(*here); nearest < 0 || d < nearest {
			nearest, line = d, f.From()
		}
	}
	if nearest < 0 {
		return missing("the list does not say where the cell stands")
	}
	far := c.n("rural_m")
	if c.scene.crowded(*here, c.n("dense_m"), int(c.n("dense_cells"))) || c.tooLoudFor(nearest, *here) {
		far = c.n("urban_m")
	}
	if nearest <= far {
		return fine
	}
	weight := "inventory"
	other := slices.DeleteFunc(c.differences(c.facts()[0]), func(d difference) bool { return d.field == "prb" || d.field == "ports" || c.common(d) })
	if len(other) == 0 && c.Set.HasTAC(c.plmns, c.Identity.SIB1.TAC, *here, far, c.Query.ECI) {
		weight = "fits" // its line of the list has a tracking area of here: the place may be wrong
	}
	return c.found(weight, c.away(nearest, far, line))
}

// tooLoudFor tells whether a cell whose site is so far is louder than free space would let it be, beside the loudest listed one of the
// carrier.
func (c *Case) tooLoudFor(siteM float64, here known.Place) bool {
	var loudest *Entry
	for _, e := range c.peers() {
		if class, _ := c.scene.class(e); e.match.State != known.Known || class == known.Femto || len(e.match.Facts) == 0 || e.match.Facts[0].Place == nil {
			continue
		}
		if loudest == nil || e.Best.Signal.RSRPdBFS > loudest.Best.Signal.RSRPdBFS {
			loudest = e
		}
	}
	if loudest == nil {
		return false
	}
	times := siteM / max(loudest.match.Facts[0].Place.DistanceM(here), c.n("near_m"))
	return times >= c.n("loud_times") && c.Best.Signal.RSRPdBFS > loudest.Best.Signal.RSRPdBFS-20*math.Log10(times)+c.n("loud_db")
}

func (c *Case) away(m, far float64, from string) Finding {
	return Finding{Field: "place", Value: metres(m) + " from its site", Expected: "at most " + metres(far), From: from,
		Text: fmt.Sprintf("heard %s from where the list has it; such a cell reaches %s", metres(m), metres(far))}
}

// strongest is where the cell was heard best; where the receiver stands while its past places are not known.
func (c *Case) strongest() *known.Place {
	var at *known.Place
	best := 0.0
	for _, m := range c.History {
		if m.Here != nil && (at == nil || m.RSRPdBFS > best) {
			at, best = m.Here, m.RSRPdBFS
		}
	}
	if at == nil {
		return c.Here
	}
	return at
}

func metres(m float64) string {
	if m >= 2000 {
		return fmt.Sprintf("%.1f km", m/1e3)
	}
	return fmt.Sprintf("%.0f m", m)
}

// join names what the list says, and what is heard instead.
func join(parts []difference) (wants, texts string) {
	var w, t []string
	for _, p := range parts {
		w, t = append(w, p.want), append(t, p.text)
	}
	return strings.Join(w, "; "), strings.Join(t, "; ")
}

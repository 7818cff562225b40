package verdict

import (
	"fmt"
	"math"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/known"
)

// offClock, PH-01: its carrier stands beside those of the operator's other cells by more than a base station may be off.
//
// A software radio's oscillator is off by 0.5 to 2.5 ppm; a wide area cell by 0.05, a home eNB by 0.25 (TS 36.104 §6.5.1).
// Compared in the same looks, so that our own error does not count; where too few of its operator are on the carrier, with all that is
// heard on any, as the radio's error is found from them. Innocent: motion (twice the receiver's speed is allowed for), repeaters
// that shift the carrier.
func offClock(c *Case) Outcome {
	if c.Identity == nil {
		return missing("SIB1 not read: whose cells to compare with is not known")
	}
	ppm, se, n := c.relative()
	slack, beside := 0.0, "the operator's others"
	if n < int(c.n("cells")) {
		few := missing(fmt.Sprintf("clock compared with %s of the operator, want %.0f", count(n, "other cell"), c.n("cells")))
		if c.scene.Clocks == nil || !c.Sure {
			return few
		}
		var ok bool
		if ppm, se, n, ok = c.scene.Clocks(c.Transmitter); !ok || n < int(c.n("all_cells")) {
			return few
		}
		slack, beside = c.n("all_ppm"), "all that is heard"
	}
	slack += 3*se + c.dopplerPPM()
	if class, _ := c.class(); class == known.Femto {
		slack += c.n("femto_ppm")
	}
	off := math.Abs(ppm) - slack
	weight := ""
	for _, w := range []string{"slight", "clear", "gross"} {
		if off > c.n(w+"_ppm") {
			weight = w
		}
	}
	if weight == "" {
		return fine
	}
	if c.Looks < int(c.n("looks")) {
		return missing(fmt.Sprintf("heard in %s, want %.0f", count(c.Looks, "look"), c.n("looks")))
	}
	return c.found(weight, Finding{Field: "cfo_rel_ppm", Value: fmt.Sprintf("%+.3f ppm", ppm), Expected: fmt.Sprintf("within %.3f ppm", slack+c.n("slight_ppm")),
		From: count(n, "other cell") + ", TS 36.104 §6.5.1", Text: fmt.Sprintf("its clock is %+.3f ppm beside %s", ppm, beside)})
}

// track is how a cell's clock stood beside others' over time: the median over references in each look.
func (c *Case) track(seconds float64) (times, ppm []float64) {
	if n := len(c.History); n == 0 || c.History[n-1].S-c.History[0].S < seconds {
		return nil, nil
	}
	sum := map[float64][]float64{}
	refs := c.references()
	for _, e := range refs {
		ts, ds := aside(c.Entry, e)
		m := median(ds)
		for i := range ts {
			sum[ts[i]] = append(sum[ts[i]], ds[i]-m)
		}
	}
	for _, m := range c.History {
		if ds, ok := sum[m.S]; ok && 2*len(ds) > len(refs) {
			times, ppm = append(times, m.S), append(ppm, median(ds))
		}
	}
	return times, ppm
}

// drifts, PH-02: its clock wanders beside the others'.
//
// A cheap oscillator, or one that was just switched on in a car. Innocent: our own warming up, which is why it is measured
// against others in the same looks; motion; a home eNB, which may be 0.25 ppm off and so wander that far.
func drifts(c *Case) Outcome {
	ts, ppm := c.track(c.n("seconds"))
	if len(ts) < int(c.n("looks")) || ts[len(ts)-1]-ts[0] < c.n("seconds") {
		return missing(fmt.Sprintf("its clock was not compared with others' over %.0f s", c.n("seconds")))
	}
	slope, limit := fit(ts, ppm)*600, c.n("ppm")
	if class, _ := c.class(); class == known.Femto {
		limit = c.n("femto_ppm")
	}
	if math.Abs(slope) <= limit+3*c.sePPM()+c.dopplerPPM() {
		return fine
	}
	return c.found("weight", Finding{Field: "cfo_rel_ppm", Value: fmt.Sprintf("%+.3f ppm in 10 minutes", slope), Expected: fmt.Sprintf("within %.2f", limit),
		From: "the operator's cells in the same looks", Text: fmt.Sprintf("its clock drifts %+.3f ppm in ten minutes beside the others", slope)})
}

// fit is the slope of a straight line through points.
func fit(x, y []float64) float64 {
	mx, my := 0.0, 0.0
	for i := range x {
		mx, my = mx+x[i], my+y[i]
	}
	mx, my = mx/float64(len(x)), my/float64(len(x))
	num, den := 0.0, 0.0
	for i := range x {
		num, den = num+(x[i]-mx)*(y[i]-my), den+(x[i]-mx)*(x[i]-mx)
	}
	if den == 0 {
		return 0
	}
	return num / den
}

// offFrame, PH-03: frames that do not start when they ought to: on TDD with all others of the operator, elsewhere with the
// cells of its own eNB.
//
// A rogue is not synchronised. Innocent: FDD is legally asynchronous; sites whose sectors are staggered on purpose: two
// siblings must agree with each other. Propagation is allowed for.
func offFrame(c *Case) Outcome {
	if c.Identity == nil {
		return missing("SIB1 not read")
	}
	if c.Looks < int(c.n("looks")) {
		return missing(fmt.Sprintf("heard in %s, want %.0f", count(c.Looks, "look"), c.n("looks")))
	}
	with, weight, need, limit := c.peers(), "tdd", int(c.n("peers")), c.n("tdd_us")*1e-6
	if c.Duplex != lte.TDD {
		class, _ := c.class()
		if class == known.Femto {
			return fine
		}
		with, weight, need, limit = c.siblings(), "siblings", int(c.n("siblings_heard")), c.n("us")*1e-6
	}
	var offs []float64
	for _, e := range with {
		if off, se := frameOff(c.Entry, e); se < c.n("se_us")*1e-6 && math.Abs(e.LastS-c.LastS) < referenceS {
			offs = append(offs, off)
		}
	}
	if len(offs) < need {
		return missing(fmt.Sprintf("frame timing compared with %s, want %d", count(len(offs), "cell"), need))
	}
	m := median(offs)
	for _, o := range offs {
		if math.Abs(o-m) > limit {
			return fine // they do not agree among themselves
		}
	}
	if math.Abs(m) <= limit {
		return fine
	}
	return c.found(weight, Finding{Field: "first_sample", Value: fmt.Sprintf("%+.1f us", m*1e6), Expected: fmt.Sprintf("within %.0f us", limit*1e6),
		From: count(len(offs), "cell") + ", TS 36.133 §7.4.2", Text: fmt.Sprintf("its frames start %+.1f us beside those of %s that agree", m*1e6, count(len(offs), "cell"))})
}

// restarts, PH-04: its frame numbers do not go on, while those of others do.
//
// Somebody restarts it. Innocent: software upgrades at night; samples that we lost, which is why another cell must have gone
// on.
func restarts(c *Case) Outcome {
	n := 0
	for _, j := range c.Jumps {
		if c.wentOn(j.S) {
			n++
		}
	}
	if n == 0 {
		if c.Jumped > 0 {
			return missing("nothing else was heard that went on when its frame numbers did not")
		}
		return fine
	}
	weight := "one"
	if n >= int(c.n("times")) {
		weight = "many"
	}
	return c.found(weight, Finding{Field: "sfn", Value: fmt.Sprintf("%d jumps", n), Expected: "frame numbers that go on", From: "TS 36.211 §4.1",
		Text: fmt.Sprintf("its frame numbers jumped %d times while others went on", n)})
}

// wentOn tells whether another transmitter was heard before and after a moment, and did not jump at it.
func (c *Case) wentOn(s float64) bool {
	on := false
	for _, e := range c.onCarrier() {
		before, after := false, false
		for _, m := range e.History {
			before, after = before || m.S < s-0.5, after || m.S >= s
		}
		jumped := false
		for _, j := range e.Jumps {
			jumped = jumped || math.Abs(j.S-s) < 2
		}
		if jumped {
			return false
		}
		on = on || before && after
	}
	return on
}

// tooStrong, PH-05: a cell in no list is far stronger than all listed ones of its operator.
//
// A rogue has to be stronger than what it replaces. Innocent: standing under a small cell, or beside a customer's femtocell.
func tooStrong(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	if c.Match.State != known.Unknown {
		return notListed(c)
	}
	best, n := math.Inf(-1), 0
	for _, e := range c.peers() {
		if e.match.State == known.Known && math.Abs(e.LastS-c.LastS) < recentS {
			best, n = max(best, e.Best.Signal.RSRPdBFS), n+1
		}
	}
	if n < int(c.n("peers")) {
		return missing(fmt.Sprintf("%s of the operator heard on the carrier, want %.0f", count(n, "listed cell"), c.n("peers")))
	}
	above := c.Best.Signal.RSRPdBFS - best
	weight := ""
	if above >= c.n("strong_db") {
		weight = "strong"
	}
	if above >= c.n("very_db") {
		weight = "very"
	}
	if weight == "" {
		return fine
	}
	if class, _ := c.class(); class == known.Femto {
		weight += "_femto"
	}
	return c.found(weight, Finding{Field: "rsrp_dbfs", Value: fmt.Sprintf("%.0f dB above", above), Expected: "as listed cells of the operator", From: count(n, "listed cell"),
		Text: fmt.Sprintf("%.0f dB stronger than every listed cell of the operator on the carrier", above)})
}

// secondTransmitter, PH-06: two transmitters under one PCI on one carrier at once, with clocks of their own.
//
// A clone hides behind the cell it copies. Innocent: echoes and repeaters (one carrier offset), far cells of one PCI, whose
// clocks are both good, or which the list has so; femtocells, which share few PCIs and may be 0.25 ppm off, under their own identities; motion
// shifts paths apart, so while moving it is judged only if their SIB1s differ. It is held against the one whose clock is off its operator's, that
// the list does not know, or that came later.
func secondTransmitter(c *Case) Outcome {
	for _, e := range c.samePCI() {
		ts, ds := aside(c.Entry, e)
		if len(ts) < int(c.n("looks")) {
			continue
		}
		limit := max(c.n("hz")/c.FreqHz*1e6, c.n("ppm")) + c.dopplerPPM() + 3*math.Hypot(c.sePPM(), e.sePPM())
		off := median(ds)
		if math.Abs(off) <= limit || min(c.Best.Signal.SINRdB, e.Best.Signal.SINRdB) < c.n("sinr_db") {
			continue
		}
		if !c.sameName(e) && c.fits(c.Entry) && c.fits(e) {
			return c.found("listed", Finding{Field: "cfo_hz", Value: fmt.Sprintf("%+.0f Hz beside %s", off*c.FreqHz/1e6, e.Transmitter), Expected: "one transmitter under a PCI",
				From: "transmitter " + e.Transmitter, Text: fmt.Sprintf("%s sends under the same PCI at the same time; the list has both so", e.Transmitter)})
		}
		if c.ordinaryFemto(e) { // two neighbours that chose the same
			return c.found("femto", Finding{Field: "cfo_hz", Value: fmt.Sprintf("%+.0f Hz beside %s", off*c.FreqHz/1e6, e.Transmitter), Expected: "one transmitter under a PCI",
				From: "transmitter " + e.Transmitter, Text: fmt.Sprintf("%s sends as %s under the same PCI at the same time; femtocells share few", e.Transmitter, e.Identity.Name())})
		}
		if c.speedMS() > c.n("moving_ms") && (c.Identity == nil || e.Identity == nil || c.sameName(e)) {
			return missing("the receiver moves, and their SIB1s do not differ")
		}
		return c.found(c.blame(e), Finding{Field: "cfo_hz", Value: fmt.Sprintf("%+.0f Hz beside %s", off*c.FreqHz/1e6, e.Transmitter), Expected: "one transmitter under a PCI",
			From: "transmitter " + e.Transmitter, Text: fmt.Sprintf("%s sends under the same PCI at the same time, %.0f Hz beside it", e.Transmitter, math.Abs(off*c.FreqHz/1e6))})
	}
	return fine
}

// ordinaryFemto tells whether this cell and e are femtocells with names of their own, and this one's clock is as a home eNB's may be.
func (c *Case) ordinaryFemto(e *Entry) bool {
	mine, _ := c.class()
	if theirs, _ := c.scene.class(e); mine != known.Femto || theirs != known.Femto || c.unread() != "" || !e.readTwice() || c.sameName(e) {
		return false
	}
	ppm, se, n := c.relative()
	return n >= int(c.n("cells")) && math.Abs(ppm) <= c.n("femto_ppm")+3*se+c.dopplerPPM()
}

// fits tells whether a list has a cell as it is heard.
func (c *Case) fits(e *Entry) bool {
	x := *c
	x.Entry, x.around = e, nil
	return e.match.State == known.Known && len(x.mismatches()) == 0
}

// blame says which of two that cannot both be right it speaks against: "weight" this one, "victim" the other, "both".
func (c *Case) blame(e *Entry) string {
	mine, theirs := *c, *c
	mine.around, theirs.around, theirs.Entry = nil, nil, e
	fits := func(x *Case) int {
		switch {
		case x.Entry.match.State == known.Known && len(x.mismatches()) == 0:
			return 2
		case x.Entry.match.State == known.Known:
			return 1
		}
		return 0
	}
	if a, b := fits(&mine), fits(&theirs); a != b {
		return guilt(a < b)
	}
	if a, seA, n := mine.relative(); n >= 3 {
		if b, seB, m := theirs.relative(); m >= 3 && math.Abs(math.Abs(a)-math.Abs(b)) > 0.05+3*math.Hypot(seA, seB) {
			return guilt(math.Abs(a) > math.Abs(b))
		}
	}
	if d := c.BeganS - e.BeganS; math.Abs(d) > 10 {
		return guilt(d > 0)
	}
	return "both"
}

func guilt(mine bool) string {
	if mine {
		return "weight"
	}
	return "victim"
}

// mismatches are what the list says otherwise of a known cell, its place included where that is out of reach.
func (c *Case) mismatches() []difference {
	var best []difference
	for i, f := range c.Entry.match.Facts {
		d := c.differences(f)
		if here := c.strongest(); here != nil && f.Place != nil && f.Class == known.Femto && f.Place.DistanceM(*here) > c.policy().rule("FM-02").numbers["near_m"] {
			d = append(d, difference{"place", "", "another place"})
		}
		if f.Site == known.Lost || f.Site == known.Returned || f.Site == known.Retired {
			d = append(d, difference{"state", "", f.Site.String()})
		}
		if i == 0 || len(d) < len(best) {
			best = d
		}
	}
	return best
}

// emptyCarrier, PH-10: beyond its middle the carrier is not there.
//
// Who replays the middle 1.08 MHz of a cell sends MIB and synchronisation, and no SIB1. Innocent: interference, a decoder that
// lacks something: it must be strong, and looked at over its whole width.
func emptyCarrier(c *Case) Outcome {
	switch {
	case c.Identity != nil:
		return fine
	case c.Best.Stop == lte.StopNarrow || c.Newest.Stop == lte.StopNarrow:
		return missing("the window is narrower than the carrier")
	case c.Best.Stop == lte.StopUnsupported:
		return missing("this decoder lacks something to read it")
	case c.MIBCRCs < int(c.n("mibs")) || c.Best.Signal.SINRdB < c.n("sinr_db") || c.SIB1Fails < int(c.n("fails")):
		return missing("SIB1 not looked for long enough at a good level")
	}
	return c.found("weight", Finding{Field: "sib1_fails", Value: fmt.Sprintf("%d of %d", c.SIB1Fails, c.SIB1Fails), Expected: "SIB1 every 20 ms", From: "TS 36.331 §5.2.1.2",
		Text: fmt.Sprintf("strong (%.0f dB), %d MIBs, and of %d transmissions of SIB1 none", c.Best.Signal.SINRdB, c.MIBCRCs, c.SIB1Fails)})
}

// imageRule names the rule that takes the weight of all others away.
const imageRule = "PH-11"

// image, PH-11, speaks for a cell: it is the image of a stronger one that our receiver made, beside it on the raster, with
// the same PCI, frame timing and frame number.
func image(c *Case) Outcome {
	b := bucket(c.rxHz())
	var keys []string
	for d := -3; d <= 3; d++ {
		if d != 0 {
			keys = append(keys, fmt.Sprint(keyPCI, b+d, " ", c.PCI))
		}
	}
	for _, e := range c.of(keys, c.recent) {
		off, se := frameOff(c.Entry, e)
		if math.Abs(off) < c.n("us")*1e-6+3*se && se < 50e-6 && e.Best.Signal.RSRPdBFS > c.Best.Signal.RSRPdBFS+c.n("below_db") && math.Abs(e.rxHz()-c.rxHz()) > sameCarrierHz {
			return c.found("weight", Finding{Field: "freq_hz", Value: fmt.Sprintf("%.1f MHz", c.FreqHz/1e6), Expected: fmt.Sprintf("%.1f MHz", e.FreqHz/1e6), From: "transmitter " + e.Transmitter,
				Text: fmt.Sprintf("the image of %s, %.0f dB stronger and %.0f kHz beside it; nothing is held against it", e.Transmitter, e.Best.Signal.RSRPdBFS-c.Best.Signal.RSRPdBFS, math.Abs(e.rxHz()-c.rxHz())/1e3)})
		}
	}
	return fine
}

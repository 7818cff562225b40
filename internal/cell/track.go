package cell

import (
	"math"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/known"
)

// sighting is an observation with its frame start and carrier in the survey's terms.
type sighting struct {
	again  bool // its transmitter has another sighting in the same look
	here   *known.Place
	o      lte.Observation
	startS float64
	endS   float64
	frameS float64 // signal time at which one of its frames starts
	rxHz   float64 // carrier as received
	rate   float64 // clock error as a fraction
	rateSE float64
}

func newSighting(l Look, i int) sighting {
	o := l.Obs[i]
	s := sighting{o: o, here: l.Here, startS: l.StartS, endS: l.EndS, rxHz: o.FreqHz + o.Signal.CFOHz}
	s.frameS = l.StartS + (o.FirstSample-float64(l.First))/l.RateHz
	s.rate, s.rateSE = o.Signal.ClockPPM*1e-6, math.Max(o.Signal.ClockSE*1e-6, clockMin)
	if o.Signal.ClockSE <= 0 {
		s.rateSE = clockSE
	}
	return s
}

// track is a run of sightings whose frame timing continues.
type track struct {
	of        *transmitter
	pci       lte.PCI
	duplex    lte.Duplex
	clk       clock
	rxHz      float64 // newest
	rxSE      float64
	captureHz float64
	sfn       int // of the frame at clk.boundary; -1 unknown
	toldS     float64
	sharpS    float64 // end of the look since which each prediction was sharp enough to bear witness
	tally
}

func newTrack(s sighting) *track {
	return &track{pci: s.o.PCI, duplex: s.o.Duplex, clk: newClock(s.frameS, s.rate, s.rateSE), sfn: -1, toldS: math.Inf(-1), sharpS: s.endS}
}

// take adds a sighting that belongs to the track, and returns the SFN expected and sent if they differ.
func (t *track) take(s sighting) (expected, sent int, jumped bool) {
	if _, counts, predicts := t.clk.late(s.frameS); !predicts {
		t.sharpS, t.sfn = s.endS, -1
	} else if counts > witnessMax {
		t.sharpS = s.endS
	}
	n := t.clk.ahead(s.frameS)
	t.clk.take(s.frameS, s.rate, s.rateSE)
	t.rxHz, t.rxSE, t.captureHz = s.rxHz, s.o.Signal.CFOSEHz, s.o.CaptureHz
	if t.sfn >= 0 {
		t.sfn = ((t.sfn+n)%1024 + 1024) % 1024
	}
	if s.o.MIB != nil {
		expected, sent, jumped = t.sfn, s.o.MIB.SFN, t.sfn >= 0 && t.sfn != s.o.MIB.SFN
		t.sfn = s.o.MIB.SFN
	}
	t.tally.take(s)
	t.of.add(s)
	if jumped {
		t.of.jump(Jump{s.endS, expected, sent})
	}
	return expected, sent, jumped
}

// Carrier offsets that still count as one radio. Our own oscillator wanders by a part in a million while it warms up, and a
// dongle's synthesiser lands some hundred Hz apart when it is tuned anew.
const (
	rxGateHz   = 3000
	steadyHz   = 300 // within steadyS on one tuning, motion included: 340 Hz is 2v/lambda at 100 km/h and 1.84 GHz
	steadyS    = 2
	seamHz     = 100   // at the two ends of a seam
	echoS      = 30e-6 // a second path of one transmitter may be this late: a repeater, a far hill
	witnessMax = 50e-6 // a prediction this sharp can bear witness that no samples are missing
)

// rxOff is how far the sighting's carrier lies from the track's, beyond what the standard errors explain.
func (t *track) rxOff(s sighting) float64 {
	return math.Max(0, math.Abs(s.rxHz-t.rxHz)-3*math.Hypot(t.rxSE, s.o.Signal.CFOSEHz))
}

// fit tells whether the sighting continues the track's frame timing on its carrier, and how badly.
func (t *track) fit(s sighting) (cost float64, sharp, ok bool) {
	off := t.rxOff(s)
	if t.pci != s.o.PCI || t.duplex != s.o.Duplex || off > rxGateHz {
		return 0, false, false
	}
	late, counts, predicts := t.clk.late(s.frameS)
	if predicts && math.Abs(late) > counts {
		return 0, false, false
	}
	cost = off / steadyHz
	if predicts {
		cost = math.Hypot(cost, late/counts)
	}
	return cost, predicts && counts < witnessMax, true
}

// tally counts and keeps the best of what sightings told.
type tally struct {
	mibs       []content // most heard first
	crcs       int
	fails      int
	sib1Fails  int
	looks      int
	shown      int             // sightings with a MIB
	ghosts     int             // sightings that were named a ghost
	named      lte.Observation // the newest of those
	namedAt    float64
	firstS     float64
	lastS      float64
	newest     lte.Observation // with a MIB
	newestAt   float64
	identities []*identity // in the order they were first heard; its own
}

// content is one version of what a MIB says that should not change, and the best measurement that came with it.
type content struct {
	mibKey
	crcs   int
	best   lte.Observation
	bestAt float64
}

type mibKey struct {
	prb, ports int
	duration   lte.PHICHDuration
	resource   lte.PHICHResource
	cp         lte.CP
}

func keyOf(o lte.Observation) mibKey {
	return mibKey{o.MIB.PRB, o.Ports, o.MIB.PHICHDuration, o.MIB.PHICHResource, o.CP}
}

// maxContents bounds how many contradictory MIBs of one transmitter are kept; the least heard go.
const maxContents = 8

func (a *tally) take(s sighting) {
	b := tally{crcs: s.o.MIBCRCs, fails: s.o.MIBFails, looks: 1, firstS: s.startS, lastS: s.endS}
	if s.o.MIB != nil {
		b.shown, b.newest, b.newestAt = 1, s.o, s.endS
		b.mibs = []content{{keyOf(s.o), s.o.MIBCRCs, s.o, s.endS}}
	}
	b.sib1Fails = s.o.SIB1Fails
	b.identities = identities(s)
	if s.o.Ghost != "" {
		b.ghosts, b.named, b.namedAt = 1, s.o, s.endS
	}
	if s.again { // one look, whose periods were counted by the other sighting
		b.looks, b.fails = 0, -s.o.MIBCRCs
	}
	for _, i := range b.identities {
		a.hear(i)
	}
	b.identities = nil
	a.merge(b)
}

// merge adds b to a, which must not be what its track still adds to; the order of merging does not matter.
func (a *tally) merge(b tally) {
	if b.empty() {
		return
	}
	if a.empty() {
		a.firstS, a.lastS = b.firstS, b.lastS
	}
	a.firstS, a.lastS = math.Min(a.firstS, b.firstS), math.Max(a.lastS, b.lastS)
	a.crcs, a.fails, a.looks = a.crcs+b.crcs, a.fails+b.fails, a.looks+b.looks
	a.shown, a.ghosts = a.shown+b.shown, a.ghosts+b.ghosts
	if b.ghosts > 0 && b.namedAt >= a.namedAt {
		a.named, a.namedAt = b.named, b.namedAt
	}
	if b.newest.MIB != nil && (a.newest.MIB == nil || b.newestAt > a.newestAt) {
		a.newest, a.newestAt = b.newest, b.newestAt
	}
	a.sib1Fails += b.sib1Fails
	for _, i := range b.identities {
		a.mergeIdentity(i)
	}
	for _, c := range b.mibs {
		a.mergeContent(c)
	}
	for i := 1; i < len(a.mibs); i++ { // a handful: insertion sort, most heard first
		for j := i; j > 0 && a.mibs[j].before(a.mibs[j-1]); j-- {
			a.mibs[j], a.mibs[j-1] = a.mibs[j-1], a.mibs[j]
		}
	}
	if len(a.mibs) > maxContents {
		a.mibs = a.mibs[:maxContents]
	}
}

func sqrt(v float64) float64 { return math.Sqrt(max(0, v)) }

func (a *tally) empty() bool { return a.looks == 0 && len(a.mibs) == 0 }

func (a *tally) mergeContent(c content) {
	for i := range a.mibs {
		if m := &a.mibs[i]; m.mibKey == c.mibKey {
			m.crcs += c.crcs
			if better(c, *m) {
				m.best, m.bestAt = c.best, c.bestAt
			}
			return
		}
	}
	a.mibs = append(a.mibs, c)
}

// better prefers more MIB CRCs in one look, then the higher SINR, then the newer.
func better(a, b content) bool {
	if a.best.MIBCRCs != b.best.MIBCRCs {
		return a.best.MIBCRCs > b.best.MIBCRCs
	}
	if x, y := a.best.Signal.SINRdB, b.best.Signal.SINRdB; x != y {
		return x > y
	}
	return a.bestAt > b.bestAt
}

func (c content) before(d content) bool {
	if c.crcs != d.crcs {
		return c.crcs > d.crcs
	}
	return better(c, d)
}

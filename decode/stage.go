package decode

import (
	"math"

	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/phch"
	"github.com/straycell/straycell/decode/sync"
)

// cell is what the stages after the search found out about one peak. Sample counts are at sync.Rate from the look's start.
type cell struct {
	sync   sync.Sync
	timing grid.Timing
	lead   int     // Pilots.Lead
	freqHz float64 // carrier above the look's centre
	first  float64 // start of the frame whose number is the MIB's
	signal lte.Signal
	block  phch.Block
	mib    bool
	info   lte.SystemInfo
	ghost  string // what it is the ghost of
	stop   lte.Stop
}

// stage takes one peak from hypothesis to MIB.
type stage struct {
	refine *sync.Refiner
	pilots *grid.Pilots
	pbch   phch.PBCH
	crs    map[crsKey]*grid.CRS
}

type crsKey struct {
	pci lte.PCI
	cp  lte.CP
}

func newStage() *stage {
	return &stage{refine: sync.NewRefiner(), pilots: grid.NewPilots(), crs: map[crsKey]*grid.CRS{}}
}

const (
	minSSS       = 3.05 // the best of all hypotheses in noise reaches 3; a cell at the sensitivity limit 4
	sureSSS      = 4    // below this, weak reference signals may be another cell's, repeating with its frames
	minCross     = 2.5  // standard deviations of the product of neighbouring slots' reference signals
	maxSSS       = 4    // hypotheses of one peak that get a closer look
	sureMargin   = 0.8  // of Presence, enough where the SSS is sure: noise reaches it once in 1e5 times, and such an SSS hardly ever
	longSSS      = 3.7  // the least with which a long coherent sum, of few terms, is believed
	candidateSSS = 4.5  // the least with which a PCI without a MIB is worth a line
	cfoReachHz   = 1500 // what the SSS leaves open of the offset
	framesamples = 2 * sync.HalfFrame
)

// cell examines a peak in samples at sync.Rate whose centre stands centreHz above the look's and which must hold least of its
// power there; cells found before are not found again.
func (s *stage) cell(iq []complex64, centreHz float64, p sync.Peak, least float64, found []cell) (cell, bool) {
	var best cell
	var margin float64
	for _, y := range s.refine.Refine(iq, centreHz, p, least, minSSS, maxSSS) {
		t := grid.Timing{Frame: y.Frame, ClockPPM: y.DriftPPM, CFOHz: y.FreqHz - centreHz, CP: y.CP}
		for t.Frame > 0 {
			t.Frame -= framesamples * (1 - t.ClockPPM*1e-6)
		}
		if double(found, y.PCI, y.FreqHz, t.Frame) {
			continue
		}
		pr, lead, need := s.present(iq, &y, t)
		if pr.Margin() < need || y.Z < sureSSS && pr.Power < 3*float64(pr.Terms) {
			continue
		}
		if m := pr.Margin(); m > margin {
			margin = m
			t.CFOHz += pr.CFOHz
			best = cell{sync: y, timing: t, lead: lead}
		}
	}
	if margin == 0 {
		return cell{}, false
	}
	if !s.follow(iq, &best) {
		return cell{}, false
	}
	best.freqHz = centreHz + best.timing.CFOHz
	s.broadcast(&best)
	return best, true
}

// present is how strongly a hypothesis's reference signals stand out, the port that leads, and the margin to be had.
func (s *stage) present(iq []complex64, y *sync.Sync, t grid.Timing) (pr grid.Presence, lead int, need float64) {
	pr, lead = s.presentAt(iq, y, t)
	if y.Z < sureSSS {
		return pr, lead, 1
	}
	if y.Duplex == lte.TDD && pr.Margin() < 1 {
		for _, alias := range []float64{-y.AliasHz, y.AliasHz} {
			u := t
			u.CFOHz += alias
			if other, l := s.presentAt(iq, y, u); other.Margin() > pr.Margin() {
				pr, lead = other, l
				pr.CFOHz += alias
			}
		}
	}
	return pr, lead, sureMargin
}

func (s *stage) presentAt(iq []complex64, y *sync.Sync, t grid.Timing) (pr grid.Presence, lead int) {
	s.pilots.Load(iq, grid.Cell{PCI: y.PCI, Duplex: y.Duplex, Timing: t}, s.reference(y.PCI, y.CP), false)
	pr = s.pilots.Presence(cfoReachHz, y.Z >= longSSS, 0)
	if y.Z >= sureSSS && pr.Margin() < 2 {
		if other := s.pilots.Presence(cfoReachHz, true, 1); other.Margin() > 1.5*pr.Margin() {
			pr, lead = other, 1
		}
		if pr.Margin() < 1 {
			pr = s.pilots.Presence(cfoReachHz, true, 0, 1)
		}
	}
	return pr, lead
}

func linear(db float64) float64 { return math.Pow(10, db/10) }

func (s *stage) reference(pci lte.PCI, cp lte.CP) *grid.CRS {
	k := crsKey{pci, cp}
	c := s.crs[k]
	if c == nil {
		c = grid.NewCRS(pci, cp)
		s.crs[k] = c
	}
	return c
}

// follow refines timing, clock and offset until they settle, and measures; false: there is no signal after all.
func (s *stage) follow(iq []complex64, c *cell) bool {
	crs := s.reference(c.sync.PCI, c.sync.CP)
	s.pilots.Lead = c.lead
	for i := range 2 {
		s.pilots.Load(iq, grid.Cell{PCI: c.sync.PCI, Duplex: c.sync.Duplex, Timing: c.timing}, crs, i == 1)
		k := s.pilots.Track()
		if i == 1 {
			c.signal.CFOSEHz, c.signal.ClockSE = k.CFOSE, k.ClockSE
		}
		mid := float64(len(iq)) / 2
		if k.ClockSE > 0 && k.ClockSE < 1.5 {
			// The delay was measured at the middle of the run: turn the frame start back along the new slope.
			c.timing.ClockPPM += k.ClockPPM
			c.timing.Frame += k.ClockPPM * 1e-6 * (mid - c.timing.Frame)
		}
		c.timing.Frame += k.DelaySamples
		c.timing.CFOHz += k.CFOHz
	}
	s.pilots.Load(iq, grid.Cell{PCI: c.sync.PCI, Duplex: c.sync.Duplex, Timing: c.timing}, crs, true)
	m := s.pilots.Measure()
	c.signal.RSRPdBFS, c.signal.RSSIdBFS, c.signal.RSRQdB, c.signal.SINRdB = m.RSRPdBFS, m.RSSIdBFS, m.RSRQdB, m.SINRdB
	c.signal.ClockPPM = c.timing.ClockPPM
	return m.Cross > 0
}

// smoothings are the channel models tried for the PBCH, from still and flat to fast and dispersive.
var smoothings = []grid.Smoothing{{Slots: 20, SpanUS: 1}, {Slots: 4, SpanUS: 3}, {Slots: 1, SpanUS: 5}}

// broadcast reads the PBCH.
func (s *stage) broadcast(c *cell) {
	c.first = c.timing.Frame
	c.stop = lte.StopNoMIB
	snr := linear(max(c.signal.SINRdB, -18)) // weaker ones are estimated too badly to be of use
	for _, sm := range smoothings {
		b, ok := s.pbch.Decode(s.pilots, []int{2, 1, 4}, sm, snr)
		if !ok {
			continue
		}
		c.block, c.mib, c.stop = b, true, lte.StopNarrow
		c.first = c.timing.Frame + float64(b.Frame)*framesamples*(1-c.timing.ClockPPM*1e-6)
		return
	}
	if c.signal.SINRdB < 0 {
		c.stop = lte.StopWeak
	}
}

// explained tells whether a peak is the shadow of a cell already found (a ridge of its own sequence, or another sequence
// crossing it) or stands on the same carrier, where what is left after cancelling is searched instead.
func explained(cells []cell, p sync.Peak) bool {
	for _, c := range cells {
		df := math.Abs(p.FreqHz - c.freqHz)
		if df < localReachHz {
			return true
		}
		q := c.sync.Peak
		d := math.Abs(p.Sample - q.Sample)
		d = min(d, sync.HalfFrame-d)
		if d <= 128 && df < 400e3 && p.Power <= q.Power && (p.NID2 == q.NID2 || p.Power < 0.1*q.Power) {
			return true
		}
	}
	return false
}

// double tells whether a cell was found already: the same PCI, offset and frame timing, as near as a first look tells.
func double(cells []cell, pci lte.PCI, freqHz, frame float64) bool {
	for _, o := range cells {
		if o.sync.PCI == pci && math.Abs(o.freqHz-freqHz) < 2e3 {
			d := math.Mod(math.Abs(o.timing.Frame-frame), framesamples)
			if min(d, framesamples-d) < 20 {
				return true
			}
		}
	}
	return false
}

package plan

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/straycell/straycell/decode/lte"
)

// Calibrator finds a radio's frequency error from all cells heard together: their carriers stand on the raster of TS 36.101
// §5.7.2 and most of them keep to it within 0.05 ppm (TS 36.104 §6.5.1). Each cell has one voice, however strong it is and
// however often it was heard, so that one which is off does not drag the others. It has no clock but the signal's.
type Calibrator struct {
	ppm, rangePPM float64 // where the error may be
	cells         []voter
}

// Sighting is one measurement of a cell's carrier.
type Sighting struct {
	Cell     string  // whose
	FreqHz   float64 // the carrier as received
	SEHz     float64 // its standard error
	AtS      float64 // signal time
	ClockPPM float64 // of its frame clock against our sample clock, which most radios derive from the same oscillator
	ClockSE  float64
	Duplex   lte.Duplex
}

// RadioError is how far the carriers appear above where they are.
type RadioError struct {
	PPM      float64
	SE       float64 // standard error of PPM
	DriftPPM float64 // a second; 0 where it is not known
	RangePPM float64 // how far from PPM a cell must be looked for
	Cells    int     // that agree
}

// voter is what is kept of one cell.
type voter struct {
	name string
	seen []heard // newest last
}

// heard is a sighting with what the radio's error would be by it: one value for each raster point it may stand on.
type heard struct {
	Sighting
	offsets []float64
}

const (
	maxVoters   = 64
	maxSeen     = 12
	forgottenS  = 180  // a sighting older than that tells nothing of an oscillator that warms up
	kernelPPM   = 0.15 // cells this near each other agree
	farPPM      = 5.0  // modes farther apart than that leave the error open
	leastPPM    = 0.03 // what a good cell's carrier is off, one sigma
	outlierPPM  = 0.6  // a cell farther from the mode has no part in the fit
	clockSE     = 0.5  // a clock known that well may decide between raster points
	leadVotes   = 0.4  // by which a mode must lead one that is far away
	driftSpanS  = 20   // a drift is fitted to sightings that span that much, of cells heard more than once
	sureVoters  = 3
	widePPM     = 4.0 // range while fewer than sureVoters agree: the only cell heard may be 2 ppm off
	closePPM    = 2.0
	rounds      = 20
	settledPPM  = 1e-6  // a round that moves the error by less is the last
	biweightCut = 4.685 // of Tukey's biweight: 95 % efficient on normal errors
)

// NewCalibrator starts with an error of ppm that may be rangePPM off.
func NewCalibrator(ppm, rangePPM float64) *Calibrator {
	return &Calibrator{ppm: ppm, rangePPM: rangePPM}
}

// Add takes a sighting; they come in the order of time.
func (c *Calibrator) Add(s Sighting) {
	if !(s.FreqHz > 0) || math.IsInf(s.FreqHz, 0) || math.IsNaN(s.AtS) || math.IsNaN(s.SEHz) {
		return
	}
	i := slices.IndexFunc(c.cells, func(v voter) bool { return v.name == s.Cell })
	if i < 0 {
		if len(c.cells) == maxVoters { // the one not heard for the longest time goes
			i = 0
			for k, v := range c.cells {
				if v.last().AtS < c.cells[i].last().AtS {
					i = k
				}
			}
			c.cells = slices.Delete(c.cells, i, i+1)
		}
		c.cells = append(c.cells, voter{name: s.Cell})
		i = len(c.cells) - 1
	}
	v := &c.cells[i]
	if len(v.seen) == maxSeen {
		v.seen = slices.Delete(v.seen, 0, 1)
	}
	v.seen = append(v.seen, heard{s, c.offsets(s)})
}

func (v *voter) last() heard { return v.seen[len(v.seen)-1] }

func (c *Calibrator) offsets(s Sighting) []float64 {
	mid := s.FreqHz / (1 + c.ppm*1e-6)
	reach := mid * c.rangePPM * 1e-6 * 1.01
	var out []float64
	for r := math.Ceil((mid-reach)/lte.RasterHz) * lte.RasterHz; r <= mid+reach; r += lte.RasterHz {
		if h := (s.FreqHz/r - 1) * 1e6; math.Abs(h-c.ppm) <= c.rangePPM && len(lte.EARFCNs(r, s.Duplex)) > 0 {
			out = append(out, h)
		}
	}
	return out
}

// vote is how well a cell agrees with an error of ppm: 1 where its carrier and its clock say so, half where the clock tells
// nothing or something else, for a converter before the radio may shift carriers alone.
func (s *heard) vote(ppm float64) float64 {
	best := 0.0
	for _, h := range s.offsets {
		d := (h - ppm) / kernelPPM
		v := math.Exp(-d * d / 2)
		if !(s.ClockSE <= clockSE) || math.Abs(s.ClockPPM-h) > clockSE+2*s.ClockSE {
			v /= 2
		}
		best = max(best, v)
	}
	return best
}

// Error is the error at signal time nowS, from what all cells but one (the empty name: all) told around then. ok is false while
// several errors far from each other explain them as well.
func (c *Calibrator) Error(nowS float64, without string) (e RadioError, ok bool) {
	var voters []*voter
	for i := range c.cells {
		if v := &c.cells[i]; v.name != without && math.Abs(nowS-v.last().AtS) <= forgottenS {
			voters = append(voters, v)
		}
	}
	mode, ok := c.mode(voters)
	if !ok {
		return e, false
	}
	return c.fit(voters, mode, nowS)
}

// mode is the error that most cells agree on.
func (c *Calibrator) mode(voters []*voter) (best float64, ok bool) {
	type hypothesis struct{ ppm, votes float64 }
	var all []hypothesis
	for _, v := range voters {
		for _, h := range v.last().offsets {
			sum := 0.0
			for _, w := range voters {
				last := w.last()
				sum += last.vote(h)
			}
			all = append(all, hypothesis{h, sum})
		}
	}
	if len(all) == 0 {
		return 0, false
	}
	top := slices.MaxFunc(all, func(a, b hypothesis) int { return cmp.Compare(a.votes, b.votes) })
	for _, h := range all {
		if math.Abs(h.ppm-top.ppm) > farPPM && top.votes-h.votes < leadVotes {
			return 0, false
		}
	}
	return top.ppm, true
}

// fit refines the mode by iteratively reweighted least squares with Tukey's biweight: an error, and a drift where cells were
// heard again.
func (c *Calibrator) fit(voters []*voter, mode, nowS float64) (e RadioError, ok bool) {
	var y, at, weight []float64
	var of []int
	cells, again, firstS := 0, 0, nowS
	for _, v := range voters {
		n := 0
		for _, s := range v.seen {
			if math.Abs(nowS-s.AtS) > forgottenS {
				continue
			}
			near := math.Inf(1)
			for _, h := range s.offsets {
				if math.Abs(h-mode) < math.Abs(near-mode) {
					near = h
				}
			}
			if math.Abs(near-mode) > outlierPPM {
				continue
			}
			y, at, of = append(y, near), append(at, s.AtS-nowS), append(of, cells)
			se := s.SEHz / s.FreqHz * 1e6
			weight = append(weight, 1/(leastPPM*leastPPM+se*se))
			firstS = min(firstS, s.AtS)
			n++
		}
		if n == 0 {
			continue
		}
		for i := len(y) - n; i < len(y); i++ {
			weight[i] /= float64(n)
		}
		if cells++; n > 1 {
			again++
		}
	}
	if cells == 0 {
		return e, false
	}
	unknowns := 1
	if again >= sureVoters && nowS-firstS >= driftSpanS {
		unknowns = 2
	}
	robust := make([]float64, len(y))
	for i := range robust {
		robust[i] = 1
	}
	rest, scratch := make([]float64, len(y)), make([]float64, len(y))
	var x [2]float64
	var scale float64
	for range rounds {
		was := x
		var good bool
		if x, good = solve(y, at, weight, robust, unknowns); !good {
			return e, false
		}
		for i := range y {
			rest[i] = math.Abs(y[i] - x[0] - x[1]*at[i])
		}
		copy(scratch, rest)
		scale = max(1.4826*median(scratch), leastPPM)
		for i := range y {
			u := rest[i] / (biweightCut * scale)
			robust[i] = 0
			if u < 1 {
				robust[i] = (1 - u*u) * (1 - u*u)
			}
		}
		if math.Abs(x[0]-was[0]) < settledPPM && math.Abs(x[1]-was[1])*driftSpanS < settledPPM {
			break
		}
	}
	agree := make([]bool, cells)
	for i := range y {
		agree[of[i]] = agree[of[i]] || robust[i] > 0.1
	}
	e = RadioError{PPM: x[0], DriftPPM: x[1], RangePPM: widePPM}
	for _, a := range agree {
		if a {
			e.Cells++
		}
	}
	// A cell's own error stays however often it is heard.
	e.SE = scale / math.Sqrt(float64(max(1, e.Cells-unknowns+1)))
	if e.Cells >= sureVoters && 2*e.Cells > len(voters) {
		e.RangePPM = closePPM
	}
	return e, true
}

// solve is a weighted least squares fit of a constant, or of a line through time.
func solve(y, at, weight, robust []float64, unknowns int) (x [2]float64, ok bool) {
	var sum, meanY, meanAt float64
	for i := range y {
		w := weight[i] * robust[i]
		sum, meanY, meanAt = sum+w, meanY+w*y[i], meanAt+w*at[i]
	}
	meanY, meanAt = meanY/sum, meanAt/sum
	if unknowns == 1 {
		return [2]float64{meanY}, !math.IsNaN(meanY)
	}
	var both, spread float64
	for i := range y {
		w, t := weight[i]*robust[i], at[i]-meanAt
		both, spread = both+w*t*(y[i]-meanY), spread+w*t*t
	}
	slope := both / spread
	return [2]float64{meanY - slope*meanAt, slope}, spread > 0 && !math.IsNaN(slope) && !math.IsInf(slope, 0)
}

// median sorts v.
func median(v []float64) float64 {
	slices.Sort(v)
	return stat.Quantile(0.5, stat.LinInterp, v, nil)
}

// Relative is how far a cell's carrier stood off the others' when it was heard last, in ppm, with its standard error and the number
// of the others. ok is false where there are none to hold it against.
func (c *Calibrator) Relative(cell string) (ppm, se float64, others int, ok bool) {
	i := slices.IndexFunc(c.cells, func(v voter) bool { return v.name == cell })
	if i < 0 {
		return 0, 0, 0, false
	}
	s := c.cells[i].last()
	e, ok := c.Error(s.AtS, cell)
	if !ok || e.Cells < sureVoters {
		return 0, 0, 0, false
	}
	there := s.FreqHz / (1 + e.PPM*1e-6)
	ppm = (there/(math.Round(there/lte.RasterHz)*lte.RasterHz) - 1) * 1e6
	return ppm, math.Hypot(e.SE, s.SEHz/s.FreqHz*1e6), e.Cells, true
}

// Package cell turns observations into cells and the transmitters behind them, and reports what changed.
//
// A cell is an identity; a transmitter is a radio: a carrier as received, a PCI and a continuous frame timing.
package cell

import (
	"math"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/known"
)

// Look is what one window of samples told: a run of one tuning without a gap.
type Look struct {
	StartS, EndS float64 // signal time, seconds since the survey's start
	First        int64   // sample index of StartS, to which Observation.FirstSample relates
	RateHz       float64
	Here         *known.Place // where the receiver was; nil: unknown
	Obs          []lte.Observation
}

// Cell is the state of one (transmitter, identity). It is a value: the register never changes one it gave away.
type Cell struct {
	Transmitter string // "t3", in the order of acceptance
	Carrier
	PCI    lte.PCI
	Duplex lte.Duplex

	Best   lte.Observation // the measurement to trust: most MIB CRCs, then highest SINR, then newest
	Newest lte.Observation // the newest one with a MIB

	Identity  *Identity // nil: no SIB1 was read
	Number    int       // of the identity among the transmitter's, from 0 in the order they were first heard
	SIB1Fails int       // transmissions of SIB1 in view that did not pass by themselves, whatever the identity

	MIBCRCs  int // over all looks
	MIBFails int
	MIBs     int // different MIB contents heard; more than one is a contradiction, and Best is of the most heard
	Looks    int // windows in which it was observed
	FirstS   float64
	LastS    float64

	Clock   Clock
	History []Moment // of the transmitter, oldest first, thinned; the strongest stay
	Jumps   []Jump   // the newest
	Jumped  int      // all of them
	Turns   []Turn   // the newest
	Turned  int      // all of them
	BeganS  float64  // when the transmitter was first heard, whatever it called itself
}

// What names a kind of news.
type What string

const (
	New    What = "new"    // a transmitter's first MIB
	SIB1   What = "sib1"   // a transmitter's first SIB1, or one with another identity than before
	MIB    What = "mib"    // another MIB content than before: bandwidth, PHICH, ports or cyclic prefix
	Timing What = "timing" // frame timing or SFN did not continue: a restart, or samples missing unnoticed
	Joined What = "joined" // it is a radio that was known before, under another PCI: From was its name until now
	// It is no cell but the image of another, and was taken for one until now.
	TurnedGhost What = "ghost"
)

// Change is news about a cell.
type Change struct {
	What     What
	Cell     Cell
	From, To string // where the kind of news has both sides
}

// News is what one look changed.
type News struct {
	Changes    []Change
	Seen       []Cell            // every cell this look told of, in order of their transmitters
	Candidates []lte.Observation // synchronisation signals alone: new ones, and again each CandidateEveryS
}

// CandidateEveryS is how often, in seconds of signal, a candidate that goes on is reported again.
const CandidateEveryS = 1

// Carrier is where a carrier stands on the 100 kHz raster of TS 36.101 §5.7.2, as well as the radio's error allows to tell.
type Carrier struct {
	FreqHz     float64      // the raster point, or the nearest one while it is in doubt
	CFOHz      float64      // where the carrier was received, above FreqHz
	EARFCN     lte.EARFCN   // valid if Sure
	Sure       bool         // exactly one raster point in a band fits
	Candidates []lte.EARFCN // when several fit: one number for each
	Band       int          // 0 while in doubt
	FreqsHz    []float64    // every raster point it may stand on; never empty
}

// PlaceCarrier finds the raster points r that a carrier received at rxHz may stand on: r seen by a radio that is
// ppm +- rangePPM off lies at r (1 + ppm 1e-6), +- r rangePPM 1e-6. Points that no band of this duplex mode holds do not
// count. Where bands overlap, the first of bands that holds a point is preferred, else the lowest.
func PlaceCarrier(rxHz, ppm, rangePPM float64, d lte.Duplex, bands ...int) Carrier {
	mid := rxHz / (1 + ppm*1e-6)
	reach := mid * rangePPM * 1e-6 / (1 - min(rangePPM*1e-6, 0.5))
	nearest := math.Round(mid/lte.RasterHz) * lte.RasterHz
	c := Carrier{FreqHz: nearest, FreqsHz: []float64{nearest}}
	var at []float64
	var numbers []lte.EARFCN
	for r := math.Ceil((mid-reach)/lte.RasterHz) * lte.RasterHz; r <= mid+reach; r += lte.RasterHz {
		if math.Abs(rxHz-r*(1+ppm*1e-6)) > rangePPM*1e-6*r {
			continue
		}
		if n, ok := number(r, d, bands); ok {
			at, numbers = append(at, r), append(numbers, n)
		}
	}
	switch {
	case len(at) == 1:
		c.FreqHz, c.FreqsHz, c.EARFCN, c.Sure = at[0], at, numbers[0], true
		c.Band = sharedBand(numbers)
	case len(at) > 1:
		c.FreqsHz, c.Candidates, c.Band = at, numbers, sharedBand(numbers)
	}
	c.CFOHz = rxHz - c.FreqHz
	return c
}

// number is the EARFCN of a raster point in the first of bands that holds it, else in the lowest that does.
func number(freqHz float64, d lte.Duplex, bands []int) (lte.EARFCN, bool) {
	ns := lte.EARFCNs(freqHz, d)
	for _, band := range bands {
		for _, n := range ns {
			if b, ok := n.Band(); ok && b.Number == band {
				return n, true
			}
		}
	}
	if len(ns) == 0 {
		return 0, false
	}
	return ns[0], true
}

// sharedBand is the band of all the numbers, 0 if they differ.
func sharedBand(ns []lte.EARFCN) int {
	first, _ := ns[0].Band()
	for _, n := range ns[1:] {
		if b, _ := n.Band(); b.Number != first.Number {
			return 0
		}
	}
	return first.Number
}

package cell

import (
	"cmp"
	"math"
	"slices"

	"github.com/straycell/straycell/decode/lte"
)

// look is the work on one Look: which sighting belongs to which track.
type look struct {
	seen      []sighting
	track     []*track // of each sighting; nil: none yet
	taken     []*transmitter
	witnesses []witness
}

// witness is a track that goes on in this look exactly as predicted: since sinceS no samples are missing unnoticed.
type witness struct {
	of     *transmitter
	sinceS float64
}

// assign pairs sightings with the tracks they continue, best pair first.
func (a *look) assign(tracks map[lte.PCI][]*track) {
	type pair struct {
		cost  float64
		i     int
		t     *track
		sharp bool
	}
	var pairs []pair
	for i, s := range a.seen {
		for _, t := range tracks[s.o.PCI] {
			if cost, sharp, ok := t.fit(s); ok {
				pairs = append(pairs, pair{cost, i, t, sharp})
			}
		}
	}
	slices.SortStableFunc(pairs, func(p, q pair) int { return cmp.Compare(p.cost, q.cost) })
	a.track = make([]*track, len(a.seen))
	for _, p := range pairs {
		if a.track[p.i] != nil || slices.Contains(a.track, p.t) {
			continue
		}
		a.track[p.i] = p.t
		if p.sharp {
			a.witnesses = append(a.witnesses, witness{p.t.of, p.t.sharpS})
		}
	}
}

// join finds the accepted transmitter that a sighting may belong to although it does not continue its timing: same PCI and
// carrier, and nothing else of it in this look. It returns by how much the timing jumped.
func (a *look) join(samePCI []*track, s sighting) (best *transmitter, late float64) {
	bestOff := math.Inf(1)
	for _, t := range samePCI {
		x := t.of
		if x.id == 0 || t.duplex != s.o.Duplex || t != x.newest() || slices.Contains(a.taken, x) {
			continue
		}
		off, gate := t.rxOff(s), float64(rxGateHz)
		if s.o.CaptureHz == t.captureHz && s.startS-t.lastS < steadyS {
			gate = steadyHz
		}
		by, _, predicts := t.clk.late(s.frameS)
		if off > gate || off >= bestOff || predicts && math.Abs(by) > echoS && a.unbroken(x, t.lastS) {
			continue
		}
		best, late, bestOff = x, by, off
	}
	return best, late
}

// seam finds the track of another sighting in this look that may be the same radio as sighting i, before or after a place
// where samples are missing unnoticed, as in a recording glued of pieces: one carrier, one MIB content, and the PBCH
// periods shared between the two. Two radios are both heard all the time; should they be so weak that each is read in other
// periods than the other, the next look that shows both splits them. Where a third cell was read in every period there is
// no seam.
func (a *look) seam(i int) *track {
	var found *track
	s := a.seen[i]
	for j, t := range a.track {
		o := a.seen[j].o
		if j == i || o.MIB == nil {
			continue
		}
		if o.PCI != s.o.PCI || o.Duplex != s.o.Duplex {
			if o.MIBFails == 0 {
				return nil
			}
			continue
		}
		periods := max(o.MIBCRCs+o.MIBFails, s.o.MIBCRCs+s.o.MIBFails)
		off := math.Abs(a.seen[j].rxHz-s.rxHz) - 3*math.Hypot(o.Signal.CFOSEHz, s.o.Signal.CFOSEHz)
		if t != nil && t.of.id != 0 && off <= seamHz && keyOf(o) == keyOf(s.o) && o.MIBCRCs+s.o.MIBCRCs <= periods {
			found = t
		}
	}
	return found
}

// unbroken tells whether another transmitter's timing ran on from lastS until now.
func (a *look) unbroken(x *transmitter, lastS float64) bool {
	return slices.ContainsFunc(a.witnesses, func(w witness) bool { return w.of != x && w.sinceS <= lastS })
}

// newest is the track seen last.
func (x *transmitter) newest() *track {
	return slices.MaxFunc(x.tracks, func(t, u *track) int { return cmp.Compare(t.lastS, u.lastS) })
}

package cell

import (
	"math"
	"slices"

	"github.com/straycell/straycell/decode/lte"
)

// A radio may change its PCI too. It is held to be the same one when a transmitter falls silent and another takes over on its
// carrier: frames and frame numbers go on as predicted, with the same carrier offset, at once, and both are heard well. Cells of
// one eNB share all of that, so that it takes SIB1s that are not those of two sectors; so do all cells of a network that sends in
// step, where it proves nothing; and to be heard at once tells two apart for good.
const (
	heirGapS  = 10   // from the last look at one to the first at the other: a sweep comes round
	heirHz    = 60   // carriers apart, our own wandering included
	heirS     = 3e-6 // frames apart, beyond what the prediction explains
	heirSE    = 4e-6 // a prediction this sharp
	heirSINR  = 0    // dB, of both
	heirLevel = 10   // dB between them at most

	inStepS  = 30e-6 // frames of two cells this close, and one number: their network sends in step
	besideS  = 0.5   // heard together for longer than a look in which one took over from the other
	periodS  = 40e-3 // of the PBCH, TS 36.211 §6.6
	inStepSE = 10e-6 // a prediction this sharp tells
)

// predecessor finds the transmitter that sighting i, the first with a MIB of a new one, goes on from; nil unless there is exactly
// one. bornS is the end of the look in which the new one was first seen at all.
func (r *Register) predecessor(a *look, i int, bornS float64) *transmitter {
	s := a.seen[i]
	if s.o.Duplex == lte.TDD { // all cells send in step
		return nil
	}
	var found *transmitter
	for _, x := range r.accepted {
		if len(x.tracks) == 0 || x.ghost() {
			continue
		}
		t := x.newest()
		if t.duplex != s.o.Duplex || t.pci == s.o.PCI || s.startS-t.lastS > heirGapS || t.lastS > bornS || t.rxOff(s) > heirHz || t.sfn < 0 || !x.goesOn(t, s) || !a.handsOver(x, i, bornS) {
			continue
		}
		if found != nil {
			return nil
		}
		found = x
	}
	if found == nil || r.inStep(found, s) {
		return nil
	}
	return found
}

// handsOver tells whether x, where this look shows it too, was gone before sighting i came.
func (a *look) handsOver(x *transmitter, i int, bornS float64) bool {
	for k, t := range a.track {
		if t != nil && t.of == x && k != i && (bornS < a.seen[i].endS || !a.shares(i, k)) {
			return false
		}
	}
	return true
}

// shares tells whether two sightings share the PBCH periods of the look between them, but for the one in which the second took
// over from the first. Two radios are both heard in all of them.
func (a *look) shares(i, k int) bool {
	s := a.seen[i]
	return a.seen[k].o.MIBCRCs+s.o.MIBCRCs <= int(math.Ceil((s.endS-s.startS)/periodS))+1
}

// inStep tells whether a third transmitter that is heard beside x has its frames and their numbers too.
func (r *Register) inStep(x *transmitter, s sighting) bool {
	since := x.newest().firstS
	return slices.ContainsFunc(r.accepted, func(y *transmitter) bool {
		if y == x || len(y.tracks) == 0 || y.ghost() {
			return false
		}
		t := y.newest()
		if t.sfn < 0 || t.lastS < since+besideS {
			return false
		}
		late, se, sfn := t.at(s)
		return se < inStepSE && math.Abs(late) < inStepS && sfn == s.o.MIB.SFN
	})
}

// at is by how much the sighting's frame misses the track's nearest one, the standard error of that, and the track's number of it.
func (t *track) at(s sighting) (late, se float64, sfn int) {
	c := t.clk
	n := c.ahead(s.frameS)
	return s.frameS - c.boundary, math.Sqrt(c.tt + timingSE*timingSE), ((t.sfn+n)%1024 + 1024) % 1024
}

// goesOn tells whether a sighting continues a track's frames and their numbers, as strong as it was.
func (x *transmitter) goesOn(t *track, s sighting) bool {
	late, se, sfn := t.at(s)
	if se > heirSE || math.Abs(late) > heirS+3*se || sfn != s.o.MIB.SFN || len(x.moments) == 0 {
		return false
	}
	last := x.moments[len(x.moments)-1]
	return min(last.SINRdB, s.o.Signal.SINRdB) > heirSINR && math.Abs(last.RSRPdBFS-s.o.Signal.RSRPdBFS) < heirLevel
}

// inherit makes one transmitter of two, once the SIB1s of both tell that they are no sectors of one eNB.
func (r *Register) inherit(x *transmitter, news *News) {
	old := x.heirOf
	if old == nil || len(x.tracks) == 0 {
		return
	}
	mine, theirs := x.sum(), old.sum()
	if len(mine.identities) == 0 || len(theirs.identities) == 0 {
		return
	}
	x.heirOf = nil
	if theirs.lastS > x.bornS {
		return // both were there
	}
	for _, i := range mine.identities {
		for _, j := range theirs.identities {
			a, b := i.sib1s[0].sib1, j.sib1s[0].sib1
			if a.ECI.ENB() == b.ECI.ENB() && !(home(a) && home(b)) {
				return
			}
		}
	}
	for _, t := range x.tracks {
		t.of = old
		old.tracks = append(old.tracks, t)
	}
	old.folded.merge(x.folded)
	old.follow(x)
	from := x.name()
	x.tracks, x.folded, x.history = nil, tally{}, history{}
	r.fold(old)
	news.Changes = append(news.Changes, Change{What: Joined, Cell: r.cell(old), From: from, To: old.name()})
}

// home tells whether SIB1 shows a home eNB, which has no sectors: a closed group, or the name of one (SIB9).
func home(s *lte.SIB1) bool {
	return s.CSG || s.CSGID != nil || slices.ContainsFunc(s.Schedule, func(g lte.SIGroup) bool { return slices.Contains(g.SIBs, 9) })
}

// severalPCIs tells whether the transmitter's tracks are of more than one.
func (x *transmitter) severalPCIs() bool {
	return slices.ContainsFunc(x.tracks, func(t *track) bool { return t.pci != x.tracks[0].pci })
}

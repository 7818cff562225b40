package cell

import (
	"math"
	"slices"

	"github.com/straycell/straycell/decode/lte"
)

// A radio may change its PCI too. It is held to be the same one when a transmitter falls silent and another takes over on its
// carrier: frames and frame numbers go on as predicted, with the same carrier offset, at once, and both are heard well. Cells of
// one eNB share all of that, so that it takes SIB1s that are not those of two sectors; and one look that shows both tells them
// apart for good.
const (
	heirGapS  = 10   // from the last look at one to the first at the other: a sweep comes round
	heirHz    = 60   // carriers apart, our own wandering included
	heirS     = 3e-6 // frames apart, beyond what the prediction explains
	heirSE    = 4e-6 // a prediction this sharp
	heirSINR  = 0    // dB, of both
	heirLevel = 10   // dB between them at most
)

// predecessor finds the transmitter that a new one goes on from; nil unless there is exactly one.
func (r *Register) predecessor(a *look, s sighting) *transmitter {
	var found *transmitter
	for _, x := range r.accepted {
		if len(x.tracks) == 0 || x.ghost() || slices.Contains(a.taken, x) {
			continue
		}
		t := x.newest()
		if t.duplex != s.o.Duplex || t.pci == s.o.PCI || s.startS-t.lastS > heirGapS || t.rxOff(s) > heirHz || t.sfn < 0 || !x.goesOn(t, s) {
			continue
		}
		if found != nil {
			return nil
		}
		found = x
	}
	return found
}

// goesOn tells whether a sighting continues a track's frames and their numbers, as strong as it was.
func (x *transmitter) goesOn(t *track, s sighting) bool {
	c := t.clk
	n := c.ahead(s.frameS)
	late, se := s.frameS-c.boundary, math.Sqrt(c.tt+timingSE*timingSE)
	if se > heirSE || math.Abs(late) > heirS+3*se || ((t.sfn+n)%1024+1024)%1024 != s.o.MIB.SFN {
		return false
	}
	if len(x.moments) == 0 {
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
	if theirs.lastS > mine.firstS {
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

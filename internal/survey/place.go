package survey

import (
	"math"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/cell"
	"github.com/straycell/straycell/internal/known"
)

// places follows the levels of every transmitter along the receiver's way. A receiver that stands still says nothing of where
// transmitters are: without a fix nothing is followed.
type places struct {
	of    map[string]*levels
	moved bool // the receiver did
	first *known.Place
}

// levels are those of one transmitter, with what was last told from them.
type levels struct {
	cell.Levels
	told   *Place
	toldAt int // how many levels there were
}

// movedM is how far a receiver has to go for its way to be one: more than a fix of one that stands wanders.
const movedM = 50

// areaTold shows tests the estimate behind what is told at the end.
var areaTold func(transmitter string, e cell.Estimate)

// maxFollowed bounds what hostile air can make up.
const maxFollowed = 1 << 13

// take notes what a look heard, where it was taken.
func (p *places) take(seen []cell.Cell, e *Look) {
	if e.Fix == nil {
		return
	}
	here := known.Place{Lat: e.Fix.Lat, Lon: e.Fix.Lon}
	if p.of == nil {
		p.of, p.first = map[string]*levels{}, &here
	}
	p.moved = p.moved || p.first.DistanceM(here) > movedM
	last := "" // two identities of one transmitter are one level
	for _, c := range seen {
		if c.Transmitter == last || c.Newest.StartS != e.StartS {
			continue
		}
		last = c.Transmitter
		l := p.of[c.Transmitter]
		if l == nil && len(p.of) >= maxFollowed {
			continue
		}
		if l == nil {
			l = &levels{}
			p.of[c.Transmitter] = l
		}
		l.Add(cell.Level{AtS: e.StartS, Place: here, RSRPdB: c.Newest.Signal.RSRPdBFS - e.Tuning.GainDB})
	}
}

// heard is where an observation was made.
func (p *places) heard(transmitter string, o lte.Observation) *known.Place {
	if l := p.of[transmitter]; l != nil {
		if at, ok := l.Nearest(o.StartS); ok {
			return &at
		}
	}
	return nil
}

// tell is what is known of a transmitter's place, and whether it is news that it moved. It is worked out again when there is
// twice as much to tell it from, or at the end.
func (p *places) tell(transmitter string, end bool) (at *Place, moves bool) {
	l := p.of[transmitter]
	if l == nil || !p.moved {
		return nil, false
	}
	if n := l.Len(); l.told == nil || n > 2*l.toldAt || end && n > l.toldAt {
		was := l.told
		e := l.Estimate()
		if areaTold != nil && end {
			areaTold(transmitter, e)
		}
		l.told, l.toldAt = placeOf(e), n
		moves = l.told.Moved && (was == nil || !was.Moved)
	}
	return l.told, moves
}

func placeOf(e cell.Estimate) *Place {
	out := &Place{Why: e.Why, Moved: e.Moved, MovedM: math.Round(e.MovedM), FromS: round(e.FromS, 1), ToS: round(e.ToS, 1)}
	if a := e.Area; a != nil {
		lat, lon := round(a.Center.Lat, 6), round(a.Center.Lon, 6)
		out.Lat, out.Lon, out.RadiusM, out.AreaKM2 = &lat, &lon, math.Round(a.RadiusM), round(a.KM2, 4)
	}
	return out
}

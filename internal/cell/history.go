package cell

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/known"
)

// Moment is what one look measured of a transmitter.
type Moment struct {
	S        float64 // end of the look
	RSRPdBFS float64
	SINRdB   float64
	RxHz     float64      // carrier as received
	Here     *known.Place // of the receiver; nil: unknown
}

// Jump is a place where a transmitter's frame numbers did not go on although its frame timing did: a restart.
type Jump struct {
	S              float64
	Expected, Sent int // SFN
}

// Turn is a return of SIB1 to a content that the transmitter had sent before another one.
type Turn struct {
	S    float64
	AgoS float64 // since that content was last heard
}

// Clock is a transmitter's clock against ours, followed over its looks.
type Clock struct {
	PPM, SE float64 // how much faster it runs, and the standard error; SE 0: not followed yet
	FrameS  float64 // signal time at which its frame SFN starts
	FrameSE float64
	SFN     int // -1: unknown
	SinceS  float64
}

// Version is one content of a system information block.
type Version struct {
	Type          lte.SIBType
	Hash          string // of its fields, or of SIB1's octets
	JSON          []byte // its fields; nil for SIB1, whose octets are in Octets
	Octets        []byte
	SIB1          *lte.SIB1 // of SIB1
	Tags          uint32    // the values of systemInfoValueTag it was heard with, a bit each
	CRCs          int
	FirstS, LastS float64
}

func hash(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:8])
}

// history is what a transmitter's looks showed one after the other. It is bounded: of two neighbouring moments the stronger
// stays, of jumps and turns the newest, and the counts go on.
type history struct {
	moments []Moment
	jumps   []Jump
	jumped  int
	turns   []Turn
	turned  int

	said     string             // key of the SIB1 content heard last
	lastSaid map[string]float64 // when each content was heard last
}

const (
	maxMoments = 64
	maxEvents  = 16
	maxSaid    = 64
)

// add takes a sighting.
func (h *history) add(s sighting) {
	if s.o.MIB != nil || s.o.SIB1 != nil {
		if len(h.moments) == maxMoments {
			h.thin()
		}
		h.moments = append(h.moments, Moment{s.endS, s.o.Signal.RSRPdBFS, s.o.Signal.SINRdB, s.rxHz, s.here})
	}
	for _, sib1 := range toldBy(&s.o) {
		h.say(contentKey(sib1), s.endS)
	}
}

// thin keeps of each two neighbours the stronger, and the newest whatever its level.
func (h *history) thin() {
	out := h.moments[:0]
	for i := 0; i+1 < len(h.moments); i += 2 {
		a, b := h.moments[i], h.moments[i+1]
		if a.RSRPdBFS > b.RSRPdBFS && i+2 < len(h.moments) {
			b = a
		}
		out = append(out, b)
	}
	h.moments = out
}

// say notes a content of SIB1.
func (h *history) say(key string, s float64) {
	if h.lastSaid == nil {
		h.lastSaid = map[string]float64{}
	}
	if before, ok := h.lastSaid[key]; ok && h.said != key {
		h.turned++
		h.turns = append(h.turns, Turn{s, s - before})
		if len(h.turns) > maxEvents {
			h.turns = slices.Delete(h.turns, 0, 1)
		}
	} else if !ok && len(h.lastSaid) == maxSaid {
		oldest, at := "", s
		for k, t := range h.lastSaid {
			if t < at || t == at && k < oldest {
				oldest, at = k, t
			}
		}
		delete(h.lastSaid, oldest)
	}
	h.said, h.lastSaid[key] = key, s
}

// follow takes over what a candidate had shown.
func (h *history) follow(x *transmitter) {
	for _, m := range x.moments {
		if len(h.moments) == maxMoments {
			h.thin()
		}
		h.moments = append(h.moments, m)
	}
}

func (h *history) jump(j Jump) {
	h.jumped++
	if h.jumps = append(h.jumps, j); len(h.jumps) > maxEvents {
		h.jumps = slices.Delete(h.jumps, 0, 1)
	}
}

// contentKey is what a SIB1 says, but for what a network changes by itself: the value tag and what is not read of later
// releases, as the hyper frame number.
func contentKey(s *lte.SIB1) string {
	c := *s
	c.ValueTag = 0
	csg, p := -1, 0
	if c.CSGID != nil {
		csg = int(*c.CSGID)
	}
	if c.PMaxDBm != nil {
		p = *c.PMaxDBm
	}
	tdd := lte.TDDConfig{SubframeAssignment: -1}
	if c.TDD != nil {
		tdd = *c.TDD
	}
	c.CSGID, c.PMaxDBm, c.TDD = nil, nil, nil
	return fmt.Sprint(c, csg, p, tdd)
}

// clock sums up the track that was followed last.
func (x *transmitter) clock() Clock {
	t := x.newest()
	c := Clock{PPM: t.clk.rate * 1e6, FrameS: t.clk.boundary, FrameSE: sqrt(t.clk.tt), SFN: t.sfn, SinceS: t.firstS}
	if t.looks > 1 {
		c.SE = sqrt(t.clk.rr) * 1e6
	}
	return c
}

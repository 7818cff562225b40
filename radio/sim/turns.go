package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
)

// rotation is a [[rotation]] of a scenario: cells that one radio sends in turn.
type rotation struct {
	Cells  []string  `toml:"cells"`
	EveryS []float64 `toml:"every_s"` // shortest and longest turn
	GapS   float64   `toml:"gap_s"`   // of silence before the next
}

// check returns the key and what is wrong with it; "" nothing.
func (r *rotation) check() (key, text string) {
	switch e := r.EveryS; {
	case len(r.Cells) == 0:
		return "cells", "no cells to take turns: name them"
	case len(e) != 2 || !(e[0] >= 0.1 && e[1] >= e[0] && e[1] <= 1e7):
		return "every_s", fmt.Sprintf("every_s %v: want the shortest and the longest turn, 0.1 to 1e7 seconds", e)
	case !(r.GapS >= 0 && r.GapS < e[0]):
		return "gap_s", fmt.Sprintf("gap_s %g: want 0 to less than a turn", r.GapS)
	}
	return "", ""
}

// turns are the times at which a rotation moves on, drawn as far as anyone asked.
type turns struct {
	of   *rotation
	rng  *rand.Rand
	ends []float64
}

// at is the turn that runs at time t, and when it begins and ends; the gap is at its end.
func (x *turns) at(t float64) (n int, fromS, toS float64) {
	if t < 0 {
		t = 0
	}
	last := 0.0
	if len(x.ends) > 0 {
		last = x.ends[len(x.ends)-1]
	}
	for last <= t {
		last += x.of.EveryS[0] + x.rng.Float64()*(x.of.EveryS[1]-x.of.EveryS[0])
		x.ends = append(x.ends, last)
	}
	n = sort.Search(len(x.ends), func(i int) bool { return x.ends[i] > t })
	if n > 0 {
		fromS = x.ends[n-1]
	}
	return n, fromS, x.ends[n]
}

// schedule is when a cell is on the air.
type schedule struct {
	spans [][]float64 // from and to, or from alone; none: always
	turns *turns
	slot  int // among those who take turns
}

// at tells whether the cell is on at time t, and when that may change; Inf: never.
func (s *schedule) at(t float64) (on bool, untilS float64) {
	on, untilS = true, math.Inf(1)
	if len(s.spans) > 0 {
		on = false
		for _, p := range s.spans {
			to := math.Inf(1)
			if len(p) > 1 {
				to = p[1]
			}
			switch {
			case t < p[0]:
				untilS = min(untilS, p[0])
			case t < to:
				on, untilS = true, min(untilS, to)
			}
		}
	}
	if s.turns == nil {
		return on, untilS
	}
	n, _, toS := s.turns.at(t)
	endS := toS - s.turns.of.GapS
	if t >= endS {
		return false, min(untilS, toS)
	}
	return on && n%len(s.turns.of.Cells) == s.slot, min(untilS, endS)
}

// checkSpans says what is wrong with on_s; "" nothing.
func checkSpans(spans [][]float64) string {
	last := math.Inf(-1)
	for i, p := range spans {
		switch {
		case len(p) != 1 && len(p) != 2 || len(p) == 1 && i < len(spans)-1:
			return fmt.Sprintf("on_s: span %d has %d numbers: want [from, to], and [from] for the last at most", i+1, len(p))
		case !(p[0] >= 0 && p[0] > last) || len(p) == 2 && !(p[1] > p[0]):
			return fmt.Sprintf("on_s: span %d: want ascending seconds", i+1)
		}
		last = p[len(p)-1]
	}
	return ""
}

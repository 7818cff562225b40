package sync

import (
	"math"

	"github.com/straycell/straycell/decode/dsp"
)

// level says how half frames are summed pairwise along straight lines of drift: the sum of each group of twice as many half frames has
// one row for every shift between its first and its last, in steps of at most two samples.
type level struct {
	lines
	of     []int // for each line, which one of the level below
	shifts []int // and how much later the second half of the group stands, samples
	margin int   // samples on either side of what is wanted that this level must have
}

// newLevels plans the sums of so many half frames.
func newLevels(halfFrames int, driftMid, driftPPM float64) []level {
	cur := lines{0, 0, 1}
	levels := []level{{lines: cur}}
	for n := 1; n < halfFrames; n *= 2 {
		next := level{lines: newLines(driftMid, driftPPM, 2*n)}
		for i := range next.count {
			v := next.at(i) / float64(2*n-1) // samples per half frame
			next.of = append(next.of, cur.nearest(v*float64(n-1)))
			next.shifts = append(next.shifts, int(math.Round(v*float64(n))))
		}
		levels = append(levels, next)
		cur = next.lines
	}
	for i := len(levels) - 1; i > 0; i-- {
		most := 0
		for _, s := range levels[i].shifts {
			most = max(most, s, -s)
		}
		levels[i-1].margin = levels[i].margin + most
	}
	return levels
}

// tile is how many samples are summed at a time, so that all sums of a tile stay in the second cache.
const tile = 960

// stack sums half frames along every line of drift, and appends the peaks of the highest sums.
func (s *Searcher) stack(peaks []Peak, halfFrames, root int, freqHz, driftMid float64, thr float32) []Peak {
	rows := s.tiles[:0]
	for i := range halfFrames {
		rows = append(rows, s.rows[i*HalfFrame:(i+1)*HalfFrame])
	}
	levels := s.levels
	for ; len(levels) > 1 && levels[1].count == 1; levels = levels[1:] {
		rows = fold(rows, levels[1].shifts[0])
	}
	s.tiles = rows
	for t := 0; t < HalfFrame; t += tile {
		s.sum(s.tiles, levels, t, min(tile, HalfFrame-t), thr)
	}
	last, span := &s.levels[len(s.levels)-1], 1<<(len(s.levels)-1)
	for t := 0; t < HalfFrame; t++ {
		if t += dsp.Above(s.top[t:], thr); t == HalfFrame {
			break
		}
		best := t
		for u := t; u < min(t+peakGuard, HalfFrame); u++ {
			if s.top[u] > s.top[best] {
				best = u
			}
		}
		if best != t {
			continue
		}
		drift := driftMid
		if span > 1 {
			drift = -last.at(int(s.which[t])) / float64(span-1) / ppmPerHF
		}
		peaks = append(peaks, Peak{root, freqHz, float64(t), drift, float64(s.top[t])})
		t += peakGuard - 1
	}
	return peaks
}

// fold adds to every other row the one behind it, shift samples later, and returns those sums. Of such rows nothing else is made.
func fold(rows [][]float32, shift int) [][]float32 {
	shift = (shift%HalfFrame + HalfFrame) % HalfFrame
	out := rows[:0]
	for i := 0; i < len(rows); i += 2 {
		a := rows[i]
		if i+1 < len(rows) {
			b := rows[i+1]
			dsp.Add(a[:HalfFrame-shift], a[:HalfFrame-shift], b[shift:])
			dsp.Add(a[HalfFrame-shift:], a[HalfFrame-shift:], b[:shift])
		}
		out = append(out, a)
	}
	return out
}

// sum fills width samples of s.top from sample t on, and s.which where thr is reached: rows are those of the lowest level.
func (s *Searcher) sum(rows [][]float32, levels []level, t, width int, thr float32) {
	used := 0
	row := func(n int) []float32 {
		if need := used + n; need > len(s.room) {
			s.room = make([]float32, max(need, 2*len(s.room))) // what is in use stays where it is
			used = 0
		}
		used += n
		return s.room[used-n : used]
	}
	margin, begin := levels[0].margin, len(rows)
	for _, all := range rows {
		if from, to := t-margin, t+width+margin; from >= 0 && to <= HalfFrame {
			rows = append(rows, all[from:to])
			continue
		}
		r := row(width + 2*margin)
		for k := 0; k < len(r); {
			k += copy(r[k:], all[((t-margin+k)%HalfFrame+HalfFrame)%HalfFrame:])
		}
		rows = append(rows, r)
	}
	below := rows[begin:]
	for i := 1; i < len(levels); i++ {
		cur, prev := &levels[i], &levels[i-1]
		n, in := width+2*cur.margin, prev.margin-cur.margin
		groups := len(below) / prev.count
		first := len(rows)
		for g := 0; g < groups; g += 2 {
			for k, of := range cur.of {
				a := below[g*prev.count+of][in : in+n]
				if g+1 < groups {
					r := row(n)
					dsp.Add(r, a, below[(g+1)*prev.count+of][in+cur.shifts[k]:][:n])
					a = r
				}
				rows = append(rows, a)
			}
		}
		below = rows[first:]
	}
	s.tiles = rows[:begin]
	top := s.top[t : t+width]
	copy(top, below[0])
	for _, r := range below[1:] {
		dsp.Max(top, r)
	}
	for k := dsp.Above(top, thr); k < width; k += 1 + dsp.Above(top[k+1:], thr) {
		for d, r := range below {
			if r[k] == top[k] {
				s.which[t+k] = int32(d)
				break
			}
		}
	}
}

// lines are the drifts followed over a group of half frames: shifts, in samples, between its first and its last.
type lines struct {
	first, step float64
	count       int
}

// newLines covers reachPPM on either side of midPPM over n half frames.
func newLines(midPPM, reachPPM float64, n int) lines {
	perPPM := -ppmPerHF * float64(n-1)
	mid, reach := midPPM*perPPM, math.Abs(reachPPM*perPPM)
	k := int(math.Ceil(max(0, reach-1) / 2)) // lines on either side of the middle one, two samples apart at most
	l := lines{first: mid, count: 2*k + 1}
	if k > 0 {
		l.step = min(2, reach/float64(k))
		l.first = mid - float64(k)*l.step
	}
	return l
}

func (l lines) at(i int) float64 { return l.first + l.step*float64(i) }

func (l lines) nearest(d float64) int {
	if l.count == 1 {
		return 0
	}
	return max(0, min(int(math.Round((d-l.first)/l.step)), l.count-1))
}

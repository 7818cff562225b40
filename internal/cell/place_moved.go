package cell

import "math"

// Whether a transmitter moved is a comparison of two stories about two stretches of the way: that one place explains
// both, and that each has its own. Both know as little as the other of how loud it is.
const (
	movedSide  = 16  // squares a side: every pair of them is tried
	movedLog   = 6.0 // the second story must be e^6 = 400 times as likely
	minStretch = 6   // points
)

// moved tries the way cut in two at several moments.
func (l *Levels) moved(minX, minY, maxX, maxY float64) (Estimate, bool) {
	n := len(l.points)
	if n < 2*minStretch {
		return Estimate{}, false
	}
	around := 500.0
	side := math.Max(maxX-minX, maxY-minY) + 2*around
	g := grid{(minX+maxX)/2 - side/2, (minY+maxY)/2 - side/2, side / movedSide, movedSide}
	prior := make([]float64, g.side*g.side)
	total := 0.0
	for k := range prior {
		prior[k] = math.Exp(l.prior(g.at(k/g.side, k%g.side)))
		total += prior[k]
	}
	for k := range prior {
		prior[k] = math.Log(prior[k] / total)
	}
	best, most := Estimate{}, movedLog
	for _, cut := range l.cuts() {
		first, second := newModel(l.points[:cut], l.binM), newModel(l.points[cut:], l.binM)
		a, b := stories(first, g), stories(second, g)
		still, apart, farM := compare(a, b, prior, g)
		if by := apart - still; by > most {
			most = by
			best = Estimate{Moved: true, MovedM: farM, FromS: middle(l.points[:cut]), ToS: middle(l.points[cut:]),
				Why: "it moved: no one place explains its levels"}
		}
	}
	return best, best.Moved
}

// cuts are the moments to cut at: the longest silence, for two passes of a place, and the thirds and the middle of the way.
func (l *Levels) cuts() []int {
	n := len(l.points)
	cuts := []int{n / 3, n / 2, 2 * n / 3}
	longest, at := 0.0, 0
	for i := minStretch; i <= n-minStretch; i++ {
		if gap := l.points[i].atS - l.points[i-1].atS; gap > longest {
			longest, at = gap, i
		}
	}
	if longest > 60 {
		cuts = append(cuts, at)
	}
	var out []int
	for _, c := range cuts {
		if c >= minStretch && c <= n-minStretch {
			out = append(out, c)
		}
	}
	return out
}

// story is what the likelihood needs of a stretch from one square: without an antenna's direction, and with each.
type story [1 + antennaDirs]sums

func stories(m *model, g grid) []story {
	out := make([]story, g.side*g.side)
	for k := range out {
		m.at(g.at(k/g.side, k%g.side))
		out[k][0] = m.towards(math.NaN())
		for d := range antennaDirs {
			out[k][1+d] = m.towards(float64(d) * 360 / antennaDirs)
		}
	}
	return out
}

// compare gives the logarithms of how likely both stretches are from one place and from two, and how far those two are apart.
// Loudness and exponent are the same in both stretches: only the place may differ. What stands may have a sector antenna:
// driving around one looks much like a cell that moves. What moves has none.
func compare(a, b []story, prior []float64, g grid) (still, apart, farM float64) {
	s, t := newLogSum(), newLogSum()
	top := math.Inf(-1)
	for i := range a {
		s.add(prior[i] + math.Log(plainPrior) + a[i][0].plus(b[i][0]).log())
		for d := range antennaDirs {
			s.add(prior[i] + math.Log((1-plainPrior)/antennaDirs) + a[i][1+d].plus(b[i][1+d]).log())
		}
		for j := range b {
			v := prior[i] + prior[j] + a[i][0].plus(b[j][0]).log()
			if t.add(v); v > top {
				top = v
				farM = math.Hypot(float64(i/g.side-j/g.side), float64(i%g.side-j%g.side)) * g.step
			}
		}
	}
	return s.log(), t.log(), farM
}

// logSum adds what is given as logarithms.
type logSum struct{ top, sum float64 }

func newLogSum() *logSum { return &logSum{top: math.Inf(-1)} }

func (s *logSum) add(v float64) {
	if v > s.top {
		s.sum, s.top = s.sum*math.Exp(s.top-v)+1, v
	} else {
		s.sum += math.Exp(v - s.top)
	}
}

func (s *logSum) log() float64 { return s.top + math.Log(s.sum) }

func middle(p []point) (s float64) {
	for _, q := range p {
		s += q.atS / float64(len(p))
	}
	return s
}

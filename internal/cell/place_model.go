package cell

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// model says how well a place explains levels:
//
//	level = loudness - exponent * 10 log10(distance) - antenna(bearing) + shadow
//
// Loudness is unknown. The exponent is about 3.3, 2 in the open and 4 and more behind houses (TR 36.942 §4.5.2 has 3.76 for
// macro cells). Shadow is Gaussian with a correlation that falls with the way between two places, 50 m to 1/e (the
// Gudmundson model that TR 36.942 and others use), and a part of its own at each place: fading, houses around the receiver. Its
// variance is unknown too. Loudness, exponent and variance are integrated out in closed form; the direction of the antenna
// is one of twelve, or it has none.
type model struct {
	pts  []point
	inv  []float64 // inverse of the shadows' correlation, row by row
	logV float64   // logarithm of its determinant
	one  []float64 // inv times 1
	ones float64   // sum of that
	blur float64   // square of the least distance that means something

	x, y0        float64 // scratch: the place that is looked at, distances and levels from there, and inv times those
	g, ig, y, iy []float64
}

const (
	shadowM     = 50   // correlation length
	ownShare    = 0.15 // of the variance is each place's own
	exponent    = 3.3
	exponentSD  = 0.7
	shadowDB    = 7 // expected standard deviation, worth shadowDF measurements
	shadowDF    = 6.0
	loudSD      = 100.0 // nothing is known of the loudness
	nearestM    = 10    // closer, distance means nothing
	antennaDirs = 12
	sectorDeg   = 65 // width of a sector antenna and how far it is down behind, TR 36.942 §4.2.1
	sectorDB    = 20
	plainPrior  = 0.5 // that there is no sector antenna
)

// newModel takes levels that are means over stretches of binM.
func newModel(pts []point, binM float64) *model {
	n := len(pts)
	v := mat.NewSymDense(n, nil)
	for i := range pts {
		for j := range i + 1 {
			r := (1 - ownShare) * math.Exp(-math.Hypot(pts[i].x-pts[j].x, pts[i].y-pts[j].y)/shadowM)
			if i == j {
				r = 1
			}
			v.SetSym(i, j, r)
		}
	}
	m := &model{pts: pts, blur: nearestM*nearestM + binM*binM/4, inv: make([]float64, n*n), one: make([]float64, n), g: make([]float64, n),
		ig: make([]float64, n), y: make([]float64, n), iy: make([]float64, n)}
	var chol mat.Cholesky
	var inv mat.SymDense
	if !chol.Factorize(v) || chol.InverseTo(&inv) != nil { // never, with a share of its own at each place; then all are independent
		for i := range n {
			m.inv[i*n+i] = 1
		}
	} else {
		m.logV = chol.LogDet()
		for i := range n {
			for j := range n {
				m.inv[i*n+j] = inv.At(i, j)
			}
		}
	}
	for i := range m.g {
		m.g[i] = 1
	}
	m.times(m.one, m.g)
	m.ones = sum(m.one)
	return m
}

// times is inv times v.
func (m *model) times(out, v []float64) {
	n := len(v)
	for i := range n {
		row, s := m.inv[i*n:i*n+n], 0.0
		for j, x := range v {
			s += row[j] * x
		}
		out[i] = s
	}
}

func dot(a, b []float64) (s float64) {
	for i, x := range a {
		s += x * b[i]
	}
	return s
}

// sums are what the likelihood needs of some levels, given a place: they add up over stretches.
type sums struct{ a11, a12, a22, b1, b2, c, logV, n float64 }

func (a sums) plus(b sums) sums {
	return sums{a.a11 + b.a11, a.a12 + b.a12, a.a22 + b.a22, a.b1 + b.b1, a.b2 + b.b2, a.c + b.c, a.logV + b.logV, a.n + b.n}
}

// at prepares for a transmitter at x, y.
func (m *model) at(x, y float64) {
	m.x, m.y0 = x, y
	for i, p := range m.pts {
		dx, dy := p.x-x, p.y-y
		m.g[i] = -5 * math.Log10(dx*dx+dy*dy+m.blur)
	}
	m.times(m.ig, m.g)
}

// towards is the sums for the place that at prepared, with an antenna in a direction, degrees from north; NaN: all around.
func (m *model) towards(direction float64) sums {
	for i, p := range m.pts {
		m.y[i] = p.db - exponent*m.g[i]
		if direction == direction {
			off := math.Remainder(math.Atan2(p.x-m.x, p.y-m.y0)*180/math.Pi-direction, 360) / sectorDeg
			m.y[i] += math.Min(12*off*off, sectorDB)
		}
	}
	m.times(m.iy, m.y)
	return sums{
		a11: m.ones, a12: dot(m.one, m.g), a22: dot(m.g, m.ig),
		b1: dot(m.one, m.y), b2: dot(m.ig, m.y), c: dot(m.y, m.iy), logV: m.logV, n: float64(len(m.pts)),
	}
}

func sum(v []float64) (s float64) {
	for _, x := range v {
		s += x
	}
	return s
}

// log is the logarithm of the marginal likelihood: a Student t distribution.
func (s sums) log() float64 {
	// Priors of loudness and exponent, in units of the shadows' variance.
	p1, p2 := shadowDB*shadowDB/(loudSD*loudSD), shadowDB*shadowDB/(exponentSD*exponentSD)
	m11, m12, m22 := s.a11+p1, s.a12, s.a22+p2
	det := m11*m22 - m12*m12
	fit := (m22*s.b1*s.b1 - 2*m12*s.b1*s.b2 + m11*s.b2*s.b2) / det
	q := math.Max(0, s.c-fit)
	const v0 = shadowDF * shadowDB * shadowDB
	// What depends on the number of levels alone is left out: only places are compared.
	return -s.logV/2 - math.Log(det)/2 - (shadowDF+s.n)/2*math.Log1p(q/v0)
}

// explains is the logarithm of how likely the levels are from a transmitter at x, y.
func (m *model) explains(x, y float64) float64 {
	m.at(x, y)
	plain := m.towards(math.NaN()).log() + math.Log(plainPrior)
	top, sum := plain, 0.0
	var dirs [antennaDirs]float64
	for k := range dirs {
		dirs[k] = m.towards(float64(k)*360/antennaDirs).log() + math.Log((1-plainPrior)/antennaDirs)
		top = math.Max(top, dirs[k])
	}
	for _, d := range append(dirs[:], plain) {
		sum += math.Exp(d - top)
	}
	return top + math.Log(sum)
}

package grid

import (
	"math"
	"slices"
)

// correlations are how the channel at two subcarriers correlates, by their distance: delays spread evenly over a span.
type correlations [2 * Width]float64

func (c *correlations) at(d int) float64 { return c[max(d, -d)] }

// equations are those of one filter after the other: a symmetric positive matrix, several right-hand sides.
type equations struct {
	of           map[int]*correlations
	a, b         [][]float64
	flatA, flatB []float64
}

// correlations are made once for each span.
func (e *equations) correlations(spanNS int) *correlations {
	if c := e.of[spanNS]; c != nil {
		return c
	}
	c := &correlations{1}
	for d := 1; d < len(c); d++ {
		x := math.Pi * 15e3 * float64(spanNS) * 1e-9 * float64(d)
		c[d] = math.Sin(x) / x
	}
	if e.of == nil {
		e.of = map[int]*correlations{}
	}
	e.of[spanNS] = c
	return c
}

// sized returns room for n equations with m right-hand sides, which holds what it did.
func (e *equations) sized(n, m int) (a, b [][]float64) {
	e.flatA, e.flatB = slices.Grow(e.flatA[:0], n*n)[:n*n], slices.Grow(e.flatB[:0], n*m)[:n*m]
	e.a, e.b = e.a[:0], e.b[:0]
	for i := range n {
		e.a, e.b = append(e.a, e.flatA[i*n:(i+1)*n]), append(e.b, e.flatB[i*m:(i+1)*m])
	}
	return e.a, e.b
}

// solve replaces the right-hand sides by the solutions.
func (e *equations) solve() {
	cholesky(e.a)
	backsolve(e.a, e.b)
}

// cholesky replaces the lower triangle of a symmetric positive matrix by its factor.
func cholesky(a [][]float64) {
	for j := range a {
		for k := range j {
			for i := j; i < len(a); i++ {
				a[i][j] -= a[i][k] * a[j][k]
			}
		}
		d := math.Sqrt(max(a[j][j], 1e-12))
		for i := j; i < len(a); i++ {
			a[i][j] /= d
		}
	}
}

// backsolve replaces the columns of b by the solutions of L Lᵀ x = b.
func backsolve(l, b [][]float64) {
	for i := range b {
		x := b[i]
		for j := range i {
			f := l[i][j]
			for k, y := range b[j] {
				x[k] -= f * y
			}
		}
		for k := range x {
			x[k] /= l[i][i]
		}
	}
	for i := len(b) - 1; i >= 0; i-- {
		x := b[i]
		for j := i + 1; j < len(b); j++ {
			f := l[j][i]
			for k, y := range b[j] {
				x[k] -= f * y
			}
		}
		for k := range x {
			x[k] /= l[i][i]
		}
	}
}

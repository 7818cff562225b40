package cell

import (
	"cmp"
	"math"
	"slices"

	"github.com/straycell/straycell/internal/known"
)

// Area is where a transmitter may stand: an area, not a point.
type Area struct {
	Center  known.Place // mean of what is likely
	RadiusM float64     // of the circle about it that holds the place with 90 % probability
	KM2     float64     // size of the smallest area that does

	levels *Levels
	grid   grid
	likely map[[2]int]bool // squares of the smallest area
}

// Estimate is what the levels tell of a transmitter's place.
type Estimate struct {
	Area   *Area   // nil: it cannot be known
	Why    string  // why not
	Moved  bool    // it did not stand still: no one place explains its levels
	MovedM float64 // by how far, about
	FromS  float64 // when: between the middles of these two stretches
	ToS    float64
}

// When there is nothing to estimate from.
const (
	minPoints   = 8
	minWayM     = 150
	likelyShare = 0.90
	maxEdge     = 0.10 // of the probability may lie at the edge of what was searched
	maxSpread   = 0.35 // of what was searched may be likely
	gridSide    = 30
	nearM       = 300 // scale at which places off the way become less likely
	lookAround  = 1500
	// The model is not the world: levels count for two fifths of what they would if it were. Simulated drives say so (docs/measured.md).
	temper = 0.4
)

// grid is squares on the plane.
type grid struct {
	x0, y0, step float64
	side         int
}

func (g grid) at(i, j int) (x, y float64) {
	return g.x0 + (float64(i)+0.5)*g.step, g.y0 + (float64(j)+0.5)*g.step
}

// Contains tells whether a place is in the smallest area that holds the transmitter with 90 % probability.
func (a *Area) Contains(p known.Place) bool {
	x, y := a.levels.plane(p)
	return a.likely[[2]int{int(math.Floor((x - a.grid.x0) / a.grid.step)), int(math.Floor((y - a.grid.y0) / a.grid.step))}]
}

// Estimate finds where the transmitter may stand. Every square around the way is asked how well it explains the levels; how
// loud the transmitter is, how fast levels fall with distance and how much houses shadow is unknown and averaged over, and so
// is the direction of a sector antenna.
func (l *Levels) Estimate() Estimate {
	minX, minY, maxX, maxY := l.extent()
	way := math.Hypot(maxX-minX, maxY-minY)
	if len(l.points) < minPoints || way < minWayM {
		return Estimate{Why: "heard from one place only: to find it, move 150 m or more while it is heard"}
	}
	if e, moved := l.moved(minX, minY, maxX, maxY); moved {
		return e
	}
	m := newModel(l.points, l.binM)
	around := math.Max(lookAround, way)
	side := math.Max(maxX-minX, maxY-minY) + 2*around
	g := grid{(minX+maxX)/2 - side/2, (minY+maxY)/2 - side/2, side / gridSide, gridSide}
	p := l.posterior(m, g)
	edge := 0.0
	for i := range g.side {
		for j := range g.side {
			if i < 2 || j < 2 || i >= g.side-2 || j >= g.side-2 {
				edge += p[i*g.side+j]
			}
		}
	}
	if edge > maxEdge {
		return Estimate{Why: "its levels do not say how far away it is: drive around it, or nearer"}
	}
	if n := len(squares(p, likelyShare)); float64(n) > maxSpread*float64(len(p)) {
		return Estimate{Why: "its levels hardly change along the way: drive around it, or nearer"}
	}
	for range 2 { // finer where it is likely
		g = around99(g, squares(p, 0.995))
		p = l.posterior(m, g)
	}
	return Estimate{Area: l.area(g, p)}
}

// around99 is a grid over some squares of another.
func around99(g grid, of []int) grid {
	minI, minJ, maxI, maxJ := g.side, g.side, 0, 0
	for _, k := range of {
		i, j := k/g.side, k%g.side
		minI, maxI, minJ, maxJ = min(minI, i), max(maxI, i), min(minJ, j), max(maxJ, j)
	}
	side := float64(max(maxI-minI, maxJ-minJ)+3) * g.step
	cx, cy := g.x0+float64(minI+maxI+1)/2*g.step, g.y0+float64(minJ+maxJ+1)/2*g.step
	if side >= float64(g.side)*g.step {
		return g
	}
	return grid{cx - side/2, cy - side/2, side / float64(g.side), g.side}
}

// posterior is the probability of each square.
func (l *Levels) posterior(m *model, g grid) []float64 {
	p := make([]float64, g.side*g.side)
	top := math.Inf(-1)
	for i := range g.side {
		for j := range g.side {
			x, y := g.at(i, j)
			p[i*g.side+j] = temper*m.explains(x, y) + l.prior(x, y)
			top = math.Max(top, p[i*g.side+j])
		}
	}
	sum := 0.0
	for k := range p {
		p[k] = math.Exp(p[k] - top)
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

// prior: what is heard stands rather near the way than far from it. Logarithm of a density.
func (l *Levels) prior(x, y float64) float64 {
	near := math.Inf(1)
	for _, p := range l.points {
		near = math.Min(near, math.Hypot(p.x-x, p.y-y))
	}
	return -math.Log(1 + near*near/(nearM*nearM))
}

// squares lists the likeliest squares that hold this share of the probability.
func squares(p []float64, share float64) []int {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(p[b], p[a]), cmp.Compare(a, b)) })
	sum := 0.0
	for n, k := range order {
		if sum += p[k]; sum >= share {
			return order[:n+1]
		}
	}
	return order
}

func (l *Levels) area(g grid, p []float64) *Area {
	a := &Area{levels: &Levels{lat0: l.lat0, lon0: l.lon0}, grid: g, likely: map[[2]int]bool{}}
	var mx, my float64
	for k, w := range p {
		x, y := g.at(k/g.side, k%g.side)
		mx, my = mx+w*x, my+w*y
	}
	for _, k := range squares(p, likelyShare) {
		a.likely[[2]int{k / g.side, k % g.side}] = true
	}
	type ring struct{ m, w float64 }
	var rings []ring
	for k, w := range p {
		x, y := g.at(k/g.side, k%g.side)
		rings = append(rings, ring{math.Hypot(x-mx, y-my), w})
	}
	slices.SortFunc(rings, func(a, b ring) int { return cmp.Compare(a.m, b.m) })
	sum := 0.0
	for _, r := range rings {
		if sum += r.w; sum >= likelyShare {
			a.RadiusM = r.m + g.step/2
			break
		}
	}
	a.Center = l.place(mx, my)
	a.KM2 = float64(len(a.likely)) * g.step * g.step / 1e6
	return a
}

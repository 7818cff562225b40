package cell

import (
	"math"

	"github.com/straycell/straycell/internal/known"
)

// Level is how strongly a cell was heard at a place.
type Level struct {
	AtS    float64 // signal time
	Place  known.Place
	RSRPdB float64 // dBFS or dBm: only differences count
}

// Levels is the track of a transmitter's levels: what its place can be told from. It is bounded: levels close to each other in
// place and time are one, and what is close grows when there are too many. It is a value of whoever follows the cell.
type Levels struct {
	points []point
	binM   float64
	binS   float64
	lat0   float64 // origin of the plane
	lon0   float64
	added  int
}

// point is the mean of levels in one stretch of the way.
type point struct {
	x, y float64 // metres east and north of the origin
	db   float64
	atS  float64
	n    float64
}

const (
	maxPoints  = 80
	firstBinM  = 20
	firstBinS  = 30
	metresADeg = 111194.93 // of latitude
)

// Add takes a level.
func (l *Levels) Add(v Level) {
	if math.IsNaN(v.RSRPdB) || math.IsInf(v.RSRPdB, 0) {
		return
	}
	if len(l.points) == 0 {
		l.lat0, l.lon0, l.binM, l.binS = v.Place.Lat, v.Place.Lon, firstBinM, firstBinS
	}
	l.added++
	x, y := l.plane(v.Place)
	l.put(point{x, y, v.RSRPdB, v.AtS, 1})
	for len(l.points) > maxPoints {
		old := l.points
		l.points, l.binM, l.binS = nil, l.binM*1.5, l.binS*1.5
		for _, p := range old {
			l.put(p)
		}
	}
}

// put merges a point into the newest one it is close to.
func (l *Levels) put(p point) {
	for i := len(l.points) - 1; i >= 0; i-- {
		q := &l.points[i]
		if p.atS-q.atS > l.binS {
			break
		}
		if math.Hypot(p.x-q.x, p.y-q.y) <= l.binM {
			w := p.n / (p.n + q.n)
			q.x, q.y, q.db = q.x+w*(p.x-q.x), q.y+w*(p.y-q.y), q.db+w*(p.db-q.db)
			q.n += p.n
			return
		}
	}
	l.points = append(l.points, p)
}

// plane is a place on a flat map: cells are near.
func (l *Levels) plane(p known.Place) (x, y float64) {
	return math.Remainder(p.Lon-l.lon0, 360) * metresADeg * math.Cos(l.lat0*math.Pi/180), (p.Lat - l.lat0) * metresADeg
}

func (l *Levels) place(x, y float64) known.Place {
	lon := l.lon0 + x/(metresADeg*math.Cos(l.lat0*math.Pi/180))
	return known.Place{Lat: l.lat0 + y/metresADeg, Lon: math.Remainder(lon, 360)}
}

// Len is how many levels were taken.
func (l *Levels) Len() int { return l.added }

// Nearest is where the level nearest in time to atS was measured.
func (l *Levels) Nearest(atS float64) (known.Place, bool) {
	best, off := -1, math.Inf(1)
	for i, p := range l.points {
		if d := math.Abs(p.atS - atS); d < off {
			best, off = i, d
		}
	}
	if best < 0 {
		return known.Place{}, false
	}
	return l.place(l.points[best].x, l.points[best].y), true
}

// extent is the size of the way, from corner to corner.
func (l *Levels) extent() (minX, minY, maxX, maxY float64) {
	minX, minY, maxX, maxY = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range l.points {
		minX, maxX = math.Min(minX, p.x), math.Max(maxX, p.x)
		minY, maxY = math.Min(minY, p.y), math.Max(maxY, p.y)
	}
	return minX, minY, maxX, maxY
}

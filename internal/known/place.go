package known

import "math"

// Place is a position in degrees, WGS 84. An unknown place is a nil *Place, never 0,0.
type Place struct{ Lat, Lon float64 }

const earthM = 6371008.8 // mean radius

// DistanceM is the great-circle distance in metres.
func (p Place) DistanceM(q Place) float64 {
	const rad = math.Pi / 180
	sLat := math.Sin((q.Lat - p.Lat) * rad / 2)
	sLon := math.Sin((q.Lon - p.Lon) * rad / 2)
	h := sLat*sLat + math.Cos(p.Lat*rad)*math.Cos(q.Lat*rad)*sLon*sLon
	return 2 * earthM * math.Asin(math.Sqrt(math.Min(1, h)))
}

// How far from its listed place a cell may be heard and still be the listed one. A macro on a hill carries further, but a
// reach that holds every hill holds several cells of each PCI.
const (
	macroReachM = 20e3
	smallReachM = 5e3
	femtoReachM = 2e3
)

// reachM is how far a cell of the class is looked for; a cell of unknown class may be a macro.
func (c Class) reachM() float64 {
	switch c {
	case Small:
		return smallReachM
	case Femto:
		return femtoReachM
	}
	return macroReachM
}

// inReach tells whether the fact may be heard here. A place unknown on either side excludes nothing.
func (f *Fact) inReach(here *Place) bool {
	return here == nil || f.Place == nil || f.Place.DistanceM(*here) <= f.Class.reachM()
}

// The grid of the place index: squares of a tenth of a degree, about 11 km from north to south.
const (
	gridDeg  = 0.1
	gridCols = 3600
)

func gridRow(lat float64) int { return int(math.Floor((lat + 90) / gridDeg)) }

// gridCol wraps around the date line.
func gridCol(lon float64) int {
	c := int(math.Floor((lon + 180) / gridDeg))
	return ((c % gridCols) + gridCols) % gridCols
}

func gridKey(row, col int) int { return row*gridCols + col }

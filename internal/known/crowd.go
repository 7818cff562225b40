package known

import (
	"encoding/binary"
	"fmt"
	"iter"
	"math"
	"runtime/debug"
	"sort"

	"github.com/straycell/straycell/decode/lte"
)

// Crowd is a database of cells that many people's phones heard: OpenCellID, Mozilla's. It holds tens of millions, so it lies
// on disk, sorted by place, and is mapped into memory. It is immutable and safe for concurrent use.
type Crowd struct {
	name  string
	data  []byte // rows, identities, squares: see crowdfile.go
	close func() error

	plmns   []lte.PLMN // MNCs without their number of digits, which the databases do not state
	rows    int
	squares []square // of the grid that hold cells, by key
	atRows  int      // offset of the rows
	atIDs   int      // offset of row numbers by identity
}

// square is one of the grid and its first row.
type square struct {
	key   uint32
	first uint32
}

// CrowdCell is one line of a crowd database.
type CrowdCell struct {
	PLMN    lte.PLMN
	ECI     lte.ECI
	TAC     uint16
	PCI     lte.PCI
	HasPCI  bool
	Place   Place // where it was heard from, on average
	Exact   bool  // the place is the operator's own
	RangeM  float64
	Samples int
	Line    int // in its file, from 1
}

// Name is the file that was imported.
func (c *Crowd) Name() string { return c.name }

// Len is the number of cells.
func (c *Crowd) Len() int { return c.rows }

// Close lets the file go.
func (c *Crowd) Close() error { return c.close() }

// Squares of a twentieth of a degree, 5.5 km from north to south: a look around touches a few of them.
const (
	crowdDeg  = 0.05
	crowdCols = 7200
)

func crowdSquare(lat, lon float64) uint32 {
	return uint32(crowdRow(lat))*crowdCols + uint32(crowdCol(lon))
}

func crowdRow(lat float64) int { return int(math.Floor((lat + 90) / crowdDeg)) }

func crowdCol(lon float64) int {
	col := int(math.Floor((lon + 180) / crowdDeg))
	return ((col % crowdCols) + crowdCols) % crowdCols
}

// ByECI yields the lines about one identity. The MNC's number of digits is not compared.
func (c *Crowd) ByECI(p lte.PLMN, e lte.ECI) iter.Seq[CrowdCell] {
	return c.guarded(func(yield func(CrowdCell) bool) {
		n := c.plmn(p)
		if n < 0 {
			return
		}
		less := func(i int) bool {
			r := c.row(c.id(i))
			return r.plmn > uint16(n) || r.plmn == uint16(n) && r.eci >= uint32(e)
		}
		for i := sort.Search(c.rows, less); i < c.rows; i++ {
			r := c.row(c.id(i))
			if r.plmn != uint16(n) || r.eci != uint32(e) || !yield(c.cell(r)) {
				return
			}
		}
	})
}

// Near yields the cells at most radiusM from here.
func (c *Crowd) Near(here Place, radiusM float64) iter.Seq[CrowdCell] {
	return c.guarded(func(yield func(CrowdCell) bool) {
		c.around(here, radiusM, func(first, end int) bool { return c.within(here, radiusM, first, end, yield) })
	})
}

// ByPCI yields the cells with this PCI at most radiusM from here. The databases do not hold carriers.
func (c *Crowd) ByPCI(p lte.PCI, here Place, radiusM float64) iter.Seq[CrowdCell] {
	return c.guarded(func(yield func(CrowdCell) bool) {
		c.around(here, radiusM, func(first, end int) bool {
			for first < end { // a range may span several squares, each sorted by PCI
				stop := min(end, c.squareEnd(first))
				lo := first + sort.Search(stop-first, func(i int) bool { return c.row(first+i).pci >= uint16(p) })
				hi := lo
				for hi < stop && c.row(hi).pci == uint16(p) {
					hi++
				}
				if !c.within(here, radiusM, lo, hi, yield) {
					return false
				}
				first = stop
			}
			return true
		})
	})
}

// covers tells whether the database speaks of an operator at a place: it holds enough of its cells around.
func (c *Crowd) covers(p lte.PLMN, here Place) bool {
	n := 0
	for x := range c.Near(here, crowdReachM) {
		if samePLMN(x.PLMN, p) {
			if n++; n >= crowdCells {
				return true
			}
		}
	}
	return false
}

// A crowd database is taken to hold what is on the air where it holds this many cells of the operator this near.
const (
	crowdReachM = 5e3
	crowdCells  = 20
)

func samePLMN(a, b lte.PLMN) bool { return a.MCC == b.MCC && a.MNC == b.MNC }

func (c *Crowd) plmn(p lte.PLMN) int {
	i := sort.Search(len(c.plmns), func(i int) bool {
		q := c.plmns[i]
		return q.MCC > p.MCC || q.MCC == p.MCC && q.MNC >= p.MNC
	})
	if i < len(c.plmns) && samePLMN(c.plmns[i], p) {
		return i
	}
	return -1
}

// within yields those of a range of rows that are near enough.
func (c *Crowd) within(here Place, radiusM float64, first, end int, yield func(CrowdCell) bool) bool {
	m := mapAround(here, radiusM)
	for rows := c.data[c.atRows+first*rowBytes : c.atRows+end*rowBytes]; len(rows) >= rowBytes; rows = rows[rowBytes:] {
		b := (*[rowBytes]byte)(rows)
		d := m.square(int32(binary.LittleEndian.Uint32(b[rowLat:])), int32(binary.LittleEndian.Uint32(b[rowLat+4:])))
		if d > m.outside {
			continue
		}
		if r := takeRow(b[:]); (d < m.inside || r.place().DistanceM(here) <= radiusM) && !yield(c.cell(r)) {
			return false
		}
	}
	return true
}

// flat is a flat map around a place, in the units of the rows: it tells at once for nearly every cell whether it is inside a circle.
type flat struct {
	lat, lon, cos   float64
	inside, outside float64 // squares of distances: nearer than the one it is, farther than the other it is not
}

func mapAround(here Place, radiusM float64) flat {
	const slack = 0.01 // more than a flat map is wrong by within 100 km, away from the poles
	m := flat{lat: here.Lat * degree7, lon: here.Lon * degree7, outside: math.Inf(1)}
	if radiusM > 100e3 || math.Abs(here.Lat) > 80 {
		return m
	}
	d := radiusM / earthM * 180 / math.Pi * degree7
	m.cos = math.Cos(here.Lat * math.Pi / 180)
	// Near the northern edge a degree is shorter than here.
	edge := math.Abs(math.Cos((math.Abs(here.Lat)+d/degree7)*math.Pi/180)/m.cos - 1)
	in, out := d*(1-slack-edge), d*(1+slack+edge)
	m.inside, m.outside = max(0, in)*max(0, in), out*out
	return m
}

// square is the squared distance of a row's place on the map; of one beyond the date line one that is neither inside nor outside.
func (m *flat) square(lat, lon int32) float64 {
	y, x := float64(lat)-m.lat, float64(lon)-m.lon
	if math.Abs(x) > 180*degree7 {
		return m.outside
	}
	x *= m.cos
	return y*y + x*x
}

// around gives the ranges of rows whose squares a circle may touch.
func (c *Crowd) around(here Place, radiusM float64, take func(first, end int) bool) {
	dLat := radiusM / earthM * 180 / math.Pi
	for row := crowdRow(max(-90, here.Lat-dLat)); row <= crowdRow(min(90, here.Lat+dLat)); row++ {
		far := max(math.Abs(float64(row)*crowdDeg-90), math.Abs(float64(row+1)*crowdDeg-90))
		for _, cols := range lonSpan(far, here.Lon, radiusM, crowdCol, crowdCols) {
			first := c.firstRow(uint32(row*crowdCols + cols[0]))
			end := c.firstRow(uint32(row*crowdCols+cols[1]) + 1)
			if first < end && !take(first, end) {
				return
			}
		}
	}
}

// firstRow is the first row at or after a square.
func (c *Crowd) firstRow(key uint32) int {
	i := sort.Search(len(c.squares), func(i int) bool { return c.squares[i].key >= key })
	if i == len(c.squares) {
		return c.rows
	}
	return int(c.squares[i].first)
}

// squareEnd is the row after the last one of the square that holds a row.
func (c *Crowd) squareEnd(row int) int {
	i := sort.Search(len(c.squares), func(i int) bool { return int(c.squares[i].first) > row })
	if i == len(c.squares) {
		return c.rows
	}
	return int(c.squares[i].first)
}

func (c *Crowd) row(i int) crowdLine {
	at := c.atRows + i*rowBytes
	return takeRow(c.data[at : at+rowBytes])
}

func (c *Crowd) id(i int) int {
	return min(int(binary.LittleEndian.Uint32(c.data[c.atIDs+4*i:])), c.rows-1)
}

func (c *Crowd) cell(r crowdLine) CrowdCell {
	x := CrowdCell{ECI: lte.ECI(r.eci), TAC: r.tac, Place: r.place(), Exact: r.exact, RangeM: 10 * float64(r.range10), Samples: int(r.samples), Line: int(r.line)}
	if int(r.plmn) < len(c.plmns) {
		x.PLMN = c.plmns[r.plmn]
	}
	if r.pci < lte.PCIs {
		x.PCI, x.HasPCI = lte.PCI(r.pci), true
	}
	return x
}

// From names the line: "crowd opencellid.csv.gz line 812".
func (c *Crowd) From(x CrowdCell) string { return fmt.Sprintf("crowd %s line %d", c.name, x.Line) }

// guarded ends a look-up where the file went away under the mapping, as when a stick is pulled: the rest is not found, and
// the survey goes on.
func (c *Crowd) guarded(look iter.Seq[CrowdCell]) iter.Seq[CrowdCell] {
	return func(yield func(CrowdCell) bool) {
		defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
		defer func() {
			if p := recover(); p != nil {
				if _, fault := p.(interface{ Addr() uintptr }); !fault {
					panic(p)
				}
			}
		}()
		look(yield)
	}
}

// Package known holds the lists of cells that ought to be there: operator inventories and baselines learnt at a place.
// A Set is immutable; a new list makes a new Set.
package known

import (
	"cmp"
	"errors"
	"iter"
	"math"
	"slices"

	"github.com/straycell/straycell/decode/lte"
)

// Set is what ought to be there. The nil Set is an empty one: no list. It is safe for concurrent use.
type Set struct {
	facts   []Fact
	files   []*file
	crowds  []*Crowd
	excuses []Excuse

	// Indices are sorted slices, not maps: they take a tenth of the memory, and ranges of them answer ranges of questions.
	byID      []int32 // facts with an identity, by (PLMN, ECI)
	byCarrier []ref   // facts with PCI and EARFCN, by carrierKey; one per raster point
	byPlace   []ref   // facts with a place, by gridKey
}

type ref struct {
	key  int
	fact int32
}

// newSet builds the indices; it keeps facts.
func newSet(facts []Fact, files []*file) *Set {
	s := &Set{facts: facts, files: files}
	for i := range facts {
		f := &facts[i]
		if f.PLMN.MNCDigits != 0 {
			s.byID = append(s.byID, int32(i))
		}
		for _, n := range f.EARFCNs {
			if b, ok := n.Band(); ok && f.HasPCI {
				s.byCarrier = append(s.byCarrier, ref{carrierKey(n.FreqHz(), b.Duplex, f.PCI), int32(i)})
			}
		}
		if f.Place != nil {
			s.byPlace = append(s.byPlace, ref{gridKey(gridRow(f.Place.Lat), gridCol(f.Place.Lon)), int32(i)})
		}
	}
	slices.SortFunc(s.byID, func(a, b int32) int {
		return cmp.Or(compareID(&facts[a], facts[b].PLMN, facts[b].ECI), cmp.Compare(a, b))
	})
	byKey := func(a, b ref) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.fact, b.fact)) }
	slices.SortFunc(s.byCarrier, byKey)
	slices.SortFunc(s.byPlace, byKey)
	return s
}

func compareID(f *Fact, p lte.PLMN, e lte.ECI) int {
	return cmp.Or(cmp.Compare(f.PLMN.MCC, p.MCC), cmp.Compare(f.PLMN.MNC, p.MNC),
		cmp.Compare(f.PLMN.MNCDigits, p.MNCDigits), cmp.Compare(f.ECI, e))
}

// carrierKey orders facts by raster point, duplex mode and PCI. Points, not EARFCNs: overlapping bands give one carrier
// several numbers.
func carrierKey(freqHz float64, d lte.Duplex, p lte.PCI) int {
	return int(math.Round(freqHz/lte.RasterHz))<<11 | int(d)<<9 | int(p)
}

// Join makes one Set of several; nil ones hold nothing.
func Join(sets ...*Set) *Set {
	var facts []Fact
	var files []*file
	var crowds []*Crowd
	var excuses []Excuse
	for _, s := range sets {
		if s != nil {
			facts = append(facts, s.facts...)
			files = append(files, s.files...)
			crowds = append(crowds, s.crowds...)
			excuses = append(excuses, s.excuses...)
		}
	}
	out := newSet(facts, files)
	out.crowds, out.excuses = crowds, excuses
	return out
}

// OfCrowd is a Set that holds nothing but a crowd database.
func OfCrowd(c *Crowd) *Set { return &Set{crowds: []*Crowd{c}} }

// Crowds lists the crowd databases.
func (s *Set) Crowds() []*Crowd {
	if s == nil {
		return nil
	}
	return s.crowds
}

// Close lets the files of crowd databases go; the Set is not to be used any more.
func (s *Set) Close() error {
	var errs []error
	for _, c := range s.Crowds() {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// Empty tells whether there is no list at all.
func (s *Set) Empty() bool { return s.Len() == 0 && len(s.Crowds()) == 0 }

// Len is the number of facts; a crowd database's lines do not count.
func (s *Set) Len() int {
	if s == nil {
		return 0
	}
	return len(s.facts)
}

// All yields every fact in the order of the files. Facts are not to be changed.
func (s *Set) All() iter.Seq[*Fact] {
	return func(yield func(*Fact) bool) {
		for i := range s.Len() {
			if !yield(&s.facts[i]) {
				return
			}
		}
	}
}

// ByECI returns the facts about one identity; several if the list contradicts itself.
func (s *Set) ByECI(p lte.PLMN, e lte.ECI) []*Fact {
	if s == nil {
		return nil
	}
	i, _ := slices.BinarySearchFunc(s.byID, 0, func(n int32, _ int) int { return compareID(&s.facts[n], p, e) })
	var out []*Fact
	for ; i < len(s.byID) && compareID(&s.facts[s.byID[i]], p, e) == 0; i++ {
		out = append(out, &s.facts[s.byID[i]])
	}
	return out
}

// ByPCI returns the facts with this PCI on any of these raster points that may be heard here.
func (s *Set) ByPCI(freqsHz []float64, d lte.Duplex, p lte.PCI, here *Place) []*Fact {
	return s.onCarrier(freqsHz, d, p, p, here)
}

// OnCarrier returns the facts with any PCI on any of these raster points that may be heard here.
func (s *Set) OnCarrier(freqsHz []float64, d lte.Duplex, here *Place) []*Fact {
	return s.onCarrier(freqsHz, d, 0, lte.PCIs-1, here)
}

// onCarrier returns each fact once, with a PCI from first to last.
func (s *Set) onCarrier(freqsHz []float64, d lte.Duplex, first, last lte.PCI, here *Place) []*Fact {
	if s == nil {
		return nil
	}
	modes := []lte.Duplex{d}
	if d == lte.DuplexUnknown {
		modes = []lte.Duplex{lte.FDD, lte.TDD}
	}
	seen := map[int32]bool{}
	var out []*Fact
	for _, hz := range freqsHz {
		for _, m := range modes {
			for _, r := range span(s.byCarrier, carrierKey(hz, m, first), carrierKey(hz, m, last)) {
				if f := &s.facts[r.fact]; !seen[r.fact] && f.inReach(here) {
					seen[r.fact] = true
					out = append(out, f)
				}
			}
		}
	}
	return out
}

// span is the part of refs whose keys lie from first to last.
func span(refs []ref, first, last int) []ref {
	at := func(key int) int {
		i, _ := slices.BinarySearchFunc(refs, key, func(r ref, k int) int { return cmp.Compare(r.key, k) })
		return i
	}
	return refs[at(first):at(last+1)]
}

// Near returns the facts whose place is at most radiusM from here.
func (s *Set) Near(here Place, radiusM float64) []*Fact {
	var out []*Fact
	s.near(here, radiusM, func(f *Fact) bool { out = append(out, f); return true })
	return out
}

func (s *Set) near(here Place, radiusM float64, yield func(*Fact) bool) {
	if s == nil {
		return
	}
	dLat := radiusM / earthM * 180 / math.Pi
	for row := gridRow(max(-90, here.Lat-dLat)); row <= gridRow(min(90, here.Lat+dLat)); row++ {
		for _, cols := range gridSpan(row, here.Lon, radiusM) {
			for _, r := range span(s.byPlace, gridKey(row, cols[0]), gridKey(row, cols[1])) {
				if f := &s.facts[r.fact]; f.Place.DistanceM(here) <= radiusM && !yield(f) {
					return
				}
			}
		}
	}
}

// gridSpan lists the ranges of columns of a row that a circle may touch.
func gridSpan(row int, lon, radiusM float64) [][2]int {
	far := max(math.Abs(float64(row)*gridDeg-90), math.Abs(float64(row+1)*gridDeg-90)) // latitude of the row's narrow edge
	return lonSpan(far, lon, radiusM, gridCol, gridCols)
}

// lonSpan lists ranges of columns: two where the circle crosses the date line, all of them near a pole.
func lonSpan(far, lon, radiusM float64, col func(float64) int, cols int) [][2]int {
	angle := radiusM / earthM / math.Cos(far*math.Pi/180)
	if angle <= 0 || angle > 0.5 {
		return [][2]int{{0, cols - 1}}
	}
	dLon := 1.05 * angle * 180 / math.Pi // asin(0.5) is 1.047 times 0.5
	first, last := col(lon-dLon), col(lon+dLon)
	if first <= last {
		return [][2]int{{first, last}}
	}
	return [][2]int{{first, cols - 1}, {0, last}}
}

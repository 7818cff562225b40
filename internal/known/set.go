// Package known holds the lists of cells that ought to be there: operator inventories and baselines learnt at a place.
// A Set is immutable; a new list makes a new Set.
package known

// Set is what ought to be there. The nil Set is an empty one: no list.
type Set struct {
	facts []Fact
}

// Len is the number of facts.
func (s *Set) Len() int {
	if s == nil {
		return 0
	}
	return len(s.facts)
}

// Fact is one line of a list.
type Fact struct {
	File string
	Line int
}

// Report tells how reading a list went.
type Report struct {
	File     string
	Kept     int       // lines that became facts
	Skipped  int       // lines that did not
	Problems []Problem // the first of the skipped ones, at most MaxProblems
	Ignored  []string  // columns that no field has the name of
}

// MaxProblems bounds Report.Problems.
const MaxProblems = 100

// Problem is one broken line.
type Problem struct {
	Line int
	Text string // without file and line
}

// ReadFile reads an inventory or baseline CSV. theirs maps foreign column names to ours (--map theirs=ours). Broken lines
// are skipped and named in the Report; the error is for a file that holds no list at all.
func ReadFile(path string, theirs map[string]string) (*Set, Report, error) {
	return &Set{}, Report{File: path}, nil
}

// Join makes one Set of several.
func Join(sets ...*Set) *Set {
	j := &Set{}
	for _, s := range sets {
		if s != nil {
			j.facts = append(j.facts, s.facts...)
		}
	}
	return j
}

// Place is a position in degrees, WGS 84.
type Place struct{ Lat, Lon float64 }

package known

import (
	"fmt"
	"strings"
	"time"

	"github.com/straycell/straycell/decode/lte"
)

// Fact is one line of a list: one cell that ought to be there. What the line does not say is zero, or its Has is false.
type Fact struct {
	Line int // in its file, from 1
	file *file

	PLMN lte.PLMN // zero only in a baseline: a cell learnt before its SIB1 was read
	ECI  lte.ECI

	PCI     lte.PCI
	HasPCI  bool
	EARFCNs []lte.EARFCN // several only in a baseline: the raster point was in doubt when the cell was learnt
	PRB     int
	Ports   int
	TAC     uint16
	HasTAC  bool

	Place      *Place // of the site; in a baseline, of the receiver
	AzimuthDeg float64
	HasAzimuth bool
	Class      Class
	Site       SiteState
	Address    string
	Name       string
	ValidFrom  time.Time
	ValidTo    time.Time // the last day, inclusive
}

// file is where facts come from.
type file struct {
	name     string
	baseline bool
}

// From names the origin of the fact: "inventory kt.csv line 812".
func (f *Fact) From() string {
	if f.file == nil {
		return ""
	}
	return fmt.Sprintf("%s line %d", f.file, f.Line)
}

func (f *file) String() string {
	if f.baseline {
		return "baseline " + f.name
	}
	return "inventory " + f.name
}

// Class is what kind of cell the list says it is.
type Class uint8

const (
	ClassUnknown Class = iota
	Macro
	Small
	Femto
)

var classWords = []string{"", "macro", "small", "femto"}

func (c Class) String() string { return classWords[int(c)%len(classWords)] }

// SiteState is where a cell stands in its operator's books. It does not change whether the cell is known: that a returned
// femto is on the air is a finding of its own.
type SiteState uint8

const (
	SiteUnknown SiteState = iota
	Planned
	Active
	Lost
	Retired
	Returned
)

var siteWords = []string{"", "planned", "active", "lost", "retired", "returned"}

func (s SiteState) String() string { return siteWords[int(s)%len(siteWords)] }

// word finds v among words, which start with the empty one; the error lists them.
func word(v string, words []string) (int, error) {
	for i, w := range words {
		if i > 0 && strings.EqualFold(v, w) {
			return i, nil
		}
	}
	n := len(words) - 1
	return 0, fmt.Errorf("%q: want %s or %s", v, strings.Join(words[1:n], ", "), words[n])
}

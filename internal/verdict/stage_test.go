package verdict

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/cell"
	"github.com/straycell/straycell/internal/known"
)

// stage is a small network to play cases on: five macros of KT on one carrier, all in the list, all as they should be. The
// first is the one that is judged; a case changes what it is about.
type stage struct {
	cells  []cell.Cell
	list   []string // lines of the inventory; none: no list
	here   *known.Place
	now    time.Time
	nowS   float64
	past   *Past
	movedM float64 // of the judged cell, by its levels; 0: nothing is told
	policy *Policy
	clocks float64 // ppm of the judged cell beside all that is heard; 0: nothing is told
}

var kt = lte.PLMN{MCC: 450, MNC: 8, MNCDigits: 2}

const listHead = "plmn,eci,pci,earfcn,bandwidth_mhz,ports,tac,lat,lon,class,state,valid_from,valid_to\n"

var sibJSON = map[lte.SIBType]string{
	2: `{"radioResourceConfigCommon":{"rachConfigCommon":{"preambleInfo":{"numberOfRAPreambles":"n52"},"maxHARQMsg3Tx":5},"bcchConfig":{"modificationPeriodCoeff":"n2"},"pcchConfig":{"defaultPagingCycle":"rf128"}},"ueTimersAndConstants":{"t300":"ms1000","t301":"ms400","t310":"ms1000"}}`,
	3: `{"cellReselectionInfoCommon":{"qHyst":"dB4"},"cellReselectionServingFreqInfo":{"sNonIntraSearch":4,"cellReselectionPriority":5},"intraFreqCellReselectionInfo":{"sIntraSearch":29}}`,
	4: `{"intraFreqNeighCellList":[{"physCellId":100},{"physCellId":101},{"physCellId":102},{"physCellId":103},{"physCellId":104}]}`,
	5: `{"interFreqCarrierFreqList":[{"dlCarrierFreq":3743,"cellReselectionPriority":4}]}`,
}

func newStage() *stage {
	s := &stage{here: &known.Place{Lat: 37.4785, Lon: 126.8862}, now: time.Date(2026, 11, 22, 4, 20, 0, 0, time.UTC), nowS: 100}
	for i := range 5 {
		eci := lte.ECI(61200+i)<<8 | 1
		s.cells = append(s.cells, macro(i, eci))
		s.list = append(s.list, fmt.Sprintf("450-08,%d,%d,1550,20,2,4610,37.48,126.88,macro,active,,", eci, 100+i))
	}
	return s
}

// macro is cell number i, heard in every look for a hundred seconds.
func macro(i int, eci lte.ECI) cell.Cell {
	c := cell.Cell{Transmitter: fmt.Sprintf("t%d", i+1), Carrier: cell.PlaceCarrier(1840e6, 0, 2, lte.FDD), PCI: lte.PCI(100 + i), Duplex: lte.FDD,
		MIBCRCs: 800, Looks: 100, FirstS: 0, LastS: 100, BeganS: 0,
		Clock: cell.Clock{PPM: 1, SE: 0.005, FrameS: 99.9901 + 1e-3*float64(i), FrameSE: 1e-6, SFN: 5}}
	c.Best = lte.Observation{FreqHz: 1840e6, PCI: c.PCI, Duplex: lte.FDD, CP: lte.NormalCP, Ports: 2,
		MIB: &lte.MIB{PRB: 100, PHICHDuration: lte.PHICHNormal, PHICHResource: lte.PHICHOneSixth}, Signal: lte.Signal{RSRPdBFS: -50 - float64(i), SINRdB: 12, CFOSEHz: 1}}
	c.Newest = c.Best
	c.Identity = &cell.Identity{CRCs: 40, FirstS: 0, LastS: 100, Octets: []byte{0x48, 1}, Contents: 1, Windows: []int{60, 30, 30},
		SIB1: lte.SIB1{PLMNs: []lte.BroadcastPLMN{{PLMN: kt}}, ECI: eci, TAC: 4610, QRxLevMinDBm: -124, FreqBandIndicator: 3, SIWindowMS: 20,
			Schedule: []lte.SIGroup{{PeriodRF: 16, SIBs: []lte.SIBType{2, 3}}, {PeriodRF: 32, SIBs: []lte.SIBType{4}}, {PeriodRF: 32, SIBs: []lte.SIBType{5}}}}}
	for k := range 3 {
		c.Identity.Messages = append(c.Identity.Messages, lte.SIMessage{Entry: k + 1, CRCs: c.Identity.Windows[k]})
	}
	for sub := range 4 {
		c.Identity.OnAir = append(c.Identity.OnAir, cell.Sent{SITransmission: lte.SITransmission{Entry: 1, Subframe: sub}, Count: 5})
	}
	for s := 1.0; s <= 100; s += 3 {
		c.History = append(c.History, cell.Moment{S: s, RSRPdBFS: c.Best.Signal.RSRPdBFS, SINRdB: 12, RxHz: 1840e6})
	}
	for t := lte.SIBType(2); t <= 5; t++ {
		say(&c, t, sibJSON[t])
	}
	resay(&c)
	return c
}

// say gives a cell a block's content, instead of those it has.
func say(c *cell.Cell, t lte.SIBType, json string) {
	c.Identity.Versions = slices.DeleteFunc(slices.Clone(c.Identity.Versions), func(v cell.Version) bool { return v.Type == t })
	if json != "" {
		add(c, t, json, 0, 100, 1)
	}
}

// add gives it one more.
func add(c *cell.Cell, t lte.SIBType, json string, from, to float64, tags uint32) {
	c.Identity.Versions = append(c.Identity.Versions, cell.Version{Type: t, Hash: fmt.Sprintf("%x", len(json)) + json[:min(20, len(json))] + fmt.Sprint(from), JSON: []byte(json), CRCs: 9, FirstS: from, LastS: to, Tags: tags})
}

// resay puts SIB1 among the versions.
func resay(c *cell.Cell) {
	c.Identity.Versions = slices.DeleteFunc(slices.Clone(c.Identity.Versions), func(v cell.Version) bool { return v.Type == 1 })
	c.Identity.Versions = append(c.Identity.Versions, cell.Version{Type: 1, Hash: "1", Octets: c.Identity.Octets, SIB1: &c.Identity.SIB1, Tags: 1, CRCs: 40, FirstS: 0, LastS: c.Identity.LastS})
}

// alsoSaid gives the judged cell another content of SIB1 beside the one it was heard with last.
func (s *stage) alsoSaid(lastS float64, change func(*lte.SIB1)) {
	other := *s.sib1()
	change(&other)
	id := s.x().Identity
	id.Versions = append(id.Versions, cell.Version{Type: 1, Hash: "2", Octets: []byte{0x48, 2}, SIB1: &other, Tags: 1, CRCs: 20, FirstS: 1, LastS: lastS})
}

// x is the cell that is judged.
func (s *stage) x() *cell.Cell { return &s.cells[0] }

func (s *stage) sib1() *lte.SIB1 { return &s.x().Identity.SIB1 }

// all changes every cell but the judged one.
func (s *stage) all(change func(*cell.Cell)) {
	for i := range s.cells[1:] {
		change(&s.cells[i+1])
	}
}

// unlist takes the judged cell out of the list.
func (s *stage) unlist() {
	s.list = slices.DeleteFunc(s.list, func(l string) bool { return strings.HasPrefix(l, fmt.Sprintf("450-08,%d,", s.sib1().ECI)) })
}

// relist replaces its line.
func (s *stage) relist(line string) {
	s.unlist()
	s.list = append(s.list, fmt.Sprintf("450-08,%d,%s", s.sib1().ECI, line))
}

// femto makes it a femtocell, and puts a pool of them into the list.
func (s *stage) femto() {
	s.unlist()
	s.sib1().ECI, s.sib1().TAC = 254414924, 46101
	for i := range 6 {
		s.list = append(s.list, fmt.Sprintf("450-08,%d,%d,1550,20,2,46101,37.479,126.887,femto,active,,", 254414920+i, 460+i))
	}
	s.relist("100,1550,20,2,46101,37.4786,126.8863,femto,active,,")
}

// clone is the judged cell once more, on another transmitter.
func (s *stage) clone(name string) *cell.Cell {
	c := s.cells[0]
	c.Transmitter = name
	id := *c.Identity
	c.Identity = &id
	c.History = slices.Clone(c.History)
	s.cells = append(s.cells, c)
	return &s.cells[len(s.cells)-1]
}

// shift moves a cell's carrier by Hz in every look.
func shift(c *cell.Cell, hz float64) {
	for i := range c.History {
		c.History[i].RxHz += hz
	}
	c.Best.Signal.CFOHz += hz
}

// drive puts the receiver's places into the judged cell's history: north by so many metres in all.
func (s *stage) drive(metres float64) {
	h := s.x().History
	for i := range h {
		h[i].Here = &known.Place{Lat: s.here.Lat + metres/111195*float64(i)/float64(len(h)-1), Lon: s.here.Lon}
	}
}

func (s *stage) scene(t *testing.T) *Scene {
	t.Helper()
	return s.built(t.Fatalf)
}

// outcome is what a rule says of the judged cell: the name of its weight, "-" nothing, "?" not judged.
func (s *stage) outcome(t *testing.T, rule string) (string, *Finding, string) {
	t.Helper()
	sc := s.scene(t)
	c := sc.Case(s.cells[0])
	for _, r := range Rules() {
		if r.Name != rule {
			continue
		}
		c.data = sc.cfg.Policy.rule(rule)
		switch out := r.Check(&c); {
		case out.Finding != nil:
			return out.Finding.weight, out.Finding, ""
		case out.Missing != "":
			return "?", nil, out.Missing
		default:
			return "-", nil, ""
		}
	}
	t.Fatalf("no rule %s", rule)
	return "", nil, ""
}

// play is one case of a rule's table.
type play struct {
	rule, name, want string
	set              func(*stage)
}

func playAll(t *testing.T, plays []play) {
	t.Helper()
	guilty, innocent := map[string]bool{}, map[string]bool{}
	for _, p := range plays {
		s := newStage()
		p.set(s)
		got, f, why := s.outcome(t, p.rule)
		if got != p.want {
			t.Errorf("%s, %s: %q %+v %s, want %q", p.rule, p.name, got, f, why, p.want)
		}
		if f != nil {
			guilty[p.rule] = true
			if f.Text == "" || f.Field == "" || strings.ContainsAny(f.Text+f.Value, "\n\x1b") {
				t.Errorf("%s, %s: %+v", p.rule, p.name, f)
			}
			if _, ok := s.scene(t).cfg.Policy.rule(p.rule).numbers[f.weight]; !ok {
				t.Errorf("%s: the data have no weight %q", p.rule, f.weight)
			}
		} else {
			innocent[p.rule] = true
		}
	}
	for r := range guilty {
		if !innocent[r] {
			t.Errorf("%s has no innocent case", r)
		}
	}
	for r := range innocent {
		if !guilty[r] {
			t.Errorf("%s has no guilty case", r)
		}
	}
}

// A network as it should be: nothing is held against any cell.
func TestNetworkAsItShouldBe(t *testing.T) {
	s := newStage()
	sc := s.scene(t)
	for _, c := range s.cells {
		if v := sc.Judge(Rules(), c); v.Score != 0 || len(v.Findings) != 0 || v.State != known.Known {
			t.Errorf("%s: %+v", c.Transmitter, v)
		}
	}
}

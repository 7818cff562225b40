package verdict

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/cell"
	"github.com/straycell/straycell/internal/known"
)

// circumstance is something that happens to networks, or that a rogue does.
type circumstance struct {
	name  string
	set   func(*stage)
	about about
}

// about is what a circumstance is about: two about the same one do not meet.
type about int

const (
	air      about = iota // what is broadcast
	identity              // who the judged cell is
	books                 // what the list says
	whole                 // the whole network
)

// everyList rewrites all lines of the inventory; each stays that of its cell.
func (s *stage) everyList(line func(i int, eci lte.ECI) string) {
	for i, old := range s.list {
		eci, _ := strconv.Atoi(strings.Split(old, ",")[1])
		s.list[i] = line(i, lte.ECI(eci))
	}
}

func (s *stage) newSite() {
	s.unlist()
	s.sib1().ECI = 61300<<8 | 1
}

// clock shifts the judged cell, and what repeats it.
func (s *stage) clock(hz float64) {
	for i := range s.cells {
		if id := s.cells[i].Identity; i == 0 || id != nil && s.x().Identity != nil && id.SIB1.ECI == s.sib1().ECI {
			shift(&s.cells[i], hz)
		}
	}
}

// home makes the judged cell a femtocell with a PCI of their own, which they share.
func (s *stage) home() {
	s.femto()
	s.x().PCI, s.x().Best.PCI, s.x().Newest.PCI = 461, 461, 461
	s.relist("461,1550,20,2,46101,37.4786,126.8863,femto,active,,")
}

// innocent circumstances: nobody is to be suspected for one of them, or for two.
var innocent = []circumstance{
	{"a new site", func(s *stage) { s.newSite() }, identity},
	{"a new small cell under which we stand", func(s *stage) {
		s.newSite()
		s.x().Best.Ports = 1
		s.x().Best.Signal.RSRPdBFS += 25
	}, identity},
	{"a new indoor cell with a short schedule", func(s *stage) {
		s.newSite()
		s.x().Best.Ports = 1
		s.sib1().Schedule = s.sib1().Schedule[:1]
	}, identity},
	{"new today", func(s *stage) {
		s.newSite()
		s.past = NewPast(s.now.AddDate(0, 0, -60), s.now.AddDate(0, 0, -1), 60, nil)
		for _, c := range s.cells[1:] {
			s.past.cells[pastKey(kt, c.Identity.SIB1.ECI)] = &PastCell{PLMN: kt, ECI: c.Identity.SIB1.ECI, First: s.past.Since, Days: 60}
		}
	}, identity},
	{"a third sector", func(s *stage) { s.unlist(); s.sib1().ECI++ }, identity},
	{"PCIs planned anew", func(s *stage) {
		s.everyList(func(i int, eci lte.ECI) string {
			return fmt.Sprintf("450-08,%d,%d,1550,20,2,4610,37.48,126.88,macro,active,,", eci, 300+i)
		})
	}, books},
	{"carriers moved and widened", func(s *stage) {
		s.everyList(func(i int, eci lte.ECI) string {
			return fmt.Sprintf("450-08,%d,%d,1544,10,2,4610,37.48,126.88,macro,active,,", eci, 100+i)
		})
	}, books},
	{"four ports since last year", func(s *stage) {
		for i := range s.cells {
			s.cells[i].Best.Ports = 4
		}
	}, whole},
	{"tracking areas split", func(s *stage) {
		s.everyList(func(i int, eci lte.ECI) string {
			return fmt.Sprintf("450-08,%d,%d,1550,20,2,4600,37.48,126.88,macro,active,,", eci, 100+i)
		})
	}, books},
	{"a wrong TAC in the list", func(s *stage) { s.retype("4610", "4601") }, books},
	{"a wrong place in the list", func(s *stage) { s.retype("37.48,126.88", "34.78,126.88") }, books},
	{"partners that this cell is not shared with", func(s *stage) {
		s.all(func(c *cell.Cell) {
			c.Identity.SIB1.PLMNs = append(slices.Clone(c.Identity.SIB1.PLMNs), lte.BroadcastPLMN{PLMN: lte.PLMN{MCC: 450, MNC: 6, MNCDigits: 2}})
		})
	}, whole},
	{"a cell shared with another operator", func(s *stage) {
		s.sib1().PLMNs = append(slices.Clone(s.sib1().PLMNs), lte.BroadcastPLMN{PLMN: lte.PLMN{MCC: 450, MNC: 6, MNCDigits: 2}})
	}, air},
	{"a repeater", func(s *stage) { s.clone("t9").Best.Signal.RSRPdBFS -= 6 }, air},
	{"a listed cell of the same PCI within earshot", func(s *stage) {
		c := s.clone("t9")
		c.Identity.SIB1.ECI = 61999<<8 | 1
		s.list = append(s.list, fmt.Sprintf("450-08,%d,100,1550,20,2,4610,37.48,126.88,macro,active,,", 61999<<8|1))
		shift(c, math.Copysign(0.05*1840, -c.Best.Signal.CFOHz)-c.Best.Signal.CFOHz) // the other edge of what TS 36.104 §6.5.1 allows
	}, whole},
	{"new system information everywhere", func(s *stage) {
		for i := range s.cells {
			add(&s.cells[i], 2, strings.Replace(sibJSON[2], "rf128", "rf64", 1), 50, 100, 2)
		}
	}, whole},
	{"a customer's femtocell that nobody listed", func(s *stage) { s.home(); s.unlist(); s.x().Best.Ports = 1; s.clock(360) }, identity},
	{"a femtocell two kilometres from its address", func(s *stage) { s.home(); s.relist("461,1550,20,2,46101,37.4950,126.8863,femto,active,,") }, identity},
	{"a femtocell whose PCI was planned anew", func(s *stage) { s.home(); s.relist("470,1550,20,2,46101,37.4786,126.8863,femto,active,,") }, identity},
	{"a customer's femtocell, and a list of macros alone", func(s *stage) {
		s.unlist()
		closed(s)
		s.sib1().ECI, s.x().Best.Ports = 254414924, 1
	}, identity},
	{"a private network on a carrier of its own", func(s *stage) {
		s.unlist()
		s.sib1().PLMNs = []lte.BroadcastPLMN{{PLMN: private}}
		s.sib1().FreqBandIndicator, s.sib1().ECI, s.sib1().TAC = 7, 4660, 1000
		s.x().Carrier = cell.PlaceCarrier(2675e6, 0, 2, lte.FDD)
		s.x().Best.FreqHz, s.x().Newest.FreqHz = 2675e6, 2675e6
		for i := range s.x().History {
			s.x().History[i].RxHz = 2675e6
		}
	}, identity},
	{"a partner's cell that is shared", func(s *stage) {
		skt := lte.BroadcastPLMN{PLMN: lte.PLMN{MCC: 450, MNC: 5, MNCDigits: 2}}
		s.all(func(c *cell.Cell) { c.Identity.SIB1.PLMNs = append(slices.Clone(c.Identity.SIB1.PLMNs), skt) })
		s.unlist()
		s.sib1().PLMNs = []lte.BroadcastPLMN{skt, {PLMN: kt}}
		s.sib1().ECI, s.sib1().TAC = 77300<<8|1, 900
	}, identity},
	{"a site that was modernised", func(s *stage) { s.retype("100,1550,20,2", "7,1550,10,4") }, books},
	{"maintenance", func(s *stage) { s.sib1().CellBarred = true }, air},
	{"a public warning", func(s *stage) {
		for i := range s.cells {
			warn(&s.cells[i], 10)
		}
	}, air},
	{"equipment of release 8", func(s *stage) { s.x().Identity.Octets = []byte{0x40, 1} }, air},
	{"its neighbours are not known yet", func(s *stage) {
		s.sib1().Schedule = s.sib1().Schedule[:1]
		say(s.x(), 4, "")
		say(s.x(), 5, "")
	}, air},
	{"a priority of its own", func(s *stage) {
		say(s.x(), 3, strings.Replace(sibJSON[3], `"cellReselectionPriority":5`, `"cellReselectionPriority":6`, 1))
	}, air},
	{"our oscillator warms up", func(s *stage) {
		for i := range s.cells {
			for k := range s.cells[i].History {
				s.cells[i].History[k].RxHz += 30 * s.cells[i].History[k].S
			}
		}
	}, whole},
	{"a clock at the edge of what is allowed", func(s *stage) { s.clock(0.1*1840 - s.x().Best.Signal.CFOHz) }, air},
	{"planned, and on the air a week early", func(s *stage) { s.retype("active", "planned") }, books},
	{"an old line of the list", func(s *stage) { s.retype("active,,", "active,2019-01-01,2025-01-01") }, books},
	{"a narrower carrier", func(s *stage) {
		s.x().Best.MIB = &lte.MIB{PRB: 50, PHICHDuration: lte.PHICHNormal, PHICHResource: lte.PHICHOneSixth}
	}, identity},
	{"another vendor's PHICH", func(s *stage) {
		s.x().Best.MIB = &lte.MIB{PRB: 100, PHICHDuration: lte.PHICHNormal, PHICHResource: lte.PHICHOne}
	}, air},
	{"no list at all", func(s *stage) { s.list = nil }, books},
	{"no position", func(s *stage) { s.here = nil }, air},
}

// retype changes the judged cell's line of the list.
func (s *stage) retype(old, with string) {
	for i, l := range s.list {
		if strings.HasPrefix(l, fmt.Sprintf("450-08,%d,", s.sib1().ECI)) {
			s.list[i] = strings.Replace(l, old, with, 1)
		}
	}
}

// guilty circumstances, and the level that the judged cell must come to at least, whatever else happens in the network.
var guilty = []struct {
	circumstance
	level string
}{
	{circumstance{name: "an open stack as it comes", set: func(s *stage) { s.newSite(); s.sib1().ECI, s.sib1().TAC = 105217, 7 }}, "alert"},
	{circumstance{name: "a test network", set: func(s *stage) { s.sib1().PLMNs = []lte.BroadcastPLMN{{PLMN: lte.PLMN{MCC: 1, MNC: 1, MNCDigits: 2}}} }}, "alert"},
	{circumstance{name: "an edited stack with an oscillator of its own", set: func(s *stage) {
		s.newSite()
		s.sib1().TAC = 5999
		s.x().Best.Ports = 1
		s.clock(2.1 * 1840)
	}}, "alert"},
	{circumstance{name: "a lure to GSM", set: func(s *stage) {
		s.newSite()
		s.sib1().Schedule = []lte.SIGroup{{PeriodRF: 16, SIBs: []lte.SIBType{3, 7}}}
		say(s.x(), 7, `{"tReselectionGERAN":1,"carrierFreqsInfoList":[{"carrierFreqs":{"startingARFCN":871},"commonInfo":{"cellReselectionPriority":7}}]}`)
	}}, "alert"},
	{circumstance{name: "a femtocell that was lost", set: func(s *stage) { s.femto(); s.relist("100,1550,20,2,46101,37.4786,126.8863,femto,lost,,") }}, "alert"},
	{circumstance{name: "a femtocell of another city", set: func(s *stage) { s.femto(); s.relist("100,1550,20,2,46101,35.1,129.0,femto,active,,") }}, "watch"},
	{circumstance{name: "three identities on one radio", set: func(s *stage) { another(s, 254414921); another(s, 254414922) }}, "alert"},
	{circumstance{name: "a clone on another carrier with a bad clock", set: func(s *stage) {
		s.relist("7,3743,10,4,4611,37.48,126.88,macro,active,,")
		s.clock(0.6 * 1840)
	}}, "suspicious"},
	{circumstance{name: "a second transmitter under a listed cell's PCI", set: func(s *stage) { s.clone("t9"); s.x().Identity = nil; s.clock(600) }}, "alert"},
	{circumstance{name: "spoken over", set: func(s *stage) {
		s.x().Turns, s.x().Turned = []cell.Turn{{S: 1, AgoS: 1}, {S: 2, AgoS: 1}, {S: 3, AgoS: 1}}, 3
	}}, "alert"},
	{circumstance{name: "a warning of its own", set: func(s *stage) { warn(s.x(), 10) }}, "alert"},
}

func pick(t *rapid.T, n int) []circumstance {
	var out []circumstance
	for len(out) < n {
		c := rapid.SampledFrom(innocent).Draw(t, "circumstance")
		if !slices.ContainsFunc(out, func(o circumstance) bool {
			return o.name == c.name || o.about == c.about && c.about != air && c.about != whole
		}) {
			out = append(out, c)
		}
	}
	return out
}

// generated is a stage of more cells than the usual one, at another hour.
func generated(t *rapid.T) *stage {
	s := newStage()
	for i := 5; i < 5+rapid.IntRange(0, 6).Draw(t, "more"); i++ {
		eci := lte.ECI(61200+i)<<8 | 1
		s.cells = append(s.cells, macro(i, eci))
		s.list = append(s.list, fmt.Sprintf("450-08,%d,%d,1550,20,2,4610,37.48,126.88,macro,active,,", eci, 100+i))
	}
	for i := range s.cells {
		shift(&s.cells[i], 1840*0.05*(2*rapid.Float64Range(0, 1).Draw(t, "clock")-1))
		s.cells[i].Best.Signal.RSRPdBFS += math.Round(10 * rapid.Float64Range(-1, 1).Draw(t, "level"))
	}
	s.now = s.now.Add(time.Duration(rapid.IntRange(0, 23).Draw(t, "hour")) * time.Hour)
	return s
}

func names(cs []circumstance) string {
	var out []string
	for _, c := range cs {
		out = append(out, c.name)
	}
	return strings.Join(out, "; ")
}

func rankOf(l Level) int { return slices.Index([]Level{Normal, Watch, Suspicious, Alert}, l) }

// In generated networks one or two innocent circumstances make nobody suspicious, and three no alert.
func TestInnocentScenes(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds of generated networks, a minute under the race detector")
	}
	rapid.Check(t, func(t *rapid.T) {
		s, n := generated(t), rapid.IntRange(1, 3).Draw(t, "circumstances")
		cs := pick(t, n)
		slices.SortStableFunc(cs, func(a, b circumstance) int { return int(b.about - a.about) }) // who it is comes after what the list says
		for _, c := range cs {
			c.set(s)
		}
		most := Watch
		if n == 3 {
			most = Suspicious
		}
		sc := s.built(t.Fatalf)
		for _, c := range s.cells {
			if v := sc.Judge(Rules(), c); rankOf(v.Level) > rankOf(most) {
				t.Fatalf("%s: %s is %s (%d): %+v", names(cs), c.Transmitter, v.Level, v.Score, v.Findings)
			}
		}
	})
}

// And whatever is guilty is found out in the midst of them.
func TestGuiltyScenes(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds of generated networks, a minute under the race detector")
	}
	rapid.Check(t, func(t *rapid.T) {
		s, g := generated(t), rapid.SampledFrom(guilty).Draw(t, "guilt")
		cs := pick(t, rapid.IntRange(0, 2).Draw(t, "circumstances"))
		for _, c := range cs {
			if c.about == whole {
				c.set(s)
			}
		}
		g.set(s)
		v := s.built(t.Fatalf).Judge(Rules(), s.cells[0])
		if rankOf(v.Level) < rankOf(Level(g.level)) {
			t.Fatalf("%s, and %s: %s (%d), want %s: %+v\n%+v", g.name, names(cs), v.Level, v.Score, g.level, v.Findings, v.NotJudged)
		}
	})
}

// built is the scene of a stage.
func (s *stage) built(fatalf func(string, ...any)) *Scene {
	var set *known.Set
	if len(s.list) > 0 {
		var err error
		if set, _, err = known.Read(strings.NewReader(listHead+strings.Join(s.list, "\n")), "kt.csv", nil); err != nil {
			fatalf("%v", err)
		}
	}
	sc := NewScene(Config{Policy: s.policy, Set: set, Past: s.past})
	sc.At(s.nowS, s.now, s.here)
	for range 2 { // as looks do: what the ones tell of the others is known the second time
		for _, c := range s.cells {
			sc.Put(c)
		}
	}
	if s.clocks != 0 {
		sc.Clocks = func(transmitter string) (float64, float64, int, bool) {
			return s.clocks, 0.01, 12, transmitter == s.x().Transmitter
		}
	}
	if s.movedM > 0 {
		sc.Moved(s.x().Transmitter, Move{Metres: s.movedM, FromS: 10, ToS: 90})
	}
	return sc
}

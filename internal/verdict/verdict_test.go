package verdict

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/cell"
	"github.com/straycell/straycell/internal/known"
)

func list(t *testing.T, text string) *known.Set {
	t.Helper()
	s, _, err := known.Read(strings.NewReader(text), "kt.csv", nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func heard(pci lte.PCI, rxHz, rangePPM float64) cell.Cell {
	return cell.Cell{Transmitter: "t1", PCI: pci, Duplex: lte.FDD, Best: lte.Observation{FreqHz: rxHz, MIB: &lte.MIB{}}, Carrier: cell.PlaceCarrier(rxHz, 0, rangePPM, lte.FDD, 0)}
}

func judged(set *known.Set, c cell.Cell, here *known.Place) Verdict {
	s := NewScene(Config{Set: set})
	s.At(1, time.Time{}, here)
	s.Put(c)
	return s.Judge(Rules(), c)
}

// read is a cell whose SIB1 says this ECI, and KT's PLMN unless another MNC is given.
func read(c cell.Cell, eci lte.ECI, mnc ...uint16) cell.Cell {
	id := &cell.Identity{SIB1: lte.SIB1{ECI: eci, PLMNs: []lte.BroadcastPLMN{{PLMN: lte.PLMN{MCC: 450, MNC: 8, MNCDigits: 2}}}}}
	for _, n := range mnc {
		id.SIB1.PLMNs[0].PLMN.MNC = n
	}
	c.Identity = id
	return c
}

// Guilty and innocent cases of ID-00.
func TestListed(t *testing.T) {
	const head = "plmn,eci,pci,earfcn,lat,lon\n"
	three := head + "450-08,1,86,1303,37.5,127\n450-08,2,142,1303,37.5,127\n450-08,3,301,1303,37.5,127\n"
	var many strings.Builder
	many.WriteString(head)
	for i := range 20 {
		fmt.Fprintf(&many, "450-08,%d,%d,1303,37.5,127\n", i, i)
	}
	seoul, tokyo := &known.Place{Lat: 37.5, Lon: 127}, &known.Place{Lat: 35.68, Lon: 139.69}
	sure := heard(301, 1815.3e6, 2)
	for name, c := range map[string]struct {
		cell  cell.Cell
		list  string
		here  *known.Place
		state known.State
		says  string // finding, or why it was not judged
	}{
		"listed":                 {sure, three, seoul, known.Unconfirmed, "SIB1 not read; PCI and EARFCN fit inventory kt.csv line 4"},
		"listed, in doubt":       {heard(301, 1815.33e6, 60), three, nil, known.Unconfirmed, "SIB1 not read; PCI and EARFCN fit inventory kt.csv line 4"},
		"no list":                {sure, "", seoul, known.NoList, "no list of known cells"},
		"list of another place":  {sure, three, tokyo, known.NoList, "no list covers this place or operator: inventory kt.csv"},
		"listed by identity":     {read(sure, 2), three, seoul, known.Known, ""},
		"not listed by identity": {read(sure, 9), three, seoul, known.Unknown, "eci: 450-08 9; ; inventory kt.csv; not in the list: no line has 450-08 9"},
		"another operator's":     {read(heard(5, 1815.3e6, 2), 3, 5), three, seoul, known.NoList, "no list covers this place or operator: inventory kt.csv"},
		"not listed": {heard(5, 1815.3e6, 2), three, seoul, known.Unknown,
			"pci+earfcn: PCI 5 on EARFCN 1303; PCI 86 or 142 or 301; inventory kt.csv, 3 lines on this carrier nearby; not in the list: no line has PCI 5 on EARFCN 1303 nearby"},
		"not listed, in doubt": {heard(5, 1815.33e6, 60), three, nil, known.Unknown,
			"pci+earfcn: PCI 5 on EARFCN 1303 or 1304; PCI 86 or 142 or 301; inventory kt.csv, 3 lines on this carrier anywhere; not in the list: no line has PCI 5 on EARFCN 1303 or 1304 anywhere"},
		"not listed among many": {heard(99, 1815.3e6, 2), many.String(), nil, known.Unknown,
			"pci+earfcn: PCI 99 on EARFCN 1303; one of 20 listed PCIs; inventory kt.csv, 20 lines on this carrier anywhere; not in the list: no line has PCI 99 on EARFCN 1303 anywhere"},
		"carrier not listed": {heard(5, 2140e6, 2), three, seoul, known.Unknown,
			"pci+earfcn: PCI 5 on EARFCN 300; no cell on this carrier; inventory kt.csv, 0 lines on this carrier nearby; not in the list: no line has PCI 5 on EARFCN 300 nearby"},
		"beyond every band": {heard(5, 100e6, 2), head + "450-08,1,86,1303,,\n", nil, known.Unknown,
			"pci+earfcn: PCI 5 on 100.0 MHz; no cell on this carrier; inventory kt.csv, 0 lines on this carrier anywhere; not in the list: no line has PCI 5 on 100.0 MHz anywhere"},
	} {
		var set *known.Set
		if c.list != "" {
			set = list(t, c.list)
		}
		v := judged(set, c.cell, c.here)
		got := ""
		for _, f := range v.Findings {
			if f.Rule != "ID-00" {
				continue
			}
			got += fmt.Sprintf("%s: %s; %s; %s; %s", f.Field, f.Value, f.Expected, f.From, f.Text)
		}
		for _, n := range v.NotJudged {
			if n.Rule == "ID-00" {
				got += n.Why
			}
		}
		if v.State != c.state || got != c.says {
			t.Errorf("%s: %v\n got %s\nwant %s", name, v.State, got, c.says)
		}
		if v.Score != 0 || v.Level != Normal {
			t.Errorf("%s: a state became a suspicion: %d %s", name, v.Score, v.Level)
		}
	}
}

// A cell whose SIB1 is not read is in no list that should hold it while all who are heard on its carrier are of an operator that
// none is of; once one of a listed operator is heard there it is unknown.
func TestCarrierOfAnother(t *testing.T) {
	s := NewScene(Config{Set: list(t, "plmn,eci,pci,earfcn,lat,lon\n450-08,1,86,1303,37.5,127\n")})
	s.At(1, time.Time{}, &known.Place{Lat: 37.5, Lon: 127})
	unread := heard(5, 1850e6, 2)
	state := func() known.State {
		s.Put(unread)
		return s.Judge(Rules(), unread).State
	}
	if got := state(); got != known.Unknown {
		t.Errorf("nobody else heard: %v", got)
	}
	other := read(heard(6, 1850e6, 2), 77, 5)
	other.Transmitter = "t2"
	s.Put(other)
	if got := state(); got != known.NoList {
		t.Errorf("another operator's carrier: %v", got)
	}
	ours := read(heard(7, 1850e6, 2), 78)
	ours.Transmitter = "t3"
	s.Put(ours)
	if got := state(); got != known.Unknown {
		t.Errorf("a carrier of two operators: %v", got)
	}
}

func TestManyFits(t *testing.T) {
	var b strings.Builder
	b.WriteString("plmn,eci,pci,earfcn\n")
	for i := range 20 {
		fmt.Fprintf(&b, "450-08,%d,301,1303\n", i)
	}
	v := judged(list(t, b.String()), heard(301, 1815.3e6, 2), nil)
	if why := v.NotJudged[0].Why; !strings.HasSuffix(why, "line 7, 14 more") {
		t.Error(why)
	}
}

func TestScore(t *testing.T) {
	p, err := NewPolicy("", nil)
	if err != nil {
		t.Fatal(err)
	}
	f := func(rule string, w int) Named { return Named{Rule: rule, Finding: Finding{Weight: w}} }
	hard := f("FM-03", 85)
	hard.Hard = true
	excused := hard
	excused.Weight = 0
	for _, c := range []struct {
		findings []Named
		score    int
		level    Level
	}{
		{nil, 0, Normal},
		{[]Named{f("ID-00", 0)}, 0, Normal},
		{[]Named{f("ID-01", 19)}, 19, Normal},
		{[]Named{f("ID-01", 20)}, 20, Watch},
		{[]Named{f("ID-01", 45)}, 45, Suspicious},
		{[]Named{f("ID-04", 45), f("ID-03", 40), f("ID-06", 10)}, 60, Suspicious},
		{[]Named{f("ID-06", 10), f("ID-03", 40), f("ID-04", 45)}, 60, Suspicious}, // in any order
		{[]Named{f("ID-04", 90), f("ID-03", 80)}, 100, Suspicious},                // one family alone accuses nobody
		{[]Named{f("ID-04", 90), f("CF-04", 0)}, 90, Suspicious},
		{[]Named{f("ID-04", 45), f("CF-04", 25)}, 70, Alert},
		{[]Named{f("ID-01", 22), f("CF-12", 15), f("CF-01", 15), f("PH-05", 15)}, 31, Watch}, // a new small cell is one cause
		{[]Named{f("ID-01", 40), f("ID-06", 40)}, 52, Suspicious},                            // and of its family
		{[]Named{f("ID-01", 20), f("ID-06", 35), f("CF-11", 15), f("CF-01", 15)}, 59, Suspicious},
		{[]Named{f("CF-12", 22), f("ID-01", 20), f("CF-11", 30), f("ID-06", 35)}, 75, Alert}, // 35 + 30 + 30 % of 22 + 20 % of 20
		{[]Named{hard}, 85, Alert},
		{[]Named{excused}, 0, Normal},
	} {
		if s, l := p.Score(c.findings); s != c.score || l != c.level {
			t.Errorf("%+v: %d %s, want %d %s", c.findings, s, l, c.score, c.level)
		}
	}
}

// Rules are pure: judging twice gives the same verdict, and names are those of the catalogue, once each.
func TestRulesArePure(t *testing.T) {
	s := newStage()
	s.sib1().ECI = 7
	sc := s.scene(t)
	if a, b := sc.Judge(Rules(), s.cells[0]), sc.Judge(Rules(), s.cells[0]); !reflect.DeepEqual(a, b) {
		t.Errorf("%+v\n%+v", a, b)
	}
	seen := map[string]bool{}
	for _, r := range Rules() {
		if seen[r.Name] || r.Version < 1 || len(r.Name) != 5 || r.Name[2] != '-' {
			t.Errorf("%s version %d", r.Name, r.Version)
		}
		seen[r.Name] = true
	}
}

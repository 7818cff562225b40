package known

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/straycell/straycell/decode/lte"
)

func read(t *testing.T, text string, theirs map[string]string) (*Set, Report) {
	t.Helper()
	s, rep, err := Read(strings.NewReader(text), "dir/kt.csv", theirs)
	if err != nil {
		t.Fatal(err)
	}
	return s, rep
}

func facts(s *Set) []*Fact {
	var out []*Fact
	for f := range s.All() {
		out = append(out, f)
	}
	return out
}

// The same cell, written in many ways.
func TestReadForms(t *testing.T) {
	want := lte.ECI(107216<<8 | 1)
	for name, text := range map[string]string{
		"plain":            "plmn,eci,pci,earfcn\n450-08,27447297,301,1303\n",
		"no last newline":  "plmn,eci,pci,earfcn\n450-08,27447297,301,1303",
		"bom crlf":         "\ufeffPLMN,ECI,PCI,EARFCN\r\n450-08,27447297,301,1303\r\n",
		"semicolons":       "Plmn;Eci;Pci;Earfcn\n45008;27447297;301;1303\n",
		"tabs":             "plmn\teci\tpci\tearfcn\n45008\t27447297\t301\t1303\n",
		"sep line":         "sep=;\nplmn;eci;pci;earfcn\n45008;27447297;301;1303\n",
		"mcc mnc enb":      "sector,enb,mnc,mcc,earfcn,pci\n1,107216,08,450,1303,301\n",
		"mnc without zero": "mcc,mnc,enb,sector,earfcn,pci\n450,8,107216,1,1303,301\n",
		"hexadecimal":      "plmn,eci,pci,earfcn\n450-08,0x1A2D001,301,1303\n",
		"both, agreeing":   "plmn,eci,enb,sector,pci,earfcn\n450-08,27447297,107216,1,301,1303\n",
		"quoted":           "\"plmn\",\"eci\",\"pci\",\"earfcn\"\n\"450-08\",\"27447297\", \"301\" ,\"1303\"\n",
		"spaces, blanks":   "\n plmn , eci , pci , earfcn \n\n 450-08 , 27447297 , 301 , 1303 \n\n",
		"comments":         "# of march\nplmn,eci,pci,earfcn\n# next\n450-08,27447297,301,1303\n",
		"extra commas":     "plmn,eci,pci,earfcn\n450-08,27447297,301,1303,,,\n",
		"header case":      "P_L-M N,e.c.i,PCI,EARFCN\n450-08,27447297,301,1303\n",
	} {
		t.Run(name, func(t *testing.T) {
			s, rep := read(t, text, nil)
			if s.Len() != 1 || rep.Skipped != 0 {
				t.Fatalf("%d facts, %+v", s.Len(), rep)
			}
			f := facts(s)[0]
			if f.PLMN.String() != "450-08" || f.ECI != want || !f.HasPCI || f.PCI != 301 || len(f.EARFCNs) != 1 || f.EARFCNs[0] != 1303 {
				t.Errorf("%+v", f)
			}
		})
	}
}

func TestReadEveryColumn(t *testing.T) {
	s, rep := read(t, "plmn;eci;pci;earfcn;bandwidth_mhz;ports;tac;lat;lon;azimuth;class;state;address;valid_from;valid_to;name;owner\n"+
		"310-260;1;503;68611;1,4;4;0x1234;37,4602;-126,9;359,5;FEMTO;Returned;\"12; \"\"A\"\" street\nSeoul\";2024-01-02;2025/12/31;=cmd|' /C'!A0\x1b[31m;me\n", nil)
	if s.Len() != 1 {
		t.Fatal(rep)
	}
	f := facts(s)[0]
	if f.PLMN.String() != "310-260" || f.PRB != 6 || f.Ports != 4 || f.TAC != 0x1234 || f.Place.Lat != 37.4602 || f.Place.Lon != -126.9 ||
		f.AzimuthDeg != 359.5 || f.Class != Femto || f.Site != Returned || f.Address != `12; "A" street Seoul` ||
		f.ValidFrom.Format("20060102") != "20240102" || f.ValidTo.Format("20060102") != "20251231" || f.Name != "=cmd|' /C'!A0 [31m" {
		t.Errorf("%+v", f)
	}
	if f.From() != "inventory kt.csv line 2" {
		t.Error(f.From())
	}
	if fmt.Sprint(rep.Ignored) != "[owner]" {
		t.Error(rep.Ignored)
	}
}

func TestReadMap(t *testing.T) {
	text := "Cell-ID,Betreiber,Phys\n27447297,450-08,301\n"
	s, _ := read(t, text, map[string]string{"cell_id": "ECI", "betreiber": "plmn", "phys": "pci", "absent": "tac"})
	if f := facts(s)[0]; f.ECI != 27447297 || f.PCI != 301 {
		t.Errorf("%+v", f)
	}
	for theirs, wants := range map[string]string{
		"":                  "no column plmn (or mcc and mnc), no column eci (or enb and sector); there are \"Cell-ID\" \"Betreiber\" \"Phys\": name them with --map theirs=ours",
		"Cell-ID=cid":       `column "Cell-ID" cannot become "cid": the names are plmn mcc`,
		"Cell-ID=pci":       "no column plmn",
		"Betreiber=cell-id": `cannot become "cell-id"`,
	} {
		m := map[string]string{}
		if a, b, ok := strings.Cut(theirs, "="); ok {
			m[a] = b
		}
		if _, _, err := Read(strings.NewReader(text), "x.csv", m); err == nil || !strings.Contains(err.Error(), wants) {
			t.Errorf("%q: %v", theirs, err)
		}
	}
}

// A broken line is named with its number, the others are kept.
func TestReadBrokenLines(t *testing.T) {
	const head = "plmn,eci,pci,earfcn,bandwidth_mhz,ports,tac,lat,lon,azimuth,class,state,valid_from,name\n"
	good := func(n int) string {
		return fmt.Sprintf("450-08,%d,1,1303,20,2,5,37.1,127.1,10,macro,active,2024-01-01,x\n", n)
	}
	for broken, wants := range map[string]string{
		"450-08,1,1":                                           "3 fields where the header has 14",
		"450-08,1,1,1303,20,2,5,,,,,,,x,y":                     "15 fields where the header has 14",
		",1,,,,,,,,,,,,":                                       "no plmn",
		"450,1,,,,,,,,,,,,":                                    `plmn "450"`,
		"4500é,1,,,,,,,,,,,,":                                  `plmn "4500é"`,
		"450-08,,,,,,,,,,,,,":                                  "no eci",
		"450-08,268435456,,,,,,,,,,,,":                         `eci "268435456": want a number from 0 to 268435455`,
		"450-08,-1,,,,,,,,,,,,":                                "eci",
		"450-08,1.0,,,,,,,,,,,,":                               "eci",
		"450-08,0x,,,,,,,,,,,,":                                "eci",
		"450-08,99999999999999999999,,,,,,,,,,,,":              "eci",
		"450-08,1,504,,,,,,,,,,,":                              `pci "504": want a number from 0 to 503`,
		"450-08,1,x,,,,,,,,,,,":                                "pci",
		"450-08,1,1,19303,,,,,,,,,,":                           "earfcn 19303: no downlink band has it",
		"450-08,1,1,1303 1304,,,,,,,,,,":                       "several numbers",
		"450-08,1,1,,7,,,,,,,,,":                               "bandwidth_mhz",
		"450-08,1,1,,,3,,,,,,,,":                               "ports",
		"450-08,1,1,,,,65536,,,,,,,":                           "tac",
		"450-08,1,1,,,,,91,0,,,,,":                             "lat",
		"450-08,1,1,,,,,NaN,0,,,,,":                            "lat",
		"450-08,1,1,,,,,37,,,,,,":                              "lat without lon",
		"450-08,1,1,,,,,,,361,,,,":                             "azimuth",
		"450-08,1,1,,,,,,,NaN,,,,":                             "azimuth",
		"450-08,1,1,,,,,,,,tower,,,":                           `class "tower": want macro, small or femto`,
		"450-08,1,1,,,,,,,,,live,,":                            `state "live": want planned, active, lost, retired or returned`,
		"450-08,1,1,,,,,,,,,,31.12.2024,":                      "valid_from",
		"450-08,1,1,,,,,,,,,,,\"never closed":                  "a quote is opened and not closed",
		"\"450-08\"x,1,1,,,,,,,,,,,":                           "text after a closing quote",
		strings.Repeat("x", maxLineBytes+10):                   "longer than 65536 bytes",
		strings.Repeat(",", maxFields):                         "more than 256 fields",
		"450-08,1,1,,,,,,,,,,,\"" + strings.Repeat("y", 1<<15): "not closed",
		"\x00\xff\xfe":                                         "1 fields",
	} {
		s, rep := read(t, head+good(1)+broken+"\n"+good(2)+good(3), nil)
		if s.Len() != 3 || rep.Kept != 3 || rep.Skipped != 1 || len(rep.Problems) != 1 {
			t.Errorf("%.60q: %d facts, %+v", broken, s.Len(), rep)
			continue
		}
		if p := rep.Problems[0]; p.Line != 3 || !strings.Contains(p.Text, wants) {
			t.Errorf("%.60q: line %d: %s", broken, p.Line, p.Text)
		}
		if f := facts(s)[2]; f.ECI != 3 || f.Line != 5 {
			t.Errorf("%.60q: %+v", broken, f)
		}
	}
	if f := facts(first(read(t, "plmn,eci,lat,lon\n450-08,1,0,0.0\n", nil)))[0]; f.Place != nil {
		t.Errorf("0,0 became a place: %+v", f.Place)
	}
}

func first(s *Set, _ Report) *Set { return s }

// Two stray quotes far apart must not swallow the lines between them.
func TestReadStrayQuotes(t *testing.T) {
	s, rep := read(t, "plmn,eci,name\n450-08,1,\"a\n450-08,2,b\n450-08,3,c\"d\n450-08,4,\"two\nlines\"\n", nil)
	if s.Len() != 3 || rep.Skipped != 1 || rep.Problems[0].Line != 2 || facts(s)[2].Name != "two lines" {
		t.Errorf("%d facts, %+v", s.Len(), rep)
	}
}

func TestReadNoList(t *testing.T) {
	for text, wants := range map[string]string{
		"":                                     "no line of column names",
		"\n# x\n":                              "no line of column names",
		"hello\n":                              "line 1: no column plmn",
		"plmn,eci\n":                           "no line of cells after",
		"plmn,eci\n45,1\n":                     "every line is broken; the first, line 2: plmn",
		"plmn,eci,plmn\n":                      "two columns are plmn",
		"\xff\xfep\x00l\x00":                   "save the list as CSV UTF-8",
		"\x1f\x8b\x08\x00":                     "save the list as CSV UTF-8",
		strings.Repeat("a", maxLineBytes+1):    "line 1 is longer than",
		"\"plmn,eci\n":                         "a quote is opened",
		strings.Repeat("a,", maxFields+1):      "more than 256 fields",
		"mcc,enb,sector\n450,1,2\n":            "no column plmn (or mcc and mnc)",
		"plmn,eci,PLM N\n450-08,1,450-08\n":    "two columns are plmn",
		"plmn,enb\n450-08,107216\n":            "no column eci (or enb and sector)",
		"plmn,eci,pci\n,,1\n":                  "no plmn",
		"plmn,eci,enb,sector\n450-08,1,1,1\n":  "eci 1 is eNB 0 sector 1, and the line says eNB 1 sector 1",
		"plmn,enb,sector\n450-08,1048576,1\n":  "enb",
		"plmn,enb,sector\n450-08,1,256\n":      "sector",
		"plmn,eci,valid_to\n450-08,1,later\n":  "valid_to",
		"mcc,mnc,enb,sector\n45,08,107216,1\n": "plmn",
	} {
		_, _, err := Read(strings.NewReader(text), "x.csv", nil)
		if err == nil || !strings.HasPrefix(err.Error(), "known: list x.csv: ") || !strings.Contains(err.Error(), wants) {
			t.Errorf("%.40q: %v", text, err)
		}
	}
}

// A list that breaks off while it is read is no list: half of one would call the rest unknown.
func TestReadBreaksOff(t *testing.T) {
	text := "plmn,eci\n" + strings.Repeat("450-08,1\n", 100)
	for _, n := range []int64{4, 300} {
		r := io.MultiReader(io.LimitReader(strings.NewReader(text), n), iotest.ErrReader(errors.New("disk gone")))
		if _, _, err := Read(r, "x.csv", nil); err == nil || !strings.Contains(err.Error(), "disk gone") {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
	if _, _, err := ReadFile(filepath.Join(t.TempDir(), "none.csv"), nil); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestBaselineRoundTrip(t *testing.T) {
	heard := []Fact{
		{PCI: 5, HasPCI: true, EARFCNs: []lte.EARFCN{1303, 1302, 1304}, PRB: 100, Ports: 2, Place: &Place{37.5, 127}},
		{PCI: 1, HasPCI: true, EARFCNs: []lte.EARFCN{100}, PRB: 6, Ports: 1, PLMN: lte.PLMN{MCC: 450, MNC: 8, MNCDigits: 2}, ECI: 77, TAC: 9, HasTAC: true, Class: Femto},
		{PCI: 2, HasPCI: true}, // beyond every band
	}
	var b strings.Builder
	n, err := WriteBaseline(&b, heard)
	if err != nil || n != 2 {
		t.Fatal(n, err)
	}
	s, rep := read(t, b.String(), nil)
	if s.Len() != 2 || rep.Skipped != 0 {
		t.Fatalf("%+v\n%s", rep, b.String())
	}
	got := facts(s)
	if f := got[0]; f.ECI != 77 || f.PLMN.String() != "450-08" || f.TAC != 9 || f.PRB != 6 || f.Class != Femto || f.Place != nil || f.From() != "baseline kt.csv line 4" {
		t.Errorf("%+v", f)
	}
	if f := got[1]; f.PLMN.MNCDigits != 0 || len(f.EARFCNs) != 3 || f.PCI != 5 || *f.Place != (Place{37.5, 127}) {
		t.Errorf("%+v", f)
	}
	if _, rep, err := Read(strings.NewReader(baselineMark+"\nplmn,eci,pci,earfcn\n,,1,\n450-08,,1,2\n,,1,2\n"), "b", nil); err != nil || rep.Skipped != 2 {
		t.Error(rep, err)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("plmn,eci,pci,earfcn,lat,lon\n450-08,27447297,301,1303,37.4,126.9\n450-08,x\n"), "")
	f.Add([]byte("\ufeffMCC;MNC;eNB;Sector;Lat;Lon;name\r\n450;8;107216;1;37,5;127,0;\"a \"\"b\"\"\r\nc\"\r\n"), "")
	f.Add([]byte("# straycell baseline 1\nplmn,eci,pci,earfcn\n,,5,1303 1304\n"), "")
	f.Add([]byte("Cell-ID\tOp\n1\t45008\n\"\n\"\"\"\n"), "op")
	f.Fuzz(func(t *testing.T, data []byte, theirs string) {
		m := map[string]string{"cell id": "eci"}
		if theirs != "" {
			m[theirs] = "plmn"
		}
		s, rep, err := Read(strings.NewReader(string(data)), "f.csv", m)
		if err != nil {
			return
		}
		lines := strings.Count(string(data), "\n") + 1
		if rep.Kept != s.Len() || rep.Kept == 0 || rep.Kept+rep.Skipped > lines || len(rep.Problems) > MaxProblems {
			t.Fatalf("%d lines, %d facts, %+v", lines, s.Len(), rep)
		}
		last := 0
		for x := range s.All() {
			if x.Line <= last || x.Line > lines || x.ECI > lte.MaxECI || x.PCI >= lte.PCIs || len(x.Name) > 4*maxText || strings.ContainsAny(x.Name+x.Address, "\n\x1b\x00") {
				t.Fatalf("%+v", x)
			}
			last = x.Line
			if x.PLMN.MNCDigits != 0 && s.Match(Query{PLMNs: []lte.PLMN{x.PLMN}, ECI: x.ECI}).State != Known {
				t.Fatalf("%+v is not found again", x)
			}
			if len(x.EARFCNs) > 0 && x.HasPCI && x.Place != nil {
				q := Query{PCI: x.PCI, FreqsHz: []float64{x.EARFCNs[0].FreqHz()}, Here: x.Place}
				if got := s.Match(q).State; got != Unconfirmed {
					t.Fatalf("%+v is %v where it stands", x, got)
				}
			}
		}
	})
}

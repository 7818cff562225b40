package known

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/straycell/straycell/decode/lte"
)

var (
	kt    = lte.PLMN{MCC: 450, MNC: 8, MNCDigits: 2}
	skt   = lte.PLMN{MCC: 450, MNC: 5, MNCDigits: 2}
	seoul = Place{37.5665, 126.978}
	busan = Place{35.1796, 129.0756}
)

// The four states, RULES: known needs an identity; PCI and EARFCN alone only make a cell unconfirmed.
func TestMatchStates(t *testing.T) {
	s, _ := read(t, `plmn,eci,pci,earfcn,lat,lon,class
450-08,1,10,1550,37.5665,126.978,macro
450-08,2,11,1550,,,macro
450-08,3,12,1550,37.5665,126.978,femto
450-08,4,13,1550,35.1796,129.0756,macro
450-08,5,,,37.5665,126.978,
`, nil)
	b3 := []float64{lte.EARFCN(1550).FreqHz()}
	inDoubt := []float64{b3[0] - 2e5, b3[0] - 1e5, b3[0]}
	near := Place{seoul.Lat + 0.02, seoul.Lon} // 2.2 km
	tokyo := Place{35.68, 139.69}
	for name, c := range map[string]struct {
		q    Query
		want State
	}{
		"identity listed":                      {Query{PLMNs: []lte.PLMN{kt}, ECI: 1, PCI: 99, FreqsHz: b3}, Known},
		"identity listed far away":             {Query{PLMNs: []lte.PLMN{kt}, ECI: 4, Here: &seoul}, Known},
		"second plmn listed":                   {Query{PLMNs: []lte.PLMN{skt, kt}, ECI: 1}, Known},
		"identity not listed, pci fits":        {Query{PLMNs: []lte.PLMN{kt}, ECI: 9, PCI: 10, FreqsHz: b3, Here: &seoul}, Unknown},
		"another operator":                     {Query{PLMNs: []lte.PLMN{skt}, ECI: 1, PCI: 10, FreqsHz: b3}, NoList},
		"same operator, other country's place": {Query{PLMNs: []lte.PLMN{kt}, ECI: 9, Here: &tokyo}, NoList},
		"mnc of three digits":                  {Query{PLMNs: []lte.PLMN{{MCC: 450, MNC: 8, MNCDigits: 3}}, ECI: 1}, NoList},

		"fits":                        {Query{PCI: 10, Duplex: lte.FDD, FreqsHz: b3, Here: &near}, Unconfirmed},
		"fits one candidate":          {Query{PCI: 10, Duplex: lte.FDD, FreqsHz: inDoubt, Here: &near}, Unconfirmed},
		"duplex unknown":              {Query{PCI: 10, FreqsHz: b3}, Unconfirmed},
		"other duplex":                {Query{PCI: 10, Duplex: lte.TDD, FreqsHz: b3}, Unknown},
		"other pci":                   {Query{PCI: 14, Duplex: lte.FDD, FreqsHz: b3, Here: &near}, Unknown},
		"other carrier":               {Query{PCI: 10, Duplex: lte.FDD, FreqsHz: inDoubt[:2]}, Unknown},
		"no carrier at all":           {Query{PCI: 10}, Unknown},
		"another operator's carrier":  {Query{PCI: 10, Duplex: lte.FDD, FreqsHz: inDoubt[:2], Around: []lte.PLMN{skt}}, NoList},
		"a partner's, shared":         {Query{PLMNs: []lte.PLMN{skt, kt}, ECI: 77, PCI: 10, Duplex: lte.FDD, FreqsHz: b3, Here: &near, Hosted: true}, NoList},
		"a stranger who names us":     {Query{PLMNs: []lte.PLMN{skt, kt}, ECI: 77, PCI: 10, Duplex: lte.FDD, FreqsHz: b3, Here: &near}, Unknown},
		"ours, shared":                {Query{PLMNs: []lte.PLMN{kt, skt}, ECI: 77, PCI: 10, Duplex: lte.FDD, FreqsHz: b3, Here: &near, Hosted: true}, Unknown},
		"a carrier of two operators":  {Query{PCI: 10, Duplex: lte.FDD, FreqsHz: inDoubt[:2], Around: []lte.PLMN{skt, kt}}, Unknown},
		"another's, and a listed one": {Query{PCI: 14, Duplex: lte.FDD, FreqsHz: b3, Here: &near, Around: []lte.PLMN{skt}}, Unknown},
		"receiver's place unknown":    {Query{PCI: 13, Duplex: lte.FDD, FreqsHz: b3}, Unconfirmed},
		"listed place unknown":        {Query{PCI: 11, Duplex: lte.FDD, FreqsHz: b3, Here: &near}, Unconfirmed},
		"listed too far":              {Query{PCI: 13, Duplex: lte.FDD, FreqsHz: b3, Here: &seoul}, Unknown},
		"femto too far":               {Query{PCI: 12, Duplex: lte.FDD, FreqsHz: b3, Here: &near}, Unknown},
		"femto in reach":              {Query{PCI: 12, Duplex: lte.FDD, FreqsHz: b3, Here: &seoul}, Unconfirmed},
		"list does not reach here":    {Query{PCI: 14, Duplex: lte.FDD, FreqsHz: b3, Here: &tokyo}, NoList},
		"fits a line without place":   {Query{PCI: 11, Duplex: lte.FDD, FreqsHz: b3, Here: &tokyo}, Unconfirmed},
		"fits, list elsewhere (far)":  {Query{PCI: 10, Duplex: lte.FDD, FreqsHz: b3, Here: &tokyo}, NoList},
	} {
		if got := s.Match(c.q); got.State != c.want || (c.want == Known || c.want == Unconfirmed) != (len(got.Facts) > 0) {
			t.Errorf("%s: %v with %d facts, want %v", name, got.State, len(got.Facts), c.want)
		}
	}
	if n := len(s.OnCarrier(inDoubt, lte.FDD, &near)); n != 2 || s.Files() != "inventory kt.csv" {
		t.Errorf("%d lines from %s", n, s.Files())
	}
}

func TestMatchWithoutAList(t *testing.T) {
	q := Query{PCI: 10, FreqsHz: []float64{lte.EARFCN(1550).FreqHz()}}
	var none *Set
	for name, s := range map[string]*Set{"nil": none, "empty": Join(), "of nothing": Join(nil, Join())} {
		if got := s.Match(q).State; got != NoList || s.Len() != 0 || s.Files() != "" || len(s.Near(seoul, 1e9)) != 0 || len(s.ByECI(kt, 1)) != 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
	// A list of bare identities cannot hold a cell whose identity was not read.
	s, _ := read(t, "plmn,eci\n450-08,1\n", nil)
	if got := s.Match(q).State; got != NoList {
		t.Error(got)
	}
}

// An EARFCN of an overlapping band is the same carrier: 1300 of band 3 would be found under any number it has.
func TestMatchOverlappingBands(t *testing.T) {
	s, _ := read(t, "plmn,eci,pci,earfcn\n450-08,1,10,3800\n", nil) // band 9: 1844.9 MHz, band 3: EARFCN 1599
	if hz := lte.EARFCN(1599).FreqHz(); hz != lte.EARFCN(3800).FreqHz() || s.Match(Query{PCI: 10, FreqsHz: []float64{hz}}).State != Unconfirmed {
		t.Error("band 3 and band 9 differ")
	}
}

func TestJoin(t *testing.T) {
	a, _, _ := Read(strings.NewReader("plmn,eci\n450-08,1\n450-08,1\n"), "a.csv", nil)
	b, _, _ := Read(strings.NewReader("plmn,eci\n450-05,1\n450-08,1\n"), "b.csv", nil)
	c, _, _ := Read(strings.NewReader("# straycell baseline 1\nplmn,eci,pci,earfcn\n,,1,1\n"), "c.csv", nil)
	j := Join(a, nil, b, c, c)
	if j.Len() != 6 || a.Len() != 2 || len(j.ByECI(kt, 1)) != 3 || len(j.ByECI(skt, 1)) != 1 {
		t.Error(j.Len())
	}
	if got := j.Files(); got != "inventory a.csv, inventory b.csv, baseline c.csv, 1 more" {
		t.Error(got)
	}
	if got := j.ByECI(kt, 1)[2].From(); got != "inventory b.csv line 3" {
		t.Error(got)
	}
}

// Near by the index is Near by looking at every fact, at poles and at the date line too.
func TestNear(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("plmn,eci,lat,lon\n450-08,0,90,10\n450-08,0,-90,180\n450-08,0,0,-180\n450-08,0,0,180\n")
	for i := range 3000 {
		lat, lon := rnd.Float64()*180-90, rnd.Float64()*360-180
		switch i % 3 {
		case 1:
			lat, lon = 37+rnd.Float64(), 127+rnd.Float64()
		case 2:
			lon = 180 - rnd.Float64()
			if rnd.IntN(2) == 0 {
				lon = -lon
			}
		}
		fmt.Fprintf(&b, "450-08,%d,%.5f,%.5f\n", i, lat, lon)
	}
	s, rep := read(t, b.String(), nil)
	if rep.Skipped > 0 {
		t.Fatal(rep.Problems)
	}
	for _, here := range []Place{seoul, busan, {37.5, 127.5}, {0, 180}, {0, -179.99}, {60, 179.95}, {89.99, 0}, {-89.9, -90}, {85, 179}} {
		for _, radius := range []float64{0, 100, 5e3, 20e3, 300e3, 3000e3} {
			want := 0
			for f := range s.All() {
				if f.Place.DistanceM(here) <= radius {
					want++
				}
			}
			if got := len(s.Near(here, radius)); got != want {
				t.Errorf("%v %.0f km: %d, want %d", here, radius/1e3, got, want)
			}
		}
	}
	if d := seoul.DistanceM(busan); d < 325e3 || d > 326e3 {
		t.Error(d)
	}
}

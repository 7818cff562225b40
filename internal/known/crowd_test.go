package known

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/straycell/straycell/decode/lte"
)

const crowdHead = "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal\n"

// crowdFile writes n made-up lines, of which two in three are LTE, and returns those.
func crowdFile(tb testing.TB, path string, n int, seed uint64) []CrowdCell {
	tb.Helper()
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	z, _ := gzip.NewWriterLevel(f, gzip.BestSpeed)
	var want []CrowdCell
	rnd := rand.New(rand.NewPCG(seed, 1))
	towns := newTowns(40)
	if n > 1e6 {
		towns = newTowns(1500)
	}
	w := bytes.NewBufferString(crowdHead)
	for i := range n {
		x := CrowdCell{PLMN: lte.PLMN{MCC: 450, MNC: uint16(4 + 2*rnd.IntN(3)), MNCDigits: 2}, ECI: lte.ECI(rnd.Uint32N(1 << 28)), TAC: uint16(rnd.Uint32()),
			PCI: lte.PCI(rnd.IntN(lte.PCIs)), HasPCI: true, RangeM: float64(10 * rnd.IntN(500)), Samples: rnd.IntN(1000), Line: i + 2}
		at := towns.at(rnd)
		lat, lon := int64(at.Lat*1e7)/10*10, int64(at.Lon*1e7)/10*10
		x.Place = Place{float64(lat) / 1e7, float64(lon) / 1e7}
		radio := "LTE"
		if i%3 == 2 {
			radio = []string{"GSM", "UMTS", "NR"}[rnd.IntN(3)]
		} else {
			want = append(want, x)
		}
		fmt.Fprintf(w, "%s,%d,%d,%d,%d,%d,%.6f,%.6f,%.0f,%d,1,1459706498,1459706498,0\n", radio, x.PLMN.MCC, x.PLMN.MNC, x.TAC, x.ECI, x.PCI, x.Place.Lon, x.Place.Lat, x.RangeM, x.Samples)
		if w.Len() > 1<<16 {
			w.WriteTo(z)
		}
	}
	w.WriteTo(z)
	if err := errors.Join(z.Close(), f.Close()); err != nil {
		tb.Fatal(err)
	}
	return want
}

// towns are places where cells stand, the first the largest: a hundredth of fifteen million cells within 20 km.
type towns struct {
	at0  []Place
	upTo []float64
}

func newTowns(n int) towns {
	rnd, sum := rand.New(rand.NewPCG(7, 7)), 0.0
	var t towns
	for i := range n {
		sum += 1 / float64(i+20)
		t.at0, t.upTo = append(t.at0, Place{33 + 5*rnd.Float64(), 126 + 3*rnd.Float64()}), append(t.upTo, sum)
	}
	return t
}

func (t towns) at(rnd *rand.Rand) Place {
	i, _ := slices.BinarySearch(t.upTo, rnd.Float64()*t.upTo[len(t.upTo)-1])
	p := t.at0[min(i, len(t.at0)-1)]
	return Place{p.Lat + 0.08*rnd.NormFloat64(), p.Lon + 0.1*rnd.NormFloat64()}
}

func imported(t *testing.T, path string) (*Crowd, CrowdReport) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "x.crowd")
	rep, err := ImportCrowd(t.Context(), path, out)
	if err != nil {
		t.Fatal(err)
	}
	c, err := OpenCrowd(out)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c, rep
}

// Every look-up gives what a walk over all lines gives.
func TestCrowdLookups(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cells.csv.gz")
	all := crowdFile(t, path, 60000, 1)
	c, rep := imported(t, path)
	if c.Len() != len(all) || rep.Kept != len(all) || rep.Other != 20000 || rep.Skipped != 0 {
		t.Fatalf("%d of %d, %+v", c.Len(), len(all), rep)
	}
	byLine := func(a, b CrowdCell) int { return a.Line - b.Line }
	same := func(what string, got, want []CrowdCell) {
		t.Helper()
		slices.SortFunc(got, byLine)
		if !slices.Equal(got, want) {
			t.Fatalf("%s: %d cells, want %d", what, len(got), len(want))
		}
	}
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		x := all[rnd.IntN(len(all))]
		p := lte.PLMN{MCC: x.PLMN.MCC, MNC: x.PLMN.MNC, MNCDigits: uint8(2 + rnd.IntN(2))}
		same("identity", slices.Collect(c.ByECI(p, x.ECI)), where(all, func(y CrowdCell) bool { return y.PLMN == x.PLMN && y.ECI == x.ECI }))
		here := Place{x.Place.Lat + 0.1*rnd.NormFloat64(), x.Place.Lon + 0.1*rnd.NormFloat64()}
		same("near", slices.Collect(c.Near(here, 5e3)), where(all, func(y CrowdCell) bool { return y.Place.DistanceM(here) <= 5e3 }))
		same("pci", slices.Collect(c.ByPCI(x.PCI, here, 20e3)), where(all, func(y CrowdCell) bool { return y.PCI == x.PCI && y.Place.DistanceM(here) <= 20e3 }))
	}
	for range c.ByECI(lte.PLMN{MCC: 450, MNC: 5}, 1) {
		t.Error("an operator of no line has cells")
	}
	for x := range c.Near(all[0].Place, 1) {
		if !strings.HasPrefix(c.From(x), "crowd cells.csv.gz line ") {
			t.Error(c.From(x))
		}
		break
	}
}

func where(all []CrowdCell, is func(CrowdCell) bool) (out []CrowdCell) {
	for _, x := range all {
		if is(x) {
			out = append(out, x)
		}
	}
	return out
}

// More lines than are held at once go through the file, and come out in the same order.
func TestSorter(t *testing.T) {
	for _, n := range []int{0, 1, 100, sorterHeld, 2*sorterHeld + 17} {
		s := newSorter(t.TempDir(), 4, func(a, b *uint32) int { return int(int64(*a) - int64(*b)) },
			func(b []byte, v *uint32) { copy(b, []byte{byte(*v), byte(*v >> 8), byte(*v >> 16), byte(*v >> 24)}) },
			func(b []byte) uint32 {
				return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
			})
		rnd, sum := rand.New(rand.NewPCG(1, 1)), uint64(0)
		for range n {
			v := rnd.Uint32()
			sum += uint64(v)
			if err := s.add(v); err != nil {
				t.Fatal(err)
			}
		}
		got, last := 0, uint32(0)
		if err := s.each(func(v *uint32) error {
			if *v < last {
				t.Fatal("out of order")
			}
			got, last, sum = got+1, *v, sum-uint64(*v)
			return nil
		}); err != nil || got != n || sum != 0 {
			t.Errorf("%d of %d, %d left, %v", got, n, sum, err)
		}
		s.close()
	}
}

// Broken lines are named and skipped.
func TestCrowdBrokenLines(t *testing.T) {
	const good = "LTE,450,8,4610,15667979,301,126.889260,37.481400,1000,5,1,1,1,0\n"
	for broken, wants := range map[string]string{
		"LTE,450,8": "3 fields where the first line has 14",
		"LTE,450,8,4610,15667979,301,126.889260,37.481400,1000,5,1,1,1,0,9":   "15 fields",
		"LTE,1000,8,4610,15667979,301,126.889260,37.481400,1000,5,1,1,1,0":    `mcc "1000"`,
		"LTE,-1,8,4610,15667979,301,126.889260,37.481400,1000,5,1,1,1,0":      "mcc",
		"LTE,450,,4610,15667979,301,126.889260,37.481400,1000,5,1,1,1,0":      "net",
		"LTE,450,8,65536,15667979,301,126.889260,37.481400,1000,5,1,1,1,0":    "area",
		"LTE,450,8,4610,268435456,301,126.889260,37.481400,1000,5,1,1,1,0":    "cell",
		"LTE,450,8,4610,1e5,301,126.889260,37.481400,1000,5,1,1,1,0":          "cell",
		"LTE,450,8,4610,15667979,301,181,37.481400,1000,5,1,1,1,0":            "lat",
		"LTE,450,8,4610,15667979,301,126.889260,91,1000,5,1,1,1,0":            "lat",
		"LTE,450,8,4610,15667979,301,0,0,1000,5,1,1,1,0":                      "lat",
		"LTE,450,8,4610,15667979,301,NaN,37,1000,5,1,1,1,0":                   "lat",
		"LTE,450,8,4610,15667979,301,126.,37,1000,5,1,1,1,0":                  "lat",
		"LTE,450,8,4610,15667979,301,,,1000,5,1,1,1,0":                        "lat",
		",450,8,4610,15667979,301,126.889260,37.481400,1000,5,1,1,1,0":        "no radio system",
		"\x00\xff\xfe,450,8,4610,15667979,301,126.889260,37.481400,1,1,1,1,1": "13 fields",
		strings.Repeat("x", 2<<20):                                            "far too long",
		strings.Repeat(",", 300):                                              "25 fields",
		"LTE;450;8;4610;15667979;301;126.8;37.4;1;":                           "1 fields",
	} {
		path := filepath.Join(t.TempDir(), "x.csv")
		os.WriteFile(path, []byte(crowdHead+good+broken+"\n"+good+"\n"+good), 0o644)
		c, rep := imported(t, path)
		if c.Len() != 3 || rep.Skipped != 1 || rep.Problems[0].Line != 3 || !strings.Contains(rep.Problems[0].Text, wants) {
			t.Errorf("%.50q: %d cells, %+v", broken, c.Len(), rep)
		}
	}
}

// What is no database says so; a file that breaks off is none, and nothing is left behind.
func TestCrowdNoDatabase(t *testing.T) {
	dir := t.TempDir()
	whole := filepath.Join(dir, "cells.csv.gz")
	crowdFile(t, whole, 5000, 1)
	packed, _ := os.ReadFile(whole)
	flipped := slices.Clone(packed)
	flipped[len(flipped)/2] ^= 0x55
	for name, text := range map[string][]byte{
		"empty":       nil,
		"header":      []byte(crowdHead),
		"no LTE":      []byte(crowdHead + "GSM,450,8,1,1,1,126.8,37.4,1,1,1,1,1,1\n"),
		"columns":     []byte("radio,mcc,net,area\n"),
		"twice":       []byte(strings.Replace(crowdHead, "unit", "cell", 1)),
		"text":        []byte("hello, world\n"),
		"cut":         packed[:len(packed)/2],
		"cut by one":  packed[:len(packed)-1],
		"flipped":     flipped,
		"only magic":  packed[:2],
		"all broken":  []byte(crowdHead + "LTE,1\nLTE,2\n"),
		"no header":   []byte("LTE,450,8\n"),
		"long header": []byte(strings.Repeat("radio,", 1000)),
	} {
		path, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
		os.WriteFile(path, text, 0o644)
		if _, err := ImportCrowd(t.Context(), path, out); err == nil {
			t.Errorf("%s: taken", name)
		}
		left, _ := os.ReadDir(dir)
		if len(left) != 2 { // the database and what was to be imported
			t.Fatalf("%s: left behind: %v", name, left)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ImportCrowd(ctx, whole, filepath.Join(dir, "out")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for cut := range 60 {
		path := filepath.Join(dir, "damaged")
		rep, err := ImportCrowd(t.Context(), whole, path)
		if err != nil || rep.Kept == 0 {
			t.Fatal(err)
		}
		text, _ := os.ReadFile(path)
		os.Remove(path)
		text = text[:len(text)*cut/60]
		os.WriteFile(path, text, 0o644)
		if _, err := OpenCrowd(path); err == nil {
			t.Errorf("%d octets are a database", len(text))
		}
		os.Remove(path)
	}
}

// A header may be missing, in another order, or lack the PCI.
func TestCrowdForms(t *testing.T) {
	for _, text := range []string{
		"LTE,450,8,4610,15667979,301,126.889260,37.481400,1000,5,0,1,1,0\n",
		crowdHead + "LTE,450,8,4610,15667979,301,126.889260,37.481400,1000,5,0,1,1,0\r\n",
		"\ufeff\"radio\",\"lat\",\"lon\",\"mcc\",\"net\",\"area\",\"cell\",\"unit\",\"range\",\"samples\",\"changeable\"\n\"lte\",\"37.4814\",\"126.88926\",\"450\",\"08\",\"4610\",\"15667979\",\"301\",\"1000\",\"5\",\"0\"\n",
	} {
		path := filepath.Join(t.TempDir(), "x.csv")
		os.WriteFile(path, []byte(text), 0o644)
		if is, err := IsCrowd(path); !is || err != nil {
			t.Errorf("%.30q is no database: %v", text, err)
		}
		c, _ := imported(t, path)
		for x := range c.ByECI(lte.PLMN{MCC: 450, MNC: 8, MNCDigits: 2}, 15667979) {
			x.Line = 0
			if x != (CrowdCell{PLMN: lte.PLMN{MCC: 450, MNC: 8, MNCDigits: 2}, ECI: 15667979, TAC: 4610, PCI: 301, HasPCI: true,
				Place: Place{37.4814, 126.88926}, Exact: true, RangeM: 1000, Samples: 5}) {
				t.Errorf("%+v", x)
			}
		}
	}
	for _, unit := range []string{"", "-1", "65535", "504"} {
		path := filepath.Join(t.TempDir(), "x.csv")
		os.WriteFile(path, []byte("LTE,450,8,4610,15667979,"+unit+",126.889260,37.481400,1000,5,1,1,1,0\n"), 0o644)
		c, _ := imported(t, path)
		for x := range c.ByECI(lte.PLMN{MCC: 450, MNC: 8}, 15667979) {
			if x.HasPCI {
				t.Errorf("unit %q is a PCI", unit)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "kt.csv")
	os.WriteFile(path, []byte("plmn,eci,pci\n450-08,1,2\n"), 0o644)
	if is, _ := IsCrowd(path); is {
		t.Error("an inventory is taken for a crowd database")
	}
}

// A crowd database decides where no other list speaks of the operator here, and only where it holds enough.
func TestMatchCrowd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cells.csv")
	var b strings.Builder
	b.WriteString(crowdHead)
	for i := range 30 {
		fmt.Fprintf(&b, "LTE,450,8,4610,%d,301,126.889%d,37.4814,1000,5,1,1,1,0\n", 100+i, i)
	}
	os.WriteFile(path, []byte(b.String()), 0o644)
	c, _ := imported(t, path)
	kt, skt := []lte.PLMN{{MCC: 450, MNC: 8, MNCDigits: 2}}, []lte.PLMN{{MCC: 450, MNC: 5, MNCDigits: 2}}
	here, far := &Place{37.48, 126.88}, &Place{35, 128}
	inventory, _ := read(t, "plmn,eci,lat,lon\n450-08,7,37.48,126.88\n", nil)
	for name, q := range map[string]struct {
		set   *Set
		q     Query
		state State
	}{
		"in it":                   {OfCrowd(c), Query{PLMNs: kt, ECI: 105}, Known},
		"not in it":               {OfCrowd(c), Query{PLMNs: kt, ECI: 7, Here: here}, Unknown},
		"place unknown":           {OfCrowd(c), Query{PLMNs: kt, ECI: 7}, NoList},
		"few cells here":          {OfCrowd(c), Query{PLMNs: kt, ECI: 7, Here: far}, NoList},
		"another operator":        {OfCrowd(c), Query{PLMNs: skt, ECI: 7, Here: here}, NoList},
		"SIB1 not read":           {OfCrowd(c), Query{PCI: 301, FreqsHz: []float64{954.3e6}, Here: here}, NoList},
		"the inventory has it":    {Join(OfCrowd(c), inventory), Query{PLMNs: kt, ECI: 7, Here: here}, Known},
		"the inventory has not":   {Join(OfCrowd(c), inventory), Query{PLMNs: kt, ECI: 105, Here: here}, Unknown},
		"the inventory is silent": {Join(inventory, OfCrowd(c)), Query{PLMNs: skt, ECI: 105, Here: here}, NoList},
	} {
		if m := q.set.Match(q.q); m.State != q.state {
			t.Errorf("%s: %v, want %v", name, m.State, q.state)
		}
	}
	if f := Join(OfCrowd(c), inventory).Files(); f != "inventory kt.csv, crowd cells.csv" {
		t.Error(f)
	}
}

func FuzzCrowd(f *testing.F) {
	f.Add([]byte(crowdHead + "LTE,450,8,4610,15667979,301,126.889260,37.481400,1000,5,1,1,1,0\n"))
	f.Add([]byte("LTE,450,8,4610,1,,-179.99999,-90,1,1,0,1,1,0\nGSM,1\n"))
	f.Add([]byte("radio,lat,lon,mcc,net,area,cell\nLTE,90,180,1,1,1,1\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
		os.WriteFile(in, data, 0o644)
		rep, err := ImportCrowd(t.Context(), in, out)
		if err != nil {
			return
		}
		c, err := OpenCrowd(out)
		if err != nil || c.Len() != rep.Kept {
			t.Fatal(err, c, rep)
		}
		defer c.Close()
		n := 0
		for x := range c.Near(Place{}, 21e6) {
			n++
			found := false
			for y := range c.ByECI(x.PLMN, x.ECI) {
				found = found || y == x
			}
			near := false
			for y := range c.Near(x.Place, 10) {
				near = near || y == x
			}
			if !found || !near {
				t.Fatalf("%+v is not found again: %v %v", x, found, near)
			}
		}
		if n != c.Len() {
			t.Fatalf("%d of %d cells are on earth", n, c.Len())
		}
	})
}

// FuzzCrowdFile: a damaged file in the folder of lists gives an error or some cells, never a crash.
func FuzzCrowdFile(f *testing.F) {
	dir := f.TempDir()
	in := filepath.Join(dir, "in.gz")
	crowdFile(f, in, 50, 1)
	out := filepath.Join(dir, "out")
	if _, err := ImportCrowd(f.Context(), in, out); err != nil {
		f.Fatal(err)
	}
	data, _ := os.ReadFile(out)
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "x")
		os.WriteFile(path, data, 0o644)
		c, err := OpenCrowd(path)
		if err != nil {
			return
		}
		defer c.Close()
		for x := range c.Near(Place{36, 127}, 300e3) {
			for range c.ByECI(x.PLMN, x.ECI) {
			}
			for range c.ByPCI(x.PCI, x.Place, 20e3) {
			}
			break
		}
	})
}

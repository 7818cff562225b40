package phch

import (
	"testing"

	"github.com/straycell/straycell/decode/lte"
)

var bandwidths = []int{6, 15, 25, 50, 75, 100}

// Every layout of a control region: groups of four elements, none of them a reference signal's or used twice, nine groups a
// control channel element, and as many as the clauses leave.
func TestControlRegion(t *testing.T) {
	for _, prb := range bandwidths {
		for _, pci := range []lte.PCI{0, 1, 2, 77, 301, 503} {
			for _, ports := range []int{1, 2, 4} {
				for _, cp := range []lte.CP{lte.NormalCP, lte.ExtendedCP} {
					for symbols := 1; symbols <= 4; symbols++ {
						if (symbols == 4) != (prb <= 10) && symbols != 2 && symbols != 3 {
							continue
						}
						for _, duration := range []lte.PHICHDuration{lte.PHICHNormal, lte.PHICHExtended} {
							for factor := range 3 {
								k := controlKey{pci, ports, prb, cp, duration, lte.PHICHOne, factor, false, symbols}
								checkControl(t, k)
							}
						}
					}
				}
			}
		}
	}
}

func checkControl(t *testing.T, k controlKey) {
	t.Helper()
	c := newControl(k)
	groups := 0
	for l := range k.symbols {
		per := 3
		if l == 0 || l == 1 && k.ports == 4 || l == 3 && k.cp == lte.ExtendedCP {
			per = 2
		}
		groups += per * k.prb
	}
	phich := 3 * k.factor * phichUnits(k.resource, k.prb)
	if k.duration == lte.PHICHExtended && k.symbols < 3 {
		phich = phich / 3 * k.symbols // the rest lies behind a control region that is shorter than it should be
	}
	if want := (groups - 4 - phich) / 9; c.cces != want {
		t.Errorf("%+v: %d control channel elements, want %d", k, c.cces, want)
	}
	if len(c.search) != 36*min(c.cces, searchCCEs) {
		t.Fatalf("%+v: %d elements in the search space", k, len(c.search))
	}
	seen := map[element]bool{}
	for _, i := range pcfichREGs(k.pci, k.prb) {
		for n := 6 * i; n < 6*i+6; n++ {
			seen[element{0, uint16(n)}] = true
		}
	}
	for i, e := range c.search {
		if seen[e] {
			t.Fatalf("%+v: element %v twice, or the PCFICH's", k, e)
		}
		seen[e] = true
		reference := e.l == 0 || e.l == 1 && k.ports == 4 || e.l == 3 && k.cp == lte.ExtendedCP
		if int(e.l) >= k.symbols || int(e.k) >= 12*k.prb || reference && int(e.k)%3 == int(k.pci)%3 {
			t.Fatalf("%+v: element %v", k, e)
		}
		if i%4 > 0 && (c.search[i-1].l != e.l || c.search[i-1].k >= e.k || e.k-c.search[i/4*4].k > 5) {
			t.Fatalf("%+v: element %d is not of one group with those before", k, i)
		}
	}
}

// A small vector worked by hand from TS 36.211 §6.7.4: 25 resource blocks, PCI 100.
func TestPCFICHGroups(t *testing.T) {
	if got, want := pcfichREGs(100, 25), [4]int{0, 12, 25, 37}; got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if got, want := pcfichREGs(503, 100), [4]int{103, 153, 3, 53}; got != want {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestPHICHFactors(t *testing.T) {
	for _, c := range []struct {
		d    lte.Duplex
		sa   int
		sf   int
		want []int
	}{
		{lte.FDD, -1, 5, []int{1}}, {lte.TDD, -1, 5, []int{0, 1, 2}}, {lte.TDD, 0, 5, []int{2}}, {lte.TDD, 1, 5, []int{0}}, {lte.TDD, 6, 0, []int{1}},
	} {
		var config *lte.TDDConfig
		if c.sa >= 0 {
			config = &lte.TDDConfig{SubframeAssignment: c.sa}
		}
		got := PHICHFactors(c.d, config, c.sf)
		if len(got) != len(c.want) {
			t.Errorf("%+v: %v", c, got)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%+v: %v", c, got)
			}
		}
	}
}

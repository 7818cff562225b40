package cell

import (
	"testing"

	"github.com/straycell/straycell/decode/lte"
)

// What stands in one tuning of a sweep may be the image of a cell that was heard in another.
func TestImagesAcrossTunings(t *testing.T) {
	real := mast{pci: 301, rxHz: 1815.313e6, at: 0.0031, sinr: 20}
	for name, c := range map[string]struct {
		image     mast
		captureHz float64
		sib1      *lte.SIB1
		ghost     string
	}{
		"folded twice":            {mast{pci: 301, rxHz: 1815.313e6 - 2*testRate, at: 0.0031, sinr: 2}, 1811e6, nil, "alias of 1815.3 MHz"},
		"folded the other way":    {mast{pci: 301, rxHz: 1815.3131e6 + testRate, at: 0.0031, sinr: 2}, 1817e6, nil, "alias of 1815.3 MHz"},
		"by a harmonic":           {mast{pci: 301, rxHz: 605.4e6 + 1815.313e6 - 3*605.4e6, at: 0.0031, sinr: 1}, 605.4e6, nil, "1815.3 MHz, mixed down by harmonic 3 of the radio's oscillator"},
		"by a harmonic, off":      {mast{pci: 301, rxHz: 605.4e6 + 1815.323e6 - 3*605.4e6, at: 0.0031, sinr: 1}, 605.4e6, nil, ""},
		"a site's second carrier": {mast{pci: 301, rxHz: 1825.313e6, at: 0.0031, sinr: 2}, 1825e6, nil, ""},
		"as strong":               {mast{pci: 301, rxHz: 1815.313e6 - 2*testRate, at: 0.0031, sinr: 8}, 1811e6, nil, ""},
		"other timing":            {mast{pci: 301, rxHz: 1815.313e6 - 2*testRate, at: 0.0032, sinr: 2}, 1811e6, nil, ""},
		"another frame number":    {mast{pci: 301, rxHz: 1815.313e6 - 2*testRate, at: 0.0131, sinr: 2}, 1811e6, nil, ""},
		"another bandwidth":       {mast{pci: 301, rxHz: 1815.313e6 - 2*testRate, at: 0.0031, sinr: 2, prb: 100}, 1811e6, nil, ""},
		"another PCI":             {mast{pci: 302, rxHz: 1815.313e6 - 2*testRate, at: 0.0031, sinr: 2}, 1811e6, nil, ""},
		"another identity":        {mast{pci: 301, rxHz: 1815.313e6 - 2*testRate, at: 0.0031, sinr: 2}, 1811e6, &lte.SIB1{ECI: 7}, ""},
		"the same identity":       {mast{pci: 301, rxHz: 1815.313e6 - 2*testRate, at: 0.0031, sinr: 2}, 1811e6, &lte.SIB1{ECI: 8}, "alias of 1815.3 MHz"},
	} {
		rnd, r := seeded(), testRegister()
		for i := range 4 {
			l := window(i).of(rnd, real)
			l.Obs[0].SIB1, l.Obs[0].SIB1Octets = &lte.SIB1{ECI: 8}, []byte{8}
			r.Add(l)
		}
		l := window(4).of(rnd, c.image)
		o := &l.Obs[0]
		o.CaptureHz = c.captureHz
		if c.sib1 != nil {
			o.SIB1, o.SIB1Octets = c.sib1, []byte{1}
		}
		r.Add(l)
		got, cells := "", len(r.Cells())
		if g := r.Ghosts(); len(g) > 0 {
			got = g[0].Seen.Ghost
		}
		if want := map[bool]int{true: 2, false: 1}[c.ghost == ""]; got != c.ghost || cells != want {
			t.Errorf("%s: ghost %q and %d cells, want %q and %d", name, got, cells, c.ghost, want)
		}
	}
}

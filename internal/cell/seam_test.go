package cell

import (
	"testing"

	"github.com/straycell/straycell/decode/lte"
)

// share makes of two observations of a look what a seam makes of one radio: each holds some of the PBCH periods.
func share(l Look, i, j, crcs int) Look {
	all := l.Obs[i].MIBCRCs
	l.Obs[i].MIBCRCs, l.Obs[i].MIBFails = crcs, all-crcs
	l.Obs[j].MIBCRCs, l.Obs[j].MIBFails = all-crcs, crcs
	return l
}

// A seam inside a look shows every radio twice: it stays one, and its periods are counted once.
func TestSeamInsideALook(t *testing.T) {
	for _, swap := range []bool{false, true} { // which part is found first
		rnd, r := seeded(), testRegister()
		ms := []mast{{pci: 86, rxHz: 1859.958e6, ppm: -22, at: 0.0018, sinr: 3}, {pci: 142, rxHz: 1859.957e6, ppm: -22, at: 0.0019, sinr: 2}}
		var news []News
		for i := range 12 {
			if i%4 != 3 {
				news = append(news, r.Add(window(i).of(rnd, ms...)))
				continue
			}
			before := ms
			ms = []mast{ms[0], ms[1]}
			for j := range ms {
				ms[j].at -= 22e-6 + 0.11
				ms[j].rxHz -= 12 // our oscillator, in the time that is missing
			}
			l := window(i).of(rnd, before[0], ms[1], ms[0], before[1])
			if swap {
				l = window(i).of(rnd, ms[0], before[1], before[0], ms[1])
			}
			news = append(news, r.Add(share(share(l, 0, 2, 3), 1, 3, 6)))
		}
		cells := r.Cells()
		if len(cells) != 2 {
			t.Fatalf("%d cells: %s", len(cells), changes(news...))
		}
		for _, c := range cells {
			if c.Looks != 12 || c.MIBCRCs != 96 || c.MIBFails != 0 {
				t.Errorf("%d looks, %d CRCs, %d fails", c.Looks, c.MIBCRCs, c.MIBFails)
			}
		}
		// A look that begins with a seam, of a register that knows nothing yet.
		r = testRegister()
		late := ms[0]
		late.at += 0.004
		r.Add(share(window(0).of(rnd, ms[0], late), 0, 1, 5))
		if n := len(r.Cells()); n != 1 {
			t.Errorf("%d cells of one look with a seam", n)
		}
	}
}

// What is no seam: another offset, another content, a third cell that was read all the time, or both in one period.
func TestNoSeam(t *testing.T) {
	base := mast{pci: 1, rxHz: 1815.3e6, at: 0.002, sinr: 3}
	other := func(f func(*mast)) mast {
		m := base
		m.at = 0.006
		f(&m)
		return m
	}
	for name, m := range map[string]mast{
		"offset":  other(func(m *mast) { m.rxHz += 200 }),
		"content": other(func(m *mast) { m.ports = 2 }),
		"third":   other(func(m *mast) {}),
		"both":    other(func(m *mast) {}),
	} {
		rnd, r := seeded(), testRegister()
		l := share(window(0).of(rnd, base, m), 0, 1, 5)
		switch name {
		case "third":
			l = l.of(rnd, mast{pci: lte.PCI(9), rxHz: 1815.3e6, at: 0.001})
		case "both":
			l.Obs[1].MIBCRCs, l.Obs[1].MIBFails = 4, 4
		}
		r.Add(l)
		if n := len(r.Cells()); n != 2+map[string]int{"third": 1}[name] {
			t.Errorf("%s: %d cells", name, n)
		}
	}
}

// Two radios so weak that each is read in other periods than the other are two as soon as a second look shows both.
func TestWeakClones(t *testing.T) {
	rnd, r := seeded(), testRegister()
	a := mast{pci: 1, rxHz: 1815.3e6, at: 0.002, sinr: -13}
	b := mast{pci: 1, rxHz: 1815.3e6, at: 0.006, sinr: -14}
	for i := range 3 {
		r.Add(share(window(i).of(rnd, a, b), 0, 1, 5))
	}
	cells := r.Cells()
	if len(cells) != 2 || cells[0].Looks+cells[1].Looks != 5 || cells[0].MIBCRCs+cells[1].MIBCRCs != 24 {
		t.Errorf("%+v", cells)
	}
}

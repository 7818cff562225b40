package cell

import (
	"testing"

	"github.com/straycell/straycell/decode/lte"
)

// says gives an observation a SIB1.
func says(o lte.Observation, eci lte.ECI, home bool) lte.Observation {
	s := &lte.SIB1{PLMNs: []lte.BroadcastPLMN{{PLMN: kt}}, ECI: eci, Schedule: []lte.SIGroup{{PeriodRF: 16, SIBs: []lte.SIBType{3}}}}
	if home {
		s.Schedule[0].SIBs = append(s.Schedule[0].SIBs, 9)
	}
	o.SIB1, o.SIB1Octets, o.SIB1CRCs = s, []byte{byte(eci), byte(eci >> 8)}, 4
	return o
}

// A radio that takes another PCI and identity is the same transmitter; two sectors of a site of which one fades as the other
// is found are two, and so is a cell that merely comes as another goes.
func TestHeir(t *testing.T) {
	for name, c := range map[string]struct {
		second mast
		eci    lte.ECI
		home   bool
		pause  int // looks
		want   int // transmitters
	}{
		"another PCI":         {mast{pci: 487, rxHz: 954.3e6, at: 0.0031, ppm: 2, sinr: 12}, 254419131, true, 0, 1},
		"after some seconds":  {mast{pci: 487, rxHz: 954.3e6, at: 0.0031, ppm: 2, sinr: 12}, 254419131, true, 10, 1},
		"another eNB":         {mast{pci: 487, rxHz: 954.3e6, at: 0.0031, ppm: 2, sinr: 12}, 77 << 8, false, 0, 1},
		"a sector of its eNB": {mast{pci: 487, rxHz: 954.3e6, at: 0.0031, ppm: 2, sinr: 12}, 254419004 ^ 1, false, 0, 2},
		"other frames":        {mast{pci: 487, rxHz: 954.3e6, at: 0.0041, ppm: 2, sinr: 12}, 254419131, true, 0, 2},
		"another frame count": {mast{pci: 487, rxHz: 954.3e6, at: 0.0131, ppm: 2, sinr: 12}, 254419131, true, 0, 2},
		"another carrier":     {mast{pci: 487, rxHz: 954.3005e6, at: 0.0031, ppm: 2, sinr: 12}, 254419131, true, 0, 2},
		"a minute later":      {mast{pci: 487, rxHz: 954.3e6, at: 0.0031, ppm: 2, sinr: 12}, 254419131, true, 200, 2},
		"much weaker":         {mast{pci: 487, rxHz: 954.3e6, at: 0.0031, ppm: 2, sinr: 1}, 254419131, true, 0, 2},
	} {
		rnd, r := seeded(), testRegister()
		first := mast{pci: 486, rxHz: 954.3e6, at: 0.0031, ppm: 2, sinr: 12}
		add := func(i int, m mast, eci lte.ECI, sib1 bool) News {
			l := window(i).of(rnd, m)
			if sib1 {
				l.Obs[0] = says(l.Obs[0], eci, c.home)
			}
			return r.Add(l)
		}
		for i := range 30 {
			add(i, first, 254419004, true)
		}
		joined := 0
		for i := 30 + c.pause; i < 60+c.pause; i++ {
			for _, ch := range add(i, c.second, c.eci, i > 33+c.pause).Changes { // SIB1 is read a second later
				if ch.What == Joined {
					joined++
				}
			}
		}
		cells, names := r.Cells(), map[string]bool{}
		for _, x := range cells {
			names[x.Transmitter] = true
		}
		if len(names) != c.want || joined != 2-c.want || len(cells) != 2 {
			t.Errorf("%s: %d transmitters, %d joined, %d cells", name, len(names), joined, len(cells))
			continue
		}
		if cells[0].PCI != 486 || cells[1].PCI != 487 || cells[1].Identity.SIB1.ECI != c.eci {
			t.Errorf("%s: PCI %d and %d", name, cells[0].PCI, cells[1].PCI)
		}
		// One look that shows both tells them apart for good.
		l := window(100+c.pause).of(rnd, first, c.second)
		l.Obs[0], l.Obs[1] = says(l.Obs[0], 254419004, c.home), says(l.Obs[1], c.eci, c.home)
		r.Add(l)
		names = map[string]bool{}
		for _, x := range r.Cells() {
			names[x.Transmitter] = true
		}
		if len(names) != 2 {
			t.Errorf("%s: seen at once, and %d transmitters", name, len(names))
		}
	}
}

// A radio that changes its PCI within a look, back and forth, stays one transmitter: the two share the PBCH periods of the look.
func TestHeirWithinALook(t *testing.T) {
	rnd, r := seeded(), testRegister()
	masts := []mast{{pci: 486, rxHz: 954.3e6, at: 0.0031, ppm: 2, sinr: 12}, {pci: 487, rxHz: 954.3e6, at: 0.0031, ppm: 2, sinr: 12}}
	ecis := []lte.ECI{254419004, 254419131}
	for turn := range 4 {
		is, next := turn%2, (turn+1)%2
		for i := range 10 {
			l := window(turn*11+i).of(rnd, masts[is])
			l.Obs[0] = says(l.Obs[0], ecis[is], true)
			r.Add(l)
		}
		l := window(turn*11+10).of(rnd, masts[is], masts[next])
		for k := range l.Obs {
			l.Obs[k].MIBCRCs, l.Obs[k].MIBFails = 4, 4
			l.Obs[k] = says(l.Obs[k], ecis[[2]int{is, next}[k]], true)
		}
		r.Add(l)
	}
	cells := r.Cells()
	if len(cells) != 2 || cells[0].Transmitter != cells[1].Transmitter || cells[0].PCI != 486 || cells[1].PCI != 487 {
		t.Errorf("%d cells: %+v", len(cells), cells)
	}
}

// Where a network sends in step, frames that go on prove nothing: cells that come and go stay transmitters of their own.
func TestHeirInStep(t *testing.T) {
	for name, c := range map[string]struct {
		duplex lte.Duplex
		third  bool
		want   int
	}{
		"alone":                        {lte.FDD, false, 1},
		"a third cell in step":         {lte.FDD, true, 3},
		"TDD, which is always in step": {lte.TDD, false, 2},
	} {
		rnd, r := seeded(), testRegister()
		masts := []mast{{pci: 486, rxHz: 2365e6, at: 0.0031, ppm: 2, sinr: 12}, {pci: 487, rxHz: 2365e6, at: 0.0031, ppm: 2, sinr: 12}, {pci: 12, rxHz: 2365e6, at: 0.003105, ppm: 2, sinr: 12}}
		for i := range 60 {
			on := []int{i / 30}
			if c.third {
				on = append(on, 2)
			}
			l := window(i)
			for _, k := range on {
				o := masts[k].see(l, rnd)
				o.Duplex = c.duplex
				l.Obs = append(l.Obs, says(o, lte.ECI(1000+256*k), false))
			}
			r.Add(l)
		}
		names := map[string]bool{}
		for _, x := range r.Cells() {
			names[x.Transmitter] = true
		}
		if len(names) != c.want {
			t.Errorf("%s: %d transmitters, want %d", name, len(names), c.want)
		}
	}
}

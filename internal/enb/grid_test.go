package enb

import (
	"math"
	"testing"

	"github.com/straycell/straycell/decode/lte"
)

// everyCell calls f for cells of every bandwidth, port count, duplex mode and prefix, and identities of all residues.
func everyCell(f func(Cell)) {
	for i, prb := range dlBandwidths {
		for j, ports := range []int{1, 2, 4} {
			for k, cp := range []lte.CP{lte.NormalCP, lte.ExtendedCP} {
				f(Cell{PCI: lte.PCI(83*i + 29*j + 7*k), PRB: prb, Ports: ports, CP: cp, Duplex: lte.FDD})
				for ud := range 7 {
					f(Cell{PCI: lte.PCI(83*i + 29*j + 7*k + ud), PRB: prb, Ports: ports, CP: cp, Duplex: lte.TDD, UplinkDownlink: ud, SpecialSubframe: ud})
				}
			}
		}
	}
}

func TestOccupancyCounts(t *testing.T) {
	everyCell(func(c Cell) {
		c.Load = Load{Fraction: 1, PDCCH: 0.5, PHICH: 0.3, Seed: 3}
		m, err := NewMapper(c)
		if err != nil {
			t.Fatal(err)
		}
		g, _ := NewGrid(c)
		var frame [Data + 1]int
		for n := range int64(10) {
			m.Subframe(g, n)
			for i, u := range g.Use {
				frame[u]++
				sent := 0
				for p := range c.Ports {
					if g.RE[p][i] != 0 {
						sent++
					}
				}
				ok := sent == 0
				switch u {
				case CRS, PSS, SSS:
					ok = sent == 1
				case PBCH, PCFICH, PDCCH, PDSCH, Data:
					ok = sent == min(c.Ports, 2)
				case PHICH: // indicators add up, to nothing at times
					ok = sent <= min(c.Ports, 2)
				}
				if !ok {
					t.Fatalf("%+v: subframe %d, element %d of use %d: %d ports transmit", c, n, i, u, sent)
				}
				if sent > 0 && !g.Busy[i/g.K] {
					t.Fatalf("%+v: subframe %d: symbol %d transmits and is not marked busy", c, n, i/g.K)
				}
			}
		}
		perFrame := 240
		if c.CP == lte.ExtendedCP {
			perFrame = 216
		}
		if frame[PSS] != 2*62 || frame[SSS] != 2*62 || frame[PBCH] != perFrame {
			t.Fatalf("%+v: %d PSS, %d SSS, %d PBCH elements in a frame", c, frame[PSS], frame[SSS], frame[PBCH])
		}
	})
}

func TestTransmitPower(t *testing.T) {
	for _, ports := range []int{1, 2, 4} {
		c := Cell{PCI: 77, PRB: 25, Ports: ports, PB: min(ports, 2) - 1, Load: Load{Fraction: 0.4, DB: -3, Seed: 9}}
		m, err := NewMapper(c)
		if err != nil {
			t.Fatal(err)
		}
		g, _ := NewGrid(c)
		var power, count [Data + 1]float64
		for n := range int64(400) {
			m.Subframe(g, n)
			for i, u := range g.Use {
				count[u]++
				for p := range ports {
					v := g.RE[p][i]
					power[u] += float64(real(v)*real(v) + imag(v)*imag(v))
				}
			}
		}
		for _, u := range []Use{CRS, PSS, SSS, PBCH, PCFICH} {
			if v := power[u] / count[u]; math.Abs(v-1) > 1e-5 {
				t.Errorf("%d ports: mean power %g of use %d, want 1", ports, v, u)
			}
		}
		if v := 10 * math.Log10(power[Data]/count[Data]); math.Abs(v+3) > 1e-4 {
			t.Errorf("%d ports: data at %g dB, want -3", ports, v)
		}
		// The control symbol of each subframe stays free: count what could have carried data.
		free := count[Free] - 400*float64(25*(12-[5]int{2: 4, 1: 2, 4: 4}[ports])-16)
		if v := count[Data] / (count[Data] + free); math.Abs(v-0.4) > 0.03 {
			t.Errorf("%d ports: %g of the data elements are loaded, want 0.4", ports, v)
		}
	}
}

// TestNarrowView: a receiver that sees a part of a carrier sees there what one that sees all of it does.
func TestNarrowView(t *testing.T) {
	c := Cell{PCI: 301, PRB: 50, Ports: 4, Load: Load{Fraction: 0.7, Seed: 5}}
	m, err := NewMapper(c)
	if err != nil {
		t.Fatal(err)
	}
	whole, _ := NewGrid(c)
	part := newGrid(m.Cell, 233, 391)
	for n := range int64(40) {
		m.Subframe(whole, n)
		m.Subframe(part, n)
		for i := range whole.Use {
			if k := i % whole.K; k < 233 || k >= 391 {
				continue
			}
			for p := range c.Ports {
				if whole.RE[p][i] != part.RE[p][i] {
					t.Fatalf("subframe %d, element %d, port %d: %v in part, %v in whole", n, i, p, part.RE[p][i], whole.RE[p][i])
				}
			}
		}
	}
}

func TestREGs(t *testing.T) {
	for _, c := range []struct {
		ports int
		cp    lte.CP
		want  [4]int // groups per block in symbols 0 to 3, TS 36.211 §6.2.4
	}{
		{1, lte.NormalCP, [4]int{2, 3, 3, 3}}, {2, lte.NormalCP, [4]int{2, 3, 3, 3}}, {4, lte.NormalCP, [4]int{2, 2, 3, 3}},
		{1, lte.ExtendedCP, [4]int{2, 3, 3, 2}}, {2, lte.ExtendedCP, [4]int{2, 3, 3, 2}}, {4, lte.ExtendedCP, [4]int{2, 2, 3, 2}},
	} {
		for pci := range lte.PCI(6) {
			cell := Cell{PCI: pci, PRB: 15, Ports: c.ports, CP: c.cp, Duplex: lte.FDD}
			m, err := NewMapper(cell)
			if err != nil {
				t.Fatal(err)
			}
			for l, n := range c.want {
				regs := cell.REGs(l)
				if len(regs) != 15*n {
					t.Fatalf("%d ports, %v prefix, pci %d, symbol %d: %d groups, want %d", c.ports, c.cp, pci, l, len(regs), 15*n)
				}
				for _, r := range regs {
					for _, k := range r.K {
						if r.L != l || m.occupied(subframe{sf: 3})[l*cell.Subcarriers()+k] == CRS {
							t.Fatalf("%d ports, %v prefix, pci %d: group %v holds a reference element", c.ports, c.cp, pci, r)
						}
					}
					if r.K[0]/6 != r.K[3]/6 && r.K[3]-r.K[0] != 3 {
						t.Fatalf("group %v is spread too wide", r)
					}
				}
			}
		}
	}
}

func TestMIB(t *testing.T) {
	// 50 blocks (011), extended PHICH (1), resource 1/2 (01), SFN 0x2A5 (high bits 10101001), spare 0010000000.
	c := Cell{PRB: 50, PHICHDuration: lte.PHICHExtended, PHICHResource: lte.PHICHHalf, Spare: 0x80}
	if got, want := c.MIB(0x2a5), [3]byte{0b01110110, 0b10100100, 0b10000000}; got != want {
		t.Errorf("MIB %08b, want %08b", got, want)
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []Cell{
		{PCI: 504, PRB: 6}, {PRB: 7}, {PRB: 6, Ports: 3}, {PRB: 6, Spare: 1024}, {PRB: 6, UplinkDownlink: 7},
		{PRB: 6, SpecialSubframe: 8, CP: lte.ExtendedCP}, {PRB: 6, CFI: 4}, {PRB: 6, Load: Load{Fraction: 1.1}},
		{PRB: 6, Load: Load{Fraction: math.NaN()}}, {PRB: 6, Load: Load{DB: math.Inf(1)}},
	} {
		if _, err := NewMapper(c); err == nil {
			t.Errorf("%+v was accepted", c)
		}
	}
}

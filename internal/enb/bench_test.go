package enb

import (
	"testing"

	"github.com/straycell/straycell/decode/lte"
)

func benchScene(rate float64, cells, prb int, load float64) Scene {
	s := Scene{FreqHz: 1840e6, RateHz: rate, NoiseDBFS: -60, Seed: 1, ADC: ADC{Bits: 8}}
	for i := range cells {
		s.Cells = append(s.Cells, Emission{
			Cell: Cell{
				PCI: lte.PCI(3*i + 1), PRB: prb, Ports: 2, Load: Load{Fraction: load, PDCCH: load, PHICH: load / 2, Seed: uint64(i)},
				Broadcast: &Broadcast{
					SIB1: make([]byte, 18), WindowMS: 20, SI: []SIMessage{{make([]byte, 33), 16}, {make([]byte, 20), 32}},
					Paging: Paging{Rate: load},
				},
			},
			CarrierHz: 1840e6, CFOHz: 100 * float64(i), ClockPPM: 0.3 * float64(i), StartS: 1.7e-3 * float64(i), RSRPdBFS: -45,
		})
	}
	return s
}

func benchmarkScene(b *testing.B, s Scene) {
	sig, err := s.Open()
	if err != nil {
		b.Fatal(err)
	}
	n := int(s.RateHz / 100)
	buf := make([]complex64, n)
	sig.Read(buf)
	b.ReportAllocs()
	before := cpuTime()
	for b.Loop() {
		sig.Read(buf)
	}
	used := cpuTime() - before
	if used == 0 {
		used = b.Elapsed()
	}
	b.ReportMetric(float64(n)/s.RateHz*float64(b.N)/used.Seconds(), "x-realtime")
}

func BenchmarkScene(b *testing.B) {
	for _, c := range []struct {
		name       string
		rate       float64
		cells, prb int
		load       float64
		fading     []Tap
	}{
		{"noise/2.4M", 2.4e6, 0, 50, 0, nil},
		{"1cell/2.4M/empty", 2.4e6, 1, 50, 0, nil},
		{"1cell/2.4M/full", 2.4e6, 1, 50, 1, nil},
		{"4cells/2.4M/half", 2.4e6, 4, 50, 0.5, nil},
		{"12cells/2.4M/fifth", 2.4e6, 12, 100, 0.2, nil},
		{"4cells/2.4M/EVA70", 2.4e6, 4, 50, 0.5, EVA},
		{"4cells/23.04M", 23.04e6, 4, 100, 0.5, nil},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := benchScene(c.rate, c.cells, c.prb, c.load)
			for i := range s.Cells {
				if c.fading != nil {
					s.Cells[i].Channel = Channel{Taps: c.fading, Fading: true, DopplerHz: 70}
				}
			}
			benchmarkScene(b, s)
		})
	}
}

func BenchmarkCheck(b *testing.B) {
	c := benchScene(2.4e6, 1, 100, 0.2).Cells[0].Cell
	for b.Loop() {
		if err := c.Check(); err != nil {
			b.Fatal(err)
		}
	}
}

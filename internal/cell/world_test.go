package cell

import (
	"math"
	"math/rand/v2"

	"github.com/straycell/straycell/decode/lte"
)

const testRate = 1.92e6

// mast is a transmitter of the tests: it turns windows of signal time into observations.
type mast struct {
	pci   lte.PCI
	rxHz  float64 // carrier as received
	ppm   float64 // its clock against ours
	at    float64 // signal time of a frame with SFN 0
	sinr  float64
	prb   int
	ports int
}

// see observes the mast in a window whose samples are counted on, with the errors of a decoder.
func (m mast) see(l Look, rnd *rand.Rand) lte.Observation {
	frame := frameS / (1 + m.ppm*1e-6)
	n := math.Ceil((l.StartS - m.at) / frame)
	raster := math.Round(m.rxHz/1e5) * 1e5
	start := m.at + n*frame
	o := lte.Observation{
		FreqHz: raster, CaptureHz: 1815e6, RateHz: l.RateHz,
		PCI: m.pci, Duplex: lte.FDD, CP: lte.NormalCP, Ports: max(1, m.ports),
		FirstSample: float64(l.First) + (start-l.StartS)*l.RateHz + 0.3*rnd.NormFloat64(),
		MIBCRCs:     int(math.Round((l.EndS - l.StartS) / 40e-3)),
		Signal: lte.Signal{RSRPdBFS: -40 + m.sinr, SINRdB: m.sinr, CFOHz: m.rxHz - raster + 5*rnd.NormFloat64(), CFOSEHz: 5,
			ClockPPM: m.ppm + 0.5*rnd.NormFloat64(), ClockSE: 0.5},
	}
	prb := m.prb
	if prb == 0 {
		prb = 50
	}
	sfn := ((int(n) % 1024) + 1024) % 1024
	o.MIB = &lte.MIB{PRB: prb, PHICHDuration: lte.PHICHNormal, PHICHResource: lte.PHICHOne, SFN: sfn}
	return o
}

// window is look number i of lookS seconds, the samples counted from 0.
func window(i int) Look {
	const lookS = 0.32
	return Look{StartS: float64(i) * lookS, EndS: float64(i+1) * lookS, First: int64(math.Round(float64(i) * lookS * testRate)), RateHz: testRate}
}

func (l Look) of(rnd *rand.Rand, ms ...mast) Look {
	for _, m := range ms {
		l.Obs = append(l.Obs, m.see(l, rnd))
	}
	return l
}

func mute(l Look) Look {
	for i := range l.Obs {
		l.Obs[i].MIB, l.Obs[i].MIBCRCs, l.Obs[i].MIBFails, l.Obs[i].Stop = nil, 0, 8, lte.StopNoMIB
	}
	return l
}

func testRegister() *Register { return NewRegister(Config{PPMRange: 60}) }

func seeded() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

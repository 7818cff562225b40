package sim

import (
	"math"
	"strings"

	"github.com/straycell/straycell/internal/enb"
)

// profile is a kind of receiver.
type profile struct {
	name, about string
	ranges      [][2]float64 // it tunes to, ascending, Hz
	stepHz      float64      // of the synthesiser
	settleS     float64      // after tuning
	rates       []float64
	rate        int       // index of the usual rate
	band        float64   // share of the rate that the filters pass
	gains       []float64 // steps, dB
	noiseDB     float64   // noise figure
	fullDBm     float64   // input that fills the converter at gain 0
	ppm         float64   // error of the oscillator, 1 sigma
	driftPPM    float64   // and how far it swings about that
	adc         enb.ADC
	format      string // of recordings
}

var profiles = []profile{
	{
		// RTL2832U dongles differ by their tuner. The common R820T2 ends at 1766 MHz, below bands 1, 2, 3 and 7; this one is
		// an E4000, which has band 3 and a hole around 1.2 GHz. Figures as amateurs measured them.
		name: "rtlsdr", about: "RTL2832U dongle with an E4000 tuner, 54-1100 and 1250-2147 MHz",
		ranges: [][2]float64{{54e6, 1100e6}, {1250e6, 2147e6}}, stepHz: 28.8e6 / 65536 / 2, settleS: 3e-3,
		rates: []float64{1.92e6, 2.048e6, 2.4e6}, rate: 2, band: 0.9,
		gains:   []float64{-1, 1.5, 4, 6.5, 9, 11.5, 14, 16.5, 19, 21.5, 24, 29, 34, 42},
		noiseDB: 8, fullDBm: -21, ppm: 20, driftPPM: 0.2,
		adc: enb.ADC{Bits: 8, DC: 0.004 - 0.003i, Imbalance: 0.004 + 0.003i}, format: "cu8",
	},
	{
		name: "hackrf", about: "HackRF One, 1-6000 MHz",
		ranges: [][2]float64{{1e6, 6000e6}}, stepHz: 50e6 / (1 << 20), settleS: 2e-3,
		rates: []float64{2e6, 3.84e6, 7.68e6, 15.36e6, 19.2e6, 20e6}, rate: 4, band: 0.75,
		gains: steps(0, 62, 2), noiseDB: 10, fullDBm: -5, ppm: 10, driftPPM: 0.1,
		adc: enb.ADC{Bits: 8, DC: 0.01 + 0.006i, Imbalance: -0.006 + 0.004i}, format: "cs8",
	},
	{
		name: "usrp", about: "USRP B200, 70-6000 MHz",
		ranges: [][2]float64{{70e6, 6000e6}}, stepHz: 40e6 / (1 << 23), settleS: 1e-3,
		rates: []float64{1.92e6, 3.84e6, 7.68e6, 15.36e6, 23.04e6, 30.72e6}, rate: 4, band: 0.8,
		gains: steps(0, 76, 1), noiseDB: 7, fullDBm: 0, ppm: 1, driftPPM: 0.01,
		adc: enb.ADC{Bits: 12, DC: 0.0005i, Imbalance: 0.001}, format: "cs16",
	},
}

func steps(from, to, by float64) (s []float64) {
	for v := from; v <= to; v += by {
		s = append(s, v)
	}
	return s
}

func profileByName(name string) *profile {
	for i := range profiles {
		if profiles[i].name == name {
			return &profiles[i]
		}
	}
	return nil
}

func profileNames() string {
	var names []string
	for _, p := range profiles {
		names = append(names, p.name)
	}
	return strings.Join(names, ", ")
}

// nearest is the frequency that the synthesiser makes when asked for freqHz.
func (p *profile) nearest(freqHz float64) float64 { return math.Round(freqHz/p.stepHz) * p.stepHz }

func (p *profile) reaches(freqHz float64) bool {
	for _, r := range p.ranges {
		if freqHz >= r[0] && freqHz <= r[1] {
			return true
		}
	}
	return false
}

// thermalDBm is the power of thermal noise in one subcarrier: kT times 15 kHz at 290 K.
const thermalDBm = -174 + 41.8

// headroomDB is how far automatic gain keeps the mean power below full scale: the peaks of many carriers stand that high.
const headroomDB = 13

// autoGain is the highest gain that leaves headroom if every cell in view were on the air, fully loaded.
func (w *World) autoGain() float64 {
	t, p, now := w.tuning, w.profile, w.now()
	power := math.Pow(10, (thermalDBm+p.noiseDB)/10) * t.RateHz / enb.SpacingHz
	for _, c := range w.inView {
		half := float64(c.e.Subcarriers()) * enb.SpacingHz / 2
		view := math.Min(c.freqHz+half, t.FreqHz+t.RateHz/2) - math.Max(c.freqHz-half, t.FreqHz-t.RateHz/2)
		power += w.arrive(c, now).mW * math.Max(0, view) / enb.SpacingHz / w.sharers(c)
	}
	best := p.gains[0]
	for _, g := range p.gains {
		if 10*math.Log10(power)+g-p.fullDBm <= -headroomDB {
			best = g
		}
	}
	return best
}

// sharers is how many cells take turns with one, itself counted.
func (w *World) sharers(p *placed) float64 {
	if p.when.turns == nil {
		return 1
	}
	return float64(len(p.when.turns.of.Cells))
}

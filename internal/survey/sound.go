package survey

import (
	"math"

	"github.com/straycell/straycell/decode/lte"
)

// sound drops observations without a place in time and frequency, for nothing can be done with them, and rounds the
// measurements of the others to what they are good for: what is judged, shown and stored are the same numbers.
func sound(obs []lte.Observation) []lte.Observation {
	out := obs[:0]
	for _, o := range obs {
		if v := o.FreqHz + o.Signal.CFOHz + o.FirstSample; math.IsNaN(v) || math.IsInf(v, 0) || o.PCI >= lte.PCIs {
			continue
		}
		o.FirstSample = round(o.FirstSample, perSample)
		s := &o.Signal
		s.RSRPdBFS, s.RSSIdBFS = round(s.RSRPdBFS, perDB), round(s.RSSIdBFS, perDB)
		s.RSRQdB, s.SINRdB = round(s.RSRQdB, perDB), round(s.SINRdB, perDB)
		s.CFOHz, s.ClockPPM = round(s.CFOHz, perHz), round(s.ClockPPM, perPPM)
		s.CFOSEHz, s.ClockSE = roundSE(s.CFOSEHz, perHz), roundSE(s.ClockSE, perPPM)
		out = append(out, o)
	}
	return out
}

// round leaves what is no number as it is.
func round(v float64, decimals int) float64 {
	unit := math.Pow10(decimals)
	return math.Round(v*unit)/unit + 0 // never -0
}

// roundSE keeps a small standard error from becoming zero, which means unknown.
func roundSE(v float64, decimals int) float64 {
	if r := round(v, decimals); r != 0 || v == 0 {
		return r
	}
	return 1 / math.Pow10(decimals)
}

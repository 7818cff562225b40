package plan

import (
	"math"

	"github.com/straycell/straycell/decode/narrow"
	"github.com/straycell/straycell/radio"
)

// roundingHz is how far two cells' windows may differ and still count as the same: their carriers are some hertz apart, tunings
// whole kilohertz.
const roundingHz = 20e3

// Follow makes a tuning of what cells ask for: the first of the wants, with all others that a radio which hears bandHz round its
// centre can hear with it, for as long as the slowest of them takes. ok is false when there is none.
func Follow(wants []narrow.Want, bandHz float64) (t radio.Tuning, seconds float64, ok bool) {
	if len(wants) == 0 {
		return t, 0, false
	}
	var all Span
	for i, w := range wants {
		half := 90e3 * float64(w.PRBs)
		s := Span{w.CentreHz() - half, w.CentreHz() + half}
		if i == 0 {
			all = s
		}
		both := Span{min(all.LowHz, s.LowHz), max(all.HighHz, s.HighHz)}
		if i == 0 || both.HighHz-both.LowHz <= bandHz+roundingHz {
			all, seconds = both, max(seconds, w.DurationS)
		}
	}
	return radio.Tuning{FreqHz: math.Round((all.LowHz+all.HighHz)/2/1e3) * 1e3}, seconds, true
}

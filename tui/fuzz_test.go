package tui

import (
	"testing"

	"github.com/straycell/straycell/internal/survey"
)

// FuzzView lets a cell, an inventory and a file say anything, on a terminal of any size.
func FuzzView(f *testing.F) {
	f.Add("\x1b[2J\u202e서울", "\u200b\x00", uint8(80), uint8(24), 1, int64(3), 1.5)
	f.Add("", "x", uint8(1), uint8(1), -1, int64(-1), -1e300)
	f.Fuzz(func(t *testing.T, a, b string, w, h uint8, n int, big int64, v float64) {
		width, height := max(1, int(w)), max(1, int(h))
		c := survey.Cell{
			Transmitter: a, FreqHz: v, EARFCN: ptr(uint32(big)), Band: n, PCI: n, Duplex: a, CP: b, Ports: n, PRB: n,
			PHICHDuration: a, PHICHResource: b, MIBHex: a, MIBFails: &n, SFN: &n, FirstSample: &v, RSRPdBFS: &v, RSRQdB: &v,
			SINRdB: &v, CFOHz: &v, CFOSEHz: &v, ClockPPM: &v, PLMNs: []string{a, b}, TAC: &n, ECI: ptr(uint32(big)),
			ENB: &n, Sector: &n, Known: a, Level: b, Score: n, Stop: b, FirstS: v, LastS: v, TS: v, Looks: n,
			Findings:  []survey.Finding{{Rule: a, Field: b, Value: a, Expected: b, From: a, Text: b + a}},
			NotJudged: []survey.NotJudged{{Rule: a, Why: b}},
		}
		other := macro(b, 1303, 54, "unknown")
		p := survey.Progress{FreqHz: v, RateHz: v, PSD: []float32{float32(v), float32(n), float32(big)}}
		s := script{opt: Options{Source: a + b, ASCII: n%2 == 0}, events: []survey.Event{c, other, p, survey.Candidate{PCI: n, FreqHz: v, Ghost: a}}}
		if n%3 == 0 {
			s.events = append(s.events, survey.Error{Text: b})
		}
		for _, keys := range []string{"", "j\r", "?", "G"} {
			s.keys = keys
			checkShape(t, play(s, width, height).render(), width, height)
		}
	})
}

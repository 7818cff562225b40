package tui

import (
	"encoding/json"
	"testing"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/cell"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/tui/say"
)

// FuzzView lets a cell, an inventory, a radio and a file say anything, on a terminal of any size, and looks at every page.
func FuzzView(f *testing.F) {
	f.Add("\x1b[2J\u202e서울", "\u200b\x00", []byte(`{"a":{"hnb-Name":"x"},"b":[1,"\u202e"]}`), uint8(80), uint8(24), 1, int64(3), 1.5)
	f.Add("", "x", []byte(`{`), uint8(1), uint8(1), -1, int64(-1), -1e300)
	f.Add(poison, "\x9b31m\x1b]8;;http://x\x1b\\", []byte("[[["), uint8(200), uint8(60), 301, int64(1550), 1840e6)
	// A home eNB's name is up to 48 octets, TS 36.331 §6.3.1; in Korean, 16 characters.
	f.Add("가짜기지국이름이이렇게나길수가있", "\U0001f1f0\U0001f1f7\ufe0f\u115f", []byte(`{"hnbName":"ea b0 80"}`), uint8(120), uint8(40), 100, int64(18), 0.5)
	f.Fuzz(func(t *testing.T, a, b string, raw []byte, w, h uint8, n int, big int64, v float64) {
		width, height := max(1, int(w)), max(1, int(h))
		c := survey.Cell{
			Transmitter: a, FreqHz: v, EARFCN: ptr(uint32(big)), Band: n, PCI: n, Duplex: a, CP: b, Ports: n, PRB: n,
			PHICHDuration: a, PHICHResource: b, MIBHex: a, MIBFails: &n, SFN: &n, FirstSample: &v, RSRPdBFS: &v, RSRQdB: &v,
			SINRdB: &v, CFOHz: &v, CFOSEHz: &v, ClockPPM: &v, CFORelPPM: &v, CFORelSEPPM: &v, CFORelCells: n, PLMNs: []string{a, b}, TAC: &n, ECI: ptr(uint32(big)),
			ENB: &n, Sector: &n, Known: a, Level: b, Score: n, Stop: b, FirstS: v, LastS: v, TS: v, Looks: n, Time: a,
			Findings:  []survey.Finding{{Rule: a, Field: b, Value: a, Expected: b, From: a, Text: b + a, Weight: n}},
			NotJudged: []survey.NotJudged{{Rule: a, Why: b}},
			Place:     &survey.Place{Lat: &v, Lon: &v, RadiusM: v, Moved: true, Why: a},
			History: &survey.History{Moments: []cell.Moment{{S: v, RSRPdBFS: v, RxHz: v}, {S: -v, RSRPdBFS: float64(n), RxHz: 1}},
				Versions: []cell.Version{{Type: 3, Hash: a, JSON: raw, CRCs: n}, {Type: 3, Hash: b, JSON: []byte(`{"a":1}`)}, {Type: 1, SIB1: &lte.SIB1{}, Octets: raw}},
				Jumps:    []cell.Jump{{S: v, Expected: n}}, Turns: []cell.Turn{{S: v}}},
		}
		c.SIBs = map[string]json.RawMessage{a: raw, "4": raw, "5": raw}
		c.SISchedule, c.SIHex, c.SIB1Hex = []survey.SIEntry{{PeriodRF: n, SIBs: []any{a}}}, []string{a}, b
		c.Warnings = []survey.Warning{{SIB: n, Text: a, Hex: b}}
		c.SIOnAir = []survey.SIOnAir{{Format: a, Entry: n}}
		other := macro(b, 1303, 54, "unknown")
		alarm := c
		alarm.Level = "alert"
		p := survey.Progress{FreqHz: v, RateHz: v * 2, PSD: []float32{float32(v), float32(n), float32(big)},
			Status: &survey.Status{Source: a, PPM: v, PPMCells: n, Place: v, Planned: n, Clipped: v, GainDB: v, Fix: &radio.Fix{Lat: v, From: b}}}
		k := survey.Look{EndS: v, Tuning: radio.Tuning{FreqHz: v, RateHz: 2e6, GainDB: v}, Obs: []lte.Observation{{FreqHz: v, PCI: lte.PCI(n), Signal: lte.Signal{RSRPdBFS: -v}}}}
		s := script{opt: Options{Source: a + b, ASCII: n%2 == 0, Actions: everything(), Lang: say.Languages()[max(0, n)%2], Operators: map[string]Operator{a: {b, a}}},
			events: []survey.Event{alarm, c, other, p, look(v, 1840e6, 64), p, survey.Candidate{PCI: n, FreqHz: v, Ghost: a}, survey.Gap{Lost: big}}}
		if n%3 == 0 {
			s.events = append(s.events, survey.Error{Text: b})
		}
		m := play(s, width, height)
		checkShape(t, m.render(), width, height)
		for _, keys := range []string{"/" + b + "\r", "gg", "f", "\r", "→", "→", "→", "→", "→", "→", "G", "2→→", "3", " ", "1h", "b7\r", "1a" + a + "\r", "x3\r" + a, "?"} {
			m.type_(keys)
			m.happen([]survey.Event{k})
			checkShape(t, m.render(), width, height)
		}
	})
}

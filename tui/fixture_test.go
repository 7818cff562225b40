package tui

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/cell"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
)

func ptr[T any](v T) *T { return &v }

// macro is a cell as a survey reports it.
func macro(transmitter string, earfcn uint32, pci int, known string) survey.Cell {
	freqHz := 1805e6 + float64(earfcn-1200)*1e5
	return survey.Cell{
		Type: "cell", TS: 12.4, Transmitter: transmitter, FreqHz: freqHz, EARFCN: ptr(earfcn), Band: 3,
		PCI: pci, Duplex: "fdd", CP: "normal", Ports: 2, PRB: 100, PHICHDuration: "normal", PHICHResource: "1/6",
		SFN: ptr(12), FirstSample: ptr(1234.5), MIBCRCs: 2, MIBFails: ptr(0), MIBHex: "a80300",
		RSRPdBFS: ptr(-41.2 - float64(pci%7)), RSSIdBFS: ptr(-20.1), RSRQdB: ptr(-9.1), SINRdB: ptr(11.3 - float64(pci%5)),
		CFOHz: ptr(14139.0), CFOSEHz: ptr(3.0), ClockPPM: ptr(7.8), CFORelPPM: ptr(0.02), CFORelSEPPM: ptr(0.005), CFORelCells: 6,
		Known: known, Level: "normal", FirstS: 0.4, LastS: 11.9, Looks: 14,
		History: history(freqHz, pci),
	}
}

// history is a minute of a cell that comes nearer while its clock drifts.
func history(freqHz float64, pci int) *survey.History {
	h := &survey.History{}
	for i := range 40 {
		s := float64(i) * 0.3
		h.Moments = append(h.Moments, cell.Moment{S: s, RSRPdBFS: -60 + s*1.5 + 2*math.Sin(float64(i+pci)), SINRdB: s, RxHz: freqHz*(1+7.6e-6) + 15*s})
	}
	return h
}

// identified gives a cell its identity.
func identified(c survey.Cell, plmn string, tac int, eci uint32) survey.Cell {
	c.PLMNs, c.TAC, c.ECI, c.ENB, c.Sector = []string{plmn}, &tac, &eci, ptr(int(eci>>8)), ptr(int(eci&255))
	c.SIB1Hex, c.SIB1CRCs = "70480450018648a1b2c3d4e5f60718293a4b5c6d", 4
	return c
}

func femto() survey.Cell {
	c := identified(macro("t4", 1550, 301, "unknown"), "450-08", 4660, 27447297)
	c.Ports, c.PRB, c.Score, c.Level, c.SINRdB, c.ClockPPM, c.CFOHz = 1, 50, 65, "suspicious", ptr(17.9), ptr(-11.3), ptr(-20764.0)
	c.Findings = []survey.Finding{
		{Rule: "ID-01", Version: 1, Weight: 20, Field: "eci", Value: "450-08 27447297", From: "inventory kt-seoul.csv", Text: "no line has 450-08 27447297"},
		{Rule: "FM-05", Version: 1, Weight: 45, Field: "eci", Value: "3 identities in 60 s", Expected: "one", Text: "one radio under several identities"},
		{Rule: "PH-01", Version: 1, Weight: 15, Hard: true, Field: "cfo_rel_ppm", Value: "-0.31", Expected: "within 0.05", From: "6 cells of the operator", Text: "its clock is not the network's"}}
	c.NotJudged = []survey.NotJudged{{Rule: "CF-06", Why: "SIB2 not read: only SIB1 and MIB were compared"}, {Rule: "RS-01", Why: "SIB3 not read"}, {Rule: "RS-02", Why: "SIB3 not read"}}
	c.SISchedule = []survey.SIEntry{{PeriodRF: 16, SIBs: []any{2, 3}, Read: true}, {PeriodRF: 64, SIBs: []any{4, 5}}}
	c.SIBs = map[string]json.RawMessage{
		"1": json.RawMessage(`{"cellAccessRelatedInfo":{"plmnIdentityList":[{"plmnIdentity":{"mcc":[4,5,0],"mnc":[0,8]}}],"trackingAreaCode":"0001001000110100","csgIndication":false},"siWindowLength":"ms20","systemInfoValueTag":3}`),
		"3": json.RawMessage(`{"cellReselectionInfoCommon":{"qHyst":"dB4"},"cellReselectionServingFreqInfo":{"cellReselectionPriority":7}}`),
		"4": json.RawMessage(`{"intraFreqNeighCellList":[{"physCellId":54,"qOffsetCell":"dB0"},{"physCellId":411,"qOffsetCell":"dB0"}]}`),
		"5": json.RawMessage(`{"interFreqCarrierFreqList":[{"dlCarrierFreq":1303,"interFreqNeighCellList":[{"physCellId":54}]},{"dlCarrierFreq":3743}]}`),
	}
	c.SIHex = []string{"0004090a0b0c"}
	version := func(t lte.SIBType, hash, text string, from, to float64, crcs int) cell.Version {
		return cell.Version{Type: t, Hash: hash, JSON: []byte(text), FirstS: from, LastS: to, CRCs: crcs}
	}
	c.History.Versions = []cell.Version{
		version(3, "9f00aa11bb22cc33", `{"cellReselectionInfoCommon":{"qHyst":"dB4"},"priority":5}`, 0.4, 5.2, 3),
		version(3, "17aa33cc55ee7700", `{"cellReselectionInfoCommon":{"qHyst":"dB4"},"priority":7}`, 5.3, 11.9, 6),
	}
	c.History.Turns = []cell.Turn{{S: 9.2, AgoS: 4}}
	c.Place = &survey.Place{Lat: ptr(37.47861), Lon: ptr(126.88624), RadiusM: 240, Moved: true, MovedM: 900, FromS: 2, ToS: 11}
	return c
}

// look is one of a tuning of 19.2 MHz, with a carrier in it.
func look(s, freqHz float64, n int) survey.Progress {
	psd := make([]float32, n)
	for i := range psd {
		psd[i] = -82 + float32(2*math.Sin(float64(i)+s*7))
		if i > n/5 && i < 4*n/5 {
			psd[i] += 38
		}
	}
	return survey.Progress{Type: "progress", TS: s, FreqHz: freqHz, RateHz: 19.2e6, Fraction: 0.4, Cells: 5, PSD: psd,
		Status: &survey.Status{Source: "sim:kt-femto", Round: 2, Place: 0.5, Planned: 6, Views: 7, GainDB: 24, Clipped: 0.0002, PPM: -5.36, RangePPM: 0.4, PPMCells: 13,
			Fix: &radio.Fix{Lat: 37.4786, Lon: 126.8862, ErrM: 4, From: "gpsd"}}}
}

// quiet is a survey against an inventory in which everything is as it should be.
func quiet() []survey.Event {
	doubt := macro("t3", 1351, 8, "unconfirmed")
	doubt.EARFCN, doubt.EARFCNCandidates, doubt.CFOHz, doubt.LastS, doubt.CFORelPPM = nil, []uint32{1350, 1351, 3800}, ptr(-108211.0), 2.1, nil
	other := macro("t5", 1550, 77, "no-list")
	es := []survey.Event{identified(macro("t1", 1303, 54, "known"), "450-08", 4660, 27000321), macro("t2", 1303, 102, "unconfirmed"), doubt,
		identified(other, "450-05", 8800, 11000577), identified(macro("t6", 1550, 78, "known"), "450-08", 4660, 27000322)}
	for i := range 12 {
		es = append(es, look(10+float64(i)/5, 1840e6, 256))
	}
	return append(es, look(12.3, 1815.3e6, 256), look(12.4, 1840e6, 256))
}

// loud is the same with a cell in no list, one that is listed and suspicious, and samples lost.
func loud() []survey.Event {
	listed := identified(macro("t7", 1303, 227, "known"), "450-08", 4611, 27000833)
	listed.Level, listed.Score = "alert", 85
	listed.Findings = []survey.Finding{{Rule: "FM-03", Version: 1, Weight: 85, Hard: true, Field: "state", Value: "returned", Expected: "active", From: "inventory kt-seoul.csv line 812",
		Text: "the list says this femtocell was returned, and it is on the air"}}
	return append(quiet(), femto(), listed, survey.Alert{Type: "alert", TS: 12.2, Cell: listed}, survey.Gap{Type: "gap", TS: 3, Lost: 1920})
}

// lost is the same once the radio went away.
func lost() []survey.Event {
	return append(loud(), survey.Error{Type: "error", TS: 12.4, Text: "rtltcp 10.0.0.7:1234: connection reset by peer; trying again"})
}

// unlisted is a sky without any list.
func unlisted() []survey.Event {
	var es []survey.Event
	for i, pci := range []int{54, 102, 8, 301, 77, 19, 440, 503, 0, 211, 12} {
		es = append(es, macro(fmt.Sprintf("t%d", i+1), uint32(1303+i), pci, "no-list"))
	}
	return append(es, look(12.4, 1840e6, 64))
}

const poison = "\x1b[2J\x1b]0;owned\a\u202eevil\u2066\u200b\u0301\u0301\u0301\u0301 서울강남 \U000e0041\ufeff"

// hostile is what a cell or a file may send to whoever looks.
func hostile() []survey.Event {
	bad := poison + strings.Repeat("W", 300)
	c := femto()
	c.PLMNs, c.Transmitter, c.Duplex, c.CP, c.PHICHResource, c.MIBHex, c.Stop, c.Known = []string{bad}, bad, bad, bad, bad, bad, bad, "unknown"+bad
	c.Level, c.SIB1Hex, c.SIHex = bad, bad, []string{bad}
	for i := range c.Findings {
		c.Findings[i] = survey.Finding{Rule: bad, Field: bad, Value: bad, Expected: bad, From: bad, Text: bad}
	}
	c.NotJudged[0] = survey.NotJudged{Rule: bad, Why: bad}
	text, _ := json.Marshal(map[string]any{bad: map[string]any{"hnbName": bad, "x": []string{bad}}})
	c.SIBs = map[string]json.RawMessage{"9": text, bad: text, "1": json.RawMessage(bad)}
	c.SISchedule = []survey.SIEntry{{SIBs: []any{bad}}}
	c.SIOnAir = []survey.SIOnAir{{Format: bad}}
	c.Warnings = []survey.Warning{{SIB: 12, Text: bad, Language: bad, Hex: bad}}
	c.Place.Why = bad
	c.History.Versions = []cell.Version{{Type: 9, Hash: bad, JSON: text}, {Type: 9, Hash: "b", JSON: []byte(bad)}}
	p := look(12.4, 1840e6, 64)
	p.Status.Source, p.Status.Fix.From = bad, bad
	return []survey.Event{c, macro("t2", 1303, 102, "known"), p, survey.Error{Text: bad}, survey.Candidate{PCI: 3, FreqHz: 1840e6, Ghost: bad}}
}

// ghosts is a survey with a cell that turned out to be another one's image, and one that was never taken for a cell.
func ghosts() []survey.Event {
	ghost := func(pci int, freqHz float64) survey.Event {
		return survey.Candidate{Type: "candidate", TS: 12.4, FreqHz: freqHz, PCI: pci, Ghost: "alias of 1852.5 MHz"}
	}
	return append(quiet(), macro("t5", 1867, 271, "unknown"), ghost(272, 1871.7e6),
		survey.Change{Type: "change", Transmitter: "t5", What: "ghost", To: "alias of 1852.5 MHz"}, ghost(271, 1871.7e6))
}

// levels are looks that hear the hunted cell better and better, with one in which it is not heard.
func levels(heard bool) []survey.Event {
	var out []survey.Event
	for i := range 70 {
		s := 13 + float64(i)*0.08
		l := survey.Look{StartS: s - 0.08, EndS: s, Tuning: radio.Tuning{FreqHz: 1840e6, RateHz: 2.4e6, GainDB: 24}}
		if i != 50 && heard {
			o := lte.Observation{FreqHz: 1840e6, PCI: 301}
			o.Signal.RSRPdBFS, o.Signal.SINRdB = -62+float64(i)/4, 12
			l.Obs = append(l.Obs, o)
		}
		out = append(out, l)
	}
	return out
}

// clock is the wall clock of tests.
type clock struct{ at time.Time }

func newClock() *clock { return &clock{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)} }

func (c *clock) now() time.Time { return c.at }

package survey

import (
	"encoding/hex"
	"fmt"
	"math"
	"time"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/cell"
	"github.com/straycell/straycell/internal/verdict"
)

// event is a cell's line with one of its measurements.
func (j *judge) event(c cell.Cell, o lte.Observation, v verdict.Verdict) Cell {
	e := Cell{
		Type: "cell", TS: j.nowS, Source: j.uri, Transmitter: c.Transmitter,
		FreqHz: c.FreqHz, Band: c.Band, PCI: int(c.PCI), Duplex: c.Duplex.String(),
		CP: o.CP.String(), Ports: o.Ports, PRB: o.MIB.PRB,
		PHICHDuration: o.MIB.PHICHDuration.String(), PHICHResource: o.MIB.PHICHResource.String(),
		SFN: &o.MIB.SFN, FirstSample: number(o.FirstSample, perSample),
		MIBCRCs: c.MIBCRCs, MIBFails: &c.MIBFails, MIBHex: hex.EncodeToString(o.MIB.Raw[:]),
		RSRPdBFS: number(o.Signal.RSRPdBFS, perDB), RSSIdBFS: number(o.Signal.RSSIdBFS, perDB), RSRQdB: number(o.Signal.RSRQdB, perDB), SINRdB: number(o.Signal.SINRdB, perDB),
		CFOHz: number(o.FreqHz+o.Signal.CFOHz-c.FreqHz, perHz), CFOSEHz: number(o.Signal.CFOSEHz, perHz), ClockPPM: number(o.Signal.ClockPPM, perPPM),
		Known: v.State.String(), Score: v.Score, Level: string(v.Level), Profile: j.scene.Profile(), Adversary: string(v.Adversary),
		Stop: o.Stop.String(), FirstS: c.FirstS, LastS: c.LastS, Looks: c.Looks,
	}
	if ppm, se, others, ok := j.cal.Relative(c.Transmitter); ok {
		e.CFORelPPM, e.CFORelSEPPM, e.CFORelCells = number(ppm, perPPM), number(se, perPPM), others
	}
	if c.Identity != nil {
		e.Stop = c.Identity.Stop.String()
	}
	e.History = &History{Moments: c.History, Jumps: c.Jumps, Turns: c.Turns}
	if c.Identity != nil {
		e.History.Versions = c.Identity.Versions
	}
	e.identify(&c)
	if !j.now.IsZero() {
		e.Time = j.now.UTC().Round(time.Microsecond).Format(time.RFC3339Nano)
	}
	if c.Sure {
		n := uint32(c.EARFCN)
		e.EARFCN = &n
	}
	for _, n := range c.Candidates {
		e.EARFCNCandidates = append(e.EARFCNCandidates, uint32(n))
	}
	if h := j.here; h != nil {
		e.Lat, e.Lon = &h.Lat, &h.Lon
	}
	for _, f := range v.Findings {
		e.Findings = append(e.Findings, Finding{Rule: f.Rule, Version: f.Version, Weight: f.Weight, Hard: f.Hard, Field: f.Field,
			Value: f.Value, Expected: f.Expected, From: f.From, Text: f.Text})
	}
	for _, n := range v.NotJudged {
		e.NotJudged = append(e.NotJudged, NotJudged{n.Rule, n.Why})
	}
	return e
}

// Decimals of measurements: what they are good for, and one less than processors that round differently would differ in.
const (
	perSample = 3
	perHz     = 2
	perDB     = 2
	perPPM    = 4
)

// number is absent where a measurement is none: JSON has no word for it.
func number(v float64, decimals int) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	v = round(v, decimals)
	return &v
}

func candidate(o lte.Observation, nowS float64) Candidate {
	return Candidate{Type: "candidate", TS: nowS, FreqHz: o.FreqHz, PCI: int(o.PCI), Duplex: o.Duplex.String(), CP: o.CP.String(),
		CFOHz: number(o.Signal.CFOHz, perHz), SINRdB: number(o.Signal.SINRdB, perDB), Stop: o.Stop.String(), Ghost: o.Ghost}
}

// transmitter is the radio behind a cell.
func transmitter(c *Cell, nowS float64) Transmitter {
	name := fmt.Sprintf("pci %d", c.PCI)
	if c.ECI != nil && len(c.PLMNs) > 0 {
		name = fmt.Sprintf("%s %d", c.PLMNs[0], *c.ECI)
	}
	return Transmitter{Type: "transmitter", TS: nowS, ID: c.Transmitter, Cells: []string{name}, CFORelPPM: c.CFORelPPM, First: c.FirstS, Last: c.LastS}
}

package tui

import (
	"fmt"
	"strings"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
	"github.com/straycell/straycell/tui/row"
)

// detail says everything about a cell: first the case against it, then what could not be judged, then what was measured.
func detail(c *survey.Cell, now float64, width int) []string {
	out := row.Case(c, width)
	for _, l := range measured(c, now) {
		out = append(out, plain.Hang(fmt.Sprintf("%-9s", l[0]), l[1], width)...)
	}
	return out
}

// measured are the cell's values by their groups; what is not known is left out.
func measured(c *survey.Cell, now float64) [][2]string {
	var signal, clock, carrier, mib, identity list
	signal.number("RSRP %.1f dBm", c.RSRPdBm)
	signal.number("RSRP %.1f dBFS", c.RSRPdBFS)
	signal.number("RSSI %.1f dBFS", c.RSSIdBFS)
	signal.number("RSRQ %.1f dB", c.RSRQdB)
	signal.number("SINR %.1f dB", c.SINRdB)

	if c.CFOHz != nil && c.CFOSEHz != nil {
		clock.text("offset %+.0f ±%.0f Hz", *c.CFOHz, *c.CFOSEHz)
	} else {
		clock.number("offset %+.0f Hz", c.CFOHz)
	}
	clock.number("clock %+.2f ppm", c.ClockPPM)
	clock.number("relative %+.3f ppm", c.CFORelPPM)

	carrier.text("%.1f MHz", c.FreqHz/1e6)
	if c.EARFCN == nil && len(c.EARFCNCandidates) > 0 {
		carrier.text("EARFCN one of %s", strings.Trim(fmt.Sprint(c.EARFCNCandidates), "[]"))
	}
	if c.Duplex != "" {
		carrier.text("%s", strings.ToUpper(c.Duplex))
	}
	if c.CP != "" {
		carrier.text("%s CP", c.CP)
	}
	if c.Ports != 0 {
		carrier.text("%s", count(c.Ports, "port"))
	}
	if c.PRB != 0 {
		carrier.text("%d PRB (%s MHz)", c.PRB, row.Bandwidth(c.PRB))
	}
	if c.PHICHDuration != "" {
		carrier.text("PHICH %s %s", c.PHICHDuration, c.PHICHResource)
	}

	if c.MIBHex != "" {
		mib.text("%s", c.MIBHex)
	}
	mib.text("%d CRC passed", c.MIBCRCs)
	if c.MIBFails != nil {
		mib.text("%d failed", *c.MIBFails)
	}
	if c.SFN != nil && c.FirstSample != nil {
		mib.text("SFN %d at sample %.1f", *c.SFN, *c.FirstSample)
	}

	if len(c.PLMNs) > 0 {
		identity.text("PLMN %s", strings.Join(c.PLMNs, " "))
	}
	if c.TAC != nil {
		identity.text("TAC %d", *c.TAC)
	}
	if c.ECI != nil {
		identity.text("ECI %d", *c.ECI)
	}
	if c.ENB != nil && c.Sector != nil {
		identity.text("eNB %d sector %d", *c.ENB, *c.Sector)
	}
	if len(identity) == 0 {
		identity.text("SIB1 not read")
	}
	if c.Stop != "" {
		identity.text("stopped: %s", c.Stop)
	}

	return [][2]string{
		{"identity", identity.join()},
		{"signal", signal.join()},
		{"clock", clock.join()},
		{"carrier", carrier.join()},
		{"MIB", mib.join()},
		{"seen", fmt.Sprintf("%s ago, first at %.1f s, last at %.1f s, in %s, transmitter %s",
			row.Age(now-c.LastS), c.FirstS, c.LastS, count(c.Looks, "look"), c.Transmitter)},
	}
}

// list gathers the values of one line.
type list []string

func (l *list) text(format string, a ...any) { *l = append(*l, fmt.Sprintf(format, a...)) }

func (l *list) number(format string, v *float64) {
	if v != nil {
		l.text(format, *v)
	}
}

func (l list) join() string { return strings.Join(l, ", ") }

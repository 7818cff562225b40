package tui

import (
	"fmt"
	"math"
	"strings"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
	"github.com/straycell/straycell/tui/row"
)

// signal is what was measured of a cell: level and carrier over time, then the values.
func (m *model) signal(c *survey.Cell, width, room int) []string {
	values := m.measured(c, width)
	height := max(3, min(10, (room-len(values)-4)/2))
	if room < 14 {
		height = 3
	}
	return append(m.plots(c, width, height), values...)
}

// plots draws the history of a cell's transmitter.
func (m *model) plots(c *survey.Cell, width, height int) []string {
	n := width - axisCells
	if c.History == nil || len(c.History.Moments) < 2 || n < 10 {
		return []string{m.say.T("level and clock over time: nothing to draw yet"), ""}
	}
	var at, level, carrier []float64
	for _, x := range c.History.Moments {
		at, level, carrier = append(at, x.S), append(level, x.RSRPdBFS), append(carrier, (x.RxHz/c.FreqHz-1)*1e6)
	}
	from, to := at[0], at[len(at)-1]
	span := m.say.F("from %s to %s ago", row.Age(m.now-from), row.Age(m.now-to))

	out := []string{"RSRP dBFS  " + span}
	s := around(level, 20, 5)
	out = append(out, s.framed(s.columns(held(binned(at, level, from, to, n), len(at)), height), "%.0f")...)

	mean := 0.0
	for _, v := range carrier {
		mean += v / float64(len(carrier))
	}
	off := make([]float64, len(carrier))
	for i, v := range carrier {
		off[i] = v - mean
	}
	out = append(out, m.say.F("carrier, ppm around %+.3f", mean))
	s = around(off, 0.1, 0.05)
	return append(append(out, s.framed(s.dots(binned(at, off, from, to, n), max(3, height/2)), "%+.2f")...), "")
}

// measured are the cell's values by their groups; what is not known is left out.
func (m *model) measured(c *survey.Cell, width int) []string {
	var out []string
	for _, l := range m.values(c) {
		out = append(out, plain.Hang(plain.Left(l[0], 9)+" ", l[1], width)...)
	}
	return out
}

func (m *model) values(c *survey.Cell) [][2]string {
	var signal, clock, carrier, mib, identity list
	identity.join("PLMN", strings.Join(c.PLMNs, " "))
	identity.number("TAC %d", c.TAC)
	if c.ECI != nil {
		identity.text("ECI %d", *c.ECI)
	}
	if c.ENB != nil && c.Sector != nil {
		identity.text("eNB %d/%d", *c.ENB, *c.Sector)
	}
	if c.CSG != nil && *c.CSG {
		identity.text("%s", m.say.T("closed subscriber group"))
	}
	if c.CellBarred != nil && *c.CellBarred {
		identity.text("%s", m.say.T("barred"))
	}
	if len(identity) == 0 {
		identity.text("%s", m.say.T("SIB1 not read"))
	}
	if c.Stop != "" {
		identity.text("%s", m.say.F("stopped: %s", c.Stop))
	}

	signal.float("RSRP %.1f dBm", c.RSRPdBm)
	signal.float("RSRP %.1f dBFS", c.RSRPdBFS)
	signal.float("RSSI %.1f dBFS", c.RSSIdBFS)
	signal.float("RSRQ %.1f dB", c.RSRQdB)
	signal.float("SINR %.1f dB", c.SINRdB)

	if c.CFOHz != nil && c.CFOSEHz != nil {
		clock.text("%+.0f ±%.0f Hz", *c.CFOHz, *c.CFOSEHz)
	} else {
		clock.float("%+.0f Hz", c.CFOHz)
	}
	clock.float(m.say.T("clock")+" %+.2f ppm", c.ClockPPM)
	if c.CFORelPPM != nil && c.CFORelSEPPM != nil {
		clock.text("%s", m.say.F("%+.3f ±%.3f ppm off %s", *c.CFORelPPM, *c.CFORelSEPPM, m.say.Count(c.CFORelCells, "1 other", "%d others")))
	}

	carrier.text("%s %.1f MHz", row.Band(c), c.FreqHz/1e6)
	if c.EARFCN == nil && len(c.EARFCNCandidates) > 0 {
		carrier.text("EARFCN %s", strings.Trim(fmt.Sprint(c.EARFCNCandidates), "[]"))
	}
	carrier.join("", strings.ToUpper(c.Duplex))
	carrier.join("CP", c.CP)
	if c.Ports != 0 {
		carrier.text("%s", m.say.Count(c.Ports, "1 port", "%d ports"))
	}
	if c.PRB != 0 {
		carrier.text("%d PRB (%s MHz)", c.PRB, row.Bandwidth(c.PRB))
	}
	if c.PHICHDuration != "" {
		carrier.text("PHICH %s %s", c.PHICHDuration, c.PHICHResource)
	}

	mib.join("", c.MIBHex)
	fails := 0
	if c.MIBFails != nil {
		fails = *c.MIBFails
	}
	mib.text("%s", m.say.F("%d CRC passed, %d failed", c.MIBCRCs, fails))
	if c.SFN != nil && c.FirstSample != nil {
		mib.text("SFN %d @ %.1f", *c.SFN, *c.FirstSample)
	}
	seen := m.say.F("%s ago, first at %.1f s, last at %.1f s, %s, transmitter %s", row.Age(m.now-c.LastS), c.FirstS, c.LastS,
		m.say.Count(c.Looks, "1 look", "%d looks"), c.Transmitter)
	return [][2]string{
		{m.say.T("identity"), identity.all()}, {m.say.T("signal"), signal.all()}, {m.say.T("carrier"), clock.all()},
		{m.say.T("channel"), carrier.all()}, {"MIB", mib.all()}, {m.say.T("seen"), seen},
	}
}

// list gathers the values of one line.
type list []string

func (l *list) text(format string, a ...any) { *l = append(*l, fmt.Sprintf(format, a...)) }

func (l *list) join(name, v string) {
	if v != "" {
		*l = append(*l, strings.TrimSpace(name+" "+plain.Text(v, maxValue)))
	}
}

func (l *list) number(format string, v *int) {
	if v != nil {
		l.text(format, *v)
	}
}

func (l *list) float(format string, v *float64) {
	if v != nil && !math.IsNaN(*v) {
		l.text(format, *v)
	}
}

func (l list) all() string { return strings.Join(l, ", ") }

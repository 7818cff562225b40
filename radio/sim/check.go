package sim

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/enb"
)

// problem is a value that cannot be, and where it stands.
type problem struct {
	table string
	index int
	key   string
	text  string
}

// check holds a scenario against what can be, and completes it.
func (s *scenario) check() *problem {
	top := func(table, key, format string, args ...any) *problem {
		return &problem{table, -1, key, fmt.Sprintf(format, args...)}
	}
	if len(s.Cells) == 0 {
		return top("", "", "no [[cell]]: a world needs at least one")
	}
	if len(s.Cells) > maxCells {
		return top("", "", "%d cells: want at most %d", len(s.Cells), maxCells)
	}
	routes := map[string]bool{}
	for i := range s.Routes {
		r := &s.Routes[i]
		key, text := r.check()
		if text == "" && routes[r.Name] {
			key, text = "name", "there are two of this name"
		}
		if text != "" {
			return &problem{"route", i, key, fmt.Sprintf("route %q: %s", r.Name, text)}
		}
		routes[r.Name] = true
	}
	if key, text := somewhere(s.Receiver.Lat, s.Receiver.Lon, s.Receiver.Route, routes); text != "" {
		return top("receiver", key, "receiver: %s", text)
	}
	if key, text := s.checkReceiver(); text != "" {
		return top("receiver", key, "%s", text)
	}
	if !(s.ShadowingDB >= 0 && s.ShadowingDB <= 20) {
		return top("", "shadowing_db", "shadowing_db %g: want 0 to 20", s.ShadowingDB)
	}
	if len(s.Sweep.EARFCN) == 0 {
		return top("sweep", "earfcn", "no earfcn to sweep: write [sweep] and earfcn = [1550]")
	}
	for _, n := range s.Sweep.EARFCN {
		e, ok := earfcn(n)
		if !ok {
			return top("sweep", "earfcn", "earfcn %d is in no band", n)
		}
		s.plan = append(s.plan, e.FreqHz())
	}
	names := map[string]int{}
	for i := range s.Cells {
		c := &s.Cells[i]
		key, text := "", ""
		if c.source = c.Name; c.Repeats != "" {
			key, text = s.repeat(c, names)
		}
		if text == "" {
			key, text = c.check(routes)
		}
		if _, twice := names[c.Name]; text == "" && twice {
			key, text = "name", "there are two of this name"
		}
		if text != "" {
			return &problem{"cell", i, key, fmt.Sprintf("cell %q: %s", c.Name, text)}
		}
		names[c.Name] = i
	}
	turning := map[string]bool{}
	for i := range s.Rotations {
		r := &s.Rotations[i]
		key, text := r.check()
		for _, name := range r.Cells {
			if _, there := names[name]; text == "" && (!there || turning[name]) {
				key, text = "cells", fmt.Sprintf("%q: want the names of cells, each in one rotation", name)
			}
			turning[name] = true
		}
		if text != "" {
			return &problem{"rotation", i, key, "rotation: " + text}
		}
	}
	return s.broadcasts()
}

func earfcn(n int64) (lte.EARFCN, bool) {
	if n < 0 || n > math.MaxUint32 {
		return 0, false
	}
	_, ok := lte.EARFCN(n).Band()
	return lte.EARFCN(n), ok
}

// channelMHz is the channel bandwidth by resource blocks, TS 36.101 Table 5.6-1.
var channelMHz = map[int]float64{6: 1.4, 15: 3, 25: 5, 50: 10, 75: 15, 100: 20}

// lacks are the keys of a carrier that must be there and are not.
func (c *cell) lacks() (out []string) {
	for key, absent := range map[string]bool{"earfcn": c.EARFCN == nil, "pci": c.PCI == nil, "prb": c.PRB == nil, "rs_eirp_dbm": c.RSEIRPdBm == nil} {
		if absent {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out
}

// check returns the key and what is wrong with it; "" nothing.
func (c *cell) check(routes map[string]bool) (key, text string) {
	within := func(v, low, high float64) bool { return v >= low && v <= high }
	var ok bool
	var err error
	switch {
	case c.Name == "":
		return "name", "name is missing"
	case len(c.lacks()) > 0:
		return "", strings.Join(c.lacks(), ", ") + ": must be there"
	case c.Class != "macro" && c.Class != "small" && c.Class != "femto":
		return "class", fmt.Sprintf("class %q: want macro, small or femto", c.Class)
	case !within(float64(*c.PCI), 0, lte.PCIs-1):
		return "pci", fmt.Sprintf("pci %d: want 0 to %d", *c.PCI, lte.PCIs-1)
	case c.ECI != nil && !within(float64(*c.ECI), 0, float64(lte.MaxECI)):
		return "eci", fmt.Sprintf("eci %d: want 28 bits", *c.ECI)
	case c.TAC != nil && !within(float64(*c.TAC), 0, 65535):
		return "tac", fmt.Sprintf("tac %d: want 16 bits", *c.TAC)
	case c.Azimuth != nil && !within(*c.Azimuth, 0, 360):
		return "azimuth", fmt.Sprintf("azimuth %g: want 0 to 360 degrees", *c.Azimuth)
	case !within(*c.RSEIRPdBm, -80, 80):
		return "rs_eirp_dbm", fmt.Sprintf("rs_eirp_dbm %g: want -80 to 80", *c.RSEIRPdBm)
	case !within(c.WallsDB, 0, 100):
		return "walls_db", fmt.Sprintf("walls_db %g: want 0 to 100", c.WallsDB)
	case !within(c.ClockPPM, -100, 100):
		return "clock_ppm", fmt.Sprintf("clock_ppm %g: want -100 to 100", c.ClockPPM)
	case !within(c.DriftPPM, 0, 10):
		return "drift_ppm", fmt.Sprintf("drift_ppm %g: want 0 to 10", c.DriftPPM)
	case !period(c.DriftPeriodS):
		return "drift_period_s", fmt.Sprintf("drift_period_s %g: want 10 to 1e7", c.DriftPeriodS)
	case !within(c.DelayUS, 0, 100):
		return "delay_us", fmt.Sprintf("delay_us %g: want 0 to 100", c.DelayUS)
	case c.FrameMS != nil && !within(*c.FrameMS, 0, 10):
		return "frame_ms", fmt.Sprintf("frame_ms %g: want 0 to 10", *c.FrameMS)
	case c.SFN != nil && !within(float64(*c.SFN), 0, 1023):
		return "sfn", fmt.Sprintf("sfn %d: want 0 to 1023", *c.SFN)
	case !within(c.DopplerHz, 0, 1000):
		return "doppler_hz", fmt.Sprintf("doppler_hz %g: want 0 to 1000", c.DopplerHz)
	case c.Channel != "" && channels[c.Channel] == nil:
		return "channel", fmt.Sprintf("channel %q: want EPA, EVA or ETU", c.Channel)
	}
	if key, text := somewhere(c.Lat, c.Lon, c.Route, routes); text != "" {
		return key, text
	}
	if text := checkSpans(c.OnS); text != "" {
		return "on_s", text
	}
	if c.PLMN != "" {
		if c.plmn, err = lte.ParsePLMN(c.PLMN); err != nil {
			return "plmn", err.Error()
		}
	}
	if c.earfcn, ok = earfcn(*c.EARFCN); !ok {
		return "earfcn", fmt.Sprintf("earfcn %d is in no band", *c.EARFCN)
	}
	e, err := c.enb()
	if err == nil {
		err = e.Check()
	}
	if err != nil {
		key, _, _ = strings.Cut(err.Error(), " ")
		if key = strings.TrimSuffix(key, ":"); key == "cfis" {
			key = "onair.cfi"
		}
		return key, err.Error()
	}
	b, _ := c.earfcn.Band()
	half := channelMHz[e.PRB] * 1e6 / 2
	if f := c.earfcn.FreqHz(); f-half < b.LowHz || f+half > b.HighHz() {
		return "earfcn", fmt.Sprintf("earfcn %d: a carrier of %g MHz there would leave band %d", *c.EARFCN, channelMHz[e.PRB], b.Number)
	}
	return "", ""
}

var channels = map[string][]enb.Tap{"EPA": enb.EPA, "EVA": enb.EVA, "ETU": enb.ETU}

// enb is the cell as it transmits; what enb.Cell.Check refuses is left to it.
func (c *cell) enb() (enb.Cell, error) {
	e := enb.Cell{
		PCI: lte.PCI(*c.PCI), Duplex: lte.FDD, PRB: int(*c.PRB), Ports: int(c.Ports),
		UplinkDownlink: int(c.UplinkDownlink), SpecialSubframe: int(c.SpecialSubframe),
		Load: enb.Load{Fraction: c.Load, DB: c.LoadDB, PDCCH: c.PDCCHLoad, PHICH: c.PHICHLoad}, PB: c.pB, Broadcast: c.broadcastAs,
	}
	for _, n := range c.Bursts.Subframes {
		if n < 0 || n > 9 {
			return e, fmt.Errorf("bursts: subframe %d: want 0 to 9", n)
		}
		e.Bursts.Subframes[n] = true
	}
	e.Bursts.Period, e.Bursts.Offset = int(c.Bursts.Period), int(c.Bursts.Offset)
	for _, n := range c.OnAir.CFI {
		e.CFIs = append(e.CFIs, int(n))
	}
	if b, ok := c.earfcn.Band(); ok {
		e.Duplex = b.Duplex
	}
	switch c.CP {
	case "", "normal":
	case "extended":
		e.CP = lte.ExtendedCP
	default:
		return e, fmt.Errorf("cp %q: want normal or extended", c.CP)
	}
	switch c.PHICHDuration {
	case "", "normal":
	case "extended":
		e.PHICHDuration = lte.PHICHExtended
	default:
		return e, fmt.Errorf("phich_duration %q: want normal or extended", c.PHICHDuration)
	}
	if c.PHICHResource != "" {
		for r := lte.PHICHOneSixth; r <= lte.PHICHTwo; r++ {
			if r.String() == c.PHICHResource {
				e.PHICHResource = r
			}
		}
		if e.PHICHResource == 0 {
			return e, fmt.Errorf("phich_resource %q: want 1/6, 1/2, 1 or 2", c.PHICHResource)
		}
	}
	if c.Spare != "" {
		v, err := strconv.ParseUint(c.Spare, 2, 10)
		if err != nil || len(c.Spare) != 10 {
			return e, fmt.Errorf("spare %q: want ten bits, like 0000000000", c.Spare)
		}
		e.Spare = uint16(v)
	}
	return e, nil
}

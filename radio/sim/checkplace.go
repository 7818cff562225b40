package sim

import (
	"fmt"
	"math"
)

// checkReceiver returns the key and what is wrong with it; "" nothing.
func (s *scenario) checkReceiver() (key, text string) {
	r := &s.Receiver
	within := func(v *float64, low, high float64) bool { return v == nil || *v >= low && *v <= high }
	for _, x := range []struct {
		key       string
		v         *float64
		low, high float64
	}{
		{"ppm", r.PPM, -200, 200},
		{"drift_ppm", r.DriftPPM, 0, 10},
		{"settle_ms", r.SettleMS, 0, 1000},
		{"tuner_error_hz", &r.TunerErrorHz, 0, 5000},
		{"lost_per_min", &r.LostPerMin, 0, 60},
		{"lost_ms", &r.LostMS, 0, 900},
	} {
		if !within(x.v, x.low, x.high) {
			return x.key, fmt.Sprintf("%s %g: want %g to %g", x.key, *x.v, x.low, x.high)
		}
	}
	if !period(r.DriftPeriodS) {
		return "drift_period_s", fmt.Sprintf("drift_period_s %g: want 10 to 1e7", r.DriftPeriodS)
	}
	return "", ""
}

// period tells whether a swing may take so long; 0: the default.
func period(s float64) bool { return s == 0 || s >= 10 && s <= 1e7 }

// repeat makes c a second place of what it repeats: only where it stands and how loud it is are its own.
func (s *scenario) repeat(c *cell, names map[string]int) (key, text string) {
	i, ok := names[c.Repeats]
	if !ok {
		return "repeats", fmt.Sprintf("repeats %q: no cell of this name stands above", c.Repeats)
	}
	of := s.Cells[i]
	if of.Repeats != "" {
		return "repeats", fmt.Sprintf("repeats %q, which repeats itself: name %q", c.Repeats, of.Repeats)
	}
	for _, says := range []struct {
		key   string
		there bool
	}{
		{"plmn", c.PLMN != ""}, {"eci", c.ECI != nil}, {"tac", c.TAC != nil}, {"earfcn", c.EARFCN != nil}, {"pci", c.PCI != nil}, {"prb", c.PRB != nil},
		{"site", c.Site != ""}, {"clock_ppm", c.ClockPPM != 0}, {"sibs", len(c.SIBs) > 0}, {"sib1_hex", c.SIB1Hex != ""},
	} {
		if says.there {
			return says.key, fmt.Sprintf("repeats %q, which says %s: leave that out", c.Repeats, says.key)
		}
	}
	own := *c
	*c = of
	c.Name, c.Class, c.Rogue, c.Repeats = own.Name, own.Class, own.Rogue, own.Repeats
	c.Lat, c.Lon, c.Route, c.OnS, c.Azimuth = own.Lat, own.Lon, own.Route, own.OnS, own.Azimuth
	c.RSEIRPdBm, c.WallsDB, c.DelayUS, c.Channel, c.DopplerHz = own.RSEIRPdBm, own.WallsDB, own.DelayUS, own.Channel, own.DopplerHz
	if c.Site == "" {
		c.Site = of.Name
	}
	return "", ""
}

// somewhere holds a place or a route against what there is.
func somewhere(lat, lon *float64, on string, routes map[string]bool) (key, text string) {
	switch {
	case on == "":
		return "lat", place(lat, lon)
	case lat != nil || lon != nil:
		return "route", "lat and lon and a route: want one or the other"
	case !routes[on]:
		return "route", fmt.Sprintf("route %q: no [[route]] has this name", on)
	}
	return "", ""
}

// place says what is wrong with a position, "" nothing.
func place(lat, lon *float64) string {
	switch {
	case lat == nil || lon == nil:
		return "lat or lon is missing"
	case !(math.Abs(*lat) <= 89):
		return fmt.Sprintf("lat %g: want -89 to 89", *lat)
	case !(math.Abs(*lon) <= 180):
		return fmt.Sprintf("lon %g: want -180 to 180", *lon)
	}
	return ""
}

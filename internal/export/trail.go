package export

import (
	"math"
	"time"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/survey"
)

// Bounds on what hostile air can make up.
const (
	maxTrails = 1 << 12
	maxLevels = 1500
	maxSaid   = 256
	saidTimes = 2 // of each message: what was heard once is not held against a cell
)

// Level is one measurement of a transmitter: how strong, how clear, how its clock stands.
type Level struct {
	AtS      float64
	Time     string // RFC 3339; "" unknown
	Lat, Lon *float64
	PCI      int
	FreqHz   float64
	ECI      *uint32

	RSRPdBFS, RSRQdB, SINRdB            *float64
	CFOHz, CFOSEHz, CFORelPPM, CFORelSE *float64
	ClockPPM                            *float64
	Known, Level                        string
}

// trail is a transmitter along the survey. Of a long one every second measurement is forgotten, again and again.
type trail struct {
	levels []Level
	last   float64        // FirstSample of the newest: a cell's line may repeat a measurement
	said   map[string]int // how often each message was kept with its samples
}

func (t *trail) add(c *survey.Cell) (fresh bool) {
	if c.FirstSample != nil {
		if len(t.levels) > 0 && t.last == *c.FirstSample {
			return false
		}
		t.last = *c.FirstSample
	}
	if len(t.levels) >= maxLevels {
		t.levels = thinned(t.levels)
	}
	t.levels = append(t.levels, levelOf(c))
	return true
}

func levelOf(c *survey.Cell) Level {
	return Level{AtS: c.TS, Time: c.Time, Lat: c.Lat, Lon: c.Lon, PCI: c.PCI, FreqHz: c.FreqHz, ECI: c.ECI,
		RSRPdBFS: c.RSRPdBFS, RSRQdB: c.RSRQdB, SINRdB: c.SINRdB, CFOHz: c.CFOHz, CFOSEHz: c.CFOSEHz,
		CFORelPPM: c.CFORelPPM, CFORelSE: c.CFORelSEPPM, ClockPPM: c.ClockPPM, Known: c.Known, Level: c.Level}
}

// levelNames are the columns of levels, in the order of row.
var levelNames = []any{"t_s", "time", "lat", "lon", "transmitter", "pci", "freq_hz", "eci", "rsrp_dbfs", "rsrq_db", "sinr_db", "cfo_hz", "cfo_se_hz",
	"cfo_rel_ppm", "cfo_rel_se_ppm", "clock_ppm", "known", "level"}

func (l *Level) row(transmitter string) []any {
	return []any{round(l.AtS, 3), l.Time, l.Lat, l.Lon, transmitter, l.PCI, l.FreqHz, l.ECI, l.RSRPdBFS, l.RSRQdB, l.SINRdB, l.CFOHz, l.CFOSEHz,
		l.CFORelPPM, l.CFORelSE, l.ClockPPM, l.Known, l.Level}
}

func round(v float64, decimals int) float64 {
	u := math.Pow10(decimals)
	return math.Round(v*u) / u
}

// sameHz is how near two raster points are that may be one while the radio's error is not known.
const sameHz = 150e3

// about tells whether an observation is of the cell, by all that a look tells of it: PCI and carrier.
func about(c *survey.Cell, o *lte.Observation) bool {
	return int(o.PCI) == c.PCI && math.Abs(o.FreqHz-c.FreqHz) < sameHz && o.Ghost == ""
}

// saidIn lists the messages of an observation.
func saidIn(o *lte.Observation) [][]byte {
	var out [][]byte
	if len(o.SIB1Octets) > 0 {
		out = append(out, o.SIB1Octets)
	}
	for _, x := range o.SIB1Others {
		out = append(out, x.Octets)
	}
	for _, m := range o.Messages {
		out = append(out, m.Octets)
	}
	return out
}

// stamp is a time as files have it, "" where it is not known.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

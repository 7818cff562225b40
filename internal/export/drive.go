// Package export makes files for others of surveys, and bundles of evidence.
//
// Everything that came off the air, from a file or from a list is foreign text: it is bounded and spelled out (clean), and then
// escaped for what it is put into: no spreadsheet takes it for a formula, no browser for markup, no file system for a name.
package export

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/straycell/straycell/internal/store"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/internal/verdict"
)

// Drive is a stored survey as files for others show it.
type Drive struct {
	Meta   store.Meta
	Count  store.Count
	Closed bool
	Cells  []survey.Cell // as they were judged, the heaviest first
	Sweep  survey.Sweep
	Alerts []survey.Alert
	Track  []Point          // where the receiver was; empty where it stood or nobody knows
	Levels map[string]trail // by transmitter
	Begin  time.Time        // of the first sample: by the source's clock, or, where it has none, by the computer's
	Clock  bool             // Begin is by the source's clock

	s *store.Survey
}

// Open reads a survey. cells is what it came to.
func Open(ctx context.Context, s *store.Survey, sum survey.Summary) (*Drive, error) {
	d := &Drive{Meta: s.Meta, Closed: s.Closed, Cells: slices.Clone(sum.Cells), Sweep: sum.Sweep, Levels: map[string]trail{}, s: s}
	var err error
	if d.Count, err = s.Count(); err != nil {
		return nil, err
	}
	for e, err := range s.Events("alert") {
		if err != nil {
			return nil, err
		}
		if a, ok := e.(survey.Alert); ok {
			d.Alerts = append(d.Alerts, a)
		}
	}
	slices.SortStableFunc(d.Cells, func(a, b survey.Cell) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(rank(&b), rank(&a)), cmp.Compare(a.FreqHz, b.FreqHz), cmp.Compare(a.PCI, b.PCI))
	})
	trails := map[string]*trail{}
	err = d.replay(ctx, func(l *survey.Look) {
		if d.Begin.IsZero() && !l.Time.IsZero() {
			d.Begin, d.Clock = l.Time.Add(-seconds(l.StartS)), true
		}
		if l.Fix != nil {
			if d.Track = append(d.Track, pointOf(l)); len(d.Track) > maxTrack {
				d.Track = thinned(d.Track)
			}
		}
	}, func(c *survey.Cell) {
		t := trails[c.Transmitter]
		if t == nil && len(trails) < maxTrails {
			t = &trail{}
			trails[c.Transmitter] = t
		}
		if t != nil {
			t.add(c)
		}
	}, func(from, to string) {
		if t := trails[from]; t != nil && trails[to] != nil {
			trails[to].levels = append(trails[to].levels, t.levels...)
			delete(trails, from)
		}
	})
	for name, t := range trails {
		slices.SortStableFunc(t.levels, func(a, b Level) int { return cmp.Compare(a.AtS, b.AtS) })
		d.Levels[name] = *t
	}
	if !d.Clock {
		d.Begin = s.Meta.Started
	}
	return d, err
}

// rank puts those first that are in no list.
func rank(c *survey.Cell) int {
	return map[string]int{"unknown": 3, "unconfirmed": 2, "no-list": 1}[c.Known]
}

// replay runs the survey's looks through the register again, without judging: what is told of each cell in turn.
func (d *Drive) replay(ctx context.Context, look func(*survey.Look), cell func(*survey.Cell), joined func(from, to string)) error {
	m := d.Meta
	cfg := survey.Config{Here: m.Here, Bands: m.Bands, Rules: []verdict.Rule{}}
	cfg.Decode.PPM, cfg.Decode.PPMRange = m.PPM, m.PPMRange
	within := false // a look: at the end every cell is told once more
	cfg.Sinks = []survey.Sink{{Name: "export", Live: true, Looks: true, Take: func(e survey.Event) error {
		switch e := e.(type) {
		case survey.Look:
			within = true
			look(&e)
		case survey.Progress:
			within = false
		case survey.Cell:
			if within {
				cell(&e)
			}
		case survey.Change:
			if e.What == "joined" {
				joined(e.From, e.Transmitter)
			}
		}
		return ctx.Err()
	}}}
	_, err := survey.Replay(ctx, cfg, m.URI, d.s.Steps())
	return err
}

// at is the moment of a signal time.
func (d *Drive) at(s float64) time.Time { return d.Begin.Add(seconds(s)) }

// where the receiver was, as the track has it.
func (d *Drive) where(s float64) (lat, lon float64, ok bool) {
	n, _ := slices.BinarySearchFunc(d.Track, s, func(p Point, s float64) int { return cmp.Compare(p.AtS, s) })
	for _, i := range []int{n - 1, n} {
		if i >= 0 && i < len(d.Track) && math.Abs(d.Track[i].AtS-s) < breakS {
			return d.Track[i].Fix.Lat, d.Track[i].Fix.Lon, true
		}
	}
	return 0, 0, false
}

// stampAt is that moment as files have it.
func (d *Drive) stampAt(s float64) string {
	return d.at(s).UTC().Round(time.Millisecond).Format(time.RFC3339Nano)
}

// who names a cell: by its identity, as far as it was read.
func who(c *survey.Cell) string {
	if c.ECI == nil || len(c.PLMNs) == 0 {
		return "PCI " + itoa(c.PCI)
	}
	return c.PLMNs[0] + " " + itoa(int(*c.ECI))
}

// metresPer are the lengths of a degree at a latitude.
func metresPer(lat float64) (perLat, perLon float64) {
	const perDeg = math.Pi / 180 * 6371008.8
	return perDeg, perDeg * math.Cos(lat*math.Pi/180)
}

// circle is a ring of points about a place, counter-clockwise and closed, as RFC 7946 has it: longitude, latitude.
func circle(lat, lon, radiusM float64) [][2]float64 {
	const n = 48
	perLat, perLon := metresPer(lat)
	perLon = math.Max(perLon, 1)
	var out [][2]float64
	for i := range n + 1 {
		a := 2 * math.Pi * float64(i%n) / n
		y := math.Max(-90, math.Min(90, lat+radiusM*math.Sin(a)/perLat))
		out = append(out, [2]float64{round(math.Remainder(lon+radiusM*math.Cos(a)/perLon, 360), 6), round(y, 6)})
	}
	return out
}

// openPackets makes packets of the drive's looks.
func (d *Drive) openPackets() *packets {
	return &packets{start: d.Begin, channel: channelAmong(d.Cells), last: map[packetKey]float64{}}
}

// channel numbers of a cell, as one text.
func channels(c *survey.Cell) string {
	if c.EARFCN != nil {
		return itoa(int(*c.EARFCN))
	}
	text := ""
	for i, n := range c.EARFCNCandidates {
		if i > 0 {
			text += " "
		}
		text += itoa(int(n))
	}
	return text
}

// place is where a cell is said to stand; ok is false where that cannot be known.
func place(c *survey.Cell) (lat, lon, radiusM float64, ok bool) {
	p := c.Place
	if p == nil || p.Lat == nil || p.Lon == nil {
		return 0, 0, 0, false
	}
	return *p.Lat, *p.Lon, p.RadiusM, true
}

// home tells whether SIB1 shows a home eNB, or the lists or rules call it a femtocell, and from what.
func home(c *survey.Cell) (why string, ok bool) {
	for _, f := range c.Findings {
		if f.Field == "class" && f.Value == "femto" {
			return f.From, true
		}
	}
	if c.ECI != nil && c.ENB == nil {
		if c.CSGID != nil || c.CSG != nil && *c.CSG {
			return "SIB1 names a closed subscriber group", true
		}
		return "SIB1 schedules SIB9, the name of a home eNB", true
	}
	for _, f := range c.Findings {
		if verdict.Family(f.Rule) == "FM" {
			return f.Rule, true
		}
	}
	return "", false
}

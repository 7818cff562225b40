package export

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"math"
	"strconv"
	"strings"
)

// feature is one of GeoJSON, RFC 7946.
type feature struct {
	Type       string         `json:"type"`
	Geometry   *geometry      `json:"geometry"` // null: it has no place
	Properties map[string]any `json:"properties"`
}

type geometry struct {
	Type        string `json:"type"`
	Coordinates any    `json:"coordinates"`
}

func pointAt(lat, lon float64) *geometry {
	return &geometry{"Point", [2]float64{round(lon, 6), round(lat, 6)}}
}

// WriteGeoJSON writes the track, what was heard where, and where cells are said to stand.
func (d *Drive) WriteGeoJSON(_ context.Context, w io.Writer) error {
	out := []feature{}
	for _, line := range lines(d.Track) {
		var at [][2]float64
		var when []string
		for _, p := range line {
			at = append(at, [2]float64{round(p.Fix.Lon, 6), round(p.Fix.Lat, 6)})
			when = append(when, d.stampAt(p.AtS))
		}
		out = append(out, feature{"Feature", &geometry{"LineString", at}, map[string]any{"kind": "track", "times": when, "from": clean(line[0].Fix.From)}})
	}
	for i := range d.Cells {
		c := &d.Cells[i]
		p := map[string]any{"kind": "cell", "name": clean(who(c)), "pci": c.PCI, "freq_hz": c.FreqHz, "known": c.Known, "level": c.Level, "score": c.Score,
			"transmitter": c.Transmitter, "first": d.stampAt(c.FirstS), "last": d.stampAt(c.LastS), "looks": c.Looks}
		put := func(name, text string) {
			if text != "" {
				p[name] = clean(text)
			}
		}
		put("earfcn", channels(c))
		put("plmns", strings.Join(c.PLMNs, " "))
		put("home_enb_name", homeName(c))
		put("warnings", warnings(c))
		put("findings", findingsText(c))
		if c.ECI != nil {
			p["eci"] = *c.ECI
		}
		if c.TAC != nil {
			p["tac"] = *c.TAC
		}
		if c.RSRPdBFS != nil {
			p["rsrp_dbfs"] = *c.RSRPdBFS
		}
		var at *geometry
		if c.Lat != nil && c.Lon != nil {
			at = pointAt(*c.Lat, *c.Lon)
			p["place_of"] = "the receiver where it heard the cell best"
		}
		out = append(out, feature{"Feature", at, p})
		if lat, lon, r, ok := place(c); ok {
			out = append(out, feature{"Feature", &geometry{"Polygon", [][][2]float64{circle(lat, lon, r)}},
				map[string]any{"kind": "place", "name": clean(who(c)), "transmitter": c.Transmitter, "radius_m": r, "moved": c.Place.Moved, "probability": 0.9,
					"place_of": "the transmitter"}})
		}
	}
	for _, a := range d.Alerts {
		var at *geometry
		if a.Cell.Lat != nil && a.Cell.Lon != nil {
			at = pointAt(*a.Cell.Lat, *a.Cell.Lon)
		}
		out = append(out, feature{"Feature", at, map[string]any{"kind": "alert", "name": clean(who(&a.Cell)), "time": d.stampAt(a.TS), "score": a.Cell.Score,
			"findings": clean(findingsText(&a.Cell)), "place_of": "the receiver"}})
	}
	bw := bufio.NewWriter(w)
	enc := json.NewEncoder(bw)
	enc.SetIndent("", " ")
	if err := enc.Encode(map[string]any{"type": "FeatureCollection", "features": out}); err != nil {
		return err
	}
	return bw.Flush()
}

// breakS is after how long without a position a track ends, and another one begins.
const breakS = 30

// lines are the stretches of a track that can be drawn: without holes, and parted where they cross the date line.
func lines(track []Point) [][]Point {
	var out [][]Point
	from := 0
	for i := 1; i <= len(track); i++ {
		if i < len(track) && track[i].AtS-track[i-1].AtS < breakS && math.Abs(track[i].Fix.Lon-track[i-1].Fix.Lon) < 180 {
			continue
		}
		if i-from >= 2 {
			out = append(out, track[from:i])
		}
		from = i
	}
	return out
}

// coordinates are those of a line or ring as KML has them.
func coordinates(ring [][2]float64) string {
	var b strings.Builder
	for i, p := range ring {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.FormatFloat(p[0], 'f', -1, 64) + "," + strconv.FormatFloat(p[1], 'f', -1, 64))
	}
	return b.String()
}

package export

import (
	"fmt"
	"html"
	"html/template"
	"math"

	"github.com/straycell/straycell/internal/survey"
)

const (
	mapW = 720.0
	mapH = 460.0
)

// chart is a map on a plane that touches the earth in its middle: of a city nothing is bent that an eye could see.
type chart struct {
	*drawing
	lat0, lon0, perLat, perLon float64 // metres of a degree
	px                         float64 // points for a metre
}

func (m *chart) xy(lat, lon float64) (x, y float64) {
	return mapW/2 + math.Remainder(lon-m.lon0, 360)*m.perLon*m.px, mapH/2 - (lat-m.lat0)*m.perLat*m.px
}

// chart draws the track, alerts and where transmitters stand; false where no place is known.
func (d *Drive) chart() (template.HTML, bool) {
	type spot struct{ lat, lon, r float64 }
	var spots []spot
	for _, p := range d.Track {
		spots = append(spots, spot{p.Fix.Lat, p.Fix.Lon, 0})
	}
	if h := d.Meta.Here; len(spots) == 0 && h != nil {
		spots = append(spots, spot{h.Lat, h.Lon, 0})
	}
	if len(spots) == 0 {
		return "", false
	}
	for i := range d.Cells {
		if lat, lon, r, ok := place(&d.Cells[i]); ok && d.Cells[i].Level != "normal" {
			spots = append(spots, spot{lat, lon, math.Min(r, 1500)}) // a large area is not what the map is for
		}
	}
	m := chart{drawing: newDrawing(mapW, mapH, "Map of the survey"), lon0: spots[0].lon}
	south, north, west, east := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	m.perLat, m.perLon = metresPer(spots[0].lat)
	m.perLon = math.Max(m.perLon, 1)
	for _, s := range spots {
		lon := math.Remainder(s.lon-m.lon0, 360)
		south, north = math.Min(south, s.lat-s.r/m.perLat), math.Max(north, s.lat+s.r/m.perLat)
		west, east = math.Min(west, lon-s.r/m.perLon), math.Max(east, lon+s.r/m.perLon)
	}
	m.lat0, m.lon0 = (south+north)/2, math.Remainder(m.lon0+(west+east)/2, 360)
	m.px = math.Min((mapW-90)/math.Max(100, (east-west)*m.perLon), (mapH-90)/math.Max(100, (north-south)*m.perLat))

	m.add(`<rect x="0.5" y="0.5" width="%g" height="%g" class="paper"/>`, mapW-1, mapH-1)
	m.graticule()
	for _, listed := range []bool{false, true} { // those in question on top
		for i := range d.Cells {
			if c := &d.Cells[i]; (c.Level != "normal") == listed {
				m.stand(c)
			}
		}
	}
	var free spread
	m.track(d, &free)
	for i := range d.Cells {
		if c := &d.Cells[i]; c.Level != "normal" && c.Lat != nil && c.Lon != nil {
			x, y := m.xy(*c.Lat, *c.Lon)
			free = append(free, [4]float64{x - 5, y, 10, 10})
		}
	}
	for i := range d.Cells {
		if c := &d.Cells[i]; c.Level != "normal" && c.Lat != nil && c.Lon != nil && len(d.Track) > 1 {
			m.best(c, &free)
		}
	}
	for i, a := range d.Alerts {
		if lat, lon, ok := d.where(a.TS); ok {
			c := &a.Cell
			x, y := m.xy(lat, lon)
			left, ty := free.put(x-9, y, 18, 17)
			m.add(`<g><title>%s</title>`, html.EscapeString(clean("alert: "+who(c))))
			m.leader(x, y, left+9, ty)
			m.add(`<path d="M%.1f %.1fl9 15h-18z" class="alertmark"/>`, left+9, ty-9)
			m.text(left+9, ty+4, "middle", "number", itoa(i+1))
			m.add(`</g>`)
		}
	}
	m.furniture()
	return m.done(), true
}

// graticule draws parallels and meridians.
func (m *chart) graticule() {
	halfLat, halfLon := mapH/2/m.px/m.perLat, mapW/2/m.px/m.perLon
	lats, decimals := ticks(m.lat0-halfLat, m.lat0+halfLat, 5)
	for _, v := range lats {
		_, y := m.xy(v, m.lon0)
		m.add(`<line x1="0" x2="%g" y1="%.1f" y2="%.1f" class="grid"/>`, mapW, y, y)
		m.text(5, y-3, "start", "tick", degrees(v, decimals, "N", "S"))
	}
	lons, decimals := ticks(m.lon0-halfLon, m.lon0+halfLon, 6)
	for _, v := range lons {
		x, _ := m.xy(m.lat0, v)
		m.add(`<line x1="%.1f" x2="%.1f" y1="0" y2="%g" class="grid"/>`, x, x, mapH)
		if x < 60 || x > mapW-70 {
			continue // its text would be cut, or stand on that of a parallel
		}
		m.text(x+3, mapH-6, "start", "tick", degrees(math.Remainder(v, 360), decimals, "E", "W"))
	}
}

func degrees(v float64, decimals int, plus, minus string) string {
	side := plus
	if v < 0 {
		side = minus
	}
	return fmt.Sprintf("%.*f° %s", decimals, math.Abs(v), side)
}

// stand draws where a cell's transmitter stands, with 90 % probability. Of a cell that nothing speaks against it is a thin line.
func (m *chart) stand(c *survey.Cell) {
	lat, lon, r, ok := place(c)
	if !ok {
		return
	}
	x, y := m.xy(lat, lon)
	class := "area " + class(c)
	if class == "area normal" && r > 400 {
		return // what is all over the map tells nothing on it
	}
	m.add(`<g><title>%s</title><circle cx="%.1f" cy="%.1f" r="%.1f" class="%s"/>`, html.EscapeString(clean(fmt.Sprintf("%s: within %.0f m", who(c), r))), x, y, r*m.px, class)
	if class != "area normal" {
		m.add(`<circle cx="%.1f" cy="%.1f" r="2.5" class="dot"/>`, x, y)
		m.text(x, y-math.Min(r*m.px, 60)-4, "middle", "label", who(c))
	}
	m.add(`</g>`)
}

// best draws where a cell was heard best.
func (m *chart) best(c *survey.Cell, free *spread) {
	x, y := m.xy(*c.Lat, *c.Lon)
	lx, ly := free.put(x+8, y, 120, 13)
	m.add(`<g><title>%s</title>`, html.EscapeString(clean("heard best here: "+who(c))))
	m.leader(x, y, lx-3, ly)
	m.add(`<rect x="%.1f" y="%.1f" width="8" height="8" class="best %s"/>`, x-4, y-4, class(c))
	m.text(lx, ly+4, "start", "label", who(c))
	m.add(`</g>`)
}

// leader ties a sign to its place where it could not stand there.
func (m *chart) leader(x, y, toX, toY float64) {
	if math.Hypot(x-toX, y-toY) > 8 {
		m.add(`<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" class="leader"/>`, x, y, toX, toY)
	}
}

// spread keeps signs from covering each other.
type spread [][4]float64

// put returns the nearest place below a point where a sign of this size is free; x is its left edge, y its middle.
func (s *spread) put(x, y, w, h float64) (float64, float64) {
	for range 60 {
		taken := false
		for _, p := range *s {
			taken = taken || x < p[0]+p[2] && p[0] < x+w && math.Abs(y-p[1]) < (h+p[3])/2
		}
		if !taken {
			break
		}
		y += 5
	}
	*s = append(*s, [4]float64{x, y, w, h})
	return x, y
}

// class is how a cell is drawn.
func class(c *survey.Cell) string {
	switch c.Level {
	case "alert", "suspicious", "watch":
		return c.Level
	}
	return "normal"
}

func (m *chart) track(d *Drive, free *spread) {
	for _, line := range lines(d.Track) {
		step := max(1, len(line)/3000)
		m.add(`<path class="track" d="`)
		for i := 0; i < len(line); i += step {
			x, y := m.xy(line[i].Fix.Lat, line[i].Fix.Lon)
			op := "L"
			if i == 0 {
				op = "M"
			}
			m.add("%s%.1f %.1f", op, x, y)
		}
		m.add(`"/>`)
	}
	end := func(lat, lon float64, name string) {
		x, y := m.xy(lat, lon)
		m.add(`<circle cx="%.1f" cy="%.1f" r="4.5" class="end"/>`, x, y)
		m.text(x+8, y+4, "start", "label", name)
		*free = append(*free, [4]float64{x - 5, y, 15 + 5.5*float64(len(name)), 13})
	}
	if n := len(d.Track); n > 1 {
		a, b := d.Track[0].Fix, d.Track[n-1].Fix
		ax, ay := m.xy(a.Lat, a.Lon)
		if bx, by := m.xy(b.Lat, b.Lon); math.Hypot(ax-bx, ay-by) < 14 {
			end(a.Lat, a.Lon, "start and end")
			return
		}
		end(a.Lat, a.Lon, "start")
		end(b.Lat, b.Lon, "end")
	} else if h := d.Meta.Here; h != nil && n == 0 {
		end(h.Lat, h.Lon, "receiver")
	}
}

// furniture draws north and the scale.
func (m *chart) furniture() {
	m.add(`<path d="M%g 14l6 18l-6 -4l-6 4z" class="north"/>`, mapW-24)
	m.text(mapW-24, 44, "middle", "tick", "N")
	metres := 1.0
	for _, v := range []float64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5} {
		if v*m.px <= 150 {
			metres = v
		}
	}
	name := fmt.Sprintf("%g m", metres)
	if metres >= 1000 {
		name = fmt.Sprintf("%g km", metres/1000)
	}
	x, y := mapW-16-metres*m.px, mapH-24.0
	m.add(`<path d="M%.1f %.1fv5h%.1fv-5" class="scale"/>`, x, y-5, metres*m.px)
	m.text(x+metres*m.px/2, y-6, "middle", "tick", name)
}

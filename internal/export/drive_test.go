package export

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/internal/store"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/sim"
)

// onRoute tells where a simulated receiver is.
type onRoute struct{ *sim.World }

func (r onRoute) Where(s float64, _ time.Time) (radio.Fix, bool) {
	lat, lon := r.WhereAt(s)
	return radio.Fix{Lat: lat, Lon: lon, From: "sim"}, true
}

// driven is a simulated survey, stored and opened again.
func driven(t testing.TB, uri string, d time.Duration) *Drive {
	t.Helper()
	w, err := sim.Open(uri)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	set, _, err := known.Read(bytes.NewReader(w.Inventory()), w.InventoryName(), nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg := survey.Config{Source: w, Observer: w, Known: set, For: d, Workers: 1}
	lat, lon := w.Where()
	if cfg.Here = (&known.Place{Lat: lat, Lon: lon}); w.Moves() {
		cfg.Place = onRoute{w}
	}
	for _, f := range w.Plan() {
		cfg.Plan = append(cfg.Plan, radio.Tuning{FreqHz: f})
	}
	path := filepath.Join(t.TempDir(), "a.survey")
	info := w.Info()
	out, err := store.Create(path, store.Options{Meta: store.Meta{Program: "straycell test", Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Source: uri, URI: info.URI,
		Radio: store.Radio{URI: info.URI, Driver: info.Driver, Serial: info.Serial, Bits: info.Bits}, Here: cfg.Here}})
	if err != nil {
		t.Fatal(err)
	}
	cfg.Sinks = []survey.Sink{{Name: "store", Live: true, Looks: true, Take: out.Take}}
	sum, err := survey.Run(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	drive, err := Open(context.Background(), s, sum)
	if err != nil {
		t.Fatal(err)
	}
	return drive
}

const aDrive = "sim:kt-femto?level=observations&route=drive"

type writer func(*Drive, context.Context, io.Writer) error

func text(t testing.TB, d *Drive, w writer) string {
	t.Helper()
	var b bytes.Buffer
	if err := w(d, context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// rows reads CSV back, each line by the names of its columns.
func rows(t testing.TB, s string) []map[string]string {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(s)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range all[1:] {
		m := map[string]string{}
		for i, name := range all[0] {
			m[name] = row[i]
		}
		out = append(out, m)
	}
	return out
}

// TestDriveFiles holds each file against the survey it is of.
func TestDriveFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long under the race detector")
	}
	d := driven(t, aDrive, 40*time.Second)
	if len(d.Cells) < 20 || len(d.Alerts) < 2 || len(d.Track) < 50 {
		t.Fatalf("%d cells, %d alerts, %d positions", len(d.Cells), len(d.Alerts), len(d.Track))
	}
	cells := rows(t, text(t, d, (*Drive).WriteCells))
	if len(cells) != len(d.Cells) {
		t.Errorf("%d lines of %d cells", len(cells), len(d.Cells))
	}
	for i, c := range d.Cells {
		row := cells[i]
		if row["pci"] != itoa(c.PCI) || row["level"] != c.Level || c.ECI != nil && row["eci"] != itoa(int(*c.ECI)) || c.ECI == nil && row["eci"] != "" {
			t.Errorf("%+v, want %+v", row, c)
		}
		if v, err := strconv.ParseFloat(row["rsrp_dbfs"], 64); err != nil || v != *c.RSRPdBFS {
			t.Errorf("rsrp %q, want %v", row["rsrp_dbfs"], *c.RSRPdBFS)
		}
	}
	if levels := rows(t, text(t, d, (*Drive).WriteLevels)); len(levels) < 300 || levels[0]["lat"] == "" {
		t.Errorf("%d levels, the first %v", len(levels), levels[0])
	}
	if track := rows(t, text(t, d, (*Drive).WriteTrack)); len(track) != len(d.Track) || track[0]["from"] != "sim" {
		t.Errorf("%d of %d positions", len(track), len(d.Track))
	}
	femtos := rows(t, text(t, d, (*Drive).WriteFemtos))
	unknown := 0
	for _, f := range femtos {
		if f["plmn"] != "450-08" {
			t.Errorf("%v", f)
		}
		if f["known"] == "unknown" {
			unknown++
		}
	}
	if unknown < 3 {
		t.Errorf("%d of %d femtocells are unknown", unknown, len(femtos))
	}
	geoJSON(t, d)
	kmlTree(t, d)
	report := text(t, d, (*Drive).WriteReport)
	for _, want := range []string{"Drive test of 3 September 2025", "450-08 254419017", "FM-05", "<svg", "start"} {
		if !strings.Contains(report, want) {
			t.Errorf("the report has no %q", want)
		}
	}
	report = strings.ReplaceAll(report, "http://www.w3.org/2000/svg", "") // the name of SVG, which nobody asks for
	for _, link := range []string{"://", "src=", "href=", "url(", "@import", "<script"} {
		if i := strings.Index(report, link); i >= 0 {
			t.Errorf("the report points somewhere: %.60s", report[max(0, i-20):])
		}
	}
}

// geoJSON holds a file against RFC 7946.
func geoJSON(t *testing.T, d *Drive) {
	t.Helper()
	var c struct {
		Type     string
		Features []struct {
			Type     string
			Geometry *struct {
				Type        string
				Coordinates json.RawMessage
			}
			Properties map[string]any
		}
	}
	if err := json.Unmarshal([]byte(text(t, d, (*Drive).WriteGeoJSON)), &c); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	position := func(p []float64) {
		if len(p) != 2 || math.Abs(p[0]) > 180 || math.Abs(p[1]) > 90 {
			t.Errorf("position %v", p)
		}
	}
	for _, f := range c.Features {
		if f.Type != "Feature" || f.Properties == nil {
			t.Errorf("%+v", f)
		}
		kind, _ := f.Properties["kind"].(string)
		kinds[kind]++
		if f.Geometry == nil {
			continue
		}
		switch f.Geometry.Type {
		case "Point":
			var p []float64
			if err := json.Unmarshal(f.Geometry.Coordinates, &p); err != nil {
				t.Error(err)
			}
			position(p)
		case "LineString":
			var l [][]float64
			if err := json.Unmarshal(f.Geometry.Coordinates, &l); err != nil || len(l) < 2 {
				t.Errorf("%d positions, %v", len(l), err)
			}
			for _, p := range l {
				position(p)
			}
		case "Polygon":
			var rings [][][]float64
			if err := json.Unmarshal(f.Geometry.Coordinates, &rings); err != nil || len(rings) != 1 || len(rings[0]) < 4 {
				t.Fatalf("%d rings, %v", len(rings), err)
			}
			r, area := rings[0], 0.0
			for i, p := range r {
				position(p)
				if i > 0 {
					area += (r[i-1][0]-r[0][0])*(p[1]-r[0][1]) - (p[0]-r[0][0])*(r[i-1][1]-r[0][1])
				}
			}
			if r[0][0] != r[len(r)-1][0] || r[0][1] != r[len(r)-1][1] || area <= 0 {
				t.Errorf("a ring of area %g is not closed, or goes clockwise", area)
			}
		default:
			t.Errorf("geometry %s", f.Geometry.Type)
		}
	}
	if c.Type != "FeatureCollection" || kinds["track"] != 1 || kinds["cell"] != len(d.Cells) || kinds["alert"] != len(d.Alerts) {
		t.Errorf("%s with %v", c.Type, kinds)
	}
}

// kmlOrder is which elements may follow each other in one, by the schema of KML 2.2; those that are not named have text alone.
var kmlOrder = map[string][]string{
	"kml": {"Document"}, "Document": {"name", "Style", "Folder", "Placemark"}, "Folder": {"name", "Style", "Folder", "Placemark"},
	"Style": {"IconStyle", "LineStyle", "PolyStyle"}, "IconStyle": {"color", "scale"}, "LineStyle": {"color", "width"}, "PolyStyle": {"color"},
	"Placemark": {"name", "description", "TimeStamp", "TimeSpan", "styleUrl", "ExtendedData", "Point", "LineString", "Polygon"},
	"TimeStamp": {"when"}, "TimeSpan": {"begin", "end"}, "ExtendedData": {"Data"}, "Data": {"value"}, "Point": {"coordinates"},
	"LineString": {"tessellate", "coordinates"}, "Polygon": {"outerBoundaryIs"}, "outerBoundaryIs": {"LinearRing"}, "LinearRing": {"coordinates"},
}

// kmlTree holds a file against the order of elements that the schema of KML asks for, and returns its texts.
func kmlTree(t testing.TB, d *Drive) []string {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(text(t, d, (*Drive).WriteKML)))
	var stack []string
	at := []int{0}
	var texts []string
	for {
		token, err := dec.Token()
		if err == io.EOF {
			return texts
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if len(stack) > 0 {
				order := kmlOrder[stack[len(stack)-1]]
				i := at[len(at)-1]
				for i < len(order) && order[i] != e.Name.Local {
					i++
				}
				if i == len(order) {
					t.Fatalf("<%s> in <%s> out of order", e.Name.Local, stack[len(stack)-1])
				}
				at[len(at)-1] = i
			}
			stack, at = append(stack, e.Name.Local), append(at, 0)
		case xml.EndElement:
			stack, at = stack[:len(stack)-1], at[:len(at)-1]
		case xml.CharData:
			if s := strings.TrimSpace(string(e)); s != "" {
				if len(kmlOrder[stack[len(stack)-1]]) > 0 {
					t.Errorf("%q stands in <%s>", s, stack[len(stack)-1])
				}
				texts = append(texts, s)
			}
		case xml.Comment, xml.Directive:
			t.Errorf("%T", e)
		}
	}
}

// TestDateLine drives across the meridian of 180 degrees.
func TestDateLine(t *testing.T) {
	var track []Point
	for i := range 10 {
		track = append(track, Point{AtS: float64(i), Fix: radio.Fix{Lat: -16.5, Lon: math.Remainder(179.9995+0.0001*float64(i), 360)}})
	}
	if got := lines(track); len(got) != 2 {
		t.Errorf("%d lines", len(got))
	}
	for _, p := range circle(-16.5, 179.9999, 500) {
		if math.Abs(p[0]) > 180 {
			t.Errorf("%v", p)
		}
	}
	d := Drive{Track: track, Levels: map[string]trail{}}
	if svg, ok := d.chart(); !ok || strings.Contains(string(svg), "NaN") {
		t.Errorf("%v %.200s", ok, svg)
	}
}

package export

import (
	"bufio"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// The elements of KML 2.2 (OGC 07-147r2) in the order that its schema asks for.
type (
	kml struct {
		XMLName  xml.Name  `xml:"http://www.opengis.net/kml/2.2 kml"`
		Document kmlFolder `xml:"Document"`
	}
	kmlFolder struct {
		Name    string      `xml:"name"`
		Styles  []kmlStyle  `xml:"Style"`
		Folders []kmlFolder `xml:"Folder"`
		Places  []kmlPlace  `xml:"Placemark"`
	}
	kmlStyle struct {
		ID   string     `xml:"id,attr"`
		Icon *kmlColour `xml:"IconStyle,omitempty"`
		Line *kmlColour `xml:"LineStyle,omitempty"`
		Poly *kmlColour `xml:"PolyStyle,omitempty"`
	}
	kmlColour struct {
		Colour string  `xml:"color"`
		Width  float64 `xml:"width,omitempty"`
		Scale  float64 `xml:"scale,omitempty"`
	}
	kmlPlace struct {
		Name    string     `xml:"name"`
		About   string     `xml:"description,omitempty"`
		When    *kmlWhen   `xml:"TimeStamp,omitempty"`
		Span    *kmlSpan   `xml:"TimeSpan,omitempty"`
		Style   string     `xml:"styleUrl,omitempty"`
		Data    *kmlData   `xml:"ExtendedData,omitempty"`
		Point   *kmlPoints `xml:"Point,omitempty"`
		Line    *kmlLine   `xml:"LineString,omitempty"`
		Polygon *kmlRing   `xml:"Polygon,omitempty"`
	}
	kmlWhen struct {
		When string `xml:"when"`
	}
	kmlSpan struct {
		Begin string `xml:"begin"`
		End   string `xml:"end"`
	}
	kmlData struct {
		Data []kmlValue `xml:"Data"`
	}
	kmlValue struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value"`
	}
	kmlPoints struct {
		Coordinates string `xml:"coordinates"`
	}
	kmlLine struct {
		Tessellate  int    `xml:"tessellate"`
		Coordinates string `xml:"coordinates"`
	}
	kmlRing struct {
		Coordinates string `xml:"outerBoundaryIs>LinearRing>coordinates"`
	}
)

// kmlText is a text for programs that show names and descriptions of KML as HTML, and put values in place of $[name].
func kmlText(s string) string {
	return strings.NewReplacer("<", "‹", ">", "›", "$[", "$ [", "&", "＆").Replace(clean(s))
}

// kmlStyles name the colours of levels; KML has them as alpha, blue, green, red.
var kmlStyles = []kmlStyle{
	{ID: "track", Line: &kmlColour{Colour: "ffb06a2c", Width: 3}},
	{ID: "alert", Icon: &kmlColour{Colour: "ff2020c0", Scale: 1.3}, Line: &kmlColour{Colour: "ff2020c0", Width: 2}, Poly: &kmlColour{Colour: "402020c0"}},
	{ID: "suspicious", Icon: &kmlColour{Colour: "ff0070e0", Scale: 1.1}, Line: &kmlColour{Colour: "ff0070e0", Width: 2}, Poly: &kmlColour{Colour: "400070e0"}},
	{ID: "watch", Icon: &kmlColour{Colour: "ff00b0d0", Scale: 1}, Line: &kmlColour{Colour: "ff00b0d0", Width: 1}, Poly: &kmlColour{Colour: "3000b0d0"}},
	{ID: "normal", Icon: &kmlColour{Colour: "ff707070", Scale: 0.8}, Line: &kmlColour{Colour: "ff707070", Width: 1}, Poly: &kmlColour{Colour: "20707070"}},
}

// styleOf is the style of a level; what is none of them is normal.
func styleOf(level string) string {
	for _, s := range kmlStyles[1:] {
		if s.ID == level {
			return "#" + level
		}
	}
	return "#normal"
}

// WriteKML writes what WriteGeoJSON does, for programs that show KML.
func (d *Drive) WriteKML(_ context.Context, w io.Writer) error {
	track, heard, places, alerts := kmlFolder{Name: "Track"}, kmlFolder{Name: "Cells, where they were heard best"},
		kmlFolder{Name: "Where transmitters stand, with 90 % probability"}, kmlFolder{Name: "Alerts"}
	for _, line := range lines(d.Track) {
		var at [][2]float64
		for _, p := range line {
			at = append(at, [2]float64{round(p.Fix.Lon, 6), round(p.Fix.Lat, 6)})
		}
		track.Places = append(track.Places, kmlPlace{Name: "Track", Style: "#track", Span: &kmlSpan{d.stampAt(line[0].AtS), d.stampAt(line[len(line)-1].AtS)},
			Line: &kmlLine{1, coordinates(at)}})
	}
	at := func(lat, lon float64) *kmlPoints {
		return &kmlPoints{coordinates([][2]float64{{round(lon, 6), round(lat, 6)}})}
	}
	for i := range d.Cells {
		c := &d.Cells[i]
		p := kmlPlace{Name: kmlText(who(c)), About: kmlText(findingsText(c)), Style: styleOf(c.Level), Span: &kmlSpan{d.stampAt(c.FirstS), d.stampAt(c.LastS)}, Data: &kmlData{}}
		put := func(name, text string) {
			if text != "" {
				p.Data.Data = append(p.Data.Data, kmlValue{name, kmlText(text)})
			}
		}
		put("level", fmt.Sprintf("%s, score %d", c.Level, c.Score))
		put("lists", c.Known)
		put("pci", itoa(c.PCI))
		put("earfcn", channels(c))
		put("frequency", fmt.Sprintf("%.1f MHz", c.FreqHz/1e6))
		if c.RSRPdBFS != nil {
			put("rsrp", fmt.Sprintf("%.1f dBFS", *c.RSRPdBFS))
		}
		put("home eNB name", homeName(c))
		put("warnings", warnings(c))
		if lat, lon, r, ok := place(c); ok {
			places.Places = append(places.Places, kmlPlace{Name: p.Name, About: kmlText(fmt.Sprintf("within %.0f m", r)), Style: p.Style,
				Polygon: &kmlRing{coordinates(circle(lat, lon, r))}})
		}
		if c.Lat != nil && c.Lon != nil {
			p.Point = at(*c.Lat, *c.Lon)
			heard.Places = append(heard.Places, p)
		}
	}
	for _, a := range d.Alerts {
		if c := &a.Cell; c.Lat != nil && c.Lon != nil {
			alerts.Places = append(alerts.Places, kmlPlace{Name: kmlText(who(c)), About: kmlText(findingsText(c)), When: &kmlWhen{d.stampAt(a.TS)},
				Style: "#alert", Point: at(*c.Lat, *c.Lon)})
		}
	}
	bw := bufio.NewWriter(w)
	bw.WriteString(xml.Header)
	enc := xml.NewEncoder(bw)
	enc.Indent("", " ")
	doc := kml{Document: kmlFolder{Name: kmlText("Survey of " + d.stampAt(0)), Styles: kmlStyles, Folders: []kmlFolder{track, heard, places, alerts}}}
	if err := enc.Encode(doc); err != nil {
		return err
	}
	bw.WriteByte('\n')
	return bw.Flush()
}

package export

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/straycell/straycell/internal/store"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
)

// hostile are texts that others may put into a home eNB's name, a warning, a list or a file's name.
var hostile = []string{
	`=HYPERLINK("http://x.example/?"&A1,"click")`, `=cmd|'/c calc'!A1`, `+1+1`, `-2+3+cmd|' /C calc'!A0`, `@SUM(1+1)*cmd|' /C calc'!A0`, "\t=1+1", "\r=1+1", "\n=1+1",
	` =1+1`, `a;=1+1`, `a,=1+1`, `a";=1+1`, `a"",=1+1`, `'=1+1`, "＝1+1", "\u00a0=1+1", "\ufeff=1+1", "\u200b=1+1",
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</title><script src=//x.example></script>`, `javascript:alert(1)`, `{{.}}`, `&lt;script&gt;`, `' onload='x`,
	`]]><x/>`, `<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>`, `&y;`, `<![CDATA[`, `-->`, `$[name]`, `</svg><script>1</script>`, `url(http://x.example)`,
	"\x00\x01\x1b[31m\x7f", "\x80\xff\xfe", "\u202eevil\u202c", "\U000e0041\u2066", "\ud7ff\uffff", "a\u2028b\u2029c", strings.Repeat("A", 5000), "../../../etc/passwd", "CON", "a/b\\c:d",
}

// poisoned is a drive in which every text is the given one.
func poisoned(s string) *Drive {
	lat, lon, level, tac := 37.4785, 126.8862, -70.5, 46101
	eci := uint32(254419004)
	name, _ := json.Marshal(map[string]string{"hnbName": hex.EncodeToString([]byte(s))})
	c := survey.Cell{Type: "cell", TS: 3, Source: s, Transmitter: "t1", FreqHz: 954.3e6, PCI: 486, Ports: 2, PRB: 50, MIBHex: "607c00", RSRPdBFS: &level, SINRdB: &level,
		PLMNs: []string{"450-08"}, ECI: &eci, TAC: &tac, Known: "unknown", Level: "alert", Score: 90, Profile: s, Lat: &lat, Lon: &lon, FirstS: 1, LastS: 3, Looks: 4,
		Place:    &survey.Place{Lat: &lat, Lon: &lon, RadiusM: 120, Why: s},
		Findings: []survey.Finding{{Rule: "FM-02", Version: 1, Weight: 80, Field: "address", Value: s, Expected: s, From: s, Text: s}, {Rule: "FM-01", Field: "class", Value: "femto", From: s, Text: s}}}
	c.SIBs = map[string]json.RawMessage{"9": name}
	c.Warnings = []survey.Warning{{SIB: 12, Text: s}}
	d := &Drive{Meta: store.Meta{Program: s, Source: s, URI: s, Profile: s, Lists: []string{s}, Radio: store.Radio{Driver: s, Serial: s}}, Closed: true,
		Cells: []survey.Cell{c}, Alerts: []survey.Alert{{Type: "alert", TS: 2, Cell: c}}, Levels: map[string]trail{}, Begin: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Clock: true}
	d.Sweep.BandsSkipped = []survey.Skip{{Why: s}}
	d.Count.Holes = []string{s}
	for i := range 5 {
		d.Track = append(d.Track, Point{AtS: float64(i), Fix: radio.Fix{Lat: lat + float64(i)*1e-4, Lon: lon, From: s}})
	}
	d.Levels["t1"] = trail{levels: []Level{levelOf(&c), levelOf(&c)}}
	return d
}

// formula tells whether a spreadsheet may take a field for one.
func formula(s string) bool {
	s = strings.TrimLeft(s, " ")
	r, _ := utf8.DecodeRuneInString(s)
	return strings.ContainsRune("=+-@\t\r＝＋－＠", r) && !number(s)
}

// shows are characters that no text of ours may have: they move, hide or reorder others.
func shows(t testing.TB, what, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Fatalf("%s is not UTF-8: %q", what, s)
	}
	for _, r := range s {
		if r != '\n' && r != '\r' && !unicode.IsGraphic(r) {
			t.Fatalf("%s has %U in it", what, r)
		}
	}
}

var element = regexp.MustCompile(`<\s*/?\s*([a-zA-Z!?][^\s/>]*)`)

// htmlWords are the elements of the report.
var htmlWords = []string{"!DOCTYPE", "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "dl", "div", "dt", "dd", "figure", "figcaption", "svg", "rect", "line", "text", "path", "circle", "g",
	"table", "thead", "tbody", "tr", "th", "td", "section", "span", "ul", "li"}

// check holds every file of a poisoned drive against what it may hold.
func check(t testing.TB, s string) {
	t.Helper()
	d := poisoned(s)
	for name, w := range map[string]writer{"cells.csv": (*Drive).WriteCells, "track.csv": (*Drive).WriteTrack, "femtos.csv": (*Drive).WriteFemtos} {
		var b bytes.Buffer
		if err := w(d, context.Background(), &b); err != nil {
			t.Fatal(err)
		}
		shows(t, name, b.String())
		harmless(t, name, b.String(), ',')
		harmless(t, name, b.String(), ';') // where programs part by these
		harmless(t, name, b.String(), '\t')
	}
	var b bytes.Buffer
	if err := d.WriteGeoJSON(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	shows(t, "GeoJSON", b.String())
	if !json.Valid(b.Bytes()) || bytes.ContainsAny(b.Bytes(), "<>&") {
		t.Fatalf("GeoJSON: %s", b.Bytes())
	}
	for _, x := range kmlTree(t, d) { // programs show it as HTML
		shows(t, "KML", x)
		if strings.ContainsAny(x, "<>&") || strings.Contains(x, "$[") {
			t.Fatalf("KML: %q", x)
		}
	}
	b.Reset()
	if err := d.WriteReport(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	shows(t, "the report", page)
	for _, m := range element.FindAllStringSubmatch(page, -1) {
		if !slices.Contains(htmlWords, m[1]) {
			t.Fatalf("the report has an element %q", m[1])
		}
	}
	attributes(t, page)
	b.Reset()
	c, err := newCapture(&b, s)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.add(Packet{Channel: "bcch-bch", Octets: []byte{1, 2, 3}, Time: d.Begin, FreqHz: 954.3e6, Note: s}); err != nil {
		t.Fatal(err)
	}
	if err := c.add(Packet{Channel: "pcch", Octets: []byte{1, 2, 3}, Time: d.Begin}); err == nil {
		t.Fatal("paging was taken")
	}
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
}

// harmless reads CSV with a separator that may not be ours: no field is a formula.
func harmless(t testing.TB, name, s string, comma rune) {
	t.Helper()
	r := csv.NewReader(strings.NewReader(s))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = comma, -1, comma != ','
	all, err := r.ReadAll()
	if err != nil {
		t.Fatalf("%s with %q: %v", name, comma, err)
	}
	for i, row := range all {
		if comma == ',' && len(row) != len(all[0]) {
			t.Fatalf("%s line %d has %d fields, want %d", name, i+1, len(row), len(all[0]))
		}
		for _, f := range row {
			if formula(f) {
				t.Fatalf("%s with %q: %q is a formula", name, comma, f)
			}
		}
	}
}

// attributes walks the report as XML, which it is but for a few words of HTML, and looks at every attribute.
func attributes(t testing.TB, page string) {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(page))
	dec.Strict, dec.AutoClose, dec.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	for {
		token, err := dec.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("the report: %v", err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range e.Attr {
			if n := strings.ToLower(a.Name.Local); strings.HasPrefix(n, "on") || n == "src" || n == "href" || n == "style" {
				t.Fatalf("the report has <%s %s=%q>", e.Name.Local, n, a.Value)
			}
		}
	}
}

func TestHostile(t *testing.T) {
	for _, s := range hostile {
		check(t, s)
	}
	if got := inert("450-08 254419004"); got != "450-08 254419004" {
		t.Errorf("%q", got)
	}
}

func FuzzHostile(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) < 4000 {
			check(t, s)
		}
	})
}

// TestHostileBundle makes evidence of a cell whose every text is hostile: file names are ours, lists are inert and read again.
func TestHostileBundle(t *testing.T) {
	cfg, meta := lostWorld(t) // its list has a formula and markup for names
	folder, err := OpenFolder(filepath.Join(t.TempDir(), "evidence"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{hostile[0], hostile[18], hostile[len(hostile)-4]} {
		d := poisoned(s)
		meta.Source, meta.Radio.Serial = s, s
		w := folder.write(context.Background(), &material{cell: d.Cells[0], about: About{Meta: meta}, cfg: cfg, levels: d.Levels["t1"].levels, track: d.Track,
			events: []survey.Event{d.Alerts[0]}, noIQ: s})
		if w.Err != nil {
			t.Fatal(w.Err)
		}
		entries, err := os.ReadDir(w.Path)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			text, err := os.ReadFile(filepath.Join(w.Path, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			switch filepath.Ext(e.Name()) {
			case ".csv":
				shows(t, e.Name(), string(text))
				harmless(t, e.Name(), string(text), ',')
				harmless(t, e.Name(), string(text), ';')
			case ".json":
				if !json.Valid(text) || bytes.ContainsAny(text, "<>&\x1b") {
					t.Errorf("%s: %s", e.Name(), text)
				}
			}
		}
		if set, err := excerptOf(w.Path); err != nil || set.Len() != 3 {
			t.Errorf("%d lines, %v", set.Len(), err)
		}
		c := verify(t, w.Path)
		if !c.Good() {
			t.Errorf("%+v", c)
		}
	}
}

// FuzzManifest reads what others made.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"format":"straycell evidence 1","number":1,"key":"ed25519:7cCPFgYV3aSMPbSeSXfhYFXgRmCx5iXRJW7bKbyNB0A","files":[{"name":"../x","size":1,"sha256":""}]}`), []byte("AAAA\n"))
	f.Add([]byte(`{}`), []byte(``))
	f.Fuzz(func(t *testing.T, text, sig []byte) {
		dir := t.TempDir()
		if os.WriteFile(filepath.Join(dir, manifestName), text, 0o600) != nil || os.WriteFile(filepath.Join(dir, sigName), sig, 0o600) != nil ||
			os.WriteFile(filepath.Join(dir, headName), text, 0o600) != nil {
			t.Skip()
		}
		if c, err := Verify(context.Background(), dir, nil); err == nil && c.Good() {
			t.Errorf("%s with %s is good", text, sig)
		}
		readHead(dir)
	})
}

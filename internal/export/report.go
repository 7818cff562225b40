package export

import (
	"bufio"
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/straycell/straycell/internal/survey"
)

//go:embed report.html
var reportText string

var reportTemplate = template.Must(template.New("report").Funcs(template.FuncMap{"clean": clean}).Parse(reportText))

// page is what the report shows. Its texts are cleaned by the template, which escapes them as well.
type page struct {
	Title, Begin, End, Clock, Source, Program, Radio string
	Verdict, VerdictClass                            string
	Facts                                            [][2]string
	Map                                              template.HTML
	NoMap                                            string
	Alerts                                           []alertLine
	Cases                                            []caseOf
	Left                                             int // cases that are in the table alone
	Overview                                         template.HTML
	Cells                                            []cellLine
	Femtos                                           []cellLine
	Notes                                            []string
}

type alertLine struct {
	Number                int
	Time, Who, Text, Rest string
}

type caseOf struct {
	Who, Class, Level, About, Place string
	Findings                        []survey.Finding
	LevelPlot, ClockPlot            template.HTML
	Messages                        string
	Said                            string
}

type cellLine struct {
	Class, Level, Who, Channel, PCI, TAC, RSRP, SINR, First, Last, Known, Name, Why, Score string
}

// maxCases bounds the pages of a report; the table has all cells.
const maxCases = 30

// WriteReport writes one page that needs nothing else and asks no network for anything.
func (d *Drive) WriteReport(_ context.Context, w io.Writer) error {
	endS := d.endS()
	p := page{Title: "Survey of " + d.Begin.UTC().Format("2 January 2006"), Begin: d.at(0).UTC().Round(time.Second).Format("2006-01-02 15:04:05 UTC"), End: hms(d.at(endS)) + " UTC",
		Source: d.Meta.Source, Program: d.Meta.Program, Radio: strings.TrimSpace(d.Meta.Radio.Driver + " " + d.Meta.Radio.Serial)}
	if len(d.Track) > 1 {
		p.Title = "Drive test of " + d.Begin.UTC().Format("2 January 2006")
	}
	if !d.Clock {
		p.Clock = "Times are those of the computer's clock: the source had none."
	}
	p.Verdict, p.VerdictClass = d.verdict()
	p.Facts = d.facts(endS)
	if chart, ok := d.chart(); ok {
		p.Map = chart
	} else {
		p.NoMap = "No map: the receiver's place was not known. With --gps it is."
	}
	for i, a := range d.Alerts {
		if i == maxCases {
			p.Notes = append(p.Notes, fmt.Sprintf("%d further alerts are not in the list of alerts.", len(d.Alerts)-i))
			break
		}
		p.Alerts = append(p.Alerts, alertLine{i + 1, hms(d.at(a.TS)), who(&a.Cell), fmt.Sprintf("PCI %d on %.1f MHz, score %d", a.Cell.PCI, a.Cell.FreqHz/1e6, a.Cell.Score), heaviest(&a.Cell)})
	}
	for i := range d.Cells {
		c := &d.Cells[i]
		p.Cells = append(p.Cells, d.line(c))
		if why, ok := home(c); ok && c.ECI != nil {
			l := d.line(c)
			l.Why = why
			p.Femtos = append(p.Femtos, l)
		}
		if c.Level == "normal" && c.Known != "unknown" {
			continue
		}
		if len(p.Cases) == maxCases {
			p.Left++
			continue
		}
		p.Cases = append(p.Cases, d.caseOf(c, endS))
	}
	p.Overview = d.overview(endS)
	p.Notes = append(p.Notes, d.notes()...)
	bw := bufio.NewWriter(w)
	if err := reportTemplate.Execute(bw, p); err != nil {
		return fmt.Errorf("export: report: %w", err)
	}
	return bw.Flush()
}

func (d *Drive) endS() float64 {
	end := math.Max(d.Count.Seconds, d.Sweep.TS)
	for i := range d.Cells {
		end = math.Max(end, d.Cells[i].LastS)
	}
	return end
}

// verdict is what a reader wants to know first.
func (d *Drive) verdict() (text, class string) {
	n := map[string]int{}
	unknown := 0
	for i := range d.Cells {
		n[d.Cells[i].Level]++
		if d.Cells[i].Known == "unknown" {
			unknown++
		}
	}
	class = "normal"
	switch {
	case n["alert"] > 0:
		class = "alert"
	case n["suspicious"] > 0:
		class = "suspicious"
	case unknown > 0, n["watch"] > 0:
		class = "watch"
	}
	if class == "normal" {
		return fmt.Sprintf("Nothing stands against any of %s.", many(len(d.Cells), "cell")), class
	}
	var parts []string
	for _, l := range []string{"alert", "suspicious", "watch"} {
		if n[l] > 0 {
			parts = append(parts, fmt.Sprintf("%d at level %s", n[l], l))
		}
	}
	if unknown > 0 {
		parts = append(parts, fmt.Sprintf("%d in no list that should hold them", unknown))
	}
	return fmt.Sprintf("Of %s: %s.", many(len(d.Cells), "cell"), strings.Join(parts, ", ")), class
}

func many(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func (d *Drive) facts(endS float64) [][2]string {
	f := [][2]string{{"Duration", clock(endS)}}
	way := 0.0
	for _, line := range lines(d.Track) {
		for i := 1; i < len(line); i++ {
			a, b := line[i-1].Fix, line[i].Fix
			perLat, perLon := metresPer(a.Lat)
			way += math.Hypot((b.Lat-a.Lat)*perLat, math.Remainder(b.Lon-a.Lon, 360)*perLon)
		}
	}
	if way > 0 {
		f = append(f, [2]string{"Way", fmt.Sprintf("%.2f km", way/1000)})
	}
	f = append(f, [2]string{"Cells", fmt.Sprintf("%d, of %d the identity was read", len(d.Cells), read(d.Cells))}, [2]string{"Alerts", itoa(len(d.Alerts))})
	s := d.Sweep
	if s.CarriersPlanned > 0 && s.CarriersCovered != nil {
		f = append(f, [2]string{"Carriers", fmt.Sprintf("%d of %d asked for were in view", *s.CarriersCovered, s.CarriersPlanned)})
	}
	if s.SensitivityDBFS != nil {
		f = append(f, [2]string{"Weakest cell that would have been found", fmt.Sprintf("%.0f dBFS", *s.SensitivityDBFS)})
	}
	if s.PPM != nil {
		f = append(f, [2]string{"The radio's clock", fmt.Sprintf("%+.2f ppm, as %s say", *s.PPM, many(s.PPMCells, "cell"))})
	}
	if s.LostSamples > 0 {
		f = append(f, [2]string{"Lost samples", fmt.Sprint(s.LostSamples)})
	}
	if d.Meta.Profile != "" {
		f = append(f, [2]string{"Judged by", "profile " + d.Meta.Profile})
	}
	if len(d.Meta.Lists) > 0 {
		f = append(f, [2]string{"Lists", strings.Join(d.Meta.Lists, ", ")})
	}
	return f
}

func read(cells []survey.Cell) (n int) {
	for i := range cells {
		if cells[i].ECI != nil {
			n++
		}
	}
	return n
}

// hms is the time of day.
func hms(t time.Time) string { return t.UTC().Round(time.Second).Format("15:04:05") }

// clock is a time span as people say it.
func clock(s float64) string {
	n := int(math.Round(s))
	switch {
	case n < 60:
		return fmt.Sprintf("%d s", n)
	case n < 3600:
		return fmt.Sprintf("%d min %02d s", n/60, n%60)
	}
	return fmt.Sprintf("%d h %02d min", n/3600, n/60%60)
}

// heaviest is the finding that weighs most.
func heaviest(c *survey.Cell) string {
	var best survey.Finding
	for _, f := range c.Findings {
		if f.Weight > best.Weight || best.Rule == "" {
			best = f
		}
	}
	return best.Text
}

func (d *Drive) line(c *survey.Cell) cellLine {
	l := cellLine{Class: class(c), Level: c.Level, Who: who(c), Channel: channels(c), PCI: itoa(c.PCI), Known: c.Known, Name: homeName(c), Score: itoa(c.Score),
		First: hms(d.at(c.FirstS)), Last: hms(d.at(c.LastS))}
	if l.Channel == "" || c.EARFCN == nil {
		l.Channel = fmt.Sprintf("%.1f MHz", c.FreqHz/1e6)
	}
	if c.TAC != nil {
		l.TAC = itoa(*c.TAC)
	}
	if c.RSRPdBFS != nil {
		l.RSRP = fmt.Sprintf("%.0f", *c.RSRPdBFS)
	}
	if c.SINRdB != nil {
		l.SINR = fmt.Sprintf("%.0f", *c.SINRdB)
	}
	return l
}

// caseOf is a cell against which something stands, or that no list has.
func (d *Drive) caseOf(c *survey.Cell, endS float64) caseOf {
	x := caseOf{Who: who(c), Class: class(c), Level: fmt.Sprintf("%s, score %d", c.Level, c.Score), Findings: c.Findings}
	about := []string{fmt.Sprintf("PCI %d on %.1f MHz", c.PCI, c.FreqHz/1e6)}
	if ch := channels(c); ch != "" {
		about[0] += " (EARFCN " + ch + ")"
	}
	if c.TAC != nil {
		about = append(about, "TAC "+itoa(*c.TAC))
	}
	if c.PRB > 0 {
		about = append(about, fmt.Sprintf("%d resource blocks, %s", c.PRB, many(c.Ports, "port")))
	}
	if name := homeName(c); name != "" {
		about = append(about, fmt.Sprintf("calls itself “%s”", clean(name)))
	}
	about = append(about, "lists: "+c.Known, fmt.Sprintf("heard from %s to %s in %s", hms(d.at(c.FirstS)), hms(d.at(c.LastS)), many(c.Looks, "look")))
	x.About = strings.Join(about, ", ")
	if lat, lon, r, ok := place(c); ok {
		x.Place = fmt.Sprintf("Its transmitter stands within %.0f m of %.5f, %.5f (90 %%).", r, lat, lon)
		if c.Place.Moved {
			x.Place = fmt.Sprintf("Its transmitter moved, by about %.0f m.", c.Place.MovedM)
		}
	} else if c.Place != nil && c.Place.Why != "" {
		x.Place = "Where it stands: " + c.Place.Why + "."
	}
	if names := sibNames(c); len(names) > 0 {
		x.Messages = "System information that was read: SIB " + strings.Join(names, ", ")
	}
	x.Said = warnings(c)
	x.LevelPlot, x.ClockPlot = d.plots(c, endS)
	return x
}

// plots are a transmitter's level and clock over time; of another identity of the same radio dim.
func (d *Drive) plots(c *survey.Cell, endS float64) (level, clock template.HTML) {
	t := d.Levels[c.Transmitter]
	if len(t.levels) < 2 {
		return "", ""
	}
	var alerts []float64
	for _, a := range d.Alerts {
		if a.Cell.Transmitter == c.Transmitter {
			alerts = append(alerts, a.TS)
		}
	}
	mine := func(l *Level) string {
		if c.ECI != nil && l.ECI != nil && *l.ECI != *c.ECI {
			return "other"
		}
		return "own"
	}
	lp := plot{title: "Level", unit: "RSRP, dBFS", fromS: 0, toS: endS, begin: d.Begin, alerts: alerts, least: 10, legend: [][2]string{{"own", "this identity"}, {"other", "the same radio as another cell"}}}
	cp := plot{title: "Carrier against all others'", unit: "ppm", fromS: 0, toS: endS, begin: d.Begin, alerts: alerts, least: 0.2, signed: true}
	for i := range t.levels {
		l := &t.levels[i]
		if l.RSRPdBFS != nil {
			lp.marks = append(lp.marks, mark{l.AtS, *l.RSRPdBFS, mine(l)})
		}
		if l.CFORelPPM != nil {
			cp.marks = append(cp.marks, mark{l.AtS, *l.CFORelPPM, mine(l)})
		}
	}
	if !slices.Contains(lp.classes(), "other") {
		lp.legend = nil
	}
	level = lp.svg()
	if len(cp.marks) > 1 {
		clock = cp.svg()
	}
	return level, clock
}

// overview shows when which cell was heard, those in question first.
func (d *Drive) overview(endS float64) template.HTML {
	const rowH, most = 13.0, 60
	n := min(len(d.Cells), most)
	if n == 0 {
		return ""
	}
	const left = 170.0
	g := newDrawing(plotW, 40+rowH*float64(n), "When each cell was heard")
	x := func(s float64) float64 { return left + s/math.Max(endS, 1)*(plotW-left-rightM) }
	for _, s := range timeTicks(0, math.Max(endS, 1)) {
		g.add(`<line x1="%.1f" x2="%.1f" y1="20" y2="%.1f" class="grid"/>`, x(s), x(s), 24+rowH*float64(n))
		g.text(x(s), 14, "middle", "tick", hms(d.at(s)))
	}
	for i := range n {
		c := &d.Cells[i]
		y := 30 + rowH*float64(i)
		name := who(c)
		if c.ECI == nil {
			name = fmt.Sprintf("%s, %.1f MHz", name, c.FreqHz/1e6)
		}
		g.text(left-8, y+3.5, "end", "tick", name)
		g.add(`<rect x="%.1f" y="%.1f" width="%.1f" height="6" rx="2" class="bar %s"/>`, x(c.FirstS), y-3, math.Max(2, x(c.LastS)-x(c.FirstS)), class(c))
	}
	return g.done()
}

// notes are what a reader must know of how far the survey can be relied on.
func (d *Drive) notes() []string {
	out := []string{"Levels are in dBFS, relative to the radio's full scale: it is not calibrated to dBm.",
		"The receiver only listens. Nothing addressed to a subscriber is decoded, and no identity of a phone is kept."}
	if !d.Closed {
		out = append(out, "The survey has no end: it was cut off, or goes on.")
	}
	for _, s := range d.Sweep.BandsSkipped {
		out = append(out, "Not covered: "+s.Why+".")
	}
	return append(append(out, d.Count.Holes...), d.Count.Thinned...)
}

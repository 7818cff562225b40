package tui

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/tui/plain"
	"github.com/straycell/straycell/tui/row"
)

// sweepPage is what is listened to: the newest look of each radio, and the spectra of the tunings looked at last.
type sweepPage struct {
	since  time.Time // by the wall clock
	radios []*station
	views  []*view // in the order of their frequencies
	last   *survey.Progress
	fixed  float64 // the tuning that the user chose; 0: the newest
}

// station is how one radio fares.
type station struct {
	source  string
	last    survey.Progress
	at      time.Time     // by the wall clock
	between time.Duration // the longest time between two looks, lately
	rate    float64       // looks per second
}

// view is a tuning with its spectra, the newest first.
type view struct {
	freqHz, rateHz float64
	rows           [][]uint8 // half decibels above quietDBFS
	used           int       // the latest has the most
}

// Bounds of what is remembered for a waterfall.
const (
	maxRows    = 64
	maxTunings = 64
	maxRadios  = 16
	maxBins    = 1024
	quietDBFS  = -127.0
)

func newSweepPage(now time.Time) sweepPage { return sweepPage{since: now} }

// put takes what a look told.
func (p *sweepPage) put(e *survey.Progress, now time.Time) {
	p.last = e
	source := sourceOf(e)
	i := slices.IndexFunc(p.radios, func(s *station) bool { return s.source == source })
	if i < 0 && len(p.radios) < maxRadios {
		i = len(p.radios)
		p.radios = append(p.radios, &station{source: source, at: now})
	}
	if i >= 0 {
		s := p.radios[i]
		took := now.Sub(s.at)
		s.between = max(took, s.between*9/10)
		if took > 0 {
			s.rate += 0.2 * (1/took.Seconds() - s.rate)
		}
		s.last, s.at = *e, now
	}
	p.see(e)
}

// see keeps a spectrum.
func (p *sweepPage) see(e *survey.Progress) {
	if len(e.PSD) == 0 || len(e.PSD) > maxBins || !(e.RateHz > 0) || !(e.FreqHz > 0) || math.IsInf(e.FreqHz+e.RateHz, 0) {
		return
	}
	used := 0
	for _, v := range p.views {
		used = max(used, v.used)
	}
	i, found := slices.BinarySearchFunc(p.views, e.FreqHz, func(v *view, f float64) int {
		switch {
		case math.Abs(v.freqHz-f) < sameHz:
			return 0
		case v.freqHz < f:
			return -1
		}
		return 1
	})
	if !found {
		p.views = slices.Insert(p.views, i, &view{freqHz: e.FreqHz})
	}
	v := p.views[i]
	if v.rateHz != e.RateHz || len(v.rows) > 0 && len(v.rows[0]) != len(e.PSD) {
		v.rateHz, v.rows = e.RateHz, nil
	}
	line := make([]uint8, len(e.PSD))
	for i, dB := range e.PSD {
		if x := (float64(dB) - quietDBFS) * 2; x > 0 {
			line[i] = uint8(min(255, x))
		}
	}
	v.used, v.freqHz = used+1, e.FreqHz
	v.rows = slices.Insert(v.rows, 0, line)[:min(len(v.rows)+1, maxRows)]
	if len(p.views) > maxTunings {
		old := 0
		for i := range p.views {
			if p.views[i].used < p.views[old].used {
				old = i
			}
		}
		p.views = slices.Delete(p.views, old, old+1)
	}
}

func (p *sweepPage) newest() *survey.Progress { return p.last }

// patience is how long no look may come before the radio is called silent; on a slow machine looks take as long as they take.
const patience = 5 * time.Second

// silent names a radio of which nothing was heard for too long.
func (p *sweepPage) silent(now time.Time) (source string, since time.Duration) {
	for _, s := range p.radios {
		if d := now.Sub(s.at); d > max(patience, 4*s.between) && d > since {
			source, since = s.source, d
			if source == "" {
				source = "-"
			}
		}
	}
	return source, since
}

// chosen is the view to draw.
func (p *sweepPage) chosen() *view {
	var out *view
	for _, v := range p.views {
		if p.fixed != 0 && math.Abs(v.freqHz-p.fixed) < sameHz {
			return v
		}
		if out == nil || v.used > out.used {
			out = v
		}
	}
	return out
}

// pressSweep chooses another tuning to look at; behind the last one the newest is followed again.
func (m *model) pressSweep(k tea.KeyPressMsg) {
	p := &m.watch
	by := 0
	switch {
	case key.Matches(k, m.keys.left):
		by = -1
	case key.Matches(k, m.keys.right):
		by = 1
	}
	if by == 0 || len(p.views) == 0 {
		return
	}
	v := p.chosen()
	i := slices.Index(p.views, v) + by
	if i < 0 || i >= len(p.views) {
		p.fixed = 0
		return
	}
	p.fixed = p.views[i].freqHz
}

// sweepPage draws the spectrum, below it the waterfall, and how radios, coverage and clock fare.
func (m *model) sweepPage(room int) []string {
	health := m.health()
	if n := max(3, room/3); len(health) > n {
		health = health[:n]
	}
	out := m.spectrum(room - len(health) - 1)
	for len(out) < room-len(health)-1 {
		out = append(out, "")
	}
	return append(append(out, m.rule(m.say.T("how it goes"), "")), health...)
}

// spectrum draws one tuning in room lines: where it is, its carriers, its power, and the same over time.
func (m *model) spectrum(room int) []string {
	v := m.watch.chosen()
	if v == nil || room < 4 {
		return []string{m.line(m.theme.dim, m.say.T("no spectrum yet"))}
	}
	n := m.width - axisCells
	if n < 8 {
		return nil
	}
	head := fmt.Sprintf("%.1f – %.1f MHz", (v.freqHz-v.rateHz/2)/1e6, (v.freqHz+v.rateHz/2)/1e6)
	note := m.say.F("tuning %d of %d", slices.Index(m.watch.views, v)+1, len(m.watch.views))
	if m.watch.fixed != 0 {
		note = m.say.T("CHOSEN") + " " + note
	}
	out := []string{m.rule(head, note)}
	power := squeezed(v.rows[0], n)
	s := around(power, 30, 10)
	names, marks := m.carriers(v, n)
	tall := max(2, min(8, (room-3)/3))
	out = append(out, strings.Repeat(" ", axisCells)+m.theme.title.Render(names), strings.Repeat(" ", axisCells)+marks)
	out = append(out, s.framed(s.columns(power, tall), "%.0f")...)
	return append(out, m.waterfall(v, n, s, room-len(out))...)
}

// squeezed is a spectrum in n columns, each with the mean power of its bins.
func squeezed(line []uint8, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		from := i * len(line) / n
		to := max((i+1)*len(line)/n, from+1)
		var sum float64
		for _, v := range line[from:to] {
			sum += math.Pow(10, (quietDBFS+float64(v)/2)/10)
		}
		out[i] = 10 * math.Log10(sum/float64(to-from))
	}
	return out
}

// waterfall draws spectra over time, the newest on top, in five steps that differ without colour too.
func (m *model) waterfall(v *view, n int, s scale, room int) []string {
	steps := []string{" ", "░", "▒", "▓", "█"}
	var out []string
	for y := range max(0, min(room, len(v.rows))) {
		var b strings.Builder
		label := ""
		if y == 0 {
			label = m.say.T("now")
		}
		b.WriteString(plain.Right(label, axisCells-2) + "│ ")
		power := squeezed(v.rows[y], n)
		for from := 0; from < n; {
			step := heat(s.of(power[from]))
			to := from
			for to < n && heat(s.of(power[to])) == step {
				to++
			}
			b.WriteString(m.theme.heat[step].Render(strings.Repeat(steps[step], to-from)))
			from = to
		}
		out = append(out, b.String())
	}
	return out
}

func heat(v float64) int { return int(min(4, v*5)) }

// carriers marks the carriers found in a view: their PCI above, what they occupy below.
func (m *model) carriers(v *view, n int) (names, marks string) {
	at := func(hz float64) int { return int(math.Floor((hz - v.freqHz + v.rateHz/2) / v.rateHz * float64(n))) }
	line := []rune(strings.Repeat(" ", n))
	ranks := make([]int, n)
	label := []rune(strings.Repeat(" ", n))
	var in []*survey.Cell
	for _, c := range m.cells {
		if math.Abs(c.FreqHz-v.freqHz) < v.rateHz/2 {
			in = append(in, c)
		}
	}
	slices.SortFunc(in, order)
	for i := range ranks {
		ranks[i] = -1
	}
	for _, c := range in {
		half := float64(max(6, min(c.PRB, 110))) * 90e3
		for x := max(0, at(c.FreqHz-half)); x <= min(n-1, at(c.FreqHz+half)); x++ {
			if ranks[x] < 0 {
				line[x], ranks[x] = '─', row.Rank(c)
			}
		}
		if x := at(c.FreqHz); x >= 0 && x < n && line[x] != '▼' {
			line[x], ranks[x] = '▼', row.Rank(c)
		}
		text := []rune(fmt.Sprintf("%s%d ", row.Sign(c), c.PCI))
		for x := max(0, at(c.FreqHz)); x+len(text) <= n; x++ { // the first free place from the carrier's middle on
			if strings.TrimSpace(string(label[x:x+len(text)])) == "" && (x == 0 || label[x-1] == ' ') {
				copy(label[x:], text)
				break
			}
		}
	}
	var b strings.Builder
	for from := 0; from < n; {
		to := from
		for to < n && ranks[to] == ranks[from] {
			to++
		}
		text := string(line[from:to])
		if ranks[from] >= 0 {
			text = m.theme.ranks[ranks[from]].Render(text)
		}
		b.WriteString(text)
		from = to
	}
	return string(label), b.String()
}

// health says how each radio fares, what was covered, and what went wrong last.
func (m *model) health() []string {
	var out []string
	now := m.opt.Now()
	for _, r := range m.watch.radios {
		s := r.last.Status
		name := plain.Left(r.source, min(24, max(8, plain.Width(r.source))))
		if d := now.Sub(r.at); d > max(patience, 4*r.between) && !m.ended {
			out = append(out, m.line(m.theme.alarm, "!! "+m.say.F("%s silent for %s", name, row.Age(d.Seconds()))+m.lastError()))
			continue
		}
		parts := []string{m.say.F("%.1f looks/s", r.rate)}
		if s != nil {
			parts = append(parts, m.missing(s.Lost), m.say.F("clipped %.2f %%", 100*s.Clipped))
			if s.GainDB != 0 {
				parts = append(parts, m.say.F("gain %.0f dB", s.GainDB))
			}
			if s.PPMCells > 0 {
				parts = append(parts, fmt.Sprintf("%+.2f ±%.2f ppm", s.PPM, s.RangePPM))
			} else {
				parts = append(parts, m.say.F("ppm not known yet, within ±%.0f", s.RangePPM))
			}
		}
		style := m.theme.good
		if s != nil && (s.Clipped > 0.01 || s.Lost > 0) {
			style = m.theme.warn
		}
		out = append(out, m.line(style, "ok "+name+"  "+strings.Join(parts, "  ")))
		if s != nil {
			out = append(out, m.line(m.theme.title, "   "+m.coverage(s)))
			out = append(out, m.line(m.theme.title, "   "+m.place(s.Fix)))
		}
	}
	if len(out) == 0 {
		out = append(out, m.line(m.theme.dim, m.say.F("nothing heard of any radio yet, for %s", row.Age(now.Sub(m.watch.since).Seconds()))))
	}
	if e := m.end; e != nil {
		t := m.say.F("ended after %.1f s: %s, %d with SIB1", e.Seconds, m.cellsCount(e.Cells), e.SIB1Read)
		if e.CarriersCovered != nil {
			t += "  " + m.say.F("%d of %d carriers covered", *e.CarriersCovered, e.CarriersPlanned)
		}
		out = append(out, m.line(m.theme.title, t))
	}
	for i := len(m.errors) - 1; i >= 0; i-- {
		out = append(out, m.line(m.theme.warn, fmt.Sprintf("!  %.1f s: %s", m.errors[i].TS, m.errors[i].Text)))
	}
	return out
}

// coverage is how much of the plan was looked at.
func (m *model) coverage(s *survey.Status) string {
	switch {
	case s.Held:
		return m.say.T("held on one carrier: the sweep waits")
	case s.Planned == 0:
		return m.say.T("one tuning: nothing to sweep")
	}
	return m.say.F("round %d; tunings in the plan: %d; places looked at: %d", s.Round+1, s.Planned, s.Views)
}

// place is where the receiver is.
func (m *model) place(f *radio.Fix) string {
	if f == nil {
		return m.say.T("position: not known (--gps names what knows it)")
	}
	t := m.say.F("position: %.5f, %.5f by %s", f.Lat, f.Lon, plain.Text(f.From, 12))
	if f.ErrM > 0 {
		t += fmt.Sprintf(" ±%.0f m", f.ErrM)
	}
	if f.Age > 0 {
		t += "  " + m.say.F("%s old", row.Age(f.Age.Seconds()))
	}
	return t
}

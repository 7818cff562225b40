package tui

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
	"github.com/straycell/straycell/tui/row"
)

// Prey is who is hunted: a PCI on a carrier.
type Prey struct {
	PCI    int
	FreqHz float64
}

// huntPage is one cell's level, as somebody walks towards it.
type huntPage struct {
	*prey
	name   string
	radio  string  // its transmitter, once known: one that takes another PCI is still hunted
	levels []level // the newest last
	at     []time.Time
	peak   float64
	peakS  float64
	seen   bool // it was heard at all
	low    float64
	mute   bool
	ticked time.Time
	log    []bearing
}

// bearing is a direction of the antenna and how strongly the cell was heard from there.
type bearing struct {
	degrees int
	dB      float64
	heard   bool
	s       float64
}

const (
	maxTrack    = 1200 // levels kept: a minute and a half
	maxBearings = 36
	spanDB      = 60 // of the bar
	stepDB      = 10 // it moves by
)

// chase begins to hunt a cell; whoever was hunted before is forgotten.
func (m *model) chase(p Prey, name string) {
	if h := m.hunt.prey; h == nil || h.pci != p.PCI || h.freqHz != p.FreqHz {
		m.hunt = huntPage{prey: &prey{p.PCI, p.FreqHz}, name: name, low: math.NaN(), mute: m.hunt.mute}
	}
	m.inbox.hunt(m.hunt.prey)
	m.turn(pageHunt)
}

// follow goes on hunting a radio that took another PCI.
func (m *model) follow() {
	h := &m.hunt
	if h.prey == nil {
		return
	}
	if h.radio == "" {
		if c := m.hunted(); c != nil {
			h.radio = c.Transmitter
		}
		return
	}
	var newest *survey.Cell
	for _, c := range m.cells {
		if c.Transmitter == h.radio && (newest == nil || c.LastS > newest.LastS) {
			newest = c
		}
	}
	if newest == nil || newest.PCI == h.pci || math.Abs(newest.FreqHz-h.freqHz) > sameHz {
		return
	}
	m.message, m.bad = m.say.F("it calls itself PCI %d now, and was PCI %d", newest.PCI, h.pci), false
	h.prey = &prey{newest.PCI, h.freqHz}
	m.inbox.aim(h.prey)
}

// put takes levels as they came.
func (h *huntPage) put(ls []level, now time.Time) {
	for _, l := range ls {
		h.levels, h.at = add(h.levels, l, maxTrack), add(h.at, now, maxTrack)
		if !l.heard {
			continue
		}
		if !h.seen || l.dB > h.peak {
			h.peak, h.peakS, h.seen = l.dB, l.s, true
		}
		if math.IsNaN(h.low) {
			h.low = math.Floor((l.dB-spanDB/2)/stepDB) * stepDB
		}
		for l.dB > h.low+spanDB {
			h.low += stepDB
		}
		for l.dB < h.low {
			h.low -= stepDB
		}
	}
}

// recent is the mean level of what was heard between two ages in seconds of signal.
func (h *huntPage) recent(from, to float64) (dB float64, ok bool) {
	n := 0
	for i := len(h.levels) - 1; i >= 0; i-- {
		l := &h.levels[i]
		age := h.levels[len(h.levels)-1].s - l.s
		if age > from {
			break
		}
		if age >= to && l.heard {
			dB += l.dB
			n++
		}
	}
	return dB / float64(n), n > 0
}

// now is the level to show: the mean of the last third of a second, so that figures can be read.
func (h *huntPage) now() (float64, bool) { return h.recent(0.3, 0) }

// rate is how many levels came in the last two seconds, a second.
func (h *huntPage) rate(now time.Time) float64 {
	n := 0
	for i := len(h.at) - 1; i >= 0 && now.Sub(h.at[i]) < 2*time.Second; i-- {
		n++
	}
	return float64(n) / 2
}

// Ticks follow the level like a Geiger counter.
const (
	slowTick = 1200 * time.Millisecond
	fastTick = 80 * time.Millisecond
)

// tick is true when it is time for the next one.
func (m *model) tick() bool {
	h := &m.hunt
	if m.page != pageHunt || h.mute || h.prey == nil {
		return false
	}
	dB, ok := h.now()
	if !ok {
		return false
	}
	v := scale{h.low, h.low + spanDB}.of(dB)
	every := time.Duration(float64(slowTick) * math.Pow(float64(fastTick)/float64(slowTick), v))
	now := m.opt.Now()
	if now.Sub(h.ticked) < every {
		return false
	}
	h.ticked = now
	return true
}

func (m *model) pressHunt(k tea.KeyPressMsg) tea.Cmd {
	h := &m.hunt
	switch {
	case key.Matches(k, m.keys.mute):
		h.mute = !h.mute
	case key.Matches(k, m.keys.reset):
		h.peak, h.seen = 0, false
	case key.Matches(k, m.keys.bearing):
		m.askBearing()
	case key.Matches(k, m.keys.record):
		if c := m.hunted(); c != nil {
			return m.act(k, c)
		}
	case key.Matches(k, m.keys.open):
		if c := m.hunted(); c != nil {
			m.hold(0)
			m.openDetail(idOf(c))
		}
	}
	return nil
}

// hunted is the cell that is hunted, as the survey knows it.
func (m *model) hunted() *survey.Cell {
	if m.hunt.prey == nil {
		return nil
	}
	return m.heard(neighbour{freqHz: m.hunt.freqHz, pci: m.hunt.pci})
}

// askBearing takes the level that is heard while the question is answered.
func (m *model) askBearing() {
	m.ask(m.say.T("bearing of the antenna in degrees, 0 is north:"), func(m *model, text string) tea.Cmd {
		d, err := strconv.Atoi(text)
		if err != nil || d < 0 || d > 360 {
			m.refuse(m.say.T("not noted: type degrees from 0 to 360"))
			return nil
		}
		h := &m.hunt
		b := bearing{degrees: d % 360, s: m.now}
		b.dB, b.heard = h.recent(1, 0)
		h.log = add(h.log, b, maxBearings)
		return nil
	})
}

// huntPage draws the level as large as it can, then how it went and where from.
func (m *model) huntPage(room int) []string {
	h := &m.hunt
	if h.prey == nil {
		return []string{m.say.T("nothing is hunted")}
	}
	name := h.name
	style := m.theme.title
	if c := m.hunted(); c != nil {
		name, style = m.state(c)+"  "+m.title(c), m.theme.ranks[row.Rank(c)]
	}
	out := []string{m.line(style, name)}
	dB, ok := h.now()
	s := scale{h.low, h.low + spanDB}
	figure, trend := "- -", m.say.T("NOT HEARD")
	if ok {
		figure = fmt.Sprintf("%.0f", dB)
		trend = m.trend()
	}
	wide := max(1, min(6, m.width/40))
	notes := []string{
		trend, "",
		m.say.F("peak %s", m.peak()),
		m.say.F("%.1f levels/s", h.rate(m.opt.Now())),
		m.say.T("tick") + " " + map[bool]string{true: m.say.T("off"), false: m.say.T("on")}[h.mute],
	}
	number := large(figure, wide)
	for i, l := range number {
		l = pad(l, 18*wide)
		if i < len(notes) {
			l += "  " + notes[i]
		}
		out = append(out, m.line(m.theme.title, l))
	}
	if room -= len(out); room < 3 {
		return out
	}
	thick := max(1, min(4, room/6))
	for range thick {
		v := 0.0
		if ok {
			v = s.of(dB)
		}
		out = append(out, m.level(v, s))
	}
	out = append(out, m.line(m.theme.dim, m.ends(s)))
	room -= thick + 1
	track := max(0, min(10, room/2-1))
	if track > 1 {
		out = append(out, m.track(s, track)...)
		room -= track + 1
	}
	return append(out, m.bearings(s, room)...)
}

// level draws the bar, with the peak marked in it.
func (m *model) level(v float64, s scale) string {
	h := &m.hunt
	b := []rune(bar(v, m.width))
	if h.seen && m.width > 0 {
		if x := min(m.width-1, int(s.of(h.peak)*float64(m.width))); x >= 0 && x < len(b) {
			b[x] = '│'
		}
	}
	style := m.theme.heat[max(1, heat(v))]
	return style.Render(string(b))
}

// ends are the numbers below the bar.
func (m *model) ends(s scale) string {
	if math.IsNaN(s.low) {
		return ""
	}
	left, mid, right := fmt.Sprintf("%.0f", s.low), fmt.Sprintf("%.0f", (s.low+s.high)/2), m.say.F("%.0f dB, gain taken out", s.high)
	gap := max(1, m.width/2-len(left)-len(mid)/2)
	return left + strings.Repeat(" ", gap) + mid + plain.Right(right, max(1, m.width-len(left)-gap-len(mid)))
}

// trend compares the last second with the three before it.
func (m *model) trend() string {
	is, ok := m.hunt.recent(1, 0)
	was, before := m.hunt.recent(4, 1)
	switch d := is - was; {
	case !ok || !before:
		return m.say.T("listening")
	case d > 1:
		return "▲ " + m.say.F("rising %+.1f dB", d)
	case d < -1:
		return "▼ " + m.say.F("falling %+.1f dB", d)
	default:
		return "= " + m.say.T("steady")
	}
}

func (m *model) peak() string {
	h := &m.hunt
	if !h.seen {
		return "-"
	}
	return m.say.F("%.1f dB, %s ago", h.peak, row.Age(m.now-h.peakS))
}

// track draws the levels of the last time, the newest at the right.
func (m *model) track(s scale, height int) []string {
	n := m.width - axisCells
	if n < 8 || len(m.hunt.levels) == 0 || math.IsNaN(s.low) {
		return nil
	}
	ls := m.hunt.levels[max(0, len(m.hunt.levels)-n):]
	values := make([]float64, n)
	for i := range values {
		values[i] = math.NaN()
		if k := i - (n - len(ls)); k >= 0 && ls[k].heard {
			values[i] = ls[k].dB
		}
	}
	head := m.say.F("the last %s", row.Age(ls[len(ls)-1].s-ls[0].s))
	return append([]string{m.theme.dim.Render(plain.Left(head, m.width))}, s.framed(s.columns(values, height), "%.0f")...)
}

// bearings lists directions, the strongest first.
func (m *model) bearings(s scale, room int) []string {
	if room < 2 {
		return nil
	}
	out := []string{m.rule(m.say.T("bearings"), m.say.F("%s notes one", m.keys.bearing.Help().Key))}
	log := slices.Clone(m.hunt.log)
	slices.SortStableFunc(log, func(a, b bearing) int {
		if a.heard != b.heard {
			return map[bool]int{true: -1, false: 1}[a.heard]
		}
		return cmp.Compare(b.dB, a.dB)
	})
	for i, b := range log {
		if i == room-1 {
			break
		}
		text := fmt.Sprintf("%s %3d°  ", compass(b.degrees), b.degrees)
		if b.heard {
			text += fmt.Sprintf("%6.1f dB  %s", b.dB, bar(s.of(b.dB), max(4, m.width-40)))
		} else {
			text += m.say.T("not heard")
		}
		style := m.theme.title
		if i > 0 {
			style = m.theme.ranks[3]
		}
		out = append(out, m.line(style, text+"  "+m.say.F("%s ago", row.Age(m.now-b.s))))
	}
	return out
}

// compass names a direction in two cells.
func compass(degrees int) string {
	return [...]string{"N ", "NE", "E ", "SE", "S ", "SW", "W ", "NW"}[(degrees+22)/45%8]
}

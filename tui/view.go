package tui

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
	"github.com/straycell/straycell/tui/row"
)

// Lines of the screen that are always there: pages, status and alarm above, message and keys below.
const (
	above = 3
	below = 2
)

func (m *model) View() tea.View {
	v := tea.NewView(m.render())
	v.AltScreen = true
	v.WindowTitle = "straycell"
	return v
}

// render draws the whole screen, exactly width by height.
func (m *model) render() string {
	room := max(0, m.height-above-below)
	var content []string
	switch m.page {
	case pageCells:
		content = m.cellsPage(room)
	case pageDetail:
		content = m.detailPage(room)
	case pageSweep:
		content = m.sweepPage(room)
	case pageAlerts:
		content = m.alertsPage(room)
	case pageHunt:
		content = m.huntPage(room)
	case pageHelp:
		content = m.fit(m.scrolled(m.helpLines(), room, &m.help))
	}
	lines := append([]string{m.tabs(), m.status(), m.alarm()}, content[:min(len(content), room)]...)
	for len(lines) < above+room {
		lines = append(lines, "")
	}
	lines = append(lines, m.foot(), m.keyLine())
	if len(lines) > m.height {
		lines = lines[:max(0, m.height)]
	}
	for i, l := range lines {
		lines[i] = ansi.Truncate(l, m.width, "") // of a terminal too narrow for a title or the keys
	}
	s := strings.Join(lines, "\n")
	if m.opt.ASCII {
		s = ascii(s)
	}
	return s
}

// style is what line needs of a lipgloss.Style.
type style interface{ Render(...string) string }

// line is text padded or cut to the whole width, in one style.
func (m *model) line(s style, text string) string { return s.Render(plain.Left(text, m.width)) }

// tabs names the pages, with the number of alerts that wait, and where the samples come from.
func (m *model) tabs() string {
	names := []struct {
		p    page
		text string
	}{
		{pageCells, "1 " + m.say.T("cells")}, {pageSweep, "2 " + m.say.T("sweep")}, {pageAlerts, "3 " + m.say.T("alerts")}, {pageHunt, "4 " + m.say.T("hunt")},
	}
	var b strings.Builder
	width := 0
	for _, n := range names {
		s, text := m.theme.title, " "+n.text+" "
		switch {
		case n.p == m.page, n.p == pageCells && m.page == pageDetail:
			s = m.theme.on
		case n.p == pageHunt && m.hunt.prey == nil:
			s = m.theme.dim
		}
		if waiting := m.alerts.waiting(); n.p == pageAlerts && waiting > 0 {
			text = fmt.Sprintf(" %s !%d ", n.text, waiting)
			if n.p != m.page {
				s = m.theme.alarm
			}
		}
		b.WriteString(s.Render(text))
		width += plain.Width(text)
	}
	source := m.opt.Source
	if plain.Width(source) > 30 {
		source = filepath.Base(source)
	}
	return b.String() + m.theme.title.Render(plain.Right("straycell  "+plain.Text(source, 30), max(0, m.width-width)))
}

// status is proof of life: what is being done, since when, and whether anything is missing.
func (m *model) status() string {
	parts := []string{fmt.Sprintf("%.1f s", m.now)}
	p := m.watch.newest()
	silent, silence := m.watch.silent(m.opt.Now())
	switch {
	case m.ended:
		parts = append(parts, m.say.T("the survey has ended"))
	case p == nil:
		parts = append(parts, m.say.T("starting")+strings.Repeat(".", m.frames/3%4))
	case p.RateHz != 0:
		parts = append(parts, fmt.Sprintf("%.1f MHz %.4g Msps", p.FreqHz/1e6, p.RateHz/1e6))
	default:
		parts = append(parts, fmt.Sprintf("%.1f MHz", p.FreqHz/1e6))
	}
	if p != nil && p.Status != nil && !m.ended {
		switch s := p.Status; {
		case s.Held:
			parts = append(parts, m.say.T("HELD on one carrier"))
		case s.Planned > 1 && s.Place < 1:
			parts = append(parts, m.say.F("round %d %.0f %%", s.Round+1, 100*s.Place))
		case s.Planned > 1:
			parts = append(parts, m.say.F("round %d, a closer look", s.Round+1))
		}
		if s := p.Status; s.PPMCells > 0 {
			parts = append(parts, fmt.Sprintf("%+.2f ppm", s.PPM))
		}
	}
	parts = append(parts, m.cellsCount(len(m.cells)), m.missing(m.lost))
	if m.failed != nil {
		return m.line(m.theme.alarm, "!! "+m.say.T("the survey has ended")+": "+m.failed.Error())
	}
	if silent != "" && !m.ended {
		return m.line(m.theme.alarm, m.say.F("!! radio silent for %s: %s", row.Age(silence.Seconds()), silent)+m.lastError())
	}
	return m.line(m.theme.bar, " "+strings.Join(parts, "  "))
}

// missing says how many samples were lost, louder where there were any.
func (m *model) missing(n int64) string {
	if n == 0 {
		return m.say.T("nothing lost")
	}
	return m.say.F("! LOST %d", n)
}

func (m *model) lastError() string {
	if len(m.errors) == 0 {
		return ""
	}
	return ": " + m.errors[len(m.errors)-1].Text
}

// alarm is the one line that must not be overlooked.
func (m *model) alarm() string {
	n := m.ranks()
	var top *survey.Cell
	for _, c := range m.cells {
		if top == nil || order(c, top) < 0 {
			top = c
		}
	}
	switch {
	case n[0] > 0:
		return m.line(m.theme.alarm, "!! "+m.say.Count(n[0], "1 unknown cell", "%d unknown cells")+": "+m.title(top))
	case n[1] > 0:
		return m.line(m.theme.ranks[1], "** "+m.say.Count(n[1], "1 suspicious cell", "%d suspicious cells")+": "+m.title(top))
	case m.alerts.waiting() > 0:
		return m.line(m.theme.warn, "!! "+m.say.F("what was unknown or suspicious is so no more; %d not acknowledged: press 3", m.alerts.waiting()))
	case m.opt.NoList && m.opt.Learn != nil:
		return m.line(m.theme.warn, "-- "+m.say.T("no list of known cells: press L to learn what is here as a baseline"))
	case m.opt.NoList:
		return m.line(m.theme.warn, "-- "+m.say.T("no list of known cells: nothing can be called unknown"))
	case len(m.cells) == 0:
		return m.line(m.theme.dim, "   "+m.say.T("no cell found yet"))
	}
	return m.line(m.theme.good, "ok "+m.say.F("no cell is unknown: %d known, %d unconfirmed", n[4], n[2]))
}

// scrolled is the part of lines that fits the room, from *at on, which is kept within them; the last one says how many follow.
func (m *model) scrolled(lines []string, room int, at *int) []string {
	*at = max(0, min(*at, len(lines)-room))
	more := len(lines) - *at - room
	out := slices.Clone(lines[*at:min(len(lines), *at+max(0, room))])
	if more > 0 && len(out) > 1 {
		out[len(out)-1] = m.say.F("   %d more lines: press %s", more+1, m.keys.down.Help().Key)
	}
	return out
}

func (m *model) fit(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = plain.Left(l, m.width)
	}
	return out
}

// rule is a horizontal line with a title at its left and a note at its right.
func (m *model) rule(title, note string) string {
	if note != "" {
		note = " " + note + " ──"
	}
	if title != "" {
		title = " " + plain.Text(title, m.width-6-plain.Width(note)) + " "
	}
	gap := max(0, m.width-2-plain.Width(title)-plain.Width(note))
	return m.theme.title.Render("──" + title + strings.Repeat("─", gap) + note)
}

// foot is the question being asked, the latest message, or nothing.
func (m *model) foot() string {
	switch {
	case m.prompt != nil:
		return m.theme.bar.Render(pad(m.prompt.line(m.width), m.width))
	case m.bad:
		return m.line(m.theme.warn, "! "+m.message)
	case m.message == "" && len(m.ghosts) > 0:
		ghosts := slices.SortedFunc(maps.Values(m.ghosts), func(a, b survey.Candidate) int {
			return cmp.Or(cmp.Compare(a.FreqHz, b.FreqHz), cmp.Compare(a.PCI, b.PCI))
		})
		return m.line(m.theme.dim, row.Ghosts(ghosts))
	}
	return m.line(m.theme.title, m.message)
}

// pad fills a line of ours, which holds no foreign text, up to a width.
func pad(s string, width int) string { return s + strings.Repeat(" ", max(0, width-plain.Width(s))) }

func (m *model) keyLine() string {
	h := help.New()
	h.ShortSeparator = "  "
	h.Styles = help.Styles{ShortKey: m.theme.key, Ellipsis: m.theme.dim}
	h.SetWidth(m.width)
	return h.ShortHelpView(m.short())
}

// helpLines explains keys, signs and columns.
func (m *model) helpLines() []string {
	var out []string
	for _, l := range []struct{ sign, word, text string }{
		{"!!", "unknown", m.say.T("in no list that should hold it")},
		{"**", "suspicious", m.say.T("in the list or not, what it does speaks against it")},
		{"??", "unconfirmed", m.say.T("fits a listed cell, its identity was not read")},
		{"--", "no-list", m.say.T("no list covers this place")},
		{"ok", "known", m.say.T("its identity is in the list")},
	} {
		out = append(out, plain.Left(l.sign+" "+m.say.T(l.word), 16)+l.text)
	}
	out = append(out, "")
	var keys []string
	for _, b := range m.keys.full() {
		if b.Enabled() {
			keys = append(keys, helpLine(b))
		}
	}
	across := max(1, m.width/38)
	table := make([]string, (len(keys)+across-1)/across)
	for i, k := range keys {
		table[i%len(table)] += plain.Left(k, 38)
	}
	out = append(append(out, table...), "")
	return append(out, plain.Lines(m.say.T("RSRP dBFS (dBm once calibrated) · SINR dB · ppm: how far its carrier stands off all others' · BW MHz · eNB/sector and TAC once SIB1 was read, h: identity of a home eNB · pts: what its findings weigh, 0 to 100 · age since last seen"), m.width, plain.MaxWrap)...)
}

func helpLine(b key.Binding) string { return plain.Left(b.Help().Key, 10) + b.Help().Desc }

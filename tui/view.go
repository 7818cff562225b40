package tui

import (
	"fmt"
	"path/filepath"
	"strings"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/straycell/straycell/tui/plain"
	"github.com/straycell/straycell/tui/row"
)

// Lines of the screen that are always there: status, spectrum and verdict above, message and keys below.
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
	lines := []string{m.status(), m.line(m.theme.dim, spectrum(m.progress, m.width)), m.verdict()}
	switch room := m.height - above - below; m.page {
	case pageCells:
		lines = append(lines, m.table()...)
		lines = append(lines, m.pane(room-1-m.tableRows())...)
	case pageWhy:
		lines = append(lines, m.why(room)...)
	case pageHelp:
		lines = append(lines, m.scrolled(m.help(), room)...)
	}
	for len(lines) < m.height-below {
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

// status says what is being done and to how much it came.
func (m *model) status() string {
	source := m.opt.Source
	if plain.Width(source) > 24 {
		source = filepath.Base(source)
	}
	parts := []string{plain.Text(source, 24), fmt.Sprintf("%.1f s", m.now)}
	switch p := m.progress; {
	case m.ended:
		parts = append(parts, "ended")
	case p == nil:
		parts = append(parts, "starting"+strings.Repeat(".", m.frames/3%4))
	case p.RateHz != 0:
		parts = append(parts, fmt.Sprintf("%.1f MHz %.4g Msps", p.FreqHz/1e6, p.RateHz/1e6))
	default:
		parts = append(parts, fmt.Sprintf("%.1f MHz", p.FreqHz/1e6))
	}
	if m.sweep != nil {
		m.lost = max(m.lost, m.sweep.LostSamples)
	}
	parts = append(parts, count(len(m.rows), "cell"), fmt.Sprintf("lost %d", m.lost))
	return m.line(m.theme.bar, " "+strings.Join(parts, "  "))
}

// verdict is the one line that must not be overlooked.
func (m *model) verdict() string {
	n := [5]int{}
	for _, c := range m.rows {
		n[row.Rank(c)]++
	}
	switch {
	case n[0] > 0:
		return m.line(m.theme.alarm, fmt.Sprintf("!! %s: %s", count(n[0], "unknown cell"), row.Title(m.rows[0])))
	case n[1] > 0:
		return m.line(m.theme.alarm, fmt.Sprintf("!! %s: %s", count(n[1], "suspicious cell"), row.Title(m.rows[0])))
	case m.opt.NoList && m.opt.Learn != nil:
		return m.line(m.theme.warn, "-- no list of known cells: press L to learn what is here as a baseline")
	case m.opt.NoList:
		return m.line(m.theme.warn, "-- no list of known cells: nothing can be called unknown")
	case len(m.rows) == 0:
		return m.line(m.theme.dim, "   no cell found yet")
	}
	return m.line(m.theme.good, fmt.Sprintf("ok no cell is unknown: %d known, %d unconfirmed", n[4], n[2]))
}

// minRows are kept for the table, so that the pane below it does not jump with the first cells.
const minRows = 4

// tableRows is how many cells the table shows at a time: about half the room at most, for the pane needs the rest.
func (m *model) tableRows() int {
	half := max(1, (m.height-above-below-1)*4/9)
	return min(half, max(minRows, len(m.rows)))
}

// table draws the titles and the rows around the cursor.
func (m *model) table() []string {
	out := []string{m.line(m.theme.title, " "+row.Head(m.width-1))}
	at, n := m.selected(), m.tableRows()
	m.offset = max(0, min(m.offset, at, len(m.rows)-n))
	if at >= m.offset+n {
		m.offset = at - n + 1
	}
	for i := m.offset; i < m.offset+n; i++ {
		if i >= len(m.rows) {
			out = append(out, "")
			continue
		}
		c := m.rows[i]
		s, mark := m.theme.ranks[row.Rank(c)], " "
		if i == at {
			s, mark = s.Reverse(true), ">"
		}
		out = append(out, m.line(s, mark+row.Cell(m.width-1, c, m.now)))
	}
	return out
}

// pane is the short detail of the selected row below the table.
func (m *model) pane(room int) []string {
	if room < 2 {
		return nil
	}
	if len(m.rows) == 0 {
		return []string{m.rule("", "")}
	}
	c := m.rows[m.selected()]
	lines := detail(c, m.now, m.width)
	if len(lines) > room-1 {
		lines = append(lines[:room-2], fmt.Sprintf("   %d more lines: press enter", len(lines)-room+2))
	}
	more := ""
	if n := m.tableRows(); len(m.rows) > n {
		more = fmt.Sprintf("rows %d to %d of %d", m.offset+1, m.offset+n, len(m.rows))
	}
	return append([]string{m.rule(row.Title(c), more)}, m.fit(lines)...)
}

// why is the whole of the selected cell.
func (m *model) why(room int) []string {
	if len(m.rows) == 0 || room < 2 {
		return nil
	}
	c := m.rows[m.selected()]
	head := fmt.Sprintf("%s  %s %d  %s", row.State(c), c.Level, c.Score, row.Title(c))
	return append([]string{m.line(m.theme.ranks[row.Rank(c)], head)}, m.scrolled(detail(c, m.now, m.width), room-1)...)
}

// scrolled is the part of lines that fits the room, from m.scroll on.
func (m *model) scrolled(lines []string, room int) []string {
	m.scroll = max(0, min(m.scroll, len(lines)-room))
	return m.fit(lines[m.scroll:min(len(lines), m.scroll+max(0, room))])
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
	case m.asking:
		return m.line(m.theme.bar, fmt.Sprintf("write a baseline of the %s seen here? y / n", count(len(m.rows), "cell")))
	case m.bad:
		return m.line(m.theme.warn, "! "+m.message)
	}
	return m.line(m.theme.title, m.message)
}

func (m *model) keyLine() string {
	h := help.New()
	h.ShortSeparator = "  "
	h.Styles = help.Styles{ShortKey: m.theme.key, Ellipsis: m.theme.dim}
	h.SetWidth(m.width)
	return h.ShortHelpView(m.keys.short())
}

// help explains keys, signs and columns.
func (m *model) help() []string {
	var out []string
	for _, b := range m.keys.full() {
		if b.Enabled() {
			out = append(out, helpLine(b))
		}
	}
	half := (len(out) + 1) / 2
	for i := range half {
		if left := out[i]; i+half < len(out) {
			out[i] = plain.Left(left, 38) + out[i+half]
		}
	}
	out = append(out[:half], "",
		"!! unknown      in no list that should hold it, or a level that is suspicious",
		"?? unconfirmed  fits a listed cell, its identity was not read",
		"-- no-list      no list covers this place",
		"ok known        its identity is in the list", "")
	return append(out, plain.Lines(row.Legend, m.width, plain.MaxWrap)...)
}

func helpLine(b key.Binding) string { return plain.Left(b.Help().Key, 11) + b.Help().Desc }

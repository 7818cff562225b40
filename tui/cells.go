package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
	"github.com/straycell/straycell/tui/row"
)

// table is how the cells are shown.
type table struct {
	offset int  // first row on the screen
	cursor id   // the selected row, which keeps its place when others move
	moved  bool // the user chose the row: until then the cursor stays on the top one
	search string
	filter filter
	group  group
	frozen bool
}

// filter is which states are shown.
type filter uint8

const (
	filterAll filter = iota
	filterStray
	filterUnsure
	filterKnown
	filters
)

var filterNames = [...]string{"all", "unknown and suspicious", "unconfirmed and no-list", "known"}

// group is what stands together.
type group uint8

const (
	groupNone group = iota
	groupOperator
	groupCarrier
	groups
)

var groupNames = [...]string{"urgency", "operator", "carrier"}

// wants tells whether a cell is shown.
func (t *table) wants(m *model, c *survey.Cell) bool {
	switch rank := row.Rank(c); t.filter {
	case filterStray:
		if rank > 1 {
			return false
		}
	case filterUnsure:
		if rank != 2 && rank != 3 {
			return false
		}
	case filterKnown:
		if rank != 4 {
			return false
		}
	}
	if t.search == "" {
		return true
	}
	op := m.operator(c)
	text := strings.Join([]string{op.Name, op.Short, row.Title(c), c.Known, c.Level, m.state(c), fmt.Sprintf("%.1f", c.FreqHz/1e6), c.Transmitter}, " ")
	for word := range strings.FieldsSeq(strings.ToLower(t.search)) {
		if !strings.Contains(strings.ToLower(text), word) {
			return false
		}
	}
	return true
}

// groupOf names what a cell stands with.
func (t *table) groupOf(m *model, c *survey.Cell) string {
	switch t.group {
	case groupOperator:
		if len(c.PLMNs) == 0 {
			return m.say.T("not read")
		}
		return strings.TrimSpace(m.operator(c).Name + " " + c.PLMNs[0])
	case groupCarrier:
		return fmt.Sprintf("%s EARFCN %s, %.1f MHz", row.Band(c), row.EARFCN(c), c.FreqHz/1e6)
	}
	return ""
}

// grouped puts the members of each group together, the group with the most urgent cell first; all is in the order of urgency.
func (t *table) grouped(m *model, all []*survey.Cell) []*survey.Cell {
	if t.group == groupNone {
		return all
	}
	first := map[string]int{}
	of := make(map[*survey.Cell]string, len(all))
	for i, c := range all {
		g := t.groupOf(m, c)
		of[c] = g
		if _, ok := first[g]; !ok {
			first[g] = i
		}
	}
	slices.SortStableFunc(all, func(a, b *survey.Cell) int { return cmp.Compare(first[of[a]], first[of[b]]) })
	return all
}

// minRows are kept for the table, so that the pane below it does not jump with the first cells.
const minRows = 4

// tableRows is how many lines the table shows at a time: about half the room, for the pane needs the rest.
func (m *model) tableRows() int {
	half := max(1, (m.height-above-below-1)*4/9)
	return min(half, max(minRows, len(m.rows)+m.groupLines()))
}

func (m *model) groupLines() int {
	if m.table.group == groupNone {
		return 0
	}
	n, last := 0, ""
	for i, c := range m.rows {
		if g := m.table.groupOf(m, c); i == 0 || g != last {
			n, last = n+1, g
		}
	}
	return n
}

func (m *model) cellsPage(room int) []string {
	lines := m.tableLines(m.tableRows())
	return append(lines, m.pane(room-len(lines))...)
}

// tableLines draws the titles and the rows around the cursor.
func (m *model) tableLines(n int) []string {
	t := &m.table
	at := m.selected()
	// Lines with group titles: which line each row is on.
	var lines []int // index of a row, or -1-index for the title above it
	last := ""
	cursor := 0
	for i, c := range m.rows {
		if t.group != groupNone {
			if g := t.groupOf(m, c); i == 0 || g != last {
				lines, last = append(lines, -1-i), g
			}
		}
		if i == at {
			cursor = len(lines)
		}
		lines = append(lines, i)
	}
	t.offset = max(0, min(t.offset, cursor, len(lines)-n))
	if cursor >= t.offset+n {
		t.offset = cursor - n + 1
	}
	if t.group != groupNone && t.offset == 1 {
		t.offset = 0 // the first title
	}
	out := []string{m.line(m.theme.title, " "+m.head(m.width-1))}
	for i := t.offset; i < t.offset+n; i++ {
		switch {
		case i >= len(lines):
			out = append(out, "")
		case lines[i] < 0:
			out = append(out, m.line(m.theme.dim, "── "+plain.Text(t.groupOf(m, m.rows[-1-lines[i]]), m.width)+" ──"))
		default:
			c := m.rows[lines[i]]
			s, mark := m.theme.ranks[row.Rank(c)], " "
			if lines[i] == at {
				s, mark = s.Reverse(true), ">"
			}
			out = append(out, m.line(s, mark+m.row(m.width-1, c)))
		}
	}
	return out
}

// tally is the line of counts.
func (m *model) tally() string {
	n := m.ranks()
	parts := []string{m.cellsCount(len(m.cells))}
	for i, word := range []string{"unknown", "suspicious", "unconfirmed", "no-list", "known"} {
		if n[i] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[i], m.say.T(word)))
		}
	}
	return strings.Join(parts, "  ")
}

// ranks counts all cells by row.Rank.
func (m *model) ranks() (n [5]int) {
	for _, c := range m.cells {
		n[row.Rank(c)]++
	}
	return n
}

// shown says what of the cells the table shows, and how.
func (m *model) shown() string {
	t := &m.table
	var parts []string
	if t.frozen {
		parts = append(parts, m.say.T("FROZEN"))
	}
	if t.filter != filterAll {
		parts = append(parts, m.say.F("only %s", m.say.T(filterNames[t.filter])))
	}
	if t.search != "" {
		parts = append(parts, m.say.F("with %q", plain.Text(t.search, 20)))
	}
	if t.group != groupNone {
		parts = append(parts, m.say.F("by %s", m.say.T(groupNames[t.group])))
	}
	if n := m.tableRows(); len(m.rows) > n || len(parts) > 0 {
		parts = append(parts, m.say.F("%d of %d", min(m.selected()+1, len(m.rows)), len(m.rows)))
	}
	return strings.Join(parts, "  ")
}

// pane is the short detail of the selected row below the table.
func (m *model) pane(room int) []string {
	if room < 1 {
		return nil
	}
	out := []string{m.rule(m.tally(), m.shown())}
	c := m.chosen()
	if c == nil || room < 3 {
		return out
	}
	out = append(out, m.theme.title.Render(plain.Text(m.title(c), m.width)))
	lines := m.caseLines(c, m.width)
	lines = append(lines, m.measured(c, m.width)...)
	if spare := room - 2 - len(lines); spare >= 9 {
		lines = append(append(lines, ""), m.plots(c, m.width, min(8, (spare-4)*2/3))...)
	}
	if len(lines) > room-2 {
		lines = append(lines[:room-3], m.say.F("   %d more lines: press enter", len(lines)-room+3))
	}
	return append(out, m.fit(lines)...)
}

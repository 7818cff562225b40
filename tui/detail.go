package tui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
	"github.com/straycell/straycell/tui/row"
)

// detail is which cell is shown whole, and what of it.
type detail struct {
	of     id
	part   part
	scroll int
}

// part is what of a cell is shown.
type part uint8

const (
	partWhy part = iota
	partSignal
	partSIBs
	partHex
	partVersions
	partNeighbours
	partRadio
	parts
)

var partNames = [...]string{"why", "signal", "SIBs", "hex", "versions", "neighbours", "radio"}

func (m *model) openDetail(of id) {
	m.detail = detail{of: of}
	m.turn(pageDetail)
}

func (m *model) pressDetail(k tea.KeyPressMsg) tea.Cmd {
	d := &m.detail
	switch {
	case key.Matches(k, m.keys.open):
		return m.goBack()
	case key.Matches(k, m.keys.right):
		d.part, d.scroll = (d.part+1)%parts, 0
	case key.Matches(k, m.keys.left):
		d.part, d.scroll = (d.part+parts-1)%parts, 0
	default:
		if c := m.cells[d.of]; m.step(k, 1) == 0 {
			return m.act(k, c)
		}
		d.scroll = scrolled(m, k, d.scroll)
	}
	return nil
}

// detailPage is the whole of one cell, a part at a time; a large screen shows the signal beside the reasons.
func (m *model) detailPage(room int) []string {
	c := m.cells[m.detail.of]
	if c == nil {
		return []string{m.line(m.theme.warn, m.say.T("this cell is no more: it was another's image, or is known by another name now"))}
	}
	head := fmt.Sprintf("%s  %s  %s", m.state(c), m.verdictOf(c), m.title(c))
	lines := []string{m.line(m.theme.ranks[row.Rank(c)], head), m.partLine()}
	if room -= len(lines); room < 1 {
		return lines
	}
	width := m.width
	if m.detail.part == partWhy && m.width >= roomy {
		width = m.width * 5 / 9
	}
	left := m.part(c, width, room)
	left = m.scrolled(left, room, &m.detail.scroll)
	if width == m.width {
		return append(lines, m.fit(left)...)
	}
	right := m.signal(c, m.width-width-3, room)
	for i := range max(len(left), len(right)) {
		l, r := "", ""
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		lines = append(lines, plain.Left(l, width)+" │ "+plain.Left(r, m.width-width-3))
	}
	return lines
}

// partLine names the parts, the one that is shown marked.
func (m *model) partLine() string {
	var b strings.Builder
	b.WriteString("← ")
	for i, name := range partNames {
		s, text := m.theme.dim, " "+m.say.T(name)+" "
		if part(i) == m.detail.part {
			s, text = m.theme.on, "["+m.say.T(name)+"]"
		}
		b.WriteString(s.Render(text))
	}
	return b.String() + " →"
}

// part draws what of a cell is asked for.
func (m *model) part(c *survey.Cell, width, room int) []string {
	switch m.detail.part {
	case partSignal:
		return m.signal(c, width, room)
	case partSIBs:
		return m.sibs(c, width)
	case partHex:
		return m.hex(c, width)
	case partVersions:
		return m.versions(c, width)
	case partNeighbours:
		return m.neighbours(c, width)
	case partRadio:
		return m.radio(c, width)
	}
	out := append(m.caseLines(c, width), m.notJudged(c, width)...)
	if width < m.width { // the signal stands beside it
		return out
	}
	return append(append(out, ""), m.measured(c, width)...)
}

// caseLines is what stands against a cell, the heaviest first: each finding with its field, value, expected value and source.
func (m *model) caseLines(c *survey.Cell, width int) []string {
	var out []string
	if len(c.Findings) == 0 {
		text := m.say.T("no finding against this cell")
		switch c.Known {
		case "no-list":
			text = m.say.T("no finding against this cell: no list says what should be here")
		case "unconfirmed":
			text = m.say.T("no finding against this cell: it fits the list, yet its identity was not read")
		}
		return plain.Hang("", text, width)
	}
	for _, f := range heaviest(c.Findings) {
		mark := fmt.Sprintf("%3d ", f.Weight)
		if f.Hard {
			mark = fmt.Sprintf("%3d!", f.Weight)
		}
		out = append(out, plain.Hang(mark+" ", fmt.Sprintf("%s v%d: %s", f.Rule, f.Version, f.Text), width)...)
		s := plain.Text(f.Field, maxValue) + " = " + plain.Text(f.Value, maxValue)
		if f.Expected != "" {
			s += "; " + m.say.T("expected") + ": " + plain.Text(f.Expected, maxValue)
		}
		if f.From != "" {
			s += "; " + m.say.T("source") + ": " + plain.Text(f.From, maxValue)
		}
		out = append(out, plain.Hang("     ", s, width)...)
	}
	return out
}

// maxValue bounds one value among others in a text, so that none pushes the rest off.
const maxValue = 200

// notJudged says why rules could not judge, those with one reason in one line.
func (m *model) notJudged(c *survey.Cell, width int) (out []string) {
	var whys []string
	rules := map[string][]string{}
	for _, n := range c.NotJudged {
		if rules[n.Why] == nil {
			whys = append(whys, n.Why)
		}
		rules[n.Why] = append(rules[n.Why], n.Rule)
	}
	for _, why := range whys {
		out = append(out, plain.Hang(m.say.T("not judged:")+" ", strings.Join(rules[why], " ")+": "+why, width)...)
	}
	if len(out) > 0 {
		out = append([]string{""}, out...)
	}
	return out
}

package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
	"github.com/straycell/straycell/tui/row"
)

// alertsPage is what was unknown, suspicious or an alert, and stays until a person has acknowledged it, whatever becomes of it.
type alertsPage struct {
	of     map[id]*alert
	cursor id
	offset int
}

// alert is why a person is to look at a cell.
type alert struct {
	cell  survey.Cell // as it was at its worst
	atS   float64
	order int // in which alerts came
	acked bool
}

func newAlerts() alertsPage { return alertsPage{of: map[id]*alert{}} }

// gravity is how bad a cell is: 0 is no alert.
func gravity(c *survey.Cell) int {
	switch {
	case c.Level == "alert":
		return 3
	case c.Level == "suspicious":
		return 2
	case c.Known == "unknown":
		return 1
	}
	return 0
}

// put takes a cell's newest state. It is true where that is worse than a person has been told.
func (p *alertsPage) put(c *survey.Cell, nowS float64) bool {
	g := gravity(c)
	if g == 0 {
		return false
	}
	k := idOf(c)
	a := p.of[k]
	if a == nil {
		if len(p.of) >= maxAlerts && !p.forget() {
			return false
		}
		p.of[k] = &alert{cell: *c, atS: nowS, order: p.next()}
		return true
	}
	was := gravity(&a.cell)
	if g >= was {
		a.cell = *c
	}
	if g > was {
		a.atS, a.acked = nowS, false
	}
	return g > was
}

// next is the number of the next alert.
func (p *alertsPage) next() int {
	n := 0
	for _, a := range p.of {
		n = max(n, a.order)
	}
	return n + 1
}

// forget makes room: the oldest acknowledged one goes. It is false when there is none.
func (p *alertsPage) forget() bool {
	var old id
	at := -1
	for k, a := range p.of {
		if a.acked && (at < 0 || a.order < at) {
			old, at = k, a.order
		}
	}
	delete(p.of, old)
	return at >= 0
}

func (p *alertsPage) acknowledge(k id) {
	if a := p.of[k]; a != nil {
		a.acked = true
	}
}

// renamed moves an alert to the name that its cell has by now.
func (p *alertsPage) renamed(was, is id) {
	if a := p.of[was]; a != nil && p.of[is] == nil {
		delete(p.of, was)
		p.of[is] = a
	}
	if p.cursor == was {
		p.cursor = is
	}
}

// waiting counts those that nobody acknowledged.
func (p *alertsPage) waiting() (n int) {
	for _, a := range p.of {
		if !a.acked {
			n++
		}
	}
	return n
}

// listed orders alerts: those that wait first, the worst first, then the newest.
func (p *alertsPage) listed() []id {
	var out []id
	for k := range p.of {
		out = append(out, k)
	}
	slices.SortFunc(out, func(x, y id) int {
		a, b := p.of[x], p.of[y]
		if a.acked != b.acked {
			if a.acked {
				return 1
			}
			return -1
		}
		return cmp.Or(cmp.Compare(gravity(&b.cell), gravity(&a.cell)), cmp.Compare(b.order, a.order))
	})
	return out
}

func (p *alertsPage) at(list []id) int { return max(0, slices.Index(list, p.cursor)) }

func (m *model) pressAlerts(k tea.KeyPressMsg) tea.Cmd {
	p := &m.alerts
	list := p.listed()
	if len(list) == 0 {
		return nil
	}
	i := p.at(list)
	switch {
	case key.Matches(k, m.keys.acknowledge):
		p.acknowledge(list[i])
		p.cursor = list[min(i+1, len(list)-1)]
		if next := p.listed(); p.waiting() > 0 {
			p.cursor = next[min(i, p.waiting()-1)]
		}
	case key.Matches(k, m.keys.acknowledgeAll):
		for _, k := range list {
			p.acknowledge(k)
		}
	case key.Matches(k, m.keys.open):
		m.openDetail(list[i])
	default:
		if by := m.step(k, max(1, m.height-above-below-3)); by != 0 {
			p.cursor = list[max(0, min(i+by, len(list)-1))]
			return nil
		}
		if c := m.cells[list[i]]; c != nil {
			return m.act(k, c)
		}
	}
	return nil
}

// alertsPage draws alerts, each in two lines: what, and why.
func (m *model) alertsPage(room int) []string {
	p := &m.alerts
	list := p.listed()
	if len(list) == 0 {
		return []string{"", m.line(m.theme.good, "ok "+m.say.T("no alert: no cell was unknown or suspicious so far"))}
	}
	at := p.at(list)
	n := max(1, (room-1)/2)
	p.offset = max(0, min(p.offset, at, len(list)-n))
	if at >= p.offset+n {
		p.offset = at - n + 1
	}
	out := []string{m.rule(m.say.F("%d not acknowledged, %d in all", p.waiting(), len(list)), m.say.F("%d of %d", at+1, len(list)))}
	for i := p.offset; i < min(len(list), p.offset+n); i++ {
		a := p.of[list[i]]
		s, mark, state := m.theme.ranks[row.Rank(&a.cell)], " ", m.say.T("NEW")
		if a.acked {
			s, state = m.theme.dim, m.say.T("SEEN")
		}
		if i == at {
			s, mark = s.Reverse(true), ">"
		}
		now := ""
		if c := m.cells[list[i]]; c == nil {
			now = m.say.T("(gone)")
		} else if gravity(c) < gravity(&a.cell) {
			now = m.say.F("(now %s)", m.state(c))
		}
		text := []string{plain.Left(state, 5), fmt.Sprintf("%7.1f s", a.atS), plain.Left(m.state(&a.cell), 14), fmt.Sprintf("%3d", a.cell.Score), m.title(&a.cell), now}
		out = append(out, m.line(s, mark+strings.Join(text, " ")))
		why := m.say.T("no finding against this cell")
		if f := heaviest(a.cell.Findings); len(f) > 0 {
			why = f[0].Rule + ": " + f[0].Text
			if len(f) > 1 {
				why += "  " + m.say.F("and %s", strings.TrimPrefix(against(&a.cell), f[0].Rule+" "))
			}
		}
		out = append(out, m.line(m.theme.dim, "       "+why))
	}
	return out
}

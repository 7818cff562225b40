package tui

import (
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/straycell/straycell/internal/survey"
)

// press acts on a key.
func (m *model) press(k tea.KeyPressMsg) tea.Cmd {
	if key.Matches(k, m.keys.interrupt) {
		m.broke = true
		return tea.Quit
	}
	if m.prompt != nil {
		return m.prompt.press(m, k)
	}
	switch {
	case key.Matches(k, m.keys.quit):
		m.quit = true
		return tea.Quit
	case key.Matches(k, m.keys.shell):
		return m.shell()
	case key.Matches(k, m.keys.help):
		if m.page == pageHelp {
			m.turn(m.before)
		} else {
			m.turn(pageHelp)
		}
		return nil
	case key.Matches(k, m.keys.back):
		return m.goBack()
	case key.Matches(k, m.keys.cells):
		return m.show(pageCells)
	case key.Matches(k, m.keys.sweep):
		return m.show(pageSweep)
	case key.Matches(k, m.keys.alerts):
		return m.show(pageAlerts)
	case key.Matches(k, m.keys.hunting):
		if m.hunt.prey != nil {
			return m.show(pageHunt)
		}
		m.message, m.bad = m.say.F("choose a cell, then press %s", m.keys.hunt.Help().Key), false
		return nil
	case key.Matches(k, m.keys.next):
		return m.show(nextPage[m.page])
	}
	switch m.page {
	case pageCells:
		return m.pressCells(k)
	case pageDetail:
		return m.pressDetail(k)
	case pageSweep:
		m.pressSweep(k)
	case pageAlerts:
		return m.pressAlerts(k)
	case pageHunt:
		return m.pressHunt(k)
	case pageHelp:
		m.help = scrolled(m, k, m.help)
	}
	return nil
}

// nextPage is where tab goes.
var nextPage = [...]page{pageCells: pageSweep, pageSweep: pageAlerts, pageAlerts: pageCells, pageHunt: pageCells, pageDetail: pageCells, pageHelp: pageCells}

// show turns to a page of the first row of keys. Who leaves the hunt lets the survey sweep on.
func (m *model) show(p page) tea.Cmd {
	if m.page == pageHunt && p != pageHunt {
		m.hold(0)
	}
	if p == pageHunt {
		m.hold(m.hunt.prey.freqHz)
	}
	m.turn(p)
	return nil
}

func (m *model) goBack() tea.Cmd {
	switch {
	case m.page == pageCells && (m.table.search != "" || m.table.filter != filterAll):
		m.table.search, m.table.filter = "", filterAll
		m.arrange()
	case m.page == pageDetail && m.before == pageAlerts, m.page == pageHunt && m.before == pageDetail, m.page == pageHelp:
		return m.show(m.before)
	default:
		return m.show(pageCells)
	}
	return nil
}

// step is by how many lines a key moves; 0: it does not.
func (m *model) step(k tea.KeyPressMsg, page int) int {
	switch {
	case key.Matches(k, m.keys.up):
		return -1
	case key.Matches(k, m.keys.down):
		return 1
	case key.Matches(k, m.keys.pageUp):
		return -page
	case key.Matches(k, m.keys.pageDown):
		return page
	case key.Matches(k, m.keys.top):
		return -1 << 20
	case key.Matches(k, m.keys.bottom):
		return 1 << 20
	}
	return 0
}

// scrolled is the first line of a text after a key; the view knows the last one.
func scrolled(m *model, k tea.KeyPressMsg, at int) int {
	return max(0, at+m.step(k, max(1, m.height-above-below-2)))
}

func (m *model) pressCells(k tea.KeyPressMsg) tea.Cmd {
	t := &m.table
	switch {
	case key.Matches(k, m.keys.open):
		if c := m.chosen(); c != nil {
			m.openDetail(idOf(c))
		}
	case key.Matches(k, m.keys.search):
		m.ask(m.say.T("search operator, eNB, PCI, EARFCN, state:"), func(m *model, text string) tea.Cmd {
			m.table.search = text
			m.arrange()
			return nil
		})
	case key.Matches(k, m.keys.filter):
		t.filter = (t.filter + 1) % filters
		m.arrange()
	case key.Matches(k, m.keys.group):
		t.group = (t.group + 1) % groups
		m.arrange()
	case key.Matches(k, m.keys.freeze):
		t.frozen = !t.frozen
		m.arrange()
	case key.Matches(k, m.keys.learn):
		return m.askLearn()
	default:
		if by := m.step(k, m.tableRows()); by != 0 {
			m.move(by)
			return nil
		}
		return m.act(k, m.chosen())
	}
	return nil
}

// move moves the cursor in the table.
func (m *model) move(by int) {
	if len(m.rows) == 0 {
		return
	}
	i := max(0, min(m.selected()+by, len(m.rows)-1))
	m.table.cursor, m.table.moved = idOf(m.rows[i]), i != 0
}

// selected is the index of the selected row: the top one until the user chose another.
func (m *model) selected() int {
	if !m.table.moved {
		return 0
	}
	return max(0, slices.IndexFunc(m.rows, func(c *survey.Cell) bool { return idOf(c) == m.table.cursor }))
}

// chosen is the cell under the cursor.
func (m *model) chosen() *survey.Cell {
	if len(m.rows) == 0 {
		return nil
	}
	return m.rows[m.selected()]
}

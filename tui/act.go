package tui

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
	"github.com/straycell/straycell/tui/row"
)

// Actions are what the screen can have done. They run beside it, for disks can be slow; what is nil is not offered.
type Actions struct {
	// Learn writes a baseline of these cells and returns its path.
	Learn func([]survey.Cell) (path string, err error)
	// Accept puts a cell into the lists in force and returns the list; "" where it holds for this survey alone.
	Accept func(c survey.Cell, reason string) (list string, err error)
	// Suppress excuses what stands against a cell until a day; it returns how many findings that are, and the list.
	Suppress func(c survey.Cell, until time.Time, reason string) (findings int, list string, err error)
	// Record writes some seconds of what the radio hears of a cell and returns the recording's path.
	Record func(c survey.Cell) (path string, err error)
	// Hold makes the survey listen to one carrier alone; 0: it sweeps on. It does not wait.
	Hold func(freqHz float64)
}

// doneMsg is what an action came to.
type doneMsg struct {
	text string
	err  error
}

// act acts on a key that does something about a cell.
func (m *model) act(k tea.KeyPressMsg, c *survey.Cell) tea.Cmd {
	if c == nil {
		return nil
	}
	switch {
	case key.Matches(k, m.keys.accept):
		m.askAccept(*c)
	case key.Matches(k, m.keys.suppress):
		m.askSuppress(*c)
	case key.Matches(k, m.keys.hunt):
		m.chase(Prey{PCI: c.PCI, FreqHz: c.FreqHz}, m.title(c))
		m.hunt.radio = c.Transmitter
		return m.show(pageHunt)
	case key.Matches(k, m.keys.record):
		return m.record(*c)
	}
	return nil
}

// askAccept asks why a cell belongs here: a list without reasons is worth nothing a year later.
func (m *model) askAccept(c survey.Cell) {
	if c.ECI == nil {
		m.refuse(m.say.T("its identity has not been read yet: a PCI alone is no cell to accept"))
		return
	}
	m.ask(m.say.F("accept PCI %d eNB %s: why does it belong here?", c.PCI, row.Identity(&c)), func(m *model, reason string) tea.Cmd {
		if reason == "" {
			m.refuse(m.say.T("not accepted: no reason given"))
			return nil
		}
		m.alerts.acknowledge(idOf(&c))
		return func() tea.Msg {
			list, err := m.opt.Accept(c, reason)
			switch {
			case err != nil:
				return doneMsg{m.say.T("not accepted"), err}
			case list == "":
				return doneMsg{m.say.T("accepted for this survey alone: a simulated cell goes into no list of yours"), nil}
			}
			return doneMsg{m.say.F("accepted, in the list %s", list), nil}
		}
	})
}

// askSuppress asks until when, then why.
func (m *model) askSuppress(c survey.Cell) {
	switch {
	case c.ECI == nil:
		m.refuse(m.say.T("its identity has not been read yet: nothing to excuse it by"))
		return
	case c.Score == 0:
		m.refuse(m.say.T("no finding weighs anything against this cell"))
		return
	}
	m.ask(m.say.T("suppress until: days from now, or a day like 2026-12-01:"), func(m *model, text string) tea.Cmd {
		until, err := parseUntil(text, timeOf(&c, m.opt.Now()))
		if err != nil {
			m.refuse(m.say.T("not suppressed: type a number of days, or a day like 2026-12-01"))
			return nil
		}
		m.ask(m.say.F("suppress until %s. Why does it not count?", until.Format("2006-01-02 15:04")), func(m *model, reason string) tea.Cmd {
			if reason == "" {
				m.refuse(m.say.T("not suppressed: no reason given"))
				return nil
			}
			m.alerts.acknowledge(idOf(&c))
			return func() tea.Msg {
				n, _, err := m.opt.Suppress(c, until, reason)
				if err != nil {
					return doneMsg{m.say.T("not suppressed"), err}
				}
				return doneMsg{m.say.Count(n, "1 finding weighs nothing until then", "%d findings weigh nothing until then"), nil}
			}
		})
		return nil
	})
}

// timeOf is what time it was when a cell was heard: by its source's clock, where it has one.
func timeOf(c *survey.Cell, now time.Time) time.Time {
	if t, err := time.Parse(time.RFC3339, c.Time); err == nil {
		return t
	}
	return now
}

// parseUntil reads "7" as a week from now.
func parseUntil(text string, now time.Time) (time.Time, error) {
	if days, err := strconv.Atoi(strings.TrimSuffix(text, "d")); err == nil && days > 0 && days <= 366 {
		return now.Add(time.Duration(days) * 24 * time.Hour).Truncate(time.Second), nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, now.Location())
	if err == nil && !t.After(now) {
		err = errors.New("that is past")
	}
	return t, err
}

func (m *model) record(c survey.Cell) tea.Cmd {
	m.message, m.bad = m.say.F("recording %s", m.title(&c)), false
	return func() tea.Msg {
		path, err := m.opt.Record(c)
		if err != nil {
			return doneMsg{m.say.T("not recorded"), err}
		}
		return doneMsg{m.say.F("recorded: %s", plain.Text(path, 60)), nil}
	}
}

func (m *model) askLearn() tea.Cmd {
	if len(m.cells) == 0 {
		m.refuse(m.say.T("nothing to learn yet: no cell found"))
		return nil
	}
	cells := make([]survey.Cell, 0, len(m.cells))
	for _, c := range m.cells {
		cells = append(cells, *c)
	}
	m.ask(m.say.F("write a baseline of the %s seen here? y / n", m.cellsCount(len(cells))), func(m *model, text string) tea.Cmd {
		if text != "y" && text != "Y" {
			m.refuse(m.say.T("no baseline written"))
			return nil
		}
		return func() tea.Msg {
			path, err := m.opt.Learn(cells)
			if err != nil {
				return doneMsg{m.say.T("no baseline written"), err}
			}
			path = plain.Text(path, 40)
			return doneMsg{m.say.F("%s written, %s: next time add --known %s", path, m.cellsCount(len(cells)), path), nil}
		}
	})
	return nil
}

// refuse says why a key did nothing.
func (m *model) refuse(why string) { m.message, m.bad = why, false }

// hold makes the survey stay on a carrier, or sweep on.
func (m *model) hold(freqHz float64) {
	if m.opt.Hold != nil {
		m.opt.Hold(freqHz)
	}
	if freqHz == 0 {
		m.inbox.hunt(nil)
	} else {
		m.inbox.hunt(m.hunt.prey)
	}
}

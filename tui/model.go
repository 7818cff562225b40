package tui

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
	"github.com/straycell/straycell/tui/row"
)

// page is what fills the screen below the status.
type page uint8

const (
	pageCells page = iota // table and a short detail pane
	pageWhy               // one cell, whole
	pageHelp
)

// maxGhosts bounds what is remembered for a line that names three.
const maxGhosts = 64

// frame is how often the screen takes the news. A terminal over ssh shows no more.
const frame = 100 * time.Millisecond

type (
	frameMsg   time.Time
	learnedMsg struct {
		text string
		err  error
	}
)

// model is the state of the screen: a cursor, a page and the last snapshot of the survey. It owns no facts.
type model struct {
	opt   Options
	inbox *inbox
	keys  keys
	theme theme

	width, height int
	page          page
	scroll        int  // first line of the detail or help page
	offset        int  // first row of the table
	cursor        id   // the selected row, which keeps its place when others move
	moved         bool // the user chose the row: until then the cursor stays on the top one
	asking        bool // "write a baseline?" waits for y or n

	frames   int
	cells    map[id]*survey.Cell
	rows     []*survey.Cell // the same, in row.Order
	ghosts   map[ghost]survey.Candidate
	progress *survey.Progress
	sweep    *survey.Sweep
	now      float64
	lost     int64
	message  string
	bad      bool // message is an error
	ended    bool
	quit     bool // by the user, and why
	broke    bool
}

func newModel(opt Options, in *inbox) *model {
	m := &model{opt: opt, inbox: in, keys: newKeys(), theme: newTheme(), width: 80, height: 24, cells: map[id]*survey.Cell{}, ghosts: map[ghost]survey.Candidate{}}
	m.keys.learn.SetEnabled(opt.NoList && opt.Learn != nil)
	return m
}

func nextFrame() tea.Cmd { return tea.Tick(frame, func(t time.Time) tea.Msg { return frameMsg(t) }) }

func (m *model) Init() tea.Cmd { return nextFrame() }

func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case frameMsg:
		m.frames++
		m.absorb(m.inbox.take())
		return m, nextFrame()
	case learnedMsg:
		m.message, m.bad = msg.text, msg.err != nil
		if m.bad {
			m.message = "no baseline written: " + msg.err.Error()
		}
	case tea.KeyPressMsg:
		return m, m.press(msg)
	}
	return m, nil
}

// absorb takes over the news.
func (m *model) absorb(n news) {
	for k, g := range n.ghosts {
		if _, old := m.ghosts[k]; old || len(m.ghosts) < maxGhosts {
			m.ghosts[k] = g
		}
	}
	for _, t := range n.unmasked {
		maps.DeleteFunc(m.cells, func(k id, _ *survey.Cell) bool { return k.transmitter == t })
	}
	for k, c := range n.cells {
		if unread := (id{k.transmitter, -1}); k != unread && m.cells[k] == nil && m.cells[unread] != nil {
			delete(m.cells, unread) // the same cell, whose identity has been read by now
			if m.cursor == unread {
				m.cursor = k
			}
		}
		m.cells[k] = &c
	}
	if len(n.cells)+len(n.unmasked) > 0 {
		m.rows = slices.SortedFunc(maps.Values(m.cells), row.Order)
	}
	if n.progress != nil {
		m.progress = n.progress
	}
	if n.sweep != nil {
		m.sweep = n.sweep
	}
	m.now = max(m.now, n.now)
	m.lost += n.lost
	if n.message != "" {
		m.message, m.bad = n.message, true
	}
	if n.ended {
		m.ended = true
		if n.err != nil {
			m.message, m.bad = n.err.Error(), true
		}
	}
}

// press acts on a key.
func (m *model) press(k tea.KeyPressMsg) tea.Cmd {
	if m.asking {
		m.asking = false
		if k.String() == "y" || k.String() == "Y" {
			return m.learn()
		}
		m.message, m.bad = "no baseline written", false
		if !key.Matches(k, m.keys.interrupt) {
			return nil
		}
	}
	switch {
	case key.Matches(k, m.keys.interrupt):
		m.broke = true
		return tea.Quit
	case key.Matches(k, m.keys.quit):
		m.quit = true
		return tea.Quit
	case key.Matches(k, m.keys.help):
		m.turn(pageHelp)
	case key.Matches(k, m.keys.why):
		if len(m.rows) > 0 {
			m.turn(pageWhy)
		}
	case key.Matches(k, m.keys.back):
		m.turn(pageCells)
	case key.Matches(k, m.keys.learn):
		m.asking = len(m.rows) > 0
		if !m.asking {
			m.message, m.bad = "nothing to learn yet: no cell found", false
		}
	case key.Matches(k, m.keys.up):
		m.move(-1)
	case key.Matches(k, m.keys.down):
		m.move(1)
	case key.Matches(k, m.keys.pageUp):
		m.move(-m.tableRows())
	case key.Matches(k, m.keys.pageDown):
		m.move(m.tableRows())
	case key.Matches(k, m.keys.top):
		m.move(-1 << 20)
	case key.Matches(k, m.keys.bottom):
		m.move(1 << 20)
	}
	return nil
}

// turn shows a page, or goes back from it when it is shown already.
func (m *model) turn(p page) {
	if m.page == p {
		p = pageCells
	}
	m.page, m.scroll = p, 0
}

// move moves the cursor in the table, and scrolls a full page.
func (m *model) move(by int) {
	if m.page != pageCells {
		m.scroll = max(0, m.scroll+by) // the view knows the last line
		return
	}
	if len(m.rows) == 0 {
		return
	}
	i := max(0, min(m.selected()+by, len(m.rows)-1))
	m.cursor, m.moved = idOf(m.rows[i]), i != 0
}

// selected is the index of the selected row: the top one until the user chose another.
func (m *model) selected() int {
	if !m.moved {
		return 0
	}
	return max(0, slices.IndexFunc(m.rows, func(c *survey.Cell) bool { return idOf(c) == m.cursor }))
}

// learn writes the baseline outside of the frame, for disks can be slow.
func (m *model) learn() tea.Cmd {
	cells := make([]survey.Cell, len(m.rows))
	for i, c := range m.rows {
		cells[i] = *c
	}
	return func() tea.Msg {
		path, err := m.opt.Learn(cells)
		return learnedMsg{fmt.Sprintf("%s written, %s: next time add --known %s", plain.Text(path, 40), count(len(cells), "cell"), plain.Text(path, 40)), err}
	}
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

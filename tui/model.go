package tui

import (
	"cmp"
	"maps"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
	"github.com/straycell/straycell/tui/row"
	"github.com/straycell/straycell/tui/say"
)

// page is what fills the screen below the status.
type page uint8

const (
	pageCells  page = iota // table and a short detail pane
	pageSweep              // what is listened to
	pageAlerts             // what has to be acknowledged
	pageHunt               // one cell's level
	pageDetail             // one cell, whole
	pageHelp
)

// maxGhosts bounds what is remembered for a line that names three.
const maxGhosts = 64

// How often the screen takes the news. A terminal over ssh shows no more; who walks with an antenna needs the newest level.
const (
	frame     = 100 * time.Millisecond
	huntFrame = 50 * time.Millisecond
)

type frameMsg time.Time

// model is the state of the screen: a cursor, pages and the last snapshot of the survey. It owns no facts.
type model struct {
	opt   Options
	inbox *inbox
	say   *say.Lang
	keys  keys
	theme theme

	width, height int
	page, before  page // before: where esc goes
	prompt        *prompt
	message       string
	bad           bool // message is an error

	table  table
	detail detail
	watch  sweepPage
	alerts alertsPage
	hunt   huntPage
	help   int // first line

	frames int
	cells  map[id]*survey.Cell
	rows   []*survey.Cell // those that are shown, in their order
	ghosts map[ghost]survey.Candidate
	end    *survey.Sweep
	errors []survey.Error
	now    float64 // signal time
	lost   int64
	ended  bool
	failed error // why it ended
	quit   bool  // by the user, and why
	broke  bool
}

func newModel(opt Options, in *inbox) *model {
	if opt.Lang == nil || opt.ASCII {
		opt.Lang = say.English
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	m := &model{opt: opt, inbox: in, say: opt.Lang, keys: newKeys(opt.Lang), theme: newTheme(), width: 80, height: 24,
		cells: map[id]*survey.Cell{}, ghosts: map[ghost]survey.Candidate{}, alerts: newAlerts(), watch: newSweepPage(opt.Now())}
	m.keys.learn.SetEnabled(opt.NoList && opt.Learn != nil)
	m.keys.accept.SetEnabled(opt.Accept != nil)
	m.keys.suppress.SetEnabled(opt.Suppress != nil)
	m.keys.record.SetEnabled(opt.Record != nil)
	m.keys.hunt.SetEnabled(opt.Hold != nil)
	m.keys.hunting.SetEnabled(opt.Hold != nil)
	if h := opt.Hunt; h != nil {
		m.chase(*h, m.say.F("PCI %d", h.PCI))
	}
	return m
}

func (m *model) nextFrame() tea.Cmd {
	every := frame
	if m.page == pageHunt {
		every = huntFrame
	}
	return tea.Tick(every, func(t time.Time) tea.Msg { return frameMsg(t) })
}

func (m *model) Init() tea.Cmd { return m.nextFrame() }

func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case frameMsg:
		m.frames++
		ring := m.absorb(m.inbox.take())
		ring = m.tick() || ring
		if ring {
			return m, tea.Batch(m.nextFrame(), tea.Raw("\a"))
		}
		return m, m.nextFrame()
	case doneMsg:
		m.message, m.bad = msg.text, msg.err != nil
		if m.bad {
			m.message += ": " + msg.err.Error()
		}
	case tea.PasteMsg:
		if m.prompt != nil {
			m.prompt.add(msg.Content)
		}
	case tea.KeyPressMsg:
		return m, m.press(msg)
	}
	return m, nil
}

// absorb takes over the news. It is true when there is something to ring the bell for.
func (m *model) absorb(n news) (ring bool) {
	for k, g := range n.ghosts {
		if _, old := m.ghosts[k]; old || len(m.ghosts) < maxGhosts {
			m.ghosts[k] = g
		}
	}
	for _, t := range n.unmasked {
		maps.DeleteFunc(m.cells, func(k id, _ *survey.Cell) bool { return k.transmitter == t })
	}
	m.now = max(m.now, n.now)
	for i := range n.alerts {
		ring = m.alerts.put(&n.alerts[i], m.now) || ring
	}
	for k, c := range n.cells {
		if unread := (id{k.transmitter, -1}); k != unread && m.cells[k] == nil && m.cells[unread] != nil {
			delete(m.cells, unread) // the same cell, whose identity has been read by now
			m.renamed(unread, k)
		}
		m.cells[k] = &c
		ring = m.alerts.put(&c, m.now) || ring
	}
	if len(n.cells)+len(n.unmasked) > 0 && !m.table.frozen {
		m.arrange()
	}
	for i := range n.views {
		m.watch.put(&n.views[i], m.opt.Now())
	}
	m.hunt.put(n.levels, m.opt.Now())
	if len(n.cells) > 0 {
		m.follow()
	}
	if n.sweep != nil {
		m.end, m.lost = n.sweep, max(m.lost+n.lost, n.sweep.LostSamples)
	} else {
		m.lost += n.lost
	}
	for _, e := range n.errors {
		m.errors = add(m.errors, e, maxErrors)
		m.message, m.bad = e.Text, true
	}
	if n.note != "" {
		m.message, m.bad = n.note, false
	}
	if n.ended {
		m.ended, m.failed = true, n.err
	}
	return ring
}

// renamed keeps what points to a cell pointing to it.
func (m *model) renamed(was, is id) {
	for _, at := range []*id{&m.table.cursor, &m.detail.of} {
		if *at == was {
			*at = is
		}
	}
	m.alerts.renamed(was, is)
}

// arrange puts the cells that are to be shown in their order.
func (m *model) arrange() {
	all := make([]*survey.Cell, 0, len(m.cells))
	for _, c := range m.cells {
		if m.table.wants(m, c) {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, order)
	m.rows = m.table.grouped(m, all)
}

// turn shows a page.
func (m *model) turn(p page) {
	if p == m.page {
		return
	}
	if m.page != pageHelp {
		m.before = m.page
	}
	m.page, m.help = p, 0
}

// order is row.Order, with the identities of one radio in theirs.
func order(a, b *survey.Cell) int {
	return cmp.Or(row.Order(a, b), cmp.Compare(idOf(a).eci, idOf(b).eci))
}

// transmitter are the identities of one, in the order of their numbers.
func (m *model) transmitter(name string) []*survey.Cell {
	var out []*survey.Cell
	for k, c := range m.cells {
		if k.transmitter == name {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, order)
	return out
}

// count of something of the survey's.
func (m *model) cellsCount(n int) string { return m.say.Count(n, "1 cell", "%d cells") }

// title names a cell in one line: by its operator, where that one is known by name.
func (m *model) title(c *survey.Cell) string {
	name := m.operator(c).Name
	if name == "" {
		return row.Title(c)
	}
	short := *c
	short.PLMNs = nil
	return plain.Text(name, 16) + " " + row.Title(&short)
}

// Operator is what the screen calls one.
type Operator struct{ Name, Short string }

func (m *model) operator(c *survey.Cell) Operator {
	if len(c.PLMNs) == 0 {
		return Operator{}
	}
	return m.opt.Operators[c.PLMNs[0]]
}

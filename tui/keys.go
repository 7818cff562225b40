package tui

import (
	"charm.land/bubbles/v2/key"

	"github.com/straycell/straycell/tui/say"
)

// keys is every key of the screen. Each is a single one: the other hand holds the antenna.
type keys struct {
	up, down, top, bottom, pageUp, pageDown, left, right         key.Binding
	open, back, cells, sweep, alerts, hunting, next, help, shell key.Binding
	search, filter, group, freeze, learn                         key.Binding
	accept, suppress, record, hunt                               key.Binding
	acknowledge, acknowledgeAll                                  key.Binding
	bearing, mute, reset                                         key.Binding
	quit, interrupt                                              key.Binding
}

func newKeys(l *say.Lang) keys {
	bind := func(help, does string, on ...string) key.Binding {
		return key.NewBinding(key.WithKeys(on...), key.WithHelp(help, does))
	}
	return keys{
		up:       bind("↑/k", l.T("up"), "up", "k"),
		down:     bind("↓/j", l.T("down"), "down", "j"),
		top:      bind("home", l.T("first"), "home"),
		bottom:   bind("G/end", l.T("last"), "end", "G"),
		pageUp:   bind("PgUp", l.T("page up"), "pgup"),
		pageDown: bind("PgDn", l.T("page down"), "pgdown"),
		left:     bind("←", l.T("before"), "left"),
		right:    bind("→", l.T("next"), "right"),

		open:    bind("enter", l.T("why?"), "enter"),
		back:    bind("esc", l.T("back"), "esc", "backspace"),
		cells:   bind("1", l.T("cells"), "1"),
		sweep:   bind("2", l.T("sweep"), "2"),
		alerts:  bind("3", l.T("alerts"), "3"),
		hunting: bind("4", l.T("hunt"), "4"),
		next:    bind("tab", l.T("next screen"), "tab"),
		help:    bind("?", l.T("help"), "?"),
		shell:   bind("ctrl+z", l.T("a shell; the survey goes on"), "ctrl+z"),

		search: bind("/", l.T("search"), "/"),
		filter: bind("f", l.T("filter"), "f"),
		group:  bind("g", l.T("group"), "g"),
		freeze: bind("p", l.T("freeze"), "p"),
		learn:  bind("L", l.T("learn"), "L"),

		accept:   bind("a", l.T("accept"), "a"),
		suppress: bind("x", l.T("suppress"), "x"),
		record:   bind("r", l.T("record IQ"), "r"),
		hunt:     bind("h", l.T("hunt"), "h"),

		acknowledge:    bind("space", l.T("acknowledge"), "space"),
		acknowledgeAll: bind("A", l.T("acknowledge all"), "A"),

		bearing: bind("b", l.T("bearing"), "b"),
		mute:    bind("m", l.T("tick on, off"), "m"),
		reset:   bind("c", l.T("forget the peak"), "c"),

		quit:      bind("q", l.T("quit"), "q"),
		interrupt: bind("ctrl+c", l.T("interrupt (exit code 130)"), "ctrl+c"),
	}
}

// short is the line at the foot of a page: what can be done here.
func (m *model) short() []key.Binding {
	k := &m.keys
	switch m.page {
	case pageDetail:
		return []key.Binding{k.help, k.quit, k.back, k.right, k.hunt, k.accept, k.suppress, k.record, k.down}
	case pageSweep:
		return []key.Binding{k.help, k.quit, k.cells, k.left, k.right, k.alerts}
	case pageAlerts:
		return []key.Binding{k.help, k.quit, k.open, k.acknowledge, k.acknowledgeAll, k.hunt, k.cells}
	case pageHunt:
		return []key.Binding{k.help, k.quit, k.back, k.bearing, k.mute, k.reset, k.record}
	case pageHelp:
		return []key.Binding{k.help, k.quit, k.back, k.down}
	}
	return []key.Binding{k.help, k.quit, k.open, k.search, k.filter, k.group, k.freeze, k.hunt, k.learn, k.next}
}

// full is the help's list.
func (k *keys) full() []key.Binding {
	return []key.Binding{
		k.cells, k.sweep, k.alerts, k.hunting, k.next, k.open, k.back, k.up, k.down, k.pageUp, k.pageDown, k.top, k.bottom, k.left, k.right,
		k.search, k.filter, k.group, k.freeze, k.accept, k.suppress, k.record, k.hunt, k.acknowledge, k.acknowledgeAll,
		k.bearing, k.mute, k.reset, k.learn, k.shell, k.help, k.quit, k.interrupt,
	}
}

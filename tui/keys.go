package tui

import "charm.land/bubbles/v2/key"

// keys is every key of the screen, all within reach of one hand on either side of the keyboard.
type keys struct {
	up, down, top, bottom, pageUp, pageDown, why, back, learn, help, quit, interrupt key.Binding
}

func newKeys() keys {
	bind := func(help, does string, on ...string) key.Binding {
		return key.NewBinding(key.WithKeys(on...), key.WithHelp(help, does))
	}
	return keys{
		up:        bind("↑/k", "up", "up", "k"),
		down:      bind("↓/j", "down", "down", "j"),
		top:       bind("g", "first row", "home", "g"),
		bottom:    bind("G", "last row", "end", "G"),
		pageUp:    bind("PgUp/b", "page up", "pgup", "b"),
		pageDown:  bind("PgDn/space", "page down", "pgdown", "space"),
		why:       bind("enter", "why?", "enter", "right", "l"),
		back:      bind("esc", "back", "esc", "left", "h", "backspace"),
		learn:     bind("L", "learn", "L"),
		help:      bind("?", "help", "?"),
		quit:      bind("q", "quit", "q"),
		interrupt: bind("ctrl+c", "interrupt (exit code 130)", "ctrl+c"),
	}
}

// short is the line at the foot of the screen.
func (k keys) short() []key.Binding {
	return []key.Binding{k.up, k.down, k.why, k.back, k.learn, k.help, k.quit}
}

// full is the help's list.
func (k keys) full() []key.Binding {
	return []key.Binding{k.up, k.down, k.top, k.bottom, k.pageUp, k.pageDown, k.why, k.back, k.learn, k.help, k.quit, k.interrupt}
}

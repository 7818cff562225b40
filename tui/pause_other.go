//go:build !unix

package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/straycell/straycell/tui/say"
)

// pausable does nothing where no signal stops a process.
func pausable(*tea.Program, *say.Lang) func() { return func() {} }

func (m *model) shell() tea.Cmd {
	m.refuse(m.say.T("no shell on this system: open another terminal"))
	return nil
}

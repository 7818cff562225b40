//go:build unix

package tui

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	tea "charm.land/bubbletea/v2"

	"github.com/straycell/straycell/tui/say"
)

// pausable makes SIGTSTP stop the screen and nothing else, until SIGCONT: a process that stood still would lose samples. What it
// returns ends that.
func pausable(p *tea.Program, l *say.Lang) func() {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTSTP, syscall.SIGCONT)
	done := make(chan struct{})
	go func() {
		paused := false
		for {
			select {
			case s := <-signals:
				if stop := s == syscall.SIGTSTP; stop && !paused {
					paused = p.ReleaseTerminal() == nil
					fmt.Fprintf(os.Stderr, "straycell: %s\n", l.F("the screen stands still, the survey goes on; kill -CONT %d brings it back", os.Getpid()))
				} else if !stop && paused {
					paused = p.RestoreTerminal() != nil
				}
			case <-done:
				return
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		close(done)
	}
}

// shell gives the user a shell in place of the screen; the survey goes on meanwhile.
func (m *model) shell() tea.Cmd {
	name := os.Getenv("SHELL")
	if name == "" {
		name = "/bin/sh"
	}
	note := m.say.T("the survey goes on; type exit to come back to it")
	cmd := exec.Command("/bin/sh", "-c", `printf 'straycell: %s\n' "$1"; exec "$2"`, "sh", note, name)
	return tea.ExecProcess(cmd, func(err error) tea.Msg {
		if _, left := err.(*exec.ExitError); err != nil && !left {
			return doneMsg{m.say.T("no shell"), err}
		}
		return doneMsg{}
	})
}

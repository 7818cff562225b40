// Package tui draws a survey on a terminal: a table of cells with the unknown ones on top, why each is judged as it is,
// and the spectrum. It renders events and owns no facts.
package tui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/straycell/straycell/internal/survey"
)

// Options of a screen.
type Options struct {
	Source string // where the samples come from, as the user named it
	NoList bool   // nothing says which cells ought to be here

	// Learn writes a baseline of these cells and returns its path; nil: not offered.
	Learn func([]survey.Cell) (path string, err error)

	NoColor bool // NO_COLOR and TERM say so too
	ASCII   bool // the terminal's locale cannot draw more; see ASCIILocale

	In  io.Reader // nil: the process's own terminal
	Out io.Writer
}

// Screen shows one survey.
type Screen struct {
	opt   Options
	inbox inbox
}

// New makes a screen; it draws nothing before Run.
func New(opt Options) *Screen { return &Screen{opt: opt} }

// Put takes an event. It never waits for the terminal.
func (s *Screen) Put(e survey.Event) { s.inbox.put(e) }

// Ended tells the screen that the survey is over; it stays until the user leaves it.
func (s *Screen) Ended(err error) { s.inbox.end(err) }

// ErrInterrupted is what Run returns after ctrl+c.
var ErrInterrupted = errors.New("interrupted")

// ErrGone is what Run returns when the terminal went away or cannot be drawn on.
var ErrGone = errors.New("the terminal went away")

// Run draws until the user quits (nil), interrupts (ErrInterrupted), the terminal goes away (ErrGone) or ctx ends.
func (s *Screen) Run(ctx context.Context) error {
	opts := []tea.ProgramOption{tea.WithContext(ctx), tea.WithoutSignalHandler(), tea.WithFPS(30)}
	if s.opt.NoColor {
		opts = append(opts, tea.WithColorProfile(colorprofile.ASCII))
	}
	if s.opt.In != nil {
		opts = append(opts, tea.WithInput(s.opt.In))
	}
	if s.opt.Out != nil {
		opts = append(opts, tea.WithOutput(s.opt.Out))
	}
	m := newModel(s.opt, &s.inbox)
	_, err := tea.NewProgram(m, opts...).Run()
	switch {
	case m.broke:
		return ErrInterrupted
	case m.quit:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return fmt.Errorf("%w: %w", ErrGone, cmp.Or(err, io.EOF))
}

// ASCIILocale tells whether the environment's locale lacks UTF-8, by the rules of POSIX: LC_ALL over LC_CTYPE over LANG.
func ASCIILocale(getenv func(string) string) bool {
	if runtime.GOOS == "windows" {
		return false
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToUpper(getenv(name)); v != "" {
			return !strings.Contains(v, "UTF-8") && !strings.Contains(v, "UTF8")
		}
	}
	return true
}

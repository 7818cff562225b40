// Package tui draws a survey on a terminal: the cells with the unknown ones on top, why each is judged as it is, what is listened
// to, what has to be acknowledged, and the level of one that is hunted. It renders events and owns no facts.
package tui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/say"
)

// Options of a screen.
type Options struct {
	Source string // where the samples come from, as the user named it
	NoList bool   // nothing says which cells ought to be here
	Hunt   *Prey  // begin with the hunt of this cell; nil: with the table

	Operators map[string]Operator // by PLMN
	Actions

	Lang    *say.Lang // nil: English
	NoColor bool      // NO_COLOR and TERM say so too
	ASCII   bool      // the terminal's locale cannot draw more; see ASCIILocale

	Now func() time.Time // nil: the wall clock
	In  io.Reader        // nil: the process's own terminal
	Out io.Writer
}

// Screen shows one survey.
type Screen struct {
	opt   Options
	inbox inbox
	model *model
}

// New makes a screen; it draws nothing before Run.
func New(opt Options) *Screen { return &Screen{opt: opt} }

// Put takes an event. It never waits for the terminal.
func (s *Screen) Put(e survey.Event) { s.inbox.put(e) }

// Note shows a message.
func (s *Screen) Note(text string) { s.inbox.note(text) }

// Ended tells the screen that the survey is over; it stays until the user leaves it.
func (s *Screen) Ended(err error) { s.inbox.end(err) }

// Cells are those that were on the screen when Run returned.
func (s *Screen) Cells() []survey.Cell {
	var out []survey.Cell
	if s.model != nil {
		s.model.absorb(s.inbox.take())
		for _, c := range s.model.cells {
			out = append(out, *c)
		}
	}
	return out
}

// ErrInterrupted is what Run returns after ctrl+c.
var ErrInterrupted = errors.New("interrupted")

// ErrGone is what Run returns when the terminal went away or cannot be drawn on.
var ErrGone = errors.New("the terminal went away")

// fps bounds how long a key waits to be seen: what a frame costs counts only where something changed.
const fps = 60

// Run draws until the user quits (nil), interrupts (ErrInterrupted), the terminal goes away (ErrGone) or ctx ends.
func (s *Screen) Run(ctx context.Context) error {
	opts := []tea.ProgramOption{tea.WithContext(ctx), tea.WithoutSignalHandler(), tea.WithFPS(fps)}
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
	s.model = m
	p := tea.NewProgram(m, opts...)
	defer pausable(p, m.say)()
	_, err := p.Run()
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

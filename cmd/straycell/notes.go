package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"sync"
	"time"

	"github.com/charmbracelet/x/term"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
)

// notes is stderr: one line a message, and on a terminal a line of progress below them. Everything is made plain, for
// names of files and cells are other people's text.
type notes struct {
	mu    sync.Mutex
	w     *os.File
	tty   bool
	since time.Time
	shown bool
}

// maxNote bounds one message, in cells of the screen.
const maxNote = 2000

func newNotes(w *os.File) *notes {
	return &notes{w: w, tty: term.IsTerminal(w.Fd()), since: time.Now()}
}

func (n *notes) say(format string, a ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.erase()
	fmt.Fprintln(n.w, plain.Text("straycell: "+fmt.Sprintf(format, a...), maxNote))
}

// fail says what went wrong, each of several errors in a line of its own.
func (n *notes) fail(err error) {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range several.Unwrap() {
			n.fail(err)
		}
		return
	}
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted: what was found until then is above")
	}
	n.say("%v", err)
}

// progress is shown once a job takes longer than a second.
func (n *notes) progress(p survey.Progress) {
	if !n.tty || time.Since(n.since) < time.Second {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	done := ""
	if p.Fraction > 0 {
		done = fmt.Sprintf("%3.0f %%  ", p.Fraction*100)
	}
	if p.Fraction > 0.05 && p.Fraction < 1 {
		done += fmt.Sprintf("%.0f s of signal left  ", math.Ceil(p.TS*(1/p.Fraction-1)))
	}
	n.erase()
	fmt.Fprintf(n.w, "%s%.1f s  %.1f MHz  %s", done, p.TS, p.FreqHz/1e6, count(int64(p.Cells), "cell"))
	n.shown = true
}

// clear takes the line of progress away.
func (n *notes) clear() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.erase()
}

func (n *notes) erase() {
	if n.shown {
		fmt.Fprint(n.w, "\r\x1b[K")
		n.shown = false
	}
}

// sink shows progress and, unless they go elsewhere, the errors of a survey. Of a file cut short it is said at the end.
func (n *notes) sink(withErrors bool) survey.Sink {
	return survey.Sink{Name: "progress", Coalesce: true, Take: func(e survey.Event) error {
		switch e := e.(type) {
		case survey.Progress:
			n.progress(e)
		case survey.Error:
			if withErrors && !e.Cut {
				n.say("%s", e.Text)
			}
		}
		return nil
	}}
}

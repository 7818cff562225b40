package main

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui"
)

type watchVerb struct {
	JSON    bool `name:"json" help:"No screen: print every change as a line of JSON."`
	NoColor bool `env:"-" help:"Signs and words alone; NO_COLOR says the same."`
	radioFlags
	listFlags
	surveyFlags
}

func (watchVerb) Help() string {
	return `
Keys: arrows or j and k move, enter says why, L learns a baseline, ? explains, q quits.

Examples:

  straycell watch --radio sim:
  straycell watch --radio sim:kt-femto --no-color
  straycell watch --radio file:gangnam.sigmf-meta --known kt.csv
  straycell watch --radio sim: --json
`
}

func (v *watchVerb) run(e *env) (result, error) {
	if !v.JSON && !e.outTTY {
		return result{}, usagef("watch draws on a terminal, and this is none: type straycell scan, or add --json")
	}
	if !v.JSON && e.getenv("TERM") == "dumb" {
		return result{}, usagef("TERM=dumb: watch cannot draw on this terminal: type straycell scan, or set TERM to what it is, like xterm")
	}
	set, err := v.lists(e.notes)
	if err != nil {
		return result{}, err
	}
	src, err := v.open(e)
	if err != nil {
		return result{}, err
	}
	defer src.Close()
	if src.simulated {
		src.Source = pace(src.Source)
	}
	cfg, err := v.config(e, src, set)
	if err != nil {
		return result{}, err
	}
	if cfg.For == 0 {
		cfg.For = math.MaxInt64 // until someone ends it
	}
	if v.JSON {
		cfg.Sinks = []survey.Sink{jsonSink(e.out, true), e.notes.sink(false)}
		_, err := survey.Run(e.ctx, cfg)
		return result{}, err
	}
	return result{}, v.screen(e, src, cfg)
}

// screen runs the survey and the screen beside each other. The survey ends with the screen: when the user leaves it, and
// when the terminal goes away, for then nobody sees what is found and nothing keeps it.
func (v *watchVerb) screen(e *env, src source, cfg survey.Config) error {
	opt := tui.Options{
		Source: src.name, NoList: cfg.Known.Len() == 0, Learn: saveBaseline,
		NoColor: v.NoColor || e.getenv("NO_COLOR") != "", ASCII: tui.ASCIILocale(e.getenv),
	}
	screen := tui.New(opt)
	cfg.Sinks = []survey.Sink{{Name: "screen", Live: true, Coalesce: true, Take: func(ev survey.Event) error {
		screen.Put(ev)
		return nil
	}}}

	ctx, stop := context.WithCancel(e.ctx)
	defer stop()
	type outcome struct {
		sum survey.Summary
		err error
	}
	ended := make(chan outcome, 1)
	go func() {
		sum, err := survey.Run(ctx, cfg)
		screen.Ended(err)
		ended <- outcome{sum, err}
	}()

	left := screen.Run(e.ctx)
	stop()
	late := time.AfterFunc(300*time.Millisecond, func() { e.notes.say(finishing) })
	out := <-ended
	late.Stop()
	if err := printTable(e.out, e.width(), out.sum); err != nil && left == nil {
		return err
	}
	switch {
	case errors.Is(left, tui.ErrInterrupted), e.ctx.Err() != nil:
		return context.Canceled
	case left != nil:
		return left
	case errors.Is(out.err, context.Canceled): // by q
		return nil
	}
	return out.err
}

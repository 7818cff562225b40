package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/straycell/straycell/internal/export"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui"
)

type watchVerb struct {
	JSON    bool `name:"json" help:"No screen: print every change as a line of JSON."`
	NoColor bool `env:"-" help:"Signs and words alone; NO_COLOR says the same."`
	radioFlags
	listFlags
	surveyFlags
	storeFlag
	evidenceFlag
	gpsFlag
	attachFlags
}

func (watchVerb) Help() string {
	return `
Keys: arrows or j and k move, enter says why, L learns a baseline, ? explains, q quits.

Examples:

  straycell watch --radio sim:
  straycell watch --radio sim:kt-femto --no-color
  straycell watch --radio file:gangnam.sigmf-meta --known kt.csv
  straycell watch --radio sim: --json
  straycell watch --attach /run/straycell/post.sock
`
}

func (v *watchVerb) run(e *env) (result, error) {
	if !v.JSON && !e.outTTY {
		return result{}, usagef("watch draws on a terminal, and this is none: type straycell scan, or add --json")
	}
	if !v.JSON && e.getenv("TERM") == "dumb" {
		return result{}, usagef("TERM=dumb: watch cannot draw on this terminal: type straycell scan, or set TERM to what it is, like xterm")
	}
	if v.Attach != "" {
		return v.follow(e)
	}
	set, err := v.lists(e.notes)
	if err != nil {
		return result{}, err
	}
	e.endless = v.For == 0
	all, err := v.openAll(e)
	if err != nil {
		return result{}, err
	}
	defer closeAll(all)
	var names []string
	for i := range all {
		if names = append(names, all[i].name); all[i].simulated {
			all[i].Source = pace(all[i].Source)
		}
	}
	cfgs, err := v.configs(e, all, set)
	if err != nil {
		return result{}, err
	}
	stop, err := v.locate(all, cfgs)
	if err != nil {
		return result{}, err
	}
	defer stop()
	for i := range cfgs {
		if cfgs[i].For == 0 {
			cfgs[i].For = math.MaxInt64 // until someone ends it
		}
		if v.JSON {
			cfgs[i].Sinks = []survey.Sink{jsonSink(e.out, true), e.notes.sink(false)}
		}
	}
	if v.JSON {
		stored, err := v.keepAll(e, all, v.rawFlags, v.Known, nil, cfgs)
		if err != nil {
			return result{}, err
		}
		_, kept, err := v.attach(e, all, v.rawFlags, v.Known, v.Rules, nil, cfgs)
		if err != nil {
			return result{}, stored(err)
		}
		_, err = e.surveyAll(e.ctx, cfgs)
		return result{}, stored(kept(err))
	}
	return result{}, v.screen(e, strings.Join(names, " "), all, cfgs)
}

// screen runs the survey and the screen beside each other. The survey ends with the screen: when the user leaves it, and
// when the terminal goes away, for then nobody sees what is found and nothing keeps it.
func (v *watchVerb) screen(e *env, name string, all []source, cfgs []survey.Config) error {
	opt := tui.Options{
		Source: name, NoList: cfgs[0].Known.Len() == 0, Learn: saveBaseline,
		NoColor: v.NoColor || e.getenv("NO_COLOR") != "", ASCII: tui.ASCIILocale(e.getenv),
	}
	screen := tui.New(opt)
	for i := range cfgs {
		cfgs[i].Sinks = []survey.Sink{{Name: "screen", Live: true, Coalesce: true, Take: func(ev survey.Event) error {
			screen.Put(ev)
			return nil
		}}}
	}
	alarm := func(text string) { screen.Put(survey.Error{Type: "error", Text: text}) }
	stored, err := v.keepAll(e, all, v.rawFlags, v.Known, alarm, cfgs)
	if err != nil {
		return err
	}

	told := func(w export.Written) {
		text := fmt.Sprintf("evidence kept: straycell surveys verify %s", shell(w.Path))
		if w.Err != nil {
			text = w.Err.Error()
		}
		screen.Put(survey.Error{Type: "error", Text: text})
	}
	_, kept, err := v.attach(e, all, v.rawFlags, v.Known, v.Rules, told, cfgs)
	if err != nil {
		return stored(err)
	}

	ctx, stop := context.WithCancel(e.ctx)
	defer stop()
	type outcome struct {
		sum survey.Summary
		err error
	}
	ended := make(chan outcome, 1)
	go func() {
		sum, err := e.surveyAll(ctx, cfgs)
		screen.Ended(err)
		ended <- outcome{sum, err}
	}()

	left := screen.Run(e.ctx)
	stop()
	late := time.AfterFunc(300*time.Millisecond, func() { e.notes.say(finishing) })
	out := <-ended
	late.Stop()
	if err := stored(kept(nil)); err != nil && out.err == nil {
		out.err = err
	}
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

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"time"

	"github.com/straycell/straycell/internal/export"
	"github.com/straycell/straycell/internal/plan"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui"
	"github.com/straycell/straycell/tui/say"
)

// screenFlags say how the screen looks.
type screenFlags struct {
	NoColor bool     `env:"-" help:"Signs and words alone; NO_COLOR says the same."`
	Lang    language `placeholder:"L" help:"Language of the screen: en or ko (default: that of the locale)."`
}

// language is one that was asked for.
type language struct{ *say.Lang }

func (l *language) UnmarshalText(text []byte) error {
	lang, ok := say.Find(string(text))
	if !ok {
		return fmt.Errorf("%q: type en or ko", text)
	}
	l.Lang = lang
	return nil
}

// spoken is what was asked for, or what the locale says.
func (f *screenFlags) spoken(getenv func(string) string) *say.Lang {
	if f.Lang.Lang != nil {
		return f.Lang.Lang
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			l, _ := say.Find(v)
			return l
		}
	}
	return say.English
}

type watchVerb struct {
	JSON bool `name:"json" help:"No screen: print every change as a line of JSON."`
	screenFlags
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
Keys: ? explains them all. Arrows move, enter says why, a accepts, x suppresses, r records IQ, h hunts, / searches, q quits;
1 cells, 2 sweep, 3 alerts. ctrl+z opens a shell and the survey goes on. When the terminal goes away it goes on too: what is
found then goes to a file straycell-TIME.jsonl here, or to --store alone; kill ends it.

Examples:

  straycell watch --radio sim:
  straycell watch --radio sim:kt-femto --no-color --lang ko
  straycell watch --radio rtlsdr: --preset kr-kt --store monday.survey
  straycell watch --radio file:gangnam.sigmf-meta --known kt.csv
  straycell watch --radio sim: --json
  straycell watch --attach /run/straycell/post.sock
`
}

func (v *watchVerb) run(e *env) (result, error) { return result{}, v.watch(e, nil) }

// watch surveys until someone ends it; prey is a cell to stay on from the beginning.
func (v *watchVerb) watch(e *env, prey *tui.Prey) error {
	if !v.JSON && !e.outTTY {
		return usagef("the screen needs a terminal, and this is none: type straycell scan, or add --json")
	}
	if !v.JSON && e.getenv("TERM") == "dumb" {
		return usagef("TERM=dumb: nothing can be drawn on this terminal: type straycell scan, or set TERM to what it is, like xterm")
	}
	if v.Attach != "" && prey != nil {
		return usagef("--attach shows what a post does, and a post does not hunt: name a radio with --radio")
	}
	if v.Attach != "" {
		return v.follow(e)
	}
	set, err := v.lists(e.notes)
	if err != nil {
		return err
	}
	e.endless = v.For == 0
	all, err := v.openAll(e)
	if err != nil {
		return err
	}
	defer closeAll(all)
	if prey != nil && all[0].plan == nil {
		return usagef("--radio %s is a recording: a hunt needs a radio that can be tuned", all[0].name)
	}
	hands := &hands{e: e, lists: &v.folderFlag, all: all, typed: len(v.Known) > 0}
	var names []string
	for i := range all {
		names = append(names, all[i].name)
		if all[i].simulated && all[i].observer == nil {
			all[i].Source = pace(all[i].Source)
		}
	}
	cfgs, err := v.configs(e, all, set)
	if err != nil {
		return err
	}
	stop, err := v.locate(all, cfgs)
	if err != nil {
		return err
	}
	defer stop()
	for i := range cfgs {
		if cfgs[i].For == 0 {
			cfgs[i].For = math.MaxInt64 // until someone ends it
		}
	}
	hands.join(cfgs)
	if prey != nil {
		hands.hold(prey.FreqHz)
	}
	if v.JSON {
		return v.print(e, all, cfgs, prey)
	}
	return v.screen(e, strings.Join(names, " "), all, cfgs, hands, prey)
}

// print is a survey without a screen.
func (v *watchVerb) print(e *env, all []source, cfgs []survey.Config, prey *tui.Prey) error {
	for i := range cfgs {
		cfgs[i].Sinks = []survey.Sink{jsonSink(e.out, true), e.notes.sink(false)}
		if prey != nil {
			cfgs[i].Sinks = append(cfgs[i].Sinks, levelSink(e.out, *prey))
		}
	}
	stored, err := v.keepAll(e, all, v.rawFlags, v.Known, nil, cfgs)
	if err != nil {
		return err
	}
	_, kept, err := v.attach(e, all, v.rawFlags, v.Known, v.Rules, nil, cfgs)
	if err != nil {
		return stored(err)
	}
	_, err = e.surveyAll(e.ctx, cfgs)
	return stored(kept(err))
}

// screen runs the survey and the screen beside each other. The survey ends when the user leaves the screen, and goes on when the
// terminal goes away: a line that drops at night must not end what it was there for.
func (v *watchVerb) screen(e *env, name string, all []source, cfgs []survey.Config, hands *hands, prey *tui.Prey) error {
	opt := tui.Options{
		Source: name, NoList: cfgs[0].Known.Empty(), Operators: operators(), Hunt: prey, Actions: hands.actions(),
		Lang: v.spoken(e.getenv), NoColor: v.NoColor || e.getenv("NO_COLOR") != "", ASCII: tui.ASCIILocale(e.getenv),
	}
	out := &outlet{screen: tui.New(opt)}
	for i := range cfgs {
		cfgs[i].Sinks = []survey.Sink{{Name: "screen", Live: true, Looks: true, Coalesce: true, Take: out.take}}
	}
	alarm := func(text string) { out.take(survey.Error{Type: "error", Text: text}) }
	stored, err := v.keepAll(e, all, v.rawFlags, v.Known, alarm, cfgs)
	if err != nil {
		return err
	}
	e.survives.Store(true)

	told := func(w export.Written) {
		if w.Err != nil {
			alarm(w.Err.Error())
			return
		}
		out.screen.Note(fmt.Sprintf("evidence kept: straycell surveys verify %s", shell(w.Path)))
	}
	keepers, kept, err := v.attach(e, all, v.rawFlags, v.Known, v.Rules, told, cfgs)
	if err != nil {
		return stored(err)
	}
	hands.tap(cfgs, keepers)

	ctx, stop := context.WithCancel(e.ctx)
	defer stop()
	type outcome struct {
		sum survey.Summary
		err error
	}
	ended := make(chan outcome, 1)
	go func() {
		sum, err := e.surveyAll(ctx, cfgs)
		out.screen.Ended(err)
		ended <- outcome{sum, err}
	}()

	seen, leave := context.WithCancel(e.ctx)
	go func() {
		select {
		case <-e.hungUp:
			leave()
		case <-seen.Done():
		}
	}()
	left := out.screen.Run(seen)
	leave()
	if e.ctx.Err() == nil && (errors.Is(left, tui.ErrGone) || errors.Is(left, context.Canceled)) {
		gone := out.alone(v.Store != "")
		if gone != nil { // nothing could keep what is found
			stop()
		} else {
			e.notes.say("%v: the survey goes on into %s; kill %d ends it", left, cmp.Or(out.path(), v.Store), os.Getpid())
		}
		hands.hold(0)
		end := <-ended
		return errors.Join(gone, out.close(), stored(kept(end.err)))
	}
	stop()
	late := time.AfterFunc(300*time.Millisecond, func() { e.notes.say(finishing) })
	end := <-ended
	late.Stop()
	if err := stored(kept(nil)); err != nil && end.err == nil {
		end.err = err
	}
	if err := printTable(e.out, e.width(), end.sum); err != nil && left == nil {
		return err
	}
	switch {
	case errors.Is(left, tui.ErrInterrupted), e.ctx.Err() != nil:
		return context.Canceled
	case left != nil:
		return left
	case errors.Is(end.err, context.Canceled): // by q
		return nil
	}
	return end.err
}

// operators are the names of those whose carriers are known, by PLMN.
func operators() map[string]tui.Operator {
	out := map[string]tui.Operator{}
	for _, p := range plan.Presets() {
		name, _, _ := strings.Cut(p.Operator, ",")
		_, short, _ := strings.Cut(p.Name, "-")
		for _, plmn := range p.PLMNs {
			out[plmn] = tui.Operator{Name: name, Short: strings.ToUpper(short)}
		}
	}
	return out
}

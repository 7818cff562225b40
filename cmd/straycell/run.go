package main

import (
	"context"
	"errors"
	"strings"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/internal/plan"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
)

// source is an opened radio and what comes with it.
type source struct {
	radio.Source
	name      string         // as the user named it
	plan      []radio.Tuning // what to sweep; nil: the source cannot be tuned
	freqs     []plan.Span    // what to sweep instead, as asked for with its URI
	known     *known.Set     // the list that a scenario brings along
	here      *known.Place   // where the receiver stands; nil: unknown
	simulated bool
	place     radio.Locator   // where it is while it moves; nil: here
	observer  survey.Observer // tells observations instead of samples; nil: it has samples
}

// lists reads the --known files; nil without any.
func (f *listFlags) lists(n *notes) (*known.Set, error) { return readLists(f.Known, f.Map, n) }

// readLists reads lists of known cells as one. Broken lines are named and skipped.
func readLists(paths []string, theirs map[string]string, n *notes) (*known.Set, error) {
	var sets []*known.Set
	for _, path := range paths {
		if err := checkList(path); err != nil {
			return nil, err
		}
		if crowd, _ := known.IsCrowd(path); crowd {
			return nil, usagef("list %s: is a crowd database: put it in force once with: straycell known import %s", path, shell(path))
		}
		set, report, err := known.ReadFile(path, theirs)
		if err != nil {
			return nil, err
		}
		tellProblems(n, path, report)
		sets = append(sets, set)
	}
	if len(sets) == 0 {
		return nil, nil
	}
	return known.Join(sets...), nil
}

// tellProblems names broken lines and what was not used of a list.
func tellProblems(n *notes, path string, report known.Report) {
	for _, p := range report.Problems {
		n.say("%s line %d: %s: line skipped", path, p.Line, p.Text)
	}
	if more := report.Skipped - len(report.Problems); more > 0 {
		n.say("%s: %s more skipped", path, count(int64(more), "line"))
	}
	if report.Skipped > 0 {
		n.say("%s: %s kept, %d skipped", path, count(int64(report.Kept), "line"), report.Skipped)
	}
	if len(report.Ignored) > 0 {
		n.say("%s: columns not used: %s (name them with --map theirs=ours)", path, strings.Join(report.Ignored, ", "))
	}
}

// config is what all surveys have in common.
func (f *surveyFlags) config(e *env, src source, set *known.Set) (survey.Config, error) {
	if set == nil {
		if set = src.known; set != nil && f.Lists != "" {
			e.notes.say("%s: its own list of known cells is used, not those of %s: --known FILE names others", src.name, f.Lists)
		}
	}
	if set == nil {
		var err error
		if set, err = e.inForce(f.folderFlag); err != nil {
			return survey.Config{}, err
		}
	}
	policy, err := f.policy()
	if err != nil {
		return survey.Config{}, err
	}
	past, err := e.past(f.Past)
	if err != nil {
		return survey.Config{}, err
	}
	cfg := survey.Config{
		Policy: policy, Past: past,
		Source: src.Source, Observer: src.observer, Plan: src.plan, For: f.For, Known: set, Here: src.here, Place: src.place, Workers: f.Workers,
		Decode: decode.Config{PPM: f.PPM, PPMRange: f.PPMRange},
	}
	if src.observer != nil {
		e.notes.say("%s: no samples are made; what a decoder would tell of them is drawn from what was measured of it", src.name)
	}
	e.recall(&cfg)
	return cfg, f.aim(e, src, &cfg)
}

// report surveys one source, or several beside each other, and prints what was found: a table, or lines of JSON. What was found before an interrupt or an
// error is printed too.
func (e *env) report(lines bool, cfgs ...survey.Config) (result, survey.Summary, error) {
	for i := range cfgs {
		if lines {
			cfgs[i].Sinks = append(cfgs[i].Sinks, jsonSink(e.out, false))
		}
		cfgs[i].Sinks = append(cfgs[i].Sinks, e.notes.sink(!lines))
	}
	told := context.AfterFunc(e.ctx, func() { e.notes.say(finishing) })
	sum, err := e.surveyAll(e.ctx, cfgs)
	told()
	e.notes.clear()
	if !lines && (err == nil || len(sum.Cells) > 0 || e.ctx.Err() != nil) {
		err = errors.Join(err, printTable(e.out, e.width(), sum))
	}
	return judge(sum), sum, err
}

// finishing is said when what was begun takes a moment to end.
const finishing = "finishing the look at hand; interrupt again to end at once"

// offerLearning says in one line that nothing can be called unknown, and what to type about it.
func (e *env) offerLearning(cfg survey.Config, learn string) {
	if cfg.Known.Empty() {
		e.notes.say("no list of known cells, so none can be called unknown; learn what is here with: straycell known learn %s -o baseline.csv", learn)
	}
}

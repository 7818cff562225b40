package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/internal/store"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/internal/verdict"
	"github.com/straycell/straycell/tui/plain"
)

type surveysListVerb struct {
	Paths []string `arg:"" optional:"" name:"path" help:"Surveys, or folders of them (default: this folder)."`
}

func (surveysListVerb) Help() string {
	return `
Examples:

  straycell surveys list
  straycell surveys list ~/surveys
`
}

func (v *surveysListVerb) run(e *env) (result, error) {
	paths := v.Paths
	if len(paths) == 0 {
		paths = []string{"."}
	}
	var files []string
	for _, p := range paths {
		st, err := os.Stat(p)
		if err != nil {
			return result{}, usagef("%s: no such file or folder", p)
		}
		if !st.IsDir() {
			files = append(files, p)
			continue
		}
		found, err := filepath.Glob(filepath.Join(p, "*"+surveyEnd))
		if err != nil {
			return result{}, usagef("%s: %v", p, err)
		}
		slices.Sort(found)
		files = append(files, found...)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-20s %10s %7s %5s %6s %-11s %-24s %s\n", "started (UTC)", "seconds", "looks", "cells", "alerts", "state", "source", "file")
	n := 0
	var errs []error
	for _, path := range files {
		line, err := listLine(path)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		n++
		b.WriteString(plain.Text(line, maxNote) + "\n")
	}
	fmt.Fprintf(&b, "%s\n", count(int64(n), "survey"))
	_, err := e.out.WriteString(b.String())
	return result{}, errors.Join(append(errs, err)...)
}

// listLine is one survey.
func listLine(path string) (string, error) {
	s, err := store.Open(path)
	if err != nil {
		return "", err
	}
	defer s.Close()
	c, err := s.Count()
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	state, cells := "whole", "-"
	if !s.Closed {
		state = "no end" // still written, or cut off
	} else {
		for ev, err := range s.Events("sweep") {
			if sw, ok := ev.(survey.Sweep); err == nil && ok {
				cells = fmt.Sprint(sw.Cells)
			}
		}
	}
	return fmt.Sprintf("%-20s %10.1f %7d %5s %6d %-11s %s %s", s.Meta.Started.UTC().Format("2006-01-02 15:04:05"), c.Seconds, c.Looks, cells, c.Alerts, state,
		plain.Left(s.Meta.Source, 24), path), nil
}

// openSurvey opens a stored survey; a name that cannot be right is wrong usage.
func openSurvey(path string) (*store.Survey, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("%s: no such file: straycell surveys list shows those of a folder", path)
	}
	return store.Open(path)
}

// again is the configuration a stored survey was judged with; set replaces its lists.
func again(e *env, s *store.Survey, set *known.Set) (survey.Config, error) {
	m := s.Meta
	if set == nil && len(m.Lists) > 0 {
		var err error
		if set, err = readLists(m.Lists, nil, e.notes); err != nil {
			return survey.Config{}, fmt.Errorf("the lists that this survey was judged by: %w (or name others with surveys rejudge --known)", err)
		}
	}
	if uri := m.Source; set == nil && strings.HasPrefix(uri, "sim:") {
		if src, err := openSim(e, uri, rawFlags{}); err == nil {
			set = src.known
			src.Close()
		}
	}
	policy, err := verdict.NewPolicy(m.Profile, nil)
	if err != nil {
		return survey.Config{}, err
	}
	return survey.Config{Known: set, Here: m.Here, Bands: m.Bands, Policy: policy,
		Decode: decode.Config{PPM: m.PPM, PPMRange: cmp.Or(m.PPMRange, decode.DefaultPPMRange)}}, nil
}

// replayed runs a stored survey again, without a word.
func replayed(e *env, s *store.Survey, set *known.Set, sinks ...survey.Sink) (survey.Summary, error) {
	cfg, err := again(e, s, set)
	if err != nil {
		return survey.Summary{}, err
	}
	cfg.Sinks = sinks
	return survey.Replay(e.ctx, cfg, s.Meta.URI, s.Steps())
}

// found is what a survey came to: as it was judged at its end, or, where it has none, from its observations.
func found(e *env, s *store.Survey) (survey.Summary, error) {
	if !s.Closed {
		return replayed(e, s, nil)
	}
	var sum survey.Summary
	for _, kind := range []string{"cell", "sweep"} {
		for ev, err := range s.Events(kind) {
			if err != nil {
				return sum, err
			}
			switch ev := ev.(type) {
			case survey.Cell:
				sum.Cells = append(sum.Cells, ev)
			case survey.Sweep:
				sum.Sweep = ev
			}
		}
	}
	return sum, nil
}

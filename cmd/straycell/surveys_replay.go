package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/internal/store"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/iqfile"
	"github.com/straycell/straycell/tui/plain"
)

type surveysReplayVerb struct {
	File string `arg:"" name:"survey" help:"A stored survey."`
	IQ   bool   `name:"iq" help:"Decode its recording again instead of using the stored observations."`
	JSON bool   `name:"json" help:"Print lines of JSON, as the survey did."`
}

func (surveysReplayVerb) Help() string {
	return `
What the replay gives is held against what was stored; a difference is said, and ends with exit code 4.

Examples:

  straycell surveys replay monday.survey
  straycell surveys replay monday.survey --json
  straycell surveys replay monday.survey --iq
`
}

func (v *surveysReplayVerb) run(e *env) (result, error) {
	s, err := openSurvey(v.File)
	if err != nil {
		return result{}, err
	}
	defer s.Close()
	cfg, err := again(e, s, nil)
	if err != nil {
		return result{}, err
	}
	var lines lineCheck
	cfg.Sinks = []survey.Sink{{Name: "check", Take: lines.take}}
	if v.JSON {
		cfg.Sinks = append(cfg.Sinks, jsonSink(e.out, false))
	}
	var sum survey.Summary
	if v.IQ {
		src, err := openStored(e, s)
		if err != nil {
			return result{}, err
		}
		defer src.Close()
		asStored(&cfg, s, src)
		if sum, err = survey.Run(e.ctx, cfg); err != nil {
			return result{}, err
		}
	} else if sum, err = survey.Replay(e.ctx, cfg, s.Meta.URI, s.Steps()); err != nil {
		return result{}, err
	}
	if !v.JSON {
		if err := printTable(e.out, e.width(), sum); err != nil {
			return result{}, err
		}
	}
	res := judge(sum)
	why, err := lines.differ(s)
	if why != "" {
		res.incomplete = append(res.incomplete, why)
	} else if err == nil {
		e.notes.say("%s: the same as stored", count(int64(len(lines.got)), "event"))
	}
	return res, err
}

// asStored makes a survey of a source as a stored one was made.
func asStored(cfg *survey.Config, s *store.Survey, src source) {
	m := s.Meta
	cfg.Source, cfg.Observer, cfg.Place = src, src.observer, src.place
	cfg.Spans, cfg.Missed = m.Spans, m.Missed
	cfg.Plan, cfg.For, cfg.Decode.FreqsHz = m.Plan, time.Duration(m.ForS*float64(time.Second)), m.FreqsHz
}

// openStored opens the recording or the simulated world that a survey was made of.
func openStored(e *env, s *store.Survey) (source, error) {
	switch uri := s.Meta.Source; {
	case strings.HasPrefix(uri, "file:"):
		raw := s.Meta.Raw
		f, err := iqfile.Open(filePath(uri), iqfile.Raw{Format: raw.Format, RateHz: raw.RateHz, FreqHz: raw.FreqHz})
		if err != nil {
			return source{}, err
		}
		return source{Source: named{f, s.Meta.URI}, name: uri}, nil
	case strings.HasPrefix(uri, "sim:"):
		return openSim(e, uri, rawFlags{})
	default:
		return source{}, usagef("%s: its samples were not kept: replay it without --iq, from its observations", uri)
	}
}

// named is a recording under the name that it had.
type named struct {
	*iqfile.File
	uri string
}

func (n named) Info() radio.Info {
	info := n.File.Info()
	info.URI = n.uri
	return info
}

// lineCheck holds the events of a replay against the stored ones.
type lineCheck struct{ got []string }

func (c *lineCheck) take(e survey.Event) error {
	switch e.(type) {
	case survey.Progress, survey.Candidate:
		return nil
	}
	line, err := json.Marshal(e)
	c.got = append(c.got, string(line))
	return err
}

// differ says what is not as it was stored; "" if all is.
func (c *lineCheck) differ(s *store.Survey) (string, error) {
	n, err := s.Count()
	if err != nil {
		return "", err
	}
	switch {
	case len(n.Thinned) > 0 || len(n.Holes) > 0:
		return "looks are missing from this survey, so the replay was not held against it: " + strings.Join(append(n.Thinned, n.Holes...), "; "), nil
	case !s.Closed:
		return "this survey has no end: the replay was not held against it", nil
	}
	i := 0
	for line, err := range s.Lines() {
		if err != nil {
			return "", err
		}
		if i >= len(c.got) || c.got[i] != line {
			now := "nothing"
			if i < len(c.got) {
				now = c.got[i]
			}
			return plain.Text(fmt.Sprintf("event %d is not as stored: %.300s, stored: %.300s", i+1, now, line), maxNote), nil
		}
		i++
	}
	if i < len(c.got) {
		return plain.Text(fmt.Sprintf("event %d was not stored: %.300s", i+1, c.got[i]), maxNote), nil
	}
	return "", nil
}

type surveysRejudgeVerb struct {
	File string `arg:"" name:"survey" help:"A stored survey."`
	JSON bool   `name:"json" help:"Print lines of JSON."`
	listFlags
	rulesFlags
}

func (surveysRejudgeVerb) Help() string {
	return `
The stored survey stays as it is. Without --known its own lists are read anew, without --profile it is judged by its own.

Examples:

  straycell surveys rejudge monday.survey
  straycell surveys rejudge monday.survey --known kt-2027.csv --rules stricter.toml
  straycell surveys rejudge monday.survey --past weeks/1.survey --past weeks/2.survey
`
}

func (v *surveysRejudgeVerb) run(e *env) (result, error) {
	s, err := openSurvey(v.File)
	if err != nil {
		return result{}, err
	}
	defer s.Close()
	set, err := v.lists(e.notes)
	if err != nil {
		return result{}, err
	}
	var sinks []survey.Sink
	if v.JSON {
		sinks = append(sinks, jsonSink(e.out, false))
	}
	was, err := found(e, s)
	if err != nil {
		return result{}, err
	}
	is, err := v.replayed(e, s, set, sinks)
	if err != nil {
		return result{}, err
	}
	if !v.JSON {
		var b strings.Builder
		for _, d := range store.Diff(was.Cells, is.Cells) {
			if d.Verdict() {
				b.WriteString(plain.Text(d.String(), maxNote) + "\n")
			}
		}
		if b.Len() == 0 {
			b.WriteString("no verdict changed\n")
		}
		_, err = e.out.WriteString(b.String() + "\n")
		err = errors.Join(err, printTable(e.out, e.width(), is))
	}
	return judge(is), err
}

// replayed runs the survey again, by what is asked for instead of what it was judged by.
func (v *surveysRejudgeVerb) replayed(e *env, s *store.Survey, set *known.Set, sinks []survey.Sink) (sum survey.Summary, err error) {
	cfg, err := again(e, s, set)
	if err != nil {
		return sum, err
	}
	v.Profile = cmp.Or(v.Profile, s.Meta.Profile)
	if cfg.Policy, err = v.policy(); err != nil {
		return sum, err
	}
	if cfg.Past, err = e.past(v.Past); err != nil {
		return sum, err
	}
	cfg.Sinks = sinks
	return survey.Replay(e.ctx, cfg, s.Meta.URI, s.Steps())
}

type surveysDiffVerb struct {
	Before string `arg:"" name:"before" help:"A stored survey."`
	After  string `arg:"" name:"after" help:"A later one of the same place."`
	JSON   bool   `name:"json" help:"Print lines of JSON."`
}

func (surveysDiffVerb) Help() string {
	return `
A cell that is gone may only have been too weak: its last level is said.

Examples:

  straycell surveys diff monday.survey tuesday.survey
  straycell surveys diff monday.survey tuesday.survey --json
`
}

func (v *surveysDiffVerb) run(e *env) (result, error) {
	var sums [2]survey.Summary
	for i, path := range []string{v.Before, v.After} {
		s, err := openSurvey(path)
		if err != nil {
			return result{}, err
		}
		sums[i], err = found(e, s)
		s.Close()
		if err != nil {
			return result{}, err
		}
	}
	diffs := store.Diff(sums[0].Cells, sums[1].Cells)
	if v.JSON {
		enc := json.NewEncoder(e.out)
		for _, d := range diffs {
			if err := enc.Encode(d); err != nil {
				return result{}, err
			}
		}
		return result{}, nil
	}
	var b strings.Builder
	for _, d := range diffs {
		b.WriteString(plain.Text(d.String(), maxNote) + "\n")
	}
	fmt.Fprintf(&b, "%s before, %d after: %s\n", count(int64(len(sums[0].Cells)), "cell"), len(sums[1].Cells), count(int64(len(diffs)), "difference"))
	_, err := e.out.WriteString(b.String())
	return result{}, err
}

package main

import (
	"fmt"
	"strings"

	"github.com/straycell/straycell/internal/store"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
)

type surveysShowVerb struct {
	File string `arg:"" name:"survey" help:"A stored survey."`
	JSON bool   `name:"json" help:"Print its events as lines of JSON, as they were stored."`
}

func (surveysShowVerb) Help() string {
	return `
Examples:

  straycell surveys show monday.survey
  straycell surveys show monday.survey --json
`
}

func (v *surveysShowVerb) run(e *env) (result, error) {
	s, err := openSurvey(v.File)
	if err != nil {
		return result{}, err
	}
	defer s.Close()
	if v.JSON {
		sink := jsonSink(e.out, false)
		for ev, err := range s.Events("") {
			if err != nil {
				return result{}, err
			}
			if err := sink.Take(ev); err != nil {
				return result{}, err
			}
		}
		return result{}, nil
	}
	sum, err := found(e, s)
	if err != nil {
		return result{}, err
	}
	head, err := about(s)
	if err != nil {
		return result{}, err
	}
	if _, err := e.out.WriteString(head); err != nil {
		return result{}, err
	}
	return result{}, printTable(e.out, e.width(), sum)
}

// about says what a survey was and what happened in it.
func about(s *store.Survey) (string, error) {
	var b strings.Builder
	say := func(format string, a ...any) { b.WriteString(plain.Text(fmt.Sprintf(format, a...), maxNote) + "\n") }
	m := s.Meta
	c, err := s.Count()
	if err != nil {
		return "", err
	}
	say("%s, begun %s by %s", m.Source, m.Started.UTC().Format("2006-01-02 15:04:05 UTC"), m.Program)
	say("%.1f s of signal: %s with %s and %s; %.1f MB, schema %d", c.Seconds, count(int64(c.Looks), "look"),
		count(int64(c.Observations), "observation"), count(int64(c.Messages), "message"), float64(c.Bytes)/1e6, s.Schema)
	if len(m.Lists) > 0 {
		say("judged by %s", strings.Join(m.Lists, ", "))
	}
	if !s.Closed {
		say("it has no end: it is still being written, or was cut off; cells are judged from what is there")
	}
	for _, text := range append(c.Holes, c.Thinned...) {
		say("%s", text)
	}
	b.WriteString("\n")
	for ev, err := range s.Events("") {
		if err != nil {
			return "", err
		}
		switch ev := ev.(type) {
		case survey.Change:
			say("%9.2f s  %-4s PCI %d on %.1f MHz: %s %s", ev.TS, ev.Transmitter, ev.PCI, ev.FreqHz/1e6, ev.What, arrow(ev.From, ev.To))
		case survey.Alert:
			say("%9.2f s  %-4s PCI %d: ALERT, score %d", ev.TS, ev.Cell.Transmitter, ev.Cell.PCI, ev.Cell.Score)
		case survey.Gap:
			say("%9.2f s  %s lost", ev.TS, count(ev.Lost, "sample"))
		case survey.Error:
			say("%9.2f s  %s", ev.TS, ev.Text)
		}
	}
	b.WriteString("\n")
	return b.String(), nil
}

func arrow(from, to string) string {
	if from == "" {
		return to
	}
	return from + " -> " + to
}

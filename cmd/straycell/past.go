package main

import (
	"fmt"
	"math"
	"time"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/internal/verdict"
)

// past makes a history of earlier surveys, stored or printed as lines of JSON; nil without any.
func (e *env) past(paths []string) (*verdict.Past, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	h := history{days: map[string]bool{}, cells: map[string]*heardBefore{}}
	for _, path := range paths {
		if err := e.eachCell(path, func(c survey.Cell) { h.add(&c) }); err != nil {
			return nil, usagef("--past %s: %v", path, err)
		}
	}
	if len(h.days) == 0 {
		return nil, usagef("--past: no cell with a time in it: surveys of a radio, or of recordings that know theirs, have one")
	}
	return h.past(), nil
}

// history is what earlier surveys come to.
type history struct {
	since, until time.Time
	days         map[string]bool
	cells        map[string]*heardBefore
	order        []string
}

type heardBefore struct {
	verdict.PastCell
	days, byDay map[string]bool // on which it was heard, and heard after 6 o'clock
	level       float64
}

// add takes a cell as it was when it was first heard, and last.
func (h *history) add(c *survey.Cell) {
	at, err := time.Parse(time.RFC3339Nano, c.Time)
	if err != nil || c.ECI == nil {
		return
	}
	h.at(c, at.Add(-time.Duration((c.TS-c.FirstS)*float64(time.Second))))
	h.at(c, at.Add(-time.Duration((c.TS-c.LastS)*float64(time.Second))))
}

func (h *history) at(c *survey.Cell, at time.Time) {
	if c.Lon != nil { // the day there, by the sun: lines of JSON are in UTC
		at = at.Add(time.Duration(math.Round(*c.Lon/15)) * time.Hour)
	}
	day := at.Format(time.DateOnly)
	h.days[day] = true
	if h.since.IsZero() || at.Before(h.since) {
		h.since = at
	}
	if at.After(h.until) {
		h.until = at
	}
	for _, text := range c.PLMNs {
		p, err := lte.ParsePLMN(text)
		if err != nil {
			continue
		}
		key := fmt.Sprint(text, " ", *c.ECI)
		x := h.cells[key]
		if x == nil {
			x = &heardBefore{PastCell: verdict.PastCell{PLMN: p, ECI: lte.ECI(*c.ECI), First: at}, days: map[string]bool{}, byDay: map[string]bool{}, level: math.Inf(-1)}
			h.cells[key] = x
			h.order = append(h.order, key)
		}
		if at.Before(x.First) {
			x.First = at
		}
		x.days[day] = true
		if at.Hour() >= 6 {
			x.byDay[day] = true
		}
		if c.Lat != nil && c.Lon != nil && c.RSRPdBFS != nil && *c.RSRPdBFS > x.level {
			x.level, x.Place = *c.RSRPdBFS, &known.Place{Lat: *c.Lat, Lon: *c.Lon}
		}
	}
}

func (h *history) past() *verdict.Past {
	var cells []verdict.PastCell
	for _, key := range h.order {
		x := h.cells[key]
		x.Days, x.Night = len(x.days), len(x.days)-len(x.byDay)
		cells = append(cells, x.PastCell)
	}
	return verdict.NewPast(h.since, h.until, len(h.days), cells)
}

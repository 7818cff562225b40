package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/export"
	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/internal/plan"
	"github.com/straycell/straycell/internal/survey"
)

// openAll opens every radio that was named. With several, each must be one that can be tuned.
func (f *radioFlags) openAll(e *env) (_ []source, err error) {
	if len(f.Radio) < 2 {
		src, err := f.open(e)
		return []source{src}, err
	}
	var all []source
	defer func() {
		if err != nil {
			closeAll(all)
		}
	}()
	for _, uri := range f.Radio {
		one := radioFlags{Radio: []string{uri}, rawFlags: f.rawFlags}
		src, err := one.open(e)
		if err != nil {
			return all, err
		}
		all = append(all, src)
		if src.plan == nil {
			return all, usagef("--radio %s is a recording: survey several with straycell decode", uri)
		}
	}
	return all, nil
}

func closeAll(all []source) {
	for _, src := range all {
		src.Close()
	}
}

// configs are the surveys of the radios: what is asked for is divided among them.
func (f *surveyFlags) configs(e *env, all []source, set *known.Set) ([]survey.Config, error) {
	if len(all) == 1 {
		cfg, err := f.config(e, all[0], set)
		return []survey.Config{cfg}, err
	}
	want, err := f.asked()
	if err != nil {
		return nil, err
	}
	spans, bands := parts(want)
	spans = append(spans, all[0].freqs...)
	if len(spans) == 0 { // simulated worlds say themselves
		for _, src := range all {
			for _, t := range src.plan {
				if c := plan.Carrier(t.FreqHz); !slices.Contains(spans, c) {
					spans = append(spans, c)
				}
			}
		}
	}
	if len(spans) == 0 {
		return nil, usagef("several radios: say what to sweep: --band 3,8, --preset kr-kt, --earfcn 1550,3743 or --freq 1805M-1880M")
	}
	var cfgs []survey.Config
	for i, part := range divide(spans, all) {
		if len(part) == 0 {
			e.notes.say("%s: nothing of what is asked for is left for it", all[i].name)
			continue
		}
		mine := *f
		mine.sweepFlags = sweepFlags{}
		src := all[i]
		src.freqs = part
		cfg, err := mine.config(e, src, set)
		if err != nil {
			return nil, err
		}
		cfg.Bands = bands
		cfgs = append(cfgs, cfg)
	}
	return cfgs, nil
}

// pieceHz is how finely what is asked for is divided.
const pieceHz = 10e6

// divide gives each radio its share: piece after piece to the radio that reaches it and has least so far. What none reaches goes
// to the first, which will say so.
func divide(spans []plan.Span, all []source) [][]plan.Span {
	parts, load := make([][]plan.Span, len(all)), make([]float64, len(all))
	for i, s := range spans {
		if slices.ContainsFunc(spans[:i], func(o plan.Span) bool { return o.HighHz == s.LowHz }) && s.LowHz < s.HighHz {
			s.LowHz += lte.RasterHz // where blocks meet
		}
		n := math.Max(1, math.Ceil((s.HighHz-s.LowHz)/pieceHz))
		for i := range int(n) {
			at := func(k int) float64 {
				return s.LowHz + math.Round((s.HighHz-s.LowHz)*float64(k)/n/lte.RasterHz)*lte.RasterHz
			}
			piece := plan.Span{LowHz: at(i), HighHz: at(i + 1)}
			if i+1 < int(n) {
				piece.HighHz -= lte.RasterHz // the carrier there is the next piece's, and one radio's alone
			}
			best := -1
			for k, src := range all {
				info := src.Info()
				if piece.LowHz >= info.MinHz && piece.HighHz <= info.MaxHz && (best < 0 || load[k] < load[best]) {
					best = k
				}
			}
			best = max(best, 0)
			parts[best] = append(parts[best], piece)
			load[best] += math.Max(1e6, piece.HighHz-piece.LowHz)
		}
	}
	return parts
}

// surveyAll runs the surveys of several radios beside each other, to the same sinks. A radio that goes away ends or waits by
// itself.
func (e *env) surveyAll(ctx context.Context, cfgs []survey.Config) (survey.Summary, error) {
	if len(cfgs) == 1 {
		return e.survey(ctx, cfgs[0])
	}
	var mu sync.Mutex
	var sweep survey.Sweep
	sums, errs := make([]survey.Summary, len(cfgs)), make([]error, len(cfgs))
	var wg sync.WaitGroup
	for i, cfg := range cfgs {
		sinks := cfg.Sinks
		cfg.Sinks = nil
		for _, s := range sinks {
			if kept(s) { // a survey is kept as it is
				cfg.Sinks = append(cfg.Sinks, s)
				continue
			}
			take := s.Take
			s.Take = func(ev survey.Event) error {
				mu.Lock()
				defer mu.Unlock()
				if _, last := ev.(survey.Sweep); last {
					return nil // there is one for all, at the end
				}
				return take(ofRadio(ev, i))
			}
			cfg.Sinks = append(cfg.Sinks, s)
		}
		wg.Go(func() { sums[i], errs[i] = e.survey(ctx, cfg) })
	}
	wg.Wait()

	var all survey.Summary
	failed := 0
	for i, s := range sums {
		for _, c := range s.Cells {
			all.Cells = append(all.Cells, ofRadio(c, i).(survey.Cell))
		}
		all.Ghosts = append(all.Ghosts, s.Ghosts...)
		all.Cut = append(all.Cut, s.Cut...)
		all.Looks, all.Failed = all.Looks+s.Looks, all.Failed+s.Failed
		all.Unknown, all.Suspicious = all.Unknown+s.Unknown, all.Suspicious+s.Suspicious
		all.Strong, all.StrongMute = all.Strong+s.Strong, all.StrongMute+s.StrongMute
		all.Gone = errors.Join(all.Gone, s.Gone)
		if errs[i] != nil {
			failed++
		}
		sweep.TS, sweep.Seconds = max(sweep.TS, s.Sweep.TS), sweep.Seconds+s.Sweep.Seconds
		sweep.Cells, sweep.SIB1Read, sweep.Unread = sweep.Cells+s.Sweep.Cells, sweep.SIB1Read+s.Sweep.SIB1Read, sweep.Unread+s.Sweep.Unread
		sweep.LostSamples += s.Sweep.LostSamples
		sweep.Tunings, sweep.CarriersPlanned = sweep.Tunings+s.Sweep.Tunings, sweep.CarriersPlanned+s.Sweep.CarriersPlanned
		if n := s.Sweep.CarriersCovered; n != nil {
			sum := *n
			if sweep.CarriersCovered != nil {
				sum += *sweep.CarriersCovered
			}
			sweep.CarriersCovered = &sum
		}
		if v := s.Sweep.SensitivityDBFS; v != nil && (sweep.SensitivityDBFS == nil || *v > *sweep.SensitivityDBFS) {
			sweep.SensitivityDBFS = v
		}
		sweep.BandsSkipped = append(sweep.BandsSkipped, s.Sweep.BandsSkipped...)
		sweep.Type = cmp.Or(sweep.Type, s.Sweep.Type)
	}
	all.Sweep = sweep
	for _, s := range cfgs[0].Sinks {
		if kept(s) {
			continue
		}
		if err := s.Take(sweep); err != nil {
			return all, err
		}
	}
	err := errors.Join(errs...)
	if err != nil && failed < len(errs) && ctx.Err() == nil { // the others went on
		all.Gone, err = errors.Join(all.Gone, err), nil
	}
	return all, err
}

// kept tells whether a sink belongs to one radio's survey.
func kept(s survey.Sink) bool { return s.Name == storeSink || s.Name == export.SinkName }

// ofRadio tells the transmitters of several radios apart: each radio numbers its own.
func ofRadio(ev survey.Event, radio int) survey.Event {
	name := func(id string) string { return fmt.Sprintf("r%d.%s", radio+1, id) }
	switch ev := ev.(type) {
	case survey.Cell:
		ev.Transmitter = name(ev.Transmitter)
		return ev
	case survey.Change:
		ev.Transmitter = name(ev.Transmitter)
		if ev.What == "joined" || ev.What == "new" && ev.From != "" { // these name transmitters too
			ev.From = name(ev.From)
		}
		if ev.What == "joined" {
			ev.To = name(ev.To)
		}
		return ev
	case survey.Transmitter:
		ev.ID = name(ev.ID)
		return ev
	case survey.Alert:
		ev.Cell = ofRadio(ev.Cell, radio).(survey.Cell)
		return ev
	}
	return ev
}

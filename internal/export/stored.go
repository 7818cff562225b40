package export

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/straycell/straycell/internal/store"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/internal/verdict"
	"github.com/straycell/straycell/radio"
)

// Stored is a cell of a stored survey of which evidence is made.
type Stored struct {
	Survey *store.Survey
	Cell   survey.Cell
	Config survey.Config // what it was judged by: lists, policy, the radio's error
	Rules  string        // as in About
	NoIQ   string        // why its samples cannot be had again

	// Samples runs the survey's source through a tap again, its samples counted as they were. nil: NoIQ says why not.
	Samples func(ctx context.Context, tap func(*radio.Block)) error
}

// FromSurvey makes a bundle of a cell of a stored survey.
func (f *Folder) FromSurvey(ctx context.Context, s Stored) Written {
	m, err := s.material(ctx)
	if err != nil {
		return Written{Cell: s.Cell, Err: err}
	}
	return f.write(ctx, m)
}

// stretch is samples from first up to end.
type stretch struct{ first, end int64 }

// What is taken of a recording: the looks in which the cell first said something, and the newest ones.
const (
	maxSaying = 24
	maxNewest = 12
)

func (s *Stored) material(ctx context.Context) (*material, error) {
	cfg := s.Config
	m := &material{cell: s.Cell, atS: s.Cell.LastS, about: About{Meta: s.Survey.Meta, Rules: s.Rules}, cfg: cfg, noIQ: s.NoIQ}
	var saying, newest []survey.Look
	mib := -1.0 // when the newest look before had its MIB
	var mibLook survey.Look
	said := map[string]int{}
	look := func(l survey.Look) {
		if l.Fix != nil {
			if m.track = append(m.track, pointOf(&l)); len(m.track) > maxTrack {
				m.track = thinned(m.track)
			}
		}
		heard, fresh := false, false
		for i := range l.Obs {
			o := &l.Obs[i]
			if !about(&s.Cell, o) {
				continue
			}
			heard = true
			for _, octets := range saidIn(o) {
				if key := string(octets); said[key] < saidTimes && len(said) < maxSaid {
					said[key]++
					fresh = true
				}
			}
			if o.MIB != nil {
				mib, mibLook = l.StartS, l
			}
		}
		if fresh && len(saying) < maxSaying {
			if mib >= 0 && mib != l.StartS {
				saying = append(saying, mibLook)
			}
			saying = append(saying, l)
		}
		if heard {
			if newest = append(newest, l); len(newest) > maxNewest {
				newest = newest[1:]
			}
		}
	}
	k := newKeeper(&cfg, nil, m.about)
	cfg.Known, cfg.Rules, cfg.Past = nil, []verdict.Rule{}, nil // as it was judged is what counts
	within := false
	cfg.Sinks = []survey.Sink{{Name: SinkName, Live: true, Looks: true, Take: func(e survey.Event) error {
		switch e := e.(type) {
		case survey.Look:
			within = true
			look(e)
		case survey.Progress:
			within = false
		case survey.Cell:
			if within {
				k.cell(&e)
			}
		case survey.Change:
			if e.What == "joined" && k.trails[e.From] != nil {
				k.joined(e.From, e.Transmitter)
			}
		}
		return nil
	}}}
	if _, err := survey.Replay(ctx, cfg, s.Survey.Meta.URI, s.Survey.Steps()); err != nil {
		return nil, err
	}
	for _, kind := range []string{"change", "alert"} {
		for e, err := range s.Survey.Events(kind) {
			if err != nil {
				return nil, err
			}
			m.events = append(m.events, e)
		}
	}
	if t := k.trails[s.Cell.Transmitter]; t != nil {
		m.levels = t.levels
	}
	m.ppm, m.cells = median(k.ppms)
	m.looks = append(saying, newest...)
	slices.SortFunc(m.looks, func(a, b survey.Look) int { return cmp.Compare(a.StartS, b.StartS) })
	m.looks = slices.CompactFunc(m.looks, func(a, b survey.Look) bool { return a.StartS == b.StartS })
	return m, s.samples(ctx, m)
}

// errEnough ends reading once all that is wanted was read.
var errEnough = errors.New("enough was read")

// samples reads the chosen looks' samples again.
func (s *Stored) samples(ctx context.Context, m *material) error {
	if s.Samples == nil || len(m.looks) == 0 {
		return nil
	}
	var want []stretch
	last := int64(math.MinInt64)
	for _, l := range m.looks {
		w := stretch{l.First, l.First + int64(math.Round((l.EndS-l.StartS)*l.Tuning.RateHz))}
		want, last = append(want, w), max(last, w.end)
	}
	r := ring{limit: 2 * iqBytes}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	err := s.Samples(ctx, func(b *radio.Block) {
		for from := b.First; from < b.First+int64(len(b.IQ)); {
			to := b.First + int64(len(b.IQ))
			if inside(want, from, &to) {
				part := *b
				part.IQ, part.First = b.IQ[from-b.First:to-b.First], from
				if !b.Time.IsZero() {
					part.Time = b.Time.Add(seconds(float64(from-b.First) / b.Tuning.RateHz))
				}
				r.add(&part)
			}
			from = to
		}
		if b.First >= last {
			stop(errEnough)
		}
	})
	if err != nil && context.Cause(ctx) != errEnough {
		return fmt.Errorf("reading its samples again: %w", err)
	}
	if m.pieces = r.take(m.cell.FreqHz, float64(max(6, m.cell.PRB))*90e3, math.MinInt64, iqBytes); len(m.pieces) == 0 {
		m.noIQ = "its source did not give the samples again"
	}
	return nil
}

// inside tells whether a sample is wanted, and moves to to where that changes.
func inside(want []stretch, from int64, to *int64) bool {
	for _, w := range want {
		if w.first <= from && from < w.end {
			*to = min(*to, w.end)
			return true
		}
	}
	for _, w := range want {
		if from < w.first {
			*to = min(*to, w.first)
		}
	}
	return false
}

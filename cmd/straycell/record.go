package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/iqfile"
)

type recordVerb struct {
	Output string `short:"o" env:"-" required:"" placeholder:"BASE" help:"Writes BASE.sigmf-data and BASE.sigmf-meta."`
	radioFlags
	surveyFlags
}

func (recordVerb) Help() string {
	return `
What was decoded meanwhile is written as annotations. Without --for it records until it is interrupted, or each tuning of a
sweep once.

Examples:

  straycell record --radio rtlsdr: --freq 954.3M --for 10s -o b8
  straycell record --radio uhd:type=b200 --earfcn 1550 --for 2s -o b3
  straycell decode b8.sigmf-meta
`
}

func (v *recordVerb) run(e *env) (result, error) {
	e.endless = v.For == 0
	src, err := v.open(e)
	if err != nil {
		return result{}, err
	}
	defer src.Close()
	cfg, err := v.config(e, src, nil)
	if err != nil {
		return result{}, err
	}
	info := src.Info()
	have, err := src.Tune(e.ctx, radio.Tuning{})
	if err != nil {
		return result{}, err
	}
	rec, err := iqfile.Create(v.Output, iqfile.Header{Format: recordFormat(info.Bits), RateHz: have.RateHz,
		Hardware: info.Driver + " " + info.Serial, Description: "straycell record of " + src.name})
	if err != nil {
		return result{}, err
	}
	tee := &teed{Source: src.Source, rec: rec}
	cfg.Source, cfg.Known = tee, nil
	cfg.Sinks = []survey.Sink{e.notes.sink(true), {Name: "recording", Take: func(ev survey.Event) error {
		if c, ok := ev.(survey.Cell); ok {
			return rec.Annotate(annotation(c, have.RateHz))
		}
		return nil
	}}}
	sum, err := survey.Run(e.ctx, cfg)
	e.notes.clear()
	if err = errors.Join(err, rec.Close()); err != nil && !errors.Is(err, context.Canceled) && tee.samples == 0 {
		return result{}, err
	}
	e.notes.say("%s.sigmf-meta: %s, %s lost, %s", v.Output, count(tee.samples, "sample"), count(sum.Sweep.LostSamples, "sample"), count(int64(len(sum.Cells)), "cell"))
	return result{}, err
}

// recordFormat is the smallest format that keeps a converter's bits.
func recordFormat(bits int) string {
	switch {
	case bits <= 8:
		return "cu8"
	case bits <= 16:
		return "cs16"
	}
	return "cf32"
}

// annotation is a cell as a remark on where it was heard best.
func annotation(c survey.Cell, rateHz float64) iqfile.Annotation {
	a := iqfile.Annotation{
		Label: fmt.Sprintf("PCI %d", c.PCI), LowHz: c.FreqHz - float64(max(6, c.PRB))*90e3, HighHz: c.FreqHz + float64(max(6, c.PRB))*90e3,
		SampleCount: int64(rateHz / 100), Fields: map[string]json.RawMessage{},
	}
	if c.FirstSample != nil {
		a.SampleStart = int64(math.Max(0, *c.FirstSample))
	}
	if line, err := json.Marshal(c); err == nil {
		a.Fields["straycell:cell"] = line
	}
	return a
}

// teed writes down what is read.
type teed struct {
	radio.Source
	rec     *iqfile.Recorder
	samples int64
}

func (t *teed) Read(ctx context.Context, b *radio.Block) error {
	if err := t.Source.Read(ctx, b); err != nil {
		return err
	}
	t.samples += int64(len(b.IQ))
	return t.rec.Write(b)
}

// Warnings forwards what the source has to say.
func (t *teed) Warnings() []radio.Warning {
	if w, ok := t.Source.(radio.Warner); ok {
		return w.Warnings()
	}
	return nil
}

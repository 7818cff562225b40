package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/straycell/straycell/internal/store"
	"github.com/straycell/straycell/internal/survey"
)

// storeFlag says where a survey is kept.
type storeFlag struct {
	Store string `placeholder:"PATH" help:"Keep the survey, for straycell surveys: a folder, or a file that is not there yet."`
}

// surveyEnd is how a stored survey's file ends.
const surveyEnd = ".survey"

// path is the file to write; in a folder it is named by the time.
func (f *storeFlag) path(now time.Time) string {
	if st, err := os.Stat(f.Store); err != nil || !st.IsDir() {
		return f.Store
	}
	base := filepath.Join(f.Store, now.UTC().Format("20060102T150405Z"))
	path := base + surveyEnd
	for i := 2; ; i++ {
		if _, err := os.Lstat(path); err != nil {
			return path
		}
		path = fmt.Sprintf("%s-%d%s", base, i, surveyEnd)
	}
}

// keep adds the store to a survey's sinks, if one is asked for. The survey's outcome goes through what it returns. alarm
// tells what the disk does; nil: on stderr.
func (f *storeFlag) keep(e *env, src source, raw rawFlags, lists []string, alarm func(string), cfg *survey.Config) (func(error) error, error) {
	if f.Store == "" {
		return func(err error) error { return err }, nil
	}
	if alarm == nil {
		alarm = func(text string) { e.notes.say("%s", text) }
	}
	now := time.Now()
	info := src.Info()
	meta := store.Meta{
		Program: version(), Started: now.UTC(), Source: absolute(src), URI: info.URI,
		Radio: store.Radio{URI: info.URI, Driver: info.Driver, Serial: info.Serial, Bits: info.Bits, PPM: info.PPM},
		PPM:   cfg.Decode.PPM, PPMRange: cfg.Decode.PPMRange, Band: cfg.Band, Profile: cfg.Profile, Here: cfg.Here,
		FreqsHz: cfg.Decode.FreqsHz, Plan: cfg.Plan, ForS: cfg.For.Seconds(),
	}
	if freq, err := raw.Freq.centre(); info.Driver == "file" && err == nil {
		meta.Raw = store.Raw{Format: raw.Format, RateHz: float64(raw.Rate), FreqHz: float64(freq)}
	}
	for _, l := range lists {
		if abs, err := filepath.Abs(l); err == nil {
			l = abs
		}
		meta.Lists = append(meta.Lists, l)
	}
	path := f.path(now)
	w, err := store.Create(path, store.Options{Meta: meta, Alarm: alarm})
	if err != nil {
		return nil, err
	}
	cfg.Sinks = append(cfg.Sinks, survey.Sink{Name: "store", Live: true, Looks: true, Take: w.Take})
	return func(err error) error {
		if failed := w.Close(); failed != nil {
			return errors.Join(err, failed)
		}
		e.notes.say("stored: straycell surveys show %s", shell(path))
		return err
	}, nil
}

// absolute names a source so that it is found from another folder.
func absolute(src source) string {
	if src.Info().Driver != "file" {
		return src.name
	}
	path := filePath(src.name)
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return "file:" + path
}

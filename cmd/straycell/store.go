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

// storeSink is the name of what keeps a survey: with several radios, each has its own.
const storeSink = "store"

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

// keepAll keeps the surveys of several radios, each in a file of its own.
func (f *storeFlag) keepAll(e *env, all []source, raw rawFlags, lists []string, alarm func(string), cfgs []survey.Config) (func(error) error, error) {
	if err := f.folderFor(len(cfgs)); err != nil {
		return nil, err
	}
	var ends []func(error) error
	for i := range cfgs {
		end, err := f.keep(e, all[i], raw, lists, alarm, &cfgs[i])
		if err != nil {
			for _, end := range ends {
				err = end(err)
			}
			return nil, err
		}
		ends = append(ends, end)
	}
	return func(err error) error {
		for _, end := range ends {
			err = end(err)
		}
		return err
	}, nil
}

// folderFor says that several surveys do not go into one file.
func (f *storeFlag) folderFor(n int) error {
	if st, err := os.Stat(f.Store); f.Store != "" && n > 1 && (err != nil || !st.IsDir()) {
		return usagef("--store %s: several recordings or radios are several surveys: name a folder", f.Store)
	}
	return nil
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
	meta := metaOf(now, src, raw, lists, cfg)
	path := f.path(now)
	w, err := store.Create(path, store.Options{Meta: meta, Alarm: alarm})
	if err != nil {
		return nil, err
	}
	cfg.Sinks = append(cfg.Sinks, survey.Sink{Name: storeSink, Live: true, Looks: true, Take: w.Take})
	return func(err error) error {
		if failed := w.Close(); failed != nil {
			return errors.Join(err, failed)
		}
		e.notes.say("stored: straycell surveys show %s", shell(path))
		return err
	}, nil
}

// metaOf says what a survey is.
func metaOf(now time.Time, src source, raw rawFlags, lists []string, cfg *survey.Config) store.Meta {
	info := src.Info()
	meta := store.Meta{
		Program: version(), Started: now.UTC(), Source: absolute(src), URI: info.URI,
		Radio: store.Radio{URI: info.URI, Driver: info.Driver, Serial: info.Serial, Bits: info.Bits, PPM: info.PPM},
		PPM:   cfg.Decode.PPM, PPMRange: cfg.Decode.PPMRange, Bands: cfg.Bands, Profile: cfg.Policy.Profile, Here: cfg.Here,
		FreqsHz: cfg.Decode.FreqsHz, Plan: cfg.Plan, Spans: cfg.Spans, Missed: cfg.Missed, ForS: cfg.For.Seconds(),
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
	return meta
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

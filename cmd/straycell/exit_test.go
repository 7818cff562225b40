package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio/iqfile"
)

func TestCode(t *testing.T) {
	var (
		clean = judge(survey.Summary{Strong: 10, StrongMute: 1})
		holes = judge(survey.Summary{Strong: 10, StrongMute: 2})
		stray = judge(survey.Summary{Unknown: 1})
		both  = judge(survey.Summary{Suspicious: 1, Sweep: survey.Sweep{LostSamples: 5}})
		oops  = errors.New("disk on fire")
	)
	for _, c := range []struct {
		name string
		r    result
		err  error
		want int
	}{
		{"nothing found", judge(survey.Summary{}), nil, exitDone},
		{"all in order", clean, nil, exitDone},
		{"more than a tenth mute", holes, nil, exitIncomplete},
		{"samples lost", judge(survey.Summary{Sweep: survey.Sweep{LostSamples: 1}}), nil, exitIncomplete},
		{"radio gone", judge(survey.Summary{Gone: oops}), nil, exitIncomplete},
		{"file cut", judge(survey.Summary{Cut: []string{"cut in the middle of a sample"}}), nil, exitIncomplete},
		{"decoder failed", judge(survey.Summary{Failed: 1}), nil, exitIncomplete},
		{"unknown", stray, nil, exitStray},
		{"3 wins over 4", both, nil, exitStray},
		{"3 wins over another file's failure", stray, oops, exitStray},
		{"130 wins over 3", both, fmt.Errorf("x: %w", context.Canceled), exitInterrupted},
		{"failed", clean, oops, exitFailed},
		{"usage", clean, usagef("type this"), exitUsage},
		{"no such file", clean, fmt.Errorf("x: %w", fs.ErrNotExist), exitUsage},
		{"exists", clean, existsError("x"), exitUsage},
		{"wrong format", clean, &iqfile.ArgumentError{Path: "x"}, exitUsage},
		{"low rate", clean, &iqfile.RateError{Path: "x"}, exitUsage},
		{"broken description", clean, &iqfile.FormatError{Path: "x"}, exitFailed},
	} {
		if got := code(c.r, c.err); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestHertz(t *testing.T) {
	for text, want := range map[string]float64{
		"1815.3M": 1815.3e6, "19.2M": 19.2e6, "1920000": 1.92e6, "1.92 M": 1.92e6, "2.4G": 2.4e9, "30.72M": 30.72e6,
		"250k": 250e3, "250K": 250e3, "1.8153e9": 1815.3e6, "+5M": 5e6, "1815.3000M": 1815.3e6,
	} {
		var h hertz
		if err := h.UnmarshalText([]byte(text)); err != nil || float64(h) != want {
			t.Errorf("%q = %v, %v; want %v", text, float64(h), err, want)
		}
	}
	for _, text := range []string{"", "M", "19m", "-5M", "0", "inf", "NaN", "0x10", "1_000", "1815.3MHz", "1e400", "1,9M"} {
		var h hertz
		if err := h.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q = %v, want an error", text, float64(h))
		}
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/alecthomas/kong"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio/iqfile"
	"github.com/straycell/straycell/radio/sim"
)

// Exit codes: a contract with scripts.
const (
	exitDone        = 0   // done, nothing against any cell
	exitFailed      = 1   // tried and failed
	exitUsage       = 2   // the command line cannot be right: nothing was done
	exitStray       = 3   // done, and a cell is unknown or at level suspicious or alert
	exitIncomplete  = 4   // done, with holes in it
	exitInterrupted = 130 // by SIGINT or ctrl+c
)

// result is what a verb came to beside its error.
type result struct {
	stray      bool     // at least one cell is unknown, suspicious or alert
	incomplete []string // why not everything was covered
}

// usageError is a command line that cannot be right; its text says what to type instead.
type usageError string

func (e usageError) Error() string { return string(e) }

func usagef(format string, a ...any) error { return usageError(fmt.Sprintf(format, a...)) }

// code maps every outcome to its exit code; it is the only place that does.
func code(r result, err error) int {
	switch {
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case err != nil && isUsage(err):
		return exitUsage
	case r.stray: // also when another file could not be read: the alarm must not be lost
		return exitStray
	case err != nil:
		return exitFailed
	case len(r.incomplete) > 0:
		return exitIncomplete
	}
	return exitDone
}

func isUsage(err error) bool {
	var usage usageError
	var parse *kong.ParseError
	var argument *iqfile.ArgumentError
	var rate *iqfile.RateError
	var world *sim.ArgumentError
	return errors.As(err, &usage) || errors.As(err, &parse) || errors.As(err, &argument) || errors.As(err, &rate) || errors.As(err, &world) ||
		errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist)
}

// judge turns a survey's summary into a result.
func judge(s survey.Summary) result {
	r := result{stray: s.Unknown > 0 || s.Suspicious > 0}
	hole := func(format string, a ...any) { r.incomplete = append(r.incomplete, fmt.Sprintf(format, a...)) }
	if n := s.Sweep.LostSamples; n > 0 {
		hole("%s lost", count(n, "sample"))
	}
	if s.Gone != nil {
		hole("the radio went away: %v", s.Gone)
	}
	r.incomplete = append(r.incomplete, s.Cut...)
	if s.Failed > 0 {
		hole("%d of %d looks could not be decoded: this is a fault of straycell, please report it", s.Failed, s.Looks)
	}
	if s.StrongMute*10 > s.Strong {
		hole("SIB1 was not read of %d of %s above 3 dB SINR", s.StrongMute, count(int64(s.Strong), "cell"))
	}
	return r
}

// add takes over what one of several files came to.
func (r *result) add(file string, o result) {
	r.stray = r.stray || o.stray
	for _, why := range o.incomplete {
		r.incomplete = append(r.incomplete, file+": "+why)
	}
}

func count(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

package iqfile

import (
	"fmt"
	"strconv"
	"strings"
)

// Rates a recording may have. Below MinRateHz the six PRBs that carry PSS, SSS and PBCH do not fit
// (TS 36.211 §6.6.4, §6.11); above MaxRateHz no receiver exists that one would carry around, and a number out of a broken
// file must not decide how much memory is asked for.
const (
	MinRateHz = 1.92e6
	MaxRateHz = 250e6

	// Writers note the rate that their oscillator really had.
	rateTolerance = 200e-6
)

// RateError is a sample rate that nothing can be decoded from.
type RateError struct {
	Path   string
	RateHz float64
}

func (e *RateError) Error() string {
	if e.RateHz > MinRateHz {
		return fmt.Sprintf("open %s: rate %s is above %s: straycell does not read that", show(e.Path), hz(e.RateHz, "sps"), hz(MaxRateHz, "sps"))
	}
	return fmt.Sprintf("open %s: rate %s is below the %s that LTE's synchronisation needs: record again with --rate 1.92M or more",
		show(e.Path), hz(e.RateHz, "sps"), hz(MinRateHz, "sps"))
}

// CheckRate says whether a recording of that rate is worth reading; its error is a *RateError.
func CheckRate(path string, rateHz float64) error {
	if rateHz >= MinRateHz*(1-rateTolerance) && rateHz <= MaxRateHz {
		return nil
	}
	return &RateError{Path: path, RateHz: rateHz}
}

// ArgumentError is a recording that cannot be read the way it was asked for; Text says what to type instead.
type ArgumentError struct {
	Path string
	Text string
}

func (e *ArgumentError) Error() string { return "open " + show(e.Path) + ": " + e.Text }

// FormatError is a recording whose own description is broken.
type FormatError struct {
	Path string
	Text string
}

func (e *FormatError) Error() string { return "read " + show(e.Path) + ": " + e.Text }

func hz(v float64, unit string) string {
	switch {
	case v >= 1e6:
		return strconv.FormatFloat(v/1e6, 'f', -1, 64) + " M" + unit
	case v >= 1e3:
		return strconv.FormatFloat(v/1e3, 'f', -1, 64) + " k" + unit
	}
	return strconv.FormatFloat(v, 'g', -1, 64) + " " + unit
}

// show makes a path safe for a terminal: file names are other people's text too.
func show(path string) string {
	if strings.ContainsFunc(path, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return strconv.Quote(path)
	}
	return path
}

// quote shows a piece of a file in a message: escaped, and never more than a line of it.
func quote(b []byte) string {
	const most = 60
	if len(b) > most {
		return strconv.QuoteToASCII(string(b[:most])) + "…"
	}
	return strconv.QuoteToASCII(string(b))
}

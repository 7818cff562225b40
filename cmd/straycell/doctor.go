package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/straycell/straycell/hardware/clib"
	"github.com/straycell/straycell/hardware/live"
	"github.com/straycell/straycell/hardware/rtlsdr"
	"github.com/straycell/straycell/hardware/soapy"
	"github.com/straycell/straycell/hardware/uhd"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/tui/plain"
)

type doctorVerb struct {
	radioFlags
	surveyFlags
}

func (doctorVerb) Help() string {
	return `
Without a radio the machine is looked at. With one it listens for five seconds, and with --band, --earfcn or --freq it also
measures the radio's frequency error against the cells it finds there.

Examples:

  straycell doctor
  straycell doctor --radio rtlsdr: --earfcn 3743
`
}

// finding is one thing that doctor looked at.
type finding struct {
	state string // ok, warn, fail
	text  string
	do    string // what to do about it
}

func (v *doctorVerb) run(e *env) (result, error) {
	if err := e.shield(); err != nil {
		return result{}, err
	}
	bad := false
	show := func(f finding) error {
		bad = bad || f.state == "fail"
		line := fmt.Sprintf("%-5s %s", f.state, f.text)
		if f.do != "" {
			line += ": " + f.do
		}
		_, err := fmt.Fprintln(e.out, plain.Text(line, 1000))
		return err
	}
	for _, look := range []func() []finding{libraries, usbFindings, machine, gpsd} {
		for _, f := range look() {
			if err := show(f); err != nil {
				return result{}, err
			}
		}
	}
	if len(v.Radio) > 0 {
		list, err := v.listen(e)
		if err != nil {
			return result{}, err
		}
		for _, f := range list {
			if err := show(f); err != nil {
				return result{}, err
			}
		}
	}
	if bad {
		return result{}, errors.New("not fit: see the lines that begin with fail")
	}
	return result{}, nil
}

// libraries says which drivers this machine has. One that is missing is no fault of the machine: few need all of them.
func libraries() (out []finding) {
	for _, version := range []func() (string, error){rtlsdr.Version, uhd.Version, soapy.Version} {
		name, err := version()
		var missing *clib.MissingError
		switch {
		case errors.As(err, &missing):
			out = append(out, finding{state: "warn", text: err.Error()})
		case err != nil:
			out = append(out, finding{state: "fail", text: err.Error()})
		default:
			out = append(out, finding{state: "ok", text: name})
		}
	}
	return out
}

// gpsd says whether positions will be had.
func gpsd() []finding {
	if c, err := net.DialTimeout("tcp", "127.0.0.1:2947", 300*time.Millisecond); err == nil {
		c.Close()
		return []finding{{state: "ok", text: "gpsd answers"}}
	}
	serial, _ := filepath.Glob("/dev/ttyACM*")
	if len(serial) > 0 {
		return []finding{{state: "ok", text: "a serial device that may be a GPS: " + strings.Join(serial, ", ")}}
	}
	return []finding{{"warn", "no GPS: neither gpsd nor a serial receiver", "cells will have no position of their own"}}
}

// listenFor is how long a radio is listened to.
const listenFor = 5 * time.Second

// listen holds a radio against what it promises: samples without loss at its rate, a level with headroom, and the error of
// its oscillator if there are cells to measure it by.
func (v *doctorVerb) listen(e *env) ([]finding, error) {
	src, err := v.open(e)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	cfg, err := v.config(e, src, nil)
	if err != nil && !isUsage(err) {
		return nil, err
	}
	var tune radio.Tuning
	if len(cfg.Plan) > 0 {
		tune = cfg.Plan[0]
	}
	got, err := src.Tune(e.ctx, tune)
	if err != nil {
		return []finding{{state: "fail", text: err.Error()}}, nil
	}
	out, err := sustained(e.ctx, src, got)
	if err != nil || len(cfg.Plan) == 0 {
		return out, err
	}
	cfg.Known = nil
	if cfg.For == 0 || cfg.For > time.Minute {
		cfg.For = 0
	}
	sum, err := survey.Run(e.ctx, cfg)
	if err != nil {
		return out, err
	}
	return append(out, oscillator(sum)), nil
}

// sustained listens and counts.
func sustained(ctx context.Context, src source, got radio.Tuning) ([]finding, error) {
	b := radio.Block{IQ: make([]complex64, 1<<16)}
	if err := src.Read(ctx, &b); err != nil {
		return nil, err
	}
	var n, lost, clipped int64
	var sum complex128
	var level []float64
	start := time.Now()
	for time.Since(start) < listenFor && (src.Info().Live || n < int64(got.RateHz)) {
		if err := src.Read(ctx, &b); err != nil {
			return []finding{{state: "fail", text: err.Error()}}, nil
		}
		n += int64(len(b.IQ))
		lost += b.Lost
		clipped += int64(b.Clip)
		for _, x := range b.IQ {
			sum += complex128(x)
		}
		level = append(level, live.Level(b.IQ))
	}
	took := time.Since(start).Seconds()
	var out []finding
	out = append(out, finding{state: "ok", text: fmt.Sprintf("%s: %.3f Msps at %.4f MHz, gain %.1f dB", src.name, got.RateHz/1e6, got.FreqHz/1e6, got.GainDB)})
	if lost > 0 {
		out = append(out, finding{"fail", fmt.Sprintf("%d of %d samples lost", lost, n+lost), "try another USB port or a lower ?rate=, or end other programs"})
	} else {
		out = append(out, finding{state: "ok", text: fmt.Sprintf("%d samples without loss", n)})
	}
	if rate := float64(n+lost) / took; src.Info().Live && math.Abs(rate/got.RateHz-1) > 0.01 {
		out = append(out, finding{"warn", fmt.Sprintf("%.4f Msps arrived, %.4f were promised", rate/1e6, got.RateHz/1e6), "the device's clock or the machine is not what it says"})
	}
	slices.Sort(level)
	switch at := level[len(level)/2]; {
	case float64(clipped) > 1e-4*2*float64(n):
		out = append(out, finding{"warn", fmt.Sprintf("%.3f %% of the samples clip", 50*float64(clipped)/float64(n)), "a lower ?gain=, or a filter against a strong neighbour"})
	case at < -40:
		out = append(out, finding{"warn", fmt.Sprintf("level %.0f dBFS", at), "is the antenna connected?"})
	default:
		out = append(out, finding{state: "ok", text: fmt.Sprintf("level %.1f dBFS", at)})
	}
	if dc := 20 * math.Log10(math.Hypot(real(sum), imag(sum))/float64(n)+1e-9); dc > -30 {
		out = append(out, finding{"warn", fmt.Sprintf("%.0f dBFS of DC", dc), "tune beside the carrier that matters"})
	} else {
		out = append(out, finding{state: "ok", text: fmt.Sprintf("DC %.0f dBFS", dc)})
	}
	return out, nil
}

// oscillator is the radio's error against what it heard: cells are within 0.05 ppm, home cells within 0.25.
func oscillator(sum survey.Summary) finding {
	var ppm []float64
	for _, c := range sum.Cells {
		if c.CFOHz != nil && c.EARFCN != nil {
			ppm = append(ppm, *c.CFOHz/c.FreqHz*1e6)
		}
	}
	if len(ppm) == 0 {
		return finding{"warn", "no cell to measure the oscillator by", "name a carrier that is there with --earfcn"}
	}
	slices.Sort(ppm)
	at := ppm[len(ppm)/2]
	return finding{"ok", fmt.Sprintf("%s heard %+.2f ppm off", count(int64(len(ppm)), "cell"), at), fmt.Sprintf("say --ppm %.1f --ppm-range 2", at)}
}

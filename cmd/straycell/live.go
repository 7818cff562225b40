package main

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/straycell/straycell/hardware/clib"
	"github.com/straycell/straycell/hardware/live"
	"github.com/straycell/straycell/hardware/rtlsdr"
	"github.com/straycell/straycell/hardware/rtltcp"
	"github.com/straycell/straycell/hardware/soapy"
	"github.com/straycell/straycell/hardware/uhd"
	"github.com/straycell/straycell/radio"
)

// patience is how long a survey that ends by itself waits for a radio that went away.
const patience = 15 * time.Second

// liveOptions are what follows the question mark of a device's URI.
type liveOptions struct {
	gainDB, rateHz float64
	bias           bool
	clock, antenna string
}

// splitLive takes a device's URI apart: what names the device, and options. known are those that this kind has.
func splitLive(uri string, known ...string) (device string, o liveOptions, err error) {
	_, rest, _ := strings.Cut(uri, ":")
	device, query, _ := strings.Cut(rest, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return "", o, usagef("--radio %s: type options like ?gain=30&rate=2.4M", uri)
	}
	known = append(known, "gain", "rate")
	for key, list := range values {
		ok := false
		for _, k := range known {
			ok = ok || k == key
		}
		v := list[len(list)-1]
		var h hertz
		switch {
		case !ok:
			return "", o, usagef("--radio %s: no option %q: there are %s", uri, key, strings.Join(known, ", "))
		case key == "gain" && v == "auto":
		case key == "gain":
			if err = h.UnmarshalText([]byte(v)); err != nil || h > 120 {
				return "", o, usagef("--radio %s: gain %q: type decibels above zero, like ?gain=30, or auto", uri, v)
			}
			o.gainDB = float64(h)
		case key == "rate":
			if err = h.UnmarshalText([]byte(v)); err != nil || h < 1.92e6 || h > 100e6 {
				return "", o, usagef("--radio %s: rate %q: type samples a second, 1.92M or more", uri, v)
			}
			o.rateHz = float64(h)
		case key == "bias":
			if o.bias = v == "on"; !o.bias && v != "off" {
				return "", o, usagef("--radio %s: bias %q: type on or off", uri, v)
			}
		case key == "clock":
			o.clock = v
		case key == "antenna":
			o.antenna = v
		}
	}
	return device, o, nil
}

func openRTLTCP(e *env, uri string, raw rawFlags) (source, error) {
	_, o, err := splitLive(uri)
	if err != nil {
		return source{}, err
	}
	plain, _, _ := strings.Cut(uri, "?")
	address, err := rtltcp.Parse(plain)
	if err != nil {
		return source{}, usagef("--radio %s: %v", uri, err)
	}
	return openLive(e, uri, raw, o, func(ctx context.Context) (live.Driver, error) { return rtltcp.Dial(ctx, address) })
}

func openRTLSDR(e *env, uri string, raw rawFlags) (source, error) {
	device, o, err := splitLive(uri, "bias")
	if err != nil {
		return source{}, err
	}
	serial, ok := strings.CutPrefix(device, "serial=")
	if !ok && device != "" {
		return source{}, usagef("--radio %s: type it like rtlsdr: or rtlsdr:serial=00000001; straycell devices lists them", uri)
	}
	return openLibrary(e, uri, raw, o, func(ctx context.Context) (live.Driver, error) {
		return rtlsdr.Open(ctx, rtlsdr.Options{Serial: serial, Bias: o.bias})
	})
}

func openUHD(e *env, uri string, raw rawFlags) (source, error) {
	device, o, err := splitLive(uri, "clock", "antenna")
	if err != nil {
		return source{}, err
	}
	return openLibrary(e, uri, raw, o, func(ctx context.Context) (live.Driver, error) {
		return uhd.Open(ctx, uhd.Options{Args: device, Clock: o.clock, Antenna: o.antenna})
	})
}

func openSoapy(e *env, uri string, raw rawFlags) (source, error) {
	device, o, err := splitLive(uri, "bias", "clock", "antenna")
	if err != nil {
		return source{}, err
	}
	if !strings.Contains(device, "driver=") {
		return source{}, usagef("--radio %s: name the driver, like soapy:driver=hackrf; straycell devices lists what is there", uri)
	}
	return openLibrary(e, uri, raw, o, func(ctx context.Context) (live.Driver, error) {
		return soapy.Open(ctx, soapy.Options{Args: device, Clock: o.clock, Antenna: o.antenna, Bias: o.bias})
	})
}

// openLibrary opens a device whose library prints what it likes: that goes nowhere near the screen.
func openLibrary(e *env, uri string, raw rawFlags, o liveOptions, open func(context.Context) (live.Driver, error)) (source, error) {
	if err := e.shield(); err != nil {
		return source{}, err
	}
	return openLive(e, uri, raw, o, open)
}

// shield keeps what libraries print off the terminal.
func (e *env) shield() error {
	out, err2, err := clib.Shield()
	if err != nil {
		return err
	}
	e.out = out
	e.notes.mu.Lock()
	defer e.notes.mu.Unlock()
	e.notes.w = err2
	return nil
}

// openLive opens a device. What it sweeps must be said: no device covers everything in a moment.
func openLive(e *env, uri string, raw rawFlags, o liveOptions, open func(context.Context) (live.Driver, error)) (source, error) {
	if raw.Format != "" || raw.Rate != 0 {
		return source{}, usagef("--format and --rate describe raw recordings; a radio's rate is an option of it: %s", withOption(uri, "rate=2.4M"))
	}
	cfg := live.Config{URI: uri, Open: open, Patience: patience, RateHz: o.rateHz, GainDB: o.gainDB}
	if e.endless {
		cfg.Patience = 0
	}
	src, err := live.Open(e.ctx, cfg)
	if err != nil {
		return source{}, err
	}
	return source{Source: src, name: uri, freqs: raw.Freq, plan: []radio.Tuning{}}, nil
}

func withOption(uri, option string) string {
	if strings.Contains(uri, "?") {
		return uri + "&" + option
	}
	return uri + "?" + option
}

package main

import (
	"context"
	"time"

	"github.com/straycell/straycell/hardware/live"
	"github.com/straycell/straycell/hardware/rtltcp"
	"github.com/straycell/straycell/radio"
)

// patience is how long a survey that ends by itself waits for a radio that went away.
const patience = 15 * time.Second

func openRTLTCP(e *env, uri string, raw rawFlags) (source, error) {
	address, err := rtltcp.Parse(uri)
	if err != nil {
		return source{}, usagef("--radio %s: %v", uri, err)
	}
	return openLive(e, uri, raw, func(ctx context.Context) (live.Driver, error) { return rtltcp.Dial(ctx, address) })
}

// openLive opens a device. What it sweeps must be said: no device covers everything in a moment.
func openLive(e *env, uri string, raw rawFlags, open func(context.Context) (live.Driver, error)) (source, error) {
	if raw.Format != "" || raw.Rate != 0 {
		return source{}, usagef("--format and --rate describe raw recordings; %s needs neither", uri)
	}
	src, err := live.Open(e.ctx, live.Config{URI: uri, Open: open, Patience: patience})
	if err != nil {
		return source{}, err
	}
	return source{Source: src, name: uri, freqs: raw.Freq, plan: []radio.Tuning{}}, nil
}

package main

import (
	"fmt"
	"net"
	"net/url"
	"strconv"

	"github.com/straycell/straycell/hardware/rtltcp"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/sim"
)

type simServeVerb struct {
	Scenario string `env:"-" default:"kt-femto" placeholder:"NAME" help:"A shipped scenario or a .toml file (${default})."`
	Seed     uint64 `env:"-" default:"1" placeholder:"N" help:"What is drawn by lot: another seed is another night (${default})."`
	Profile  string `env:"-" default:"rtlsdr" placeholder:"P" help:"The receiver: a wrong name lists them (${default})."`
	Listen   string `env:"-" default:"127.0.0.1:1234" placeholder:"HOST:PORT" help:"Where clients connect (${default})."`
}

func (simServeVerb) Help() string {
	return `
Each client hears the scenario from its beginning, in real time, tuned as it asks for; one client at a time.

Examples:

  straycell sim serve
  straycell scan --radio rtltcp://127.0.0.1:1234 --earfcn 3743,1550
  rtl_433 -d rtl_tcp:127.0.0.1:1234 -f 954.3M -s 1920k
`
}

func (v *simServeVerb) run(e *env) (result, error) {
	w, err := v.world() // what is wrong with the scenario is wrong before anyone connects
	if err != nil {
		return result{}, err
	}
	w.Close()
	l, err := net.Listen("tcp", v.Listen)
	if err != nil {
		return result{}, fmt.Errorf("listen: %w: type another --listen, like 127.0.0.1:1235", err)
	}
	e.notes.say("sim:%s as rtl_tcp on %s; interrupt to end", v.Scenario, l.Addr())
	if err := v.server(e.notes.say).Serve(e.ctx, l); e.ctx.Err() == nil {
		return result{}, err
	}
	return result{}, nil // to interrupt it is the way to end it
}

func (v *simServeVerb) world() (*sim.World, error) {
	query := url.Values{"seed": {strconv.FormatUint(v.Seed, 10)}, "profile": {v.Profile}}
	return sim.Open("sim:" + v.Scenario + "?" + query.Encode())
}

func (v *simServeVerb) server(say func(string, ...any)) *rtltcp.Server {
	return &rtltcp.Server{Say: say, Open: func() (radio.Source, error) {
		w, err := v.world()
		if err != nil {
			return nil, err
		}
		return pace(w), nil
	}}
}

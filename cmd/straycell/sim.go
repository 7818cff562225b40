package main

import (
	"bytes"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/sim"
	"github.com/straycell/straycell/tui/plain"
)

// openSim opens a simulated world with the list and the plan that its scenario brings along.
func openSim(_ *env, uri string, raw rawFlags) (source, error) {
	if raw.Format != "" || raw.Rate != 0 {
		return source{}, usagef("--format and --rate describe raw recordings; %s needs neither", uri)
	}
	if uri == "sim:" {
		uri += sim.DefaultScenario
	}
	w, err := sim.Open(uri)
	if err != nil {
		return source{}, err
	}
	s := source{Source: w, name: uri, freqs: raw.Freq, simulated: true}
	if w.Observes() {
		s.observer = w
	}
	for _, freq := range w.Plan() {
		s.plan = append(s.plan, radio.Tuning{FreqHz: freq})
	}
	lat, lon := w.Where()
	s.here = &known.Place{Lat: lat, Lon: lon}
	if w.Moves() {
		s.place = route{w}
	}
	if list := w.Inventory(); list != nil {
		if s.known, _, err = known.Read(bytes.NewReader(list), w.InventoryName(), nil); err != nil {
			w.Close()
			return source{}, fmt.Errorf("%s: its inventory: %w", uri, err)
		}
	}
	return s, nil
}

// route is a simulated world as what knows where its receiver is.
type route struct{ *sim.World }

func (r route) Where(signalS float64, _ time.Time) (radio.Fix, bool) {
	lat, lon := r.WhereAt(signalS)
	return radio.Fix{Lat: lat, Lon: lon, From: "sim"}, true
}

type simListVerb struct{}

func (simListVerb) Help() string {
	return `
Examples:

  straycell sim list
`
}

func (simListVerb) run(e *env) (result, error) {
	var b strings.Builder
	for _, s := range sim.Scenarios() {
		fmt.Fprintf(&b, "sim:%s\n    %s\n", s.Name, s.Title)
		for _, l := range plain.Lines(s.About, 76, 20) {
			fmt.Fprintf(&b, "    %s\n", l)
		}
	}
	_, err := e.out.WriteString(b.String())
	return result{}, err
}

type simWriteVerb struct {
	Scenario string        `env:"-" default:"kt-femto" placeholder:"NAME" help:"A shipped scenario or a .toml file (${default})."`
	Seed     uint64        `env:"-" default:"1" placeholder:"N" help:"What is drawn by lot: another seed is another night (${default})."`
	Profile  string        `env:"-" default:"rtlsdr" placeholder:"P" help:"The receiver: a wrong name lists them (${default})."`
	For      time.Duration `env:"-" default:"1s" placeholder:"D" help:"Signal time (${default})."`
	Freq     hertz         `env:"-" placeholder:"F" help:"Centre frequency: 1840M (default: the first of the scenario's plan)."`
	Rate     hertz         `env:"-" placeholder:"R" help:"Samples per second: 1.92M (default: the receiver's own)."`
	Output   string        `env:"-" short:"o" required:"" placeholder:"BASE" help:"Writes BASE.sigmf-data and BASE.sigmf-meta."`
}

func (simWriteVerb) Help() string {
	return `
Examples:

  straycell sim write -o demo
  straycell sim write --scenario kt-femto --seed 7 --for 5s --freq 1840M --rate 1.92M -o night7
  straycell decode demo.sigmf-meta
`
}

func (v *simWriteVerb) run(e *env) (result, error) {
	if v.For <= 0 {
		return result{}, usagef("--for %v: type a time above zero, like 5s", v.For)
	}
	query := url.Values{"seed": {strconv.FormatUint(v.Seed, 10)}, "profile": {v.Profile}}
	w, err := sim.Open("sim:" + v.Scenario + "?" + query.Encode())
	if err != nil {
		return result{}, err
	}
	defer w.Close()
	want := radio.Tuning{FreqHz: float64(v.Freq), RateHz: float64(v.Rate)}
	got, err := w.Tune(e.ctx, want)
	if err != nil {
		return result{}, err
	}
	if want.RateHz != 0 && got.RateHz != want.RateHz {
		return result{}, usagef("--rate %.6gM: this receiver does %s", want.RateHz/1e6, rates(w.Info().Rates))
	}
	base := strings.TrimSuffix(strings.TrimSuffix(v.Output, ".sigmf-meta"), ".sigmf-data")
	if err := w.Write(e.ctx, base, v.For); err != nil {
		return result{}, err
	}
	e.notes.say("%s.sigmf-meta: %v of %.6g MHz at %.6g Msps", base, v.For, got.FreqHz/1e6, got.RateHz/1e6)
	return result{}, nil
}

// rates lists sample rates the way --rate takes them.
func rates(all []float64) string {
	var out []string
	for _, r := range all {
		out = append(out, strconv.FormatFloat(r/1e6, 'f', -1, 64)+"M")
	}
	return strings.Join(out, ", ")
}

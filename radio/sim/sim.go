// Package sim is a simulated radio world as a radio.Source: cells on a map and one imperfect receiver among them,
// described in TOML. Samples are made as they are read, simulated time is the sample count, and the same scenario, seed
// and profile give the same samples.
//
// Nothing is lost and nothing waits: a world runs as fast as it is read.
package sim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/straycell/straycell/radio"
)

// World is a scenario with its receiver. It is a radio.Source.
type World struct {
	uri      string
	s        *scenario
	seed     uint64
	profile  *profile
	observes bool  // asked for at the level of observations
	clock    clock // the receiver's
	stand    stand
	cells    []placed
	slots    map[string]int // by cell: its place among those it takes turns with

	lat0, lon0 float64 // origin of the plane
	around     shadow  // what stands around the receiver

	tuning  radio.Tuning
	tunings uint64  // how often the receiver was tuned
	baseS   float64 // receiver time at which the present tuning began
	count   int64   // samples since the world began, lost ones included
	missHz  float64 // how far above tuning.FreqHz the receiver really stands
	stream
	closed atomic.Bool
}

// Open opens a world by its URI: "sim:NAME" a shipped scenario, "sim:PATH.toml" a file, "sim:" DefaultScenario; options
// "?seed=7&profile=hackrf&level=observations&route=drive". The error is an *ArgumentError where something else must be typed or written.
func Open(uri string) (*World, error) {
	a, err := parseURI(uri)
	if err != nil {
		return nil, err
	}
	s, err := load(a.name)
	if err != nil {
		return nil, err
	}
	w := &World{uri: uri, s: s, seed: a.seed, profile: a.profile, observes: a.observe, slots: map[string]int{}}
	if a.route != "" && !slices.ContainsFunc(s.Routes, func(r route) bool { return r.Name == a.route }) {
		return nil, &ArgumentError{fmt.Sprintf("%s: no route %q in the scenario: %s", uri, a.route, s.routeNames())}
	}
	w.stand = s.stand(s.Receiver.Lat, s.Receiver.Lon, cmp.Or(a.route, s.Receiver.Route))
	w.clock = w.receiverClock()
	w.place()
	w.tuning = radio.Tuning{FreqHz: w.profile.nearest(s.plan[0]), RateHz: w.profile.rates[w.profile.rate], Auto: true}
	if !w.profile.reaches(w.tuning.FreqHz) {
		return nil, &ArgumentError{fmt.Sprintf("%s: profile %s (%s) does not reach %g MHz, where the scenario plays: type another ?profile= of %s",
			uri, w.profile.name, w.profile.about, s.plan[0]/1e6, profileNames())}
	}
	return w, w.begin(0)
}

// Info describes the receiver.
func (w *World) Info() radio.Info {
	p := w.profile
	return radio.Info{
		URI: w.uri, Driver: "sim", Serial: fmt.Sprintf("%s, seed %d", p.about, w.seed),
		MinHz: p.ranges[0][0], MaxHz: p.ranges[len(p.ranges)-1][1], Rates: append([]float64(nil), p.rates...),
		Bits: p.adc.Bits, FullScale: 1, PPM: p.ppm, SettleS: w.settleS(),
	}
}

// settleS is how long the synthesiser takes after a change.
func (w *World) settleS() float64 {
	if ms := w.s.Receiver.SettleMS; ms != nil {
		return *ms / 1e3
	}
	return w.profile.settleS
}

// Tune sets frequency, rate and gain to the nearest the receiver can do. After a change the synthesiser settles for some
// milliseconds, in which only noise is heard.
func (w *World) Tune(ctx context.Context, want radio.Tuning) (radio.Tuning, error) {
	if err := ctx.Err(); err != nil {
		return w.tuning, err
	}
	if w.closed.Load() {
		return w.tuning, w.errClosed()
	}
	t := w.tuning
	if want.FreqHz != 0 {
		t.FreqHz = w.profile.nearest(want.FreqHz)
		if !w.profile.reaches(t.FreqHz) {
			return w.tuning, fmt.Errorf("%s: tune %.6g MHz: profile %s (%s) does not reach it: choose another with ?profile=",
				w.uri, want.FreqHz/1e6, w.profile.name, w.profile.about)
		}
	}
	if want.RateHz != 0 {
		t.RateHz = nearest(w.profile.rates, want.RateHz)
	}
	switch {
	case want.Auto:
		t.Auto = true
	case want.GainDB != 0:
		t.Auto, t.GainDB = false, nearest(w.profile.gains, want.GainDB)
	}
	if t == w.tuning {
		return t, nil
	}
	w.baseS = w.now()
	w.tuning = t
	w.tunings++
	err := w.begin(w.settleS())
	return w.tuning, err
}

// chunk is how many samples are made between two looks at the context.
const chunk = 1 << 13

// Read fills b up to its capacity.
func (w *World) Read(ctx context.Context, b *radio.Block) error {
	n := cap(b.IQ)
	switch {
	case w.closed.Load():
		return w.errClosed()
	case ctx.Err() != nil:
		return ctx.Err()
	case n == 0:
		return errors.New(w.uri + ": read into a block without room: give it a buffer")
	}
	if w.passed {
		left := max(0, w.settle-w.into)
		w.baseS = w.now()
		if err := w.begin(float64(left) / w.tuning.RateHz); err != nil {
			return err
		}
	}
	var lost int64
	if w.into == w.drop {
		var err error
		if lost, err = w.lose(); err != nil {
			return err
		}
		w.count += lost
	}
	*b = radio.Block{IQ: b.IQ[:min(int64(n), w.drop-w.into)], Tuning: w.tuning, Time: w.time(), First: w.count, Lost: lost}
	clipped := w.noise.Clipped + w.signal.Clipped
	for at := 0; at < len(b.IQ); {
		if at > 0 && (ctx.Err() != nil || w.closed.Load()) {
			b.IQ = b.IQ[:at]
			break
		}
		end := min(at+chunk, len(b.IQ))
		if err := w.next(b.IQ[at:end]); err != nil {
			return err
		}
		at = end
	}
	b.Clip = int(w.noise.Clipped + w.signal.Clipped - clipped)
	w.count += int64(len(b.IQ))
	return nil
}

// time is the world's, of the next sample; zero where it has no clock.
func (w *World) time() time.Time {
	if w.s.Start.IsZero() {
		return time.Time{}
	}
	return w.s.Start.Add(time.Duration(w.now() * float64(time.Second)))
}

// Close ends Read; it may be called at any time from any goroutine.
func (w *World) Close() error {
	w.closed.Store(true)
	return nil
}

func (w *World) errClosed() error { return errors.New(w.uri + ": is closed") }

// Title is the scenario in one line.
func (w *World) Title() string { return w.s.Title }

// Inventory is the list of known cells that an operator would hold, a CSV file; nil: the scenario has none.
func (w *World) Inventory() []byte { return w.s.inventory }

// InventoryName is the file name of Inventory.
func (w *World) InventoryName() string { return w.s.Inventory }

// Plan lists the carriers to sweep, by their centre frequencies.
func (w *World) Plan() []float64 { return append([]float64(nil), w.s.plan...) }

// Where is the receiver's position in degrees, now.
func (w *World) Where() (lat, lon float64) { return w.WhereAt(w.now()) }

// WhereAt is the receiver's position at a signal time.
func (w *World) WhereAt(t float64) (lat, lon float64) { return w.stand.at(t) }

// Observes tells whether it was opened to tell observations (Observe) instead of samples.
func (w *World) Observes() bool { return w.observes }

// Moves tells whether the receiver does.
func (w *World) Moves() bool { return w.stand.route != nil }

func nearest(list []float64, want float64) float64 {
	best := list[0]
	for _, v := range list {
		if math.Abs(v-want) < math.Abs(best-want) {
			best = v
		}
	}
	return best
}

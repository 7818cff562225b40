// Package sim is a simulated radio world as a radio.Source: cells on a map and one imperfect receiver among them,
// described in TOML. Samples are made as they are read, simulated time is the sample count, and the same scenario, seed
// and profile give the same samples.
//
// Nothing is lost and nothing waits: a world runs as fast as it is read.
package sim

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/straycell/straycell/internal/enb"
	"github.com/straycell/straycell/radio"
)

// World is a scenario with its receiver. It is a radio.Source.
type World struct {
	uri     string
	s       *scenario
	seed    uint64
	profile *profile
	ppm     float64 // error of the receiver's oscillator
	cells   []Truth

	tuning  radio.Tuning
	tunings uint64      // how often the receiver was tuned
	baseS   float64     // receiver time at which the present tuning began
	into    int64       // samples read since
	count   int64       // samples read since the world began
	settle  int64       // samples at the head of a tuning in which the synthesiser settles
	missHz  float64     // how far above tuning.FreqHz it really stands
	hum     *enb.Signal // what is heard then
	signal  *enb.Signal
	closed  atomic.Bool
}

// Open opens a world by its URI: "sim:NAME" a shipped scenario, "sim:PATH.toml" a file, "sim:" DefaultScenario; options
// "?seed=7&profile=hackrf". The error is an *ArgumentError where something else must be typed or written.
func Open(uri string) (*World, error) {
	a, err := parseURI(uri)
	if err != nil {
		return nil, err
	}
	s, err := load(a.name)
	if err != nil {
		return nil, err
	}
	w := &World{uri: uri, s: s, seed: a.seed, profile: a.profile}
	w.ppm = w.receiverPPM()
	w.cells = w.place()
	w.tuning = radio.Tuning{FreqHz: w.profile.nearest(s.plan[0]), RateHz: w.profile.rates[w.profile.rate], Auto: true}
	if !w.profile.reaches(w.tuning.FreqHz) {
		return nil, &ArgumentError{fmt.Sprintf("%s: profile %s (%s) does not reach %g MHz, where the scenario plays: type another ?profile= of %s",
			uri, w.profile.name, w.profile.about, s.plan[0]/1e6, profileNames())}
	}
	return w, w.begin()
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
	w.baseS += float64(w.into) / w.tuning.RateHz
	w.tuning, w.into = t, 0
	w.tunings++
	w.settle = int64(math.Ceil(w.settleS() * t.RateHz))
	return w.tuning, w.begin()
}

// begin starts the samples of the present tuning.
func (w *World) begin() error {
	w.tuning.BandHz = w.profile.band * w.tuning.RateHz
	if w.tuning.Auto {
		w.tuning.GainDB = w.autoGain()
	}
	w.missHz = w.s.Receiver.TunerErrorHz * (2*w.draw("tuner", strconv.FormatUint(w.tunings, 10)).Float64() - 1)
	s := w.scene()
	s.StartS = w.baseS + float64(w.settle)/w.tuning.RateHz
	var err error
	if w.signal, err = s.Open(); err == nil {
		s.Cells, s.Seed = nil, s.Seed+1
		w.hum, err = s.Open()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", w.uri, err)
	}
	return nil
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
	*b = radio.Block{IQ: b.IQ[:n], Tuning: w.tuning, First: w.count}
	if !w.s.Start.IsZero() {
		b.Time = w.s.Start.Add(time.Duration((w.baseS + float64(w.into)/w.tuning.RateHz) * float64(time.Second)))
	}
	clipped := w.hum.Clipped + w.signal.Clipped
	for at := 0; at < n; {
		if at > 0 && (ctx.Err() != nil || w.closed.Load()) {
			b.IQ = b.IQ[:at]
			break
		}
		end, from := min(at+chunk, n), w.signal
		if w.into < w.settle {
			end, from = min(end, at+int(w.settle-w.into)), w.hum
		}
		from.Read(b.IQ[at:end])
		w.into += int64(end - at)
		at = end
	}
	b.Clip = int(w.hum.Clipped + w.signal.Clipped - clipped)
	w.count += int64(len(b.IQ))
	return nil
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

// Where is the receiver's position in degrees.
func (w *World) Where() (lat, lon float64) { return *w.s.Receiver.Lat, *w.s.Receiver.Lon }

func nearest(list []float64, want float64) float64 {
	best := list[0]
	for _, v := range list {
		if math.Abs(v-want) < math.Abs(best-want) {
			best = v
		}
	}
	return best
}

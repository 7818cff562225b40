package rtlsdr

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/straycell/straycell/hardware/clib"
	"github.com/straycell/straycell/hardware/live"
	"github.com/straycell/straycell/hardware/profiles"
	"github.com/straycell/straycell/radio"
)

// Options choose a dongle and what is particular about it.
type Options struct {
	Serial string // "": the first
	Bias   bool   // feed the antenna with 4.5 V
}

// dongle is an opened device. Its calls must not run at the same time, except for cancelling.
type dongle struct {
	*api
	dev     handle
	found   Found
	tuner   int32
	profile profiles.Profile
	gains   []float64

	mu     sync.Mutex // of calls
	now    radio.Tuning
	ended  chan struct{} // readAsync has returned; nil: not running
	closed bool
}

// tuners by librtlsdr's numbers, and their profiles.
var tuners = []string{"unknown", "e4000", "fc0012", "fc0013", "fc2580", "r820t", "r828d"}

const (
	tunerR820T = 5
	tunerR828D = 6

	// A transfer is 3.4 ms at 2.4 Msps, which is how often the library calls; the most that is under way is one that is
	// being filled and one that waits to be handed over.
	bufferOctets = 16384
	buffers      = 32
	staleBuffers = 3
)

// Open opens a dongle.
func Open(_ context.Context, o Options) (live.Driver, error) {
	a, err := load()
	if err != nil {
		return nil, err
	}
	found, err := choose(a, o.Serial)
	if err != nil {
		return nil, err
	}
	d := &dongle{api: a, found: found}
	var rc int32
	said := clib.Said(func() { rc = a.open(&d.dev, uint32(found.Index)) })
	if rc < 0 || d.dev == nil {
		return nil, explain("open", rc, said)
	}
	d.tuner = a.getTunerType(d.dev)
	if d.tuner <= 0 || int(d.tuner) >= len(tuners) {
		a.close(d.dev)
		return nil, errors.New("open: its tuner does not answer: plug it in again")
	}
	name := tuners[d.tuner]
	if found.Manufacturer == "RTLSDRBlog" && strings.Contains(found.Product, "V4") {
		name = "rtlsdr-v4"
	}
	if d.profile, err = profiles.Of("rtlsdr", name); err != nil {
		a.close(d.dev)
		return nil, err
	}
	d.readGains()
	if err := d.bias(o.Bias); err != nil {
		a.close(d.dev)
		return nil, err
	}
	return d, nil
}

// choose finds a dongle by its serial number, or takes the first.
func choose(a *api, serial string) (Found, error) {
	all, err := Find()
	if err != nil {
		return Found{}, err
	}
	var seen []string
	for _, f := range all {
		if serial == "" || f.Serial == serial {
			return f, nil
		}
		seen = append(seen, f.Serial)
	}
	if len(all) == 0 {
		return Found{}, errors.New("no RTL-SDR dongle is plugged in: straycell devices lists what is there")
	}
	return Found{}, fmt.Errorf("no RTL-SDR dongle has serial number %q: there are %s", serial, strings.Join(seen, ", "))
}

func (d *dongle) readGains() {
	tenths := make([]int32, 128)
	n := d.getTunerGains(d.dev, nil)
	if n <= 0 || int(n) > len(tenths) {
		return
	}
	for _, g := range tenths[:max(0, d.getTunerGains(d.dev, &tenths[0]))] {
		d.gains = append(d.gains, float64(g)/10)
	}
}

func (d *dongle) bias(on bool) error {
	switch {
	case d.setBiasTee == nil && on:
		return errors.New("this librtlsdr cannot switch the bias tee: version 0.6 can")
	case d.setBiasTee == nil:
		return nil
	}
	volts := int32(0)
	if on {
		volts = 1
	}
	var rc int32
	if said := clib.Said(func() { rc = d.setBiasTee(d.dev, volts) }); rc < 0 && on {
		return explain("switch the bias tee on", rc, said)
	}
	return nil
}

func (d *dongle) Facts() live.Facts {
	p := d.profile
	return live.Facts{
		Info: radio.Info{
			Driver: "rtlsdr", Serial: strings.TrimSpace(p.Name + " " + d.found.Serial), MinHz: p.MinMHz * 1e6, MaxHz: p.TryMHz * 1e6, Rates: p.RatesHz(),
			Bits: p.Bits, PPM: p.PPM,
		},
		Format: "cu8", Gains: d.gains, Start: radio.Tuning{FreqHz: p.StartMHz * 1e6, RateHz: p.Rate * 1e6},
	}
}

// Tune makes a setting. What the tuner's PLL cannot reach is refused by it, and by no table.
func (d *dongle) Tune(t radio.Tuning) (live.Setting, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return live.Setting{}, live.ErrGone
	}
	if t.FreqHz < 0 || t.FreqHz > math.MaxUint32 {
		return live.Setting{}, fmt.Errorf("tune %.6g MHz: no dongle reaches that", t.FreqHz/1e6)
	}
	switch err := d.set(t); {
	case err != nil && d.gone():
		return live.Setting{}, fmt.Errorf("%w: %w", live.ErrGone, err)
	case err != nil:
		return live.Setting{}, err
	}
	d.now.BandHz = d.profile.Band * d.now.RateHz
	settle := d.profile.SettleMS / 1e3 * d.now.RateHz
	return live.Setting{Tuning: d.now, Stale: staleBuffers*bufferOctets/2 + int64(settle)}, nil
}

// UnlockedError is a frequency that this dongle's synthesiser does not reach.
type UnlockedError struct {
	Serial string
	FreqHz float64
}

func (e *UnlockedError) Error() string {
	return fmt.Sprintf("tune %.6g MHz: this dongle's PLL does not lock there: another radio may reach it", e.FreqHz/1e6)
}

// set makes the calls for a setting; those whose value stands already are left out.
func (d *dongle) set(t radio.Tuning) error {
	hz := uint32(math.Round(t.FreqHz))
	if rate := uint32(math.Round(t.RateHz)); float64(rate) != d.now.RateHz {
		if rc := d.setSampleRate(d.dev, rate); rc < 0 {
			return explain(fmt.Sprintf("sample at %.6g Msps", t.RateHz/1e6), rc, "")
		}
		d.now.RateHz, d.now.FreqHz = float64(d.getSampleRate(d.dev)), 0
	}
	real := float64(hz)
	if d.tuner == tunerR820T || d.tuner == tunerR828D {
		if real = trueHz(hz, int(d.now.RateHz), d.truncates()); real == 0 {
			return &UnlockedError{Serial: d.found.Serial, FreqHz: t.FreqHz}
		}
	}
	var rc int32
	said := clib.Said(func() { rc = d.setCenterFreq(d.dev, hz) })
	switch {
	case strings.Contains(said, "PLL not locked"), strings.Contains(said, "No valid PLL"):
		return &UnlockedError{Serial: d.found.Serial, FreqHz: t.FreqHz}
	case rc < 0:
		return explain(fmt.Sprintf("tune %.6g MHz", t.FreqHz/1e6), rc, said)
	}
	d.now.FreqHz = real
	if len(d.gains) == 0 {
		d.setGainMode(d.dev, 0)
		return nil
	}
	gain := nearest(d.gains, t.GainDB)
	if rc := d.setGainMode(d.dev, 1); rc < 0 {
		return explain("set the gain by hand", rc, "")
	}
	if rc := d.setTunerGain(d.dev, int32(math.Round(gain*10))); rc < 0 {
		return explain(fmt.Sprintf("set gain %.1f dB", gain), rc, "")
	}
	d.now.GainDB = float64(d.getTunerGain(d.dev)) / 10
	return nil
}

func nearest(list []float64, want float64) float64 {
	best := list[0]
	for _, v := range list {
		if math.Abs(v-want) < math.Abs(best-want) {
			best = v
		}
	}
	return best
}

// gone says whether the stream has ended: then what failed is not the request.
func (d *dongle) gone() bool {
	if d.ended == nil {
		return false
	}
	select {
	case <-d.ended:
		return true
	default:
		return false
	}
}

// streams are the running streams by their number, which is the callback's context: a callback is for ever.
var (
	streams  sync.Map
	lastID   atomic.Uintptr
	callback = sync.OnceValue(func() uintptr {
		return clib.Callback(func(octets *byte, n uint32, id uintptr) {
			if put, ok := streams.Load(id); ok && n <= 1<<24 {
				put.(func([]byte))(clib.Octets(octets, int(n)&^1))
			}
		})
	})
)

// Stream runs the library's own loop, which calls back with what came.
func (d *dongle) Stream(put func(octets []byte, lost int64)) error {
	id := lastID.Add(1)
	streams.Store(id, func(octets []byte) { put(octets, 0) })
	defer streams.Delete(id)
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil
	}
	ended := make(chan struct{})
	d.ended = ended
	rc := d.resetBuffer(d.dev)
	d.mu.Unlock()
	if rc >= 0 {
		rc = d.readAsync(d.dev, callback(), id, buffers, bufferOctets)
	}
	close(ended)
	return fmt.Errorf("the dongle is gone (error %d)", rc)
}

// Close ends the stream and gives the dongle back. librtlsdr may hang in it when the dongle is gone.
func (d *dongle) Close() error {
	d.mu.Lock()
	first, ended := !d.closed, d.ended
	d.closed = true
	d.mu.Unlock()
	if !first {
		return nil
	}
	for running := ended != nil; running; { // what has not begun yet cannot be cancelled
		d.cancelAsync(d.dev)
		select {
		case <-ended:
			running = false
		case <-time.After(20 * time.Millisecond):
		}
	}
	if rc := d.close(d.dev); rc < 0 {
		return explain("close", rc, "")
	}
	return nil
}

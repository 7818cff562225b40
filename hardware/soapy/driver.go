package soapy

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/straycell/straycell/hardware/clib"
	"github.com/straycell/straycell/hardware/live"
	"github.com/straycell/straycell/hardware/profiles"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/iqfile"
)

// Options choose a device and what is particular about it.
type Options struct {
	Args    string // "driver=hackrf,serial=…"
	Antenna string // "": the driver's own choice
	Clock   string // "": the device's own; "external", "gpsdo"
	Bias    bool   // feed the antenna
}

// device is an opened device. Nothing but reading is done while a reading runs.
type device struct {
	*api
	dev     handle
	stream  stream
	key     string
	serial  string
	format  string // of the octets, as iqfile names it
	profile profiles.Profile

	gate   sync.Mutex // of calls
	now    radio.Tuning
	active bool
	quit   atomic.Bool
}

// formats are SoapySDR's names of sample formats, and the full scale at which they need no scaling.
var formats = map[string]struct {
	name string
	full float64
}{"CS8": {"cs8", 128}, "CS16": {"cs16", 32768}, "CF32": {"cf32", 1}}

// Open opens a device.
func Open(_ context.Context, o Options) (live.Driver, error) {
	found, err := Find(o.Args)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no device matches %s: is it plugged in, and its SoapySDR module installed?", o.Args)
	}
	a, err := load()
	if err != nil {
		return nil, err
	}
	d := &device{api: a, serial: found[0]["serial"]}
	said := clib.Said(func() { d.dev = a.make(o.Args) })
	if d.dev == nil {
		return nil, fmt.Errorf("open %s: %s", o.Args, because(a.lastError(), said))
	}
	d.key = a.take(a.driverKey(d.dev))
	if d.profile, err = profiles.Of("soapy", d.key); err == nil {
		err = d.prepare(o)
	}
	if err != nil {
		a.unmake(d.dev)
		return nil, err
	}
	return d, nil
}

// because joins what a function and what the library printed say.
func because(why, said string) string {
	return strings.Trim(why+": "+said, ": ")
}

// prepare makes the settings that stay, and the stream.
func (d *device) prepare(o Options) error {
	do := func(what string, f func() int32) error {
		var rc int32
		if said := clib.Said(func() { rc = f() }); rc != 0 {
			return fmt.Errorf("%s: %s", what, because(d.lastError(), said))
		}
		return nil
	}
	if o.Antenna != "" {
		if err := do("antenna "+o.Antenna, func() int32 { return d.setAntenna(d.dev, rx, one, o.Antenna) }); err != nil {
			return err
		}
	}
	if o.Clock != "" {
		if err := do("clock "+o.Clock, func() int32 { return d.setClock(d.dev, o.Clock) }); err != nil {
			return err
		}
	}
	if o.Bias {
		// Drivers name it as they please.
		var err error
		for _, key := range []string{"bias_tx", "biastee", "biastee_rx", "bias"} {
			if err = do("bias tee", func() int32 { return d.writeSetting(d.dev, key, "true") }); err == nil {
				break
			}
		}
		if err != nil {
			return err
		}
	}
	d.setGainMode(d.dev, rx, one, false) // not all have one: then there is nothing to switch off
	if err := do("sample rate", func() int32 { return d.setSampleRate(d.dev, rx, one, d.profile.Rate*1e6) }); err != nil {
		return err
	}
	var full float64
	native := d.take(d.nativeFormat(d.dev, rx, one, &full))
	f, ok := formats[native]
	if !ok || math.Abs(full-f.full) > 1 {
		native = "CF32" // in which every driver's full scale is 1
	}
	d.format = formats[native].name
	channel := uintptr(one)
	said := clib.Said(func() { d.stream = d.setupStream(d.dev, rx, native, &channel, 1, nil) })
	if d.stream == nil {
		return fmt.Errorf("stream of %s: %s", native, because(d.lastError(), said))
	}
	return nil
}

func (d *device) Facts() live.Facts {
	p := d.profile
	return live.Facts{
		Info: radio.Info{
			Driver: "soapy", Serial: strings.TrimSpace(d.key + " " + d.serial), MinHz: p.MinMHz * 1e6, MaxHz: p.TryMHz * 1e6, Rates: p.RatesHz(),
			Bits: p.Bits, PPM: p.PPM,
		},
		Format: d.format, Gains: p.Gains, Start: radio.Tuning{FreqHz: p.StartMHz * 1e6, RateHz: p.Rate * 1e6},
	}
}

// inFlightS is how much may lie in a driver's buffers when the tuning changes: they are read without pause.
const inFlightS = 0.040

// Tune makes a setting and reads back what the device made of it.
func (d *device) Tune(t radio.Tuning) (live.Setting, error) {
	d.gate.Lock()
	defer d.gate.Unlock()
	if d.quit.Load() {
		return live.Setting{}, live.ErrGone
	}
	var err error
	said := clib.Said(func() { err = d.set(t) })
	if err != nil {
		return live.Setting{}, fmt.Errorf("%s", because(err.Error(), said))
	}
	settle := inFlightS + d.profile.SettleMS/1e3
	return live.Setting{Tuning: d.now, Stale: int64(settle * d.now.RateHz)}, nil
}

func (d *device) set(t radio.Tuning) error {
	if t.RateHz != d.now.RateHz {
		if d.active { // few drivers change it while they stream
			d.deactivate(d.dev, d.stream, 0, 0)
		}
		rc := d.setSampleRate(d.dev, rx, one, t.RateHz)
		why := d.lastError()
		if d.active {
			d.activate(d.dev, d.stream, 0, 0, 0)
		}
		if rc != 0 {
			return fmt.Errorf("sample at %.6g Msps: %s", t.RateHz/1e6, why)
		}
		d.now.RateHz = d.getSampleRate(d.dev, rx, one)
		d.now.BandHz = d.profile.Band * d.now.RateHz
	}
	if d.setFrequency(d.dev, rx, one, t.FreqHz, nil) != 0 {
		return fmt.Errorf("tune %.6g MHz: %s", t.FreqHz/1e6, d.lastError())
	}
	d.now.FreqHz = d.getFrequency(d.dev, rx, one)
	if t.GainDB != d.now.GainDB {
		if d.setGain(d.dev, rx, one, t.GainDB) != 0 {
			return fmt.Errorf("gain %.1f dB: %s", t.GainDB, d.lastError())
		}
		d.now.GainDB = d.getGain(d.dev, rx, one)
	}
	return nil
}

const (
	readSamples = 1 << 15
	readMostUs  = 100_000
	// idleMost is how often in a row reading may end without samples before the device is taken for gone: a second.
	idleMost = 10
)

// Stream reads until Close.
func (d *device) Stream(put func(octets []byte, lost int64)) error {
	codec, _ := iqfile.CodecOf(d.format)
	buf := make([]byte, readSamples*codec.Size())
	buffers := [1]unsafe.Pointer{unsafe.Pointer(&buf[0])}
	var pin runtime.Pinner
	pin.Pin(&buf[0])
	pin.Pin(&buffers[0])
	defer pin.Unpin()

	d.gate.Lock()
	if d.quit.Load() {
		d.gate.Unlock()
		return nil
	}
	rc := d.activate(d.dev, d.stream, 0, 0, 0)
	d.active = rc == 0
	d.gate.Unlock()
	if rc != 0 {
		return fmt.Errorf("start the stream: %s", d.lastError())
	}
	count := gaps{}
	for idle := 0; !d.quit.Load(); {
		var flags int32
		var timeNs int64
		d.gate.Lock()
		if d.quit.Load() {
			d.gate.Unlock()
			return nil
		}
		n := d.read(d.dev, d.stream, unsafe.Pointer(&buffers[0]), readSamples, &flags, &timeNs, readMostUs)
		rate := d.now.RateHz
		d.gate.Unlock()
		switch {
		case n > 0 && n <= readSamples:
			lost := count.before(int64(n), timeNs, flags&hasTime != 0, rate, time.Now())
			put(buf[:int(n)*codec.Size()], lost)
			idle = 0
		case n == overflowed:
			count.overflow = true
			idle = 0
		case n == timedOut, n == 0:
			if idle++; idle > idleMost {
				return fmt.Errorf("no samples for a second")
			}
		default:
			return fmt.Errorf("reading failed: %d: %s", n, d.lastError())
		}
	}
	return nil
}

// gaps tells how many samples are missing before those that came. A device that gives times tells it itself; of others only
// the clock on the wall does, and only after an overflow, for it is not exact.
type gaps struct {
	overflow bool
	nextNs   float64
	timed    bool
	rate     float64
	last     time.Time
}

func (g *gaps) before(n, timeNs int64, timed bool, rate float64, now time.Time) (lost int64) {
	took := time.Duration(float64(n) / rate * 1e9)
	switch {
	case timed && g.timed && rate == g.rate:
		lost = int64(math.Round((float64(timeNs) - g.nextNs) * rate / 1e9))
	case g.overflow && !g.last.IsZero():
		lost = max(1, int64((now.Sub(g.last)-took).Seconds()*rate))
	}
	g.overflow, g.timed, g.rate, g.last = false, timed, rate, now
	g.nextNs = float64(timeNs) + float64(n)/rate*1e9
	return max(0, lost)
}

// Close ends the stream and gives the device back.
func (d *device) Close() error {
	if d.quit.Swap(true) {
		return nil
	}
	d.gate.Lock()
	defer d.gate.Unlock()
	if d.active {
		d.deactivate(d.dev, d.stream, 0, 0)
	}
	d.closeStream(d.dev, d.stream)
	if d.unmake(d.dev) != 0 {
		return fmt.Errorf("close: %s", d.lastError())
	}
	return nil
}

package uhd

import (
	"context"
	"errors"
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
)

// Options choose a device and what is particular about it.
type Options struct {
	Args    string // "type=b200,serial=…"; "": the first
	Antenna string // "": RX2, or what there is
	Clock   string // "": internal; "external": 10 MHz and PPS from outside; "gpsdo"
}

// lockWithin is how long a clock from outside may take to be locked to.
const lockWithin = 10 * time.Second

// usrp is an opened device. Nothing but receiving is done while a receiving runs.
type usrp struct {
	*api
	dev     handle
	rx      streamer
	md      metadata
	found   Found
	name    string
	profile profiles.Profile

	gate   sync.Mutex // of calls
	now    radio.Tuning
	active bool
	quit   atomic.Bool
}

// Open opens a device.
func Open(ctx context.Context, o Options) (live.Driver, error) {
	a, err := load()
	if err != nil {
		return nil, err
	}
	found, err := Find(o.Args)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no USRP matches %q: is it plugged in, and are UHD's udev rules installed?", o.Args)
	}
	d := &usrp{api: a, found: found[0]}
	said := clib.Said(func() { err = a.failed(a.make(&d.dev, o.Args)) })
	if err != nil {
		return nil, fmt.Errorf("open: %w%s", err, hint(err, said))
	}
	var text [256]byte
	a.board(d.dev, one, &text[0], uintptr(len(text)))
	d.name = clib.Text(text[:])
	if d.profile, err = profiles.Of("uhd", d.name); err == nil {
		err = d.prepare(ctx, o)
	}
	if err != nil {
		d.release()
		return nil, err
	}
	return d, nil
}

// hint is what to do about an error of UHD.
func hint(err error, said string) string {
	switch text := err.Error() + said; {
	case strings.Contains(text, "images"), strings.Contains(text, "firmware"):
		return ": run uhd_images_downloader"
	case strings.Contains(text, "USB open failed"), strings.Contains(text, "insufficient permissions"):
		return ": install UHD's udev rules and plug it in again"
	}
	return ""
}

// prepare makes the settings that stay, and the stream.
func (d *usrp) prepare(ctx context.Context, o Options) error {
	if o.Clock != "" {
		if err := d.clock(ctx, o.Clock); err != nil {
			return err
		}
	}
	if o.Antenna != "" {
		if err := d.failed(d.setAntenna(d.dev, o.Antenna, one)); err != nil {
			return fmt.Errorf("antenna %s: %w", o.Antenna, err)
		}
	} else {
		d.setAntenna(d.dev, "RX2", one) // the input of its own, where there is one
	}
	if err := d.setRateHz(d.profile.Rate * 1e6); err != nil {
		return err
	}
	if err := errors.Join(d.failed(d.makeStreamer(&d.rx)), d.failed(d.makeMD(&d.md))); err != nil {
		return err
	}
	format, none, channel := []byte("sc16\x00"), []byte("\x00"), uintptr(one)
	args := streamArgs{cpuFormat: &format[0], otwFormat: &format[0], args: &none[0], channels: &channel, n: 1}
	if err := d.failed(d.getStream(d.dev, &args, d.rx)); err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	return nil
}

// clock takes frequency and time from outside and waits until the device is locked to them.
func (d *usrp) clock(ctx context.Context, source string) error {
	if err := errors.Join(d.failed(d.setClock(d.dev, source, one)), d.failed(d.setTime(d.dev, source, one))); err != nil {
		return fmt.Errorf("clock %s: %w", source, err)
	}
	for end := time.Now().Add(lockWithin); ; {
		locked, err := d.locked()
		switch {
		case err != nil || locked:
			return err
		case time.Now().After(end):
			return fmt.Errorf("clock %s: not locked within %v: is the 10 MHz there, and does the GPS see the sky?", source, lockWithin)
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// locked says whether the device's oscillator follows its reference.
func (d *usrp) locked() (locked bool, err error) {
	var v sensor
	if err := d.failed(d.makeSensor(&v)); err != nil {
		return false, err
	}
	defer d.freeSensor(&v)
	if err := d.failed(d.getSensor(d.dev, "ref_locked", one, &v)); err != nil {
		return false, fmt.Errorf("ask for the clock's lock: %w", err)
	}
	return locked, d.failed(d.sensorBool(v, &locked))
}

func (d *usrp) setRateHz(hz float64) error {
	if err := d.failed(d.setRate(d.dev, hz, one)); err != nil {
		return fmt.Errorf("sample at %.6g Msps: %w", hz/1e6, err)
	}
	if err := d.failed(d.getRate(d.dev, one, &d.now.RateHz)); err != nil {
		return err
	}
	d.now.BandHz = d.profile.Band * d.now.RateHz
	return nil
}

func (d *usrp) Facts() live.Facts {
	p := d.profile
	return live.Facts{
		Info: radio.Info{
			Driver: "uhd", Serial: strings.TrimSpace(d.name + " " + d.found["serial"]), MinHz: p.MinMHz * 1e6, MaxHz: p.TryMHz * 1e6,
			Rates: p.RatesHz(), Bits: p.Bits, PPM: p.PPM,
		},
		Format: "cs16", Gains: p.Gains, Start: radio.Tuning{FreqHz: p.StartMHz * 1e6, RateHz: p.Rate * 1e6},
	}
}

// inFlightS is how much may lie in UHD's buffers when the tuning changes: they are read without pause.
const inFlightS = 0.040

// Tune makes a setting and reads back what the device made of it.
func (d *usrp) Tune(t radio.Tuning) (live.Setting, error) {
	d.gate.Lock()
	defer d.gate.Unlock()
	if d.quit.Load() {
		return live.Setting{}, live.ErrGone
	}
	var err error
	clib.Said(func() { err = d.set(t) })
	if err != nil {
		return live.Setting{}, err
	}
	settle := inFlightS + d.profile.SettleMS/1e3
	return live.Setting{Tuning: d.now, Stale: int64(settle * d.now.RateHz)}, nil
}

func (d *usrp) set(t radio.Tuning) error {
	if math.Abs(t.RateHz-d.now.RateHz) > 1 {
		was := d.active
		d.stop()
		err := d.setRateHz(t.RateHz)
		if was {
			err = errors.Join(err, d.start())
		}
		if err != nil {
			return err
		}
	}
	request, none := tuneRequest{targetHz: t.FreqHz, rfPolicy: automatic, dspPolicy: automatic}, []byte("\x00")
	request.args = &none[0]
	var result tuneResult
	if err := d.failed(d.setFreq(d.dev, &request, one, &result)); err != nil {
		return fmt.Errorf("tune %.6g MHz: %w", t.FreqHz/1e6, err)
	}
	if err := d.failed(d.getFreq(d.dev, one, &d.now.FreqHz)); err != nil {
		return err
	}
	if math.Abs(d.now.FreqHz-t.FreqHz) > 1e6 { // UHD goes to the nearest it can
		return fmt.Errorf("tune %.6g MHz: the device went to %.6g: it does not reach that", t.FreqHz/1e6, d.now.FreqHz/1e6)
	}
	if err := d.failed(d.setGain(d.dev, t.GainDB, one, "")); err != nil {
		return fmt.Errorf("gain %.1f dB: %w", t.GainDB, err)
	}
	return d.failed(d.getGain(d.dev, one, "", &d.now.GainDB))
}

func (d *usrp) start() error {
	cmd := streamCmd{mode: startContinuous, now: true}
	err := d.failed(d.command(d.rx, &cmd))
	d.active = err == nil
	return err
}

// stop ends the stream and reads away what is left of it.
func (d *usrp) stop() {
	if !d.active {
		return
	}
	d.active = false
	cmd := streamCmd{mode: stopContinuous, now: true}
	d.command(d.rx, &cmd)
	buf := make([]byte, 4*recvSamples)
	for range 100 {
		if n, code, _ := d.receive(buf, 0.02); n == 0 && code == errTimeout {
			return
		}
	}
}

const (
	recvSamples = 1 << 14
	recvWithinS = 0.1
	// idleMost is how often in a row receiving may end without samples before the device is taken for gone: a second.
	idleMost = 10
)

// receive takes what came, at most len(buf).
func (d *usrp) receive(buf []byte, withinS float64) (n int, code int32, err error) {
	buffers := [1]unsafe.Pointer{unsafe.Pointer(&buf[0])}
	var pin runtime.Pinner
	pin.Pin(&buf[0])
	pin.Pin(&buffers[0])
	defer pin.Unpin()
	var got uintptr
	if err := d.failed(d.recv(d.rx, unsafe.Pointer(&buffers[0]), uintptr(len(buf)/4), &d.md, withinS, false, &got)); err != nil {
		return 0, 0, err
	}
	d.errorCode(d.md, &code)
	return int(min(got, uintptr(len(buf)/4))), code, nil
}

// Stream receives until Close.
func (d *usrp) Stream(put func(octets []byte, lost int64)) error {
	d.gate.Lock()
	if d.quit.Load() {
		d.gate.Unlock()
		return nil
	}
	err := d.start()
	d.gate.Unlock()
	if err != nil {
		return fmt.Errorf("start the stream: %w", err)
	}
	buf := make([]byte, 4*recvSamples)
	var at stamps
	for idle := 0; !d.quit.Load(); {
		d.gate.Lock()
		if d.quit.Load() {
			d.gate.Unlock()
			return nil
		}
		n, code, err := d.receive(buf, recvWithinS)
		rate := d.now.RateHz
		var has bool
		var seconds int64
		var part float64
		if d.hasTime(d.md, &has); has {
			d.timeSpec(d.md, &seconds, &part)
		}
		d.gate.Unlock()
		switch {
		case err != nil:
			return fmt.Errorf("receive: %w", err)
		case n > 0:
			put(buf[:4*n], at.before(int64(n), has, seconds, part, rate))
			idle = 0
		case code == errTimeout || code == 0:
			if idle++; idle > idleMost {
				return errors.New("no samples for a second")
			}
		case code == errOverflow: // how much it was tells the next time stamp
			idle = 0
		default:
			return fmt.Errorf("receive: error %d", code)
		}
	}
	return nil
}

// stamps tells from time stamps how many samples are missing before those that came.
type stamps struct {
	has     bool
	seconds int64
	part    float64 // of the sample that would follow
	rate    float64
}

func (s *stamps) before(n int64, has bool, seconds int64, part, rate float64) (lost int64) {
	if !has {
		return 0
	}
	if s.has && s.rate == rate {
		lost = int64(math.Round((float64(seconds-s.seconds) + part - s.part) * rate))
	}
	*s = stamps{true, seconds, part + float64(n)/rate, rate}
	return max(0, lost)
}

// release gives everything back.
func (d *usrp) release() {
	if d.md != nil {
		d.freeMD(&d.md)
	}
	if d.rx != nil {
		d.freeStreamer(&d.rx)
	}
	d.free(&d.dev)
}

// Close ends the stream and gives the device back.
func (d *usrp) Close() error {
	if d.quit.Swap(true) {
		return nil
	}
	d.gate.Lock()
	defer d.gate.Unlock()
	if d.active {
		cmd := streamCmd{mode: stopContinuous, now: true}
		d.command(d.rx, &cmd)
	}
	d.release()
	return nil
}

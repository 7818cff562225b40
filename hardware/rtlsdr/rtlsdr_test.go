package rtlsdr

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/straycell/straycell/hardware/clib"
	"github.com/straycell/straycell/hardware/feedtest"
	"github.com/straycell/straycell/hardware/live"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/radiotest"
)

func TestMain(m *testing.M) {
	if _, _, err := clib.Shield(); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// emulator loads the emulated dongle in libusb's place, then the real librtlsdr, which takes it for libusb.
var emulator struct {
	once sync.Once
	plug func(path string)
	err  error
}

// plugIn plugs an emulated dongle in that hears air.
func plugIn(t *testing.T, air feedtest.Air) *feedtest.Feed {
	t.Helper()
	if !clib.Supported {
		t.Skip("this build loads no libraries")
	}
	source, err := filepath.Abs("testdata/dongle.c")
	if err != nil {
		t.Fatal(err)
	}
	emulator.once.Do(func() {
		file := feedtest.Build(t, "gcc", "libusb-1.0.so.0", source, "-Wall", "-Wextra", "-Werror", "-pthread", "-Wl,-soname,libusb-1.0.so.0")
		usb := clib.Library{Name: "emulated dongle", Files: []string{file}}
		if _, emulator.err = usb.Load(clib.Func{Name: "dongle_plug", Fn: &emulator.plug}); emulator.err == nil {
			_, emulator.err = load()
		}
	})
	feedtest.Have(t, emulator.err)
	if emulator.plug == nil {
		t.Skip("the emulated dongle could not be built")
	}
	f := feedtest.New(t, air)
	emulator.plug(f.Path)
	t.Cleanup(func() { emulator.plug("") })
	return f
}

func open(t *testing.T, o Options) *live.Source {
	return feedtest.Open(t, "rtlsdr:", 0, func(ctx context.Context) (live.Driver, error) { return Open(ctx, o) })
}

// gainDB is what the tuner's steps add up to; they are those of librtlsdr's own measurement.
func gainDB(r feedtest.Request) float64 {
	lna := []float64{0, 9, 13, 40, 38, 13, 31, 22, 26, 31, 26, 14, 19, 5, 35, 13}
	mixer := []float64{0, 5, 10, 10, 19, 9, 10, 25, 17, 10, 8, 16, 13, 6, 3, -8}
	sum := 0.0
	for i := range 16 {
		if float64(i) <= r.Own[0] {
			sum += lna[i]
		}
		if float64(i) <= r.Own[1] {
			sum += mixer[i]
		}
	}
	return sum / 10
}

func TestConformance(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds of real time")
	}
	radiotest.Run(t, func(t *testing.T) radio.Source {
		plugIn(t, feedtest.Noise{Format: "cu8"})
		return open(t, Options{})
	})
}

// TestBus: frequency, rate, gain and bias tee are what the registers of the dongle say, however librtlsdr got there.
func TestBus(t *testing.T) {
	f := plugIn(t, feedtest.Noise{Format: "cu8"})
	s := open(t, Options{Serial: "00000801", Bias: true})
	if info := s.Info(); info.Serial != "RTL-SDR R820T2 00000801" || info.Bits != 8 {
		t.Errorf("%+v", info)
	}
	b := radio.Block{IQ: make([]complex64, 5000)}
	rates := s.Info().Rates
	for i := range 60 {
		want := radio.Tuning{FreqHz: math.Round(30e6 + rand.Float64()*1710e6), RateHz: rates[i%len(rates)], GainDB: rand.Float64() * 49}
		got, err := s.Tune(t.Context(), want)
		if err != nil {
			t.Fatalf("%+v: %v", want, err)
		}
		if err := s.Read(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		r := f.Last()
		if d := got.FreqHz - r.FreqHz(); math.Abs(d) > 1 || math.Abs(got.FreqHz-want.FreqHz) > 1500 {
			t.Errorf("asked for %.0f Hz: said to be %.1f, the bus says %.1f (IF %.1f)", want.FreqHz, got.FreqHz, r.FreqHz(), r.IFHz)
		}
		if got.RateHz != want.RateHz || math.Abs(r.RateHz-want.RateHz) > 0.5 {
			t.Errorf("asked for %.0f samples a second: said to be %.1f, the bus says %.3f", want.RateHz, got.RateHz, r.RateHz)
		}
		if math.Abs(got.GainDB-gainDB(r)) > 0.05 || math.Abs(got.GainDB-want.GainDB) > 2.1 {
			t.Errorf("asked for %.1f dB: said to be %.1f, the bus says %.1f", want.GainDB, got.GainDB, gainDB(r))
		}
		if r.Own[3] != 1 {
			t.Error("the bias tee is off")
		}
	}
	var unlocked *UnlockedError
	for _, hz := range []float64{1755e6, 1860e6} {
		if _, err := s.Tune(t.Context(), radio.Tuning{FreqHz: hz}); !errors.As(err, &unlocked) {
			t.Errorf("%.0f MHz, where this tuner's PLL does not lock: %v", hz/1e6, err)
		}
		if err := s.Read(t.Context(), &b); err != nil || b.Tuning.FreqHz > 1750e6 {
			t.Errorf("after that: %v at %g Hz", err, b.Tuning.FreqHz)
		}
	}
}

// TestCell: what the dongle hears of a simulated world is decoded where it was asked for, gain by itself.
func TestCell(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds of real time")
	}
	air := feedtest.NewWorld(t, "sim:kt-femto", "cu8", gainDB)
	plugIn(t, air)
	air.Heard(t, open(t, Options{}), radio.Tuning{RateHz: 1.92e6, Auto: true})
}

// TestUnplug: the dongle is pulled out and comes back; then it stalls, with librtlsdr inside a call.
func TestUnplug(t *testing.T) {
	f := plugIn(t, feedtest.Noise{Format: "cu8"})
	s, err := live.Open(t.Context(), live.Config{URI: "rtlsdr:", Open: func(ctx context.Context) (live.Driver, error) { return Open(ctx, Options{}) }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	b := radio.Block{IQ: make([]complex64, 5000)}
	read := func() error { return s.Read(t.Context(), &b) }
	if err := read(); err != nil {
		t.Fatal(err)
	}
	f.Unplug(true)
	start := time.Now()
	for err == nil {
		err = read()
	}
	var away *radio.AwayError
	if !errors.As(err, &away) || time.Since(start) > 2*time.Second {
		t.Fatalf("unplugged: %v after %v", err, time.Since(start))
	}
	if err := read(); err == nil || !strings.Contains(err.Error(), "no RTL-SDR dongle") {
		t.Errorf("not there: %v", err)
	}
	f.Unplug(false)
	emulator.plug(f.Path)
	for err = read(); errors.As(err, &away); {
		err = read()
	}
	if err != nil || b.Lost < 100_000 {
		t.Fatalf("back again: %v, %d samples lost", err, b.Lost)
	}
	resume := f.Stall()
	start = time.Now()
	for err == nil {
		err = read()
	}
	if took := time.Since(start); !errors.As(err, &away) || took > 2*time.Second {
		t.Errorf("stalled: %v after %v", err, took)
	}
	resume()
}

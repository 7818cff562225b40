package soapy

import (
	"context"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/straycell/straycell/decode"
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

var module struct {
	once sync.Once
	err  error
}

// args of a device of the test's own module that hears air.
func args(t *testing.T, air feedtest.Air) (string, *feedtest.Feed) {
	t.Helper()
	a, err := load()
	var missing *clib.MissingError
	if errors.As(err, &missing) && (missing.Why == "" || !clib.Supported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	source, err := filepath.Abs("testdata/air.cpp")
	if err != nil {
		t.Fatal(err)
	}
	module.once.Do(func() {
		if err := exec.Command("g++", "-fsyntax-only", "-include", "SoapySDR/Device.hpp", "-x", "c++", os.DevNull).Run(); err != nil {
			module.err = errors.New("no g++ with SoapySDR's headers (Debian: apt-get install g++ libsoapysdr-dev)")
			return
		}
		file := feedtest.Build(t, "g++", "air.so", source, "-std=c++14", "-lSoapySDR")
		if why := a.take(a.loadModule(file)); why != "" {
			t.Fatal(why)
		}
	})
	if module.err != nil {
		t.Skip(module.err)
	}
	f := feedtest.New(t, air)
	return "driver=air,feed=" + f.Path, f
}

// patience is for machines that test other things at the same time.
const patience = 10 * time.Second

func open(t *testing.T, o Options) *live.Source {
	t.Helper()
	cfg := live.Config{URI: "soapy:air", Open: func(ctx context.Context) (live.Driver, error) { return Open(ctx, o) }}
	cfg.Stall, cfg.Call, cfg.RateHz = patience, patience, 1.92e6
	s, err := live.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestConformance(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds of real time")
	}
	radiotest.Run(t, func(t *testing.T) radio.Source {
		a, _ := args(t, feedtest.Noise{Format: "cs16"})
		return open(t, Options{Args: a})
	})
}

// TestDevice: what is asked for reaches the device, and what it made of it is read back.
func TestDevice(t *testing.T) {
	a, f := args(t, feedtest.Noise{Format: "cs16"})
	s := open(t, Options{Args: a, Antenna: "RX", Clock: "external", Bias: true})
	for _, want := range []radio.Tuning{{FreqHz: 1842.51234e6, RateHz: 1.92e6, GainDB: 20.4}, {FreqHz: 763e6, RateHz: 7.68e6, GainDB: 33}} {
		got, err := s.Tune(t.Context(), want)
		if err != nil {
			t.Fatal(err)
		}
		b := radio.Block{IQ: make([]complex64, 5000)}
		if err := s.Read(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		r := f.Last()
		if got.FreqHz != r.FreqHz() || math.Abs(got.FreqHz-want.FreqHz) > 50 || got.RateHz != r.RateHz || got.RateHz != want.RateHz ||
			got.GainDB != r.Own[0] || math.Abs(got.GainDB-want.GainDB) > 0.5 || r.Own[1] != 1 || r.Own[2] != 1 {
			t.Errorf("asked for %+v: said to be %+v, the device has %+v", want, got, r)
		}
	}
	if _, err := s.Tune(t.Context(), radio.Tuning{FreqHz: 9e9}); err == nil || !strings.Contains(err.Error(), "out of range") {
		t.Errorf("9 GHz: %v", err)
	}
	if _, err := Open(t.Context(), Options{Args: "driver=nonesuch"}); err == nil || !strings.Contains(err.Error(), "no device matches") {
		t.Errorf("no such driver: %v", err)
	}
	if _, err := Open(t.Context(), Options{Args: a, Antenna: "TX"}); err == nil || !strings.Contains(err.Error(), "no such antenna") {
		t.Errorf("no such antenna: %v", err)
	}
}

// TestCell: a cell of a simulated world is heard through the library.
func TestCell(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds of real time")
	}
	a, _ := args(t, feedtest.NewWorld(t, "sim:kt-femto?profile=usrp", "cs16", func(r feedtest.Request) float64 { return r.Own[0] }))
	s := open(t, Options{Args: a})
	heard(t, s)
}

func heard(t *testing.T, s *live.Source) {
	t.Helper()
	got, err := s.Tune(t.Context(), radio.Tuning{FreqHz: 954.3e6, RateHz: 1.92e6, Auto: true})
	if err != nil {
		t.Fatal(err)
	}
	look := radio.Block{IQ: make([]complex64, 0, int(0.16*got.RateHz)), Tuning: got}
	for len(look.IQ) < cap(look.IQ) {
		b := radio.Block{IQ: make([]complex64, cap(look.IQ)-len(look.IQ))}
		if err := s.Read(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if b.Lost > 0 {
			look.IQ = look.IQ[:0]
		}
		look.IQ = append(look.IQ, b.IQ...)
	}
	found := decode.New(decode.Config{PPMRange: 10, FreqsHz: []float64{954.3e6}}).Decode(t.Context(), &look)
	for _, o := range found {
		if o.PCI == 55 && o.MIB != nil {
			t.Logf("PCI 55 at gain %.1f dB, SINR %.1f dB, %.0f Hz off", got.GainDB, o.Signal.SINRdB, o.Signal.CFOHz)
			return
		}
	}
	t.Errorf("PCI 55 is not among %d observations at gain %.1f dB, level %.1f dBFS", len(found), got.GainDB, live.Level(look.IQ))
}

// TestGaps: a device that gives times tells exactly what was lost; another only that something was.
func TestGaps(t *testing.T) {
	now := time.Unix(1e9, 0)
	var g gaps
	timed := func(n, ns int64) int64 { return g.before(n, ns, true, 1e6, now) }
	if a, b, c := timed(1000, 5_000_000), timed(1000, 6_000_000), timed(1000, 7_250_000); a != 0 || b != 0 || c != 250 {
		t.Errorf("%d, %d and %d lost, want 0, 0 and 250", a, b, c)
	}
	g = gaps{}
	untimed := func(after time.Duration) int64 {
		now = now.Add(after)
		return g.before(1000, 0, false, 1e6, now)
	}
	a, b := untimed(0), untimed(5*time.Millisecond)
	g.overflow = true
	if c := untimed(3 * time.Millisecond); a != 0 || b != 0 || c != 2000 {
		t.Errorf("%d, %d and %d lost, want 0, 0 and about 2000", a, b, c)
	}
}

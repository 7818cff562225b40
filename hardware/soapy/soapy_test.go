package soapy

import (
	"context"
	"math"
	"os"
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

var module struct {
	once   sync.Once
	loaded bool
}

// args of a device of the test's own module that hears air.
func args(t *testing.T, air feedtest.Air) (string, *feedtest.Feed) {
	t.Helper()
	a, err := load()
	feedtest.Have(t, err)
	module.once.Do(func() {
		if why := a.take(a.loadModule(feedtest.Module(t, "testdata/air.cpp"))); why != "" {
			t.Fatal(why)
		}
		module.loaded = true
	})
	if !module.loaded {
		t.Skip("the module of these tests could not be built")
	}
	f := feedtest.New(t, air)
	return "driver=air,feed=" + f.Path, f
}

func open(t *testing.T, o Options) *live.Source {
	return feedtest.Open(t, "soapy:air", 1.92e6, func(ctx context.Context) (live.Driver, error) { return Open(ctx, o) })
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
	air := feedtest.NewWorld(t, "sim:kt-femto?profile=usrp", "cs16", func(r feedtest.Request) float64 { return r.Own[0] })
	a, _ := args(t, air)
	air.Heard(t, open(t, Options{Args: a}), radio.Tuning{Auto: true})
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

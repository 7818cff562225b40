package uhd

import (
	"context"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
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

// args of an emulated USRP that hears air: the real libuhd, over Debian's uhd-soapysdr, over the module of the tests of
// hardware/soapy.
func args(t *testing.T, air feedtest.Air) (string, *feedtest.Feed) {
	t.Helper()
	_, err := load()
	var missing *clib.MissingError
	if errors.As(err, &missing) && (missing.Why == "" || !clib.Supported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	source, err := filepath.Abs("../soapy/testdata/air.cpp")
	if err != nil {
		t.Fatal(err)
	}
	module.once.Do(func() {
		if err := exec.Command("g++", "-fsyntax-only", "-include", "SoapySDR/Device.hpp", "-x", "c++", os.DevNull).Run(); err != nil {
			module.err = errors.New("no g++ with SoapySDR's headers (Debian: apt-get install g++ libsoapysdr-dev)")
			return
		}
		file := feedtest.Build(t, "g++", "air.so", source, "-std=c++14", "-lSoapySDR")
		var loadModule func(path string) string
		library := clib.Library{Name: "libSoapySDR", Files: []string{"libSoapySDR.so.0.8"}}
		if _, module.err = library.Load(clib.Func{Name: "SoapySDR_loadModule", Fn: &loadModule}); module.err == nil {
			if why := loadModule(file); why != "" {
				module.err = errors.New(why)
			}
		}
	})
	if module.err != nil {
		t.Skip(module.err)
	}
	f := feedtest.New(t, air)
	a := "type=soapy,driver=air,feed=" + f.Path
	if found, err := Find(a); err != nil || len(found) == 0 {
		t.Skipf("libuhd does not see SoapySDR's devices: %v (Debian: apt-get install uhd-soapysdr)", err)
	}
	return a, f
}

// patience is for machines that test other things at the same time.
const patience = 10 * time.Second

func open(t *testing.T, o Options) *live.Source {
	t.Helper()
	cfg := live.Config{URI: "uhd:", Open: func(ctx context.Context) (live.Driver, error) { return Open(ctx, o) }}
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
	s := open(t, Options{Args: a, Clock: "external"})
	for _, want := range []radio.Tuning{{FreqHz: 1842.51234e6, RateHz: 1.92e6, GainDB: 20.4}, {FreqHz: 763e6, RateHz: 7.68e6, GainDB: 33}} {
		got, err := s.Tune(t.Context(), want)
		if err != nil {
			t.Fatal(err)
		}
		b := radio.Block{IQ: make([]complex64, 5000)}
		if err := s.Read(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		r := f.Last() // what lies between the steps of its synthesiser, UHD leaves to a mixer that this device has not
		if math.Abs(got.FreqHz-r.FreqHz()) > 50 || math.Abs(got.FreqHz-want.FreqHz) > 50 || got.RateHz != r.RateHz || got.RateHz != want.RateHz ||
			math.Abs(got.GainDB-r.Own[0]) > 0.5 || math.Abs(got.GainDB-want.GainDB) > 0.5 || r.Own[2] != 1 {
			t.Errorf("asked for %+v: said to be %+v, the device has %+v", want, got, r)
		}
	}
	if _, err := s.Tune(t.Context(), radio.Tuning{FreqHz: 9e9}); err == nil {
		t.Error("9 GHz: no error")
	}
	if _, err := Open(t.Context(), Options{Args: "type=b200"}); err == nil {
		t.Error("a B200 that is not there was opened")
	}
}

// TestCell: a cell of a simulated world is heard through the library.
func TestCell(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds of real time")
	}
	a, _ := args(t, feedtest.NewWorld(t, "sim:kt-femto?profile=usrp", "cs16", func(r feedtest.Request) float64 { return r.Own[0] }))
	s := open(t, Options{Args: a})
	got, err := s.Tune(t.Context(), radio.Tuning{FreqHz: 954.3e6, Auto: true})
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

// TestStamps: what is missing between two time stamps is lost.
func TestStamps(t *testing.T) {
	var s stamps
	if a, b, c := s.before(1000, true, 5, 0.9995, 1e6), s.before(1000, true, 6, 0.0005, 1e6), s.before(10, true, 6, 0.00175, 1e6); a != 0 || b != 0 || c != 250 {
		t.Errorf("%d, %d and %d lost, want 0, 0 and 250", a, b, c)
	}
}

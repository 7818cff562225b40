package uhd

import (
	"context"
	"math"
	"os"
	"sync"
	"testing"

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

// args of an emulated USRP that hears air: the real libuhd, over Debian's uhd-soapysdr, over the module of the tests of
// hardware/soapy.
func args(t *testing.T, air feedtest.Air) (string, *feedtest.Feed) {
	t.Helper()
	_, err := load()
	feedtest.Have(t, err)
	module.once.Do(func() {
		file := feedtest.Module(t, "../soapy/testdata/air.cpp")
		var loadModule func(path string) string
		library := clib.Library{Name: "libSoapySDR", Files: []string{"libSoapySDR.so.0.8"}}
		_, err := library.Load(clib.Func{Name: "SoapySDR_loadModule", Fn: &loadModule})
		feedtest.Have(t, err)
		if why := loadModule(file); why != "" {
			t.Fatal(why)
		}
		module.loaded = true
	})
	if !module.loaded {
		t.Skip("the module of these tests could not be built")
	}
	f := feedtest.New(t, air)
	a := "type=soapy,driver=air,feed=" + f.Path
	if found, err := Find(a); err != nil || len(found) == 0 {
		t.Skipf("libuhd does not see SoapySDR's devices: %v (Debian: apt-get install uhd-soapysdr)", err)
	}
	return a, f
}

func open(t *testing.T, o Options) *live.Source {
	return feedtest.Open(t, "uhd:", 1.92e6, func(ctx context.Context) (live.Driver, error) { return Open(ctx, o) })
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
	air := feedtest.NewWorld(t, "sim:kt-femto?profile=usrp", "cs16", func(r feedtest.Request) float64 { return r.Own[0] })
	a, _ := args(t, air)
	air.Heard(t, open(t, Options{Args: a}), radio.Tuning{Auto: true})
}

// TestStamps: what is missing between two time stamps is lost.
func TestStamps(t *testing.T) {
	var s stamps
	if a, b, c := s.before(1000, true, 5, 0.9995, 1e6), s.before(1000, true, 6, 0.0005, 1e6), s.before(10, true, 6, 0.00175, 1e6); a != 0 || b != 0 || c != 250 {
		t.Errorf("%d, %d and %d lost, want 0, 0 and 250", a, b, c)
	}
}

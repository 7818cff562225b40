package rtltcp

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/straycell/straycell/hardware/live"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/radiotest"
)

// air is noise in real time, at whatever it is tuned to.
type air struct {
	tuning radio.Tuning
	start  time.Time
	count  int64
	rnd    *rand.Rand
}

func newAir() (radio.Source, error) {
	return &air{tuning: radio.Tuning{FreqHz: 1e9, RateHz: 1.92e6}, rnd: rand.New(rand.NewPCG(1, 2))}, nil
}

func (a *air) Info() radio.Info { return radio.Info{} }
func (a *air) Close() error     { return nil }

func (a *air) Tune(_ context.Context, t radio.Tuning) (radio.Tuning, error) {
	if t.FreqHz > 2e9 {
		return a.tuning, errors.New("too high")
	}
	if t.FreqHz != 0 {
		a.tuning.FreqHz = t.FreqHz
	}
	if t.RateHz != 0 {
		a.tuning.RateHz = t.RateHz
	}
	if t.GainDB != 0 {
		a.tuning.GainDB = t.GainDB
	}
	return a.tuning, nil
}

func (a *air) Read(ctx context.Context, b *radio.Block) error {
	if a.start.IsZero() {
		a.start = time.Now()
	}
	b.IQ = b.IQ[:cap(b.IQ)]
	for i := range b.IQ {
		x := a.rnd.Uint32()
		b.IQ[i] = complex(float32(x&0xffff)/131072-0.25, float32(x>>16)/131072-0.25)
	}
	a.count += int64(len(b.IQ))
	time.Sleep(time.Duration(float64(a.count)/a.tuning.RateHz*1e9) - time.Since(a.start))
	return ctx.Err()
}

// serve runs a server for the length of the test and returns its address and what it was asked for.
func serve(t *testing.T, air func() (radio.Source, error)) (address string, asked func() []radio.Tuning) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var list []radio.Tuning
	s := Server{Open: air, Say: func(string, ...any) {}, Note: func(_ int64, want radio.Tuning) {
		mu.Lock()
		defer mu.Unlock()
		list = append(list, want)
	}}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("server: %v", err)
		}
	})
	return l.Addr().String(), func() []radio.Tuning {
		mu.Lock()
		defer mu.Unlock()
		return list
	}
}

func open(t *testing.T, address string) *live.Source {
	t.Helper()
	cfg := live.Config{URI: "rtltcp://" + address, Open: func(ctx context.Context) (live.Driver, error) { return Dial(ctx, address) }}
	cfg.Stall = 10 * time.Second // for machines that test other things at the same time
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
		address, _ := serve(t, newAir)
		return open(t, address)
	})
}

// TestRequests: what is asked of the source reaches the server.
func TestRequests(t *testing.T) {
	address, asked := serve(t, newAir)
	s := open(t, address)
	got, err := s.Tune(t.Context(), radio.Tuning{FreqHz: 881.5e6, RateHz: 2.048e6, GainDB: 19.04})
	if err != nil {
		t.Fatal(err)
	}
	if want := (radio.Tuning{FreqHz: 881.5e6, RateHz: 2.048e6, BandHz: 0.9 * 2.048e6, GainDB: 19}); got != want {
		t.Errorf("tuned to %+v, want %+v", got, want)
	}
	want := map[radio.Tuning]bool{{FreqHz: 881.5e6}: false, {RateHz: 2.048e6}: false, {GainDB: 19}: false}
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		missing := len(want)
		for _, a := range asked() {
			if _, ok := want[a]; ok {
				want[a] = true
			}
		}
		for _, seen := range want {
			if seen {
				missing--
			}
		}
		if missing == 0 {
			return
		}
	}
	t.Errorf("the server was asked for %v, not for all of %v", asked(), want)
}

// TestNoServer: what is no rtl_tcp server is told apart from one, and nothing hangs.
func TestNoServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	greet := func(text string) error {
		go func() {
			c, err := l.Accept()
			if err == nil {
				c.Write([]byte(text))
				c.Close()
			}
		}()
		_, err := Dial(t.Context(), l.Addr().String())
		return err
	}
	if err := greet("HTTP/1.1 400 Bad Request\r\n\r\n"); err == nil {
		t.Error("a web server was taken for a radio")
	}
	if err := greet("RTL0"); err == nil {
		t.Error("half a greeting was enough")
	}
	for _, uri := range []string{"rtltcp://", "rtltcp:host", "rtltcp://host/path", "rtltcp://host:1?x=y", "rtltcp://a:b:c"} {
		if _, err := Parse(uri); err == nil {
			t.Errorf("%q was accepted", uri)
		}
	}
	for uri, want := range map[string]string{"rtltcp://host": "host:1234", "rtltcp://10.0.0.7:99": "10.0.0.7:99", "rtltcp://[::1]": "[::1]:1234"} {
		if got, err := Parse(uri); err != nil || got != want {
			t.Errorf("%q: %q %v, want %q", uri, got, err, want)
		}
	}
}

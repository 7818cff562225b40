package live

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/radiotest"
)

func TestConformance(t *testing.T) {
	radiotest.Run(t, func(t *testing.T) radio.Source { return openFake(t, newFake(&air{}), nil).s })
}

// TestOverflow: a reader that sleeps loses samples, and every one is counted.
func TestOverflow(t *testing.T) {
	f := newFake(&air{})
	r := openFake(t, f, nil)
	f.greedy.Store(true)
	for range 3 {
		time.Sleep(50 * time.Millisecond)
		r.readOn(1_000_000)
	}
	f.greedy.Store(false)
	r.readOn(2_500_000)
	if r.lost == 0 {
		t.Error("nothing was lost")
	}
}

// TestDriverLosses: what a driver says it lost is where it was lost.
func TestDriverLosses(t *testing.T) {
	f := newFake(&air{})
	var told int64
	f.step = func(f *fake, put func([]byte, int64)) error {
		lost := rand.Int64N(2) * rand.Int64N(5000)
		atomic.AddInt64(&told, lost)
		f.deliver(put, 1+rand.Int64N(8000), lost)
		return nil
	}
	r := openFake(t, f, nil)
	r.readOn(1_000_000)
	if told := atomic.LoadInt64(&told); r.lost == 0 || r.lost > told {
		t.Errorf("%d samples lost, the driver told of %d", r.lost, told)
	}
}

// TestRetune: nothing of the earlier tuning is delivered under the later one, and nothing counts as lost for that.
func TestRetune(t *testing.T) {
	f := newFake(&air{})
	f.stale = 12_345 // one delivery of 5,000 may be under way
	r := openFake(t, f, nil)
	r.readOn(20_000)
	var changed atomic.Int64 // the air's sample at which the tuning changed
	f.tune = func(t radio.Tuning) (Setting, error) {
		f.air.pass(700)
		changed.Store(f.air.pass(0))
		return Setting{t, f.stale}, nil
	}
	for _, hz := range []float64{1e9, 2e9, 1e9} {
		got, err := r.s.Tune(t.Context(), radio.Tuning{FreqHz: hz})
		if err != nil || got.FreqHz != hz {
			t.Fatal(got, err)
		}
		b := radio.Block{IQ: make([]complex64, 1000)}
		if err := r.s.Read(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if first := number(b.IQ[0]); first < changed.Load()+f.stale-5000 || b.Tuning != got || b.Lost != 0 {
			t.Errorf("%g Hz: %+v, first sample %d, tuned at %d", hz, b.Tuning, first, changed.Load())
		}
	}
	if _, err := r.s.Tune(t.Context(), radio.Tuning{FreqHz: 1e9}); err != nil {
		t.Error(err)
	}
	f.tune = nil
	if _, err := r.s.Tune(t.Context(), radio.Tuning{FreqHz: 9e9}); err == nil || !strings.Contains(err.Error(), "too high") {
		t.Errorf("out of range: %v", err)
	}
	if err := r.s.Read(t.Context(), &radio.Block{IQ: make([]complex64, 100)}); err != nil {
		t.Errorf("read after a refused tuning: %v", err)
	}
}

// unplugged opens a source whose device vanishes, and is opened again at the third attempt.
func unplugged(t *testing.T, vanish func(f *fake)) (*reader, *atomic.Int64) {
	a := &air{}
	var src atomic.Pointer[Source]
	var attempts atomic.Int64
	first := newFake(a)
	room := func() bool { s := src.Load(); return s == nil || half(s) }
	first.room = room
	vanish(first)
	s, err := Open(t.Context(), quick(func(context.Context) (Driver, error) {
		switch n := attempts.Add(1); {
		case n == 1:
			return first, nil
		case n < 4:
			a.pass(1000)
			return nil, errors.New("no such device")
		}
		f := newFake(a)
		// The others may be open before Open has returned the source.
		f.room = func() bool { s := src.Load(); return s != nil && half(s) }
		var started bool
		f.step = func(f *fake, put func([]byte, int64)) error {
			if !started { // its first samples take a while
				started = true
				f.pass(500)
			}
			f.deliver(put, 5000, 0)
			return nil
		}
		return f, nil
	}, a))
	if err != nil {
		t.Fatal(err)
	}
	src.Store(s)
	t.Cleanup(func() { s.Close() })
	return &reader{t: t, s: s, slack: 2}, &attempts
}

// TestUnplugged: a device that goes away is opened again, and the time without it is counted in samples.
func TestUnplugged(t *testing.T) {
	var steps int
	r, attempts := unplugged(t, func(f *fake) {
		f.step = func(f *fake, put func([]byte, int64)) error {
			if steps++; steps > 5 {
				return errors.New("unplugged")
			}
			f.deliver(put, 5000, 0)
			return nil
		}
	})
	if n := r.readOn(100_000); n != 3 {
		t.Errorf("told %d times that it is away, want 3", n)
	}
	if attempts.Load() != 4 || r.lost < 2498 || r.lost > 2502 {
		t.Errorf("%d attempts, %d samples lost: want 4 and 2500", attempts.Load(), r.lost)
	}
	var said []string
	for _, w := range r.s.Warnings() {
		said = append(said, w.Text)
	}
	if text := strings.Join(said, "\n"); len(said) != 2 || !strings.Contains(text, "fake: unplugged: trying again") || !strings.Contains(text, "is back after") {
		t.Errorf("it said:\n%s", text)
	}
}

// TestStall: a device that falls silent, and whose driver does not even close, is given up within the deadline.
func TestStall(t *testing.T) {
	var silent atomic.Bool
	stuck := make(chan struct{})
	defer close(stuck)
	r, _ := unplugged(t, func(f *fake) {
		f.hang = stuck
		f.step = func(f *fake, put func([]byte, int64)) error {
			if silent.Load() {
				<-stuck
			}
			f.deliver(put, 5000, 0)
			return nil
		}
	})
	r.readOn(50_000)
	silent.Store(true)
	start := time.Now()
	for r.read() == nil {
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("given up after %v, want little more than 400 ms", took)
	}
	r.readOn(50_000)
}

// TestHangingTune: a driver that hangs in a call is abandoned, and the tuning that was asked for is made with the next.
func TestHangingTune(t *testing.T) {
	stuck := make(chan struct{})
	defer close(stuck)
	var hang atomic.Bool
	r, _ := unplugged(t, func(f *fake) {
		f.tune = func(t radio.Tuning) (Setting, error) {
			if hang.Load() {
				<-stuck
			}
			return Setting{t, 0}, nil
		}
	})
	r.readOn(50_000)
	hang.Store(true)
	var away *radio.AwayError
	_, err := r.s.Tune(t.Context(), radio.Tuning{FreqHz: 1.5e9})
	if !errors.As(err, &away) {
		t.Fatalf("a call that hangs: %v", err)
	}
	for errors.As(err, &away) {
		_, err = r.s.Tune(t.Context(), radio.Tuning{FreqHz: 1.5e9})
	}
	b := radio.Block{IQ: make([]complex64, 100)}
	if err = errors.Join(err, r.s.Read(t.Context(), &b)); err != nil || b.Tuning.FreqHz != 1.5e9 || b.Lost < 1998 {
		t.Errorf("%v: %+v, %d lost", err, b.Tuning, b.Lost)
	}
}

// TestDefaults: silence, and a driver that does not close, take less than two seconds together.
func TestDefaults(t *testing.T) {
	if c := (Config{}).filled(); c.Stall+c.Closing >= 2*time.Second || c.Call+c.Closing >= 2*time.Second {
		t.Errorf("%v silence, %v for a call and %v to close: want less than 2 s together", c.Stall, c.Call, c.Closing)
	}
}

// TestPatience: where the survey is to end some time, so does waiting.
func TestPatience(t *testing.T) {
	f := newFake(&air{})
	var gone atomic.Bool
	f.step = func(f *fake, put func([]byte, int64)) error {
		if gone.Load() {
			return errors.New("unplugged")
		}
		f.deliver(put, 1000, 0)
		return nil
	}
	r := openFake(t, f, func(c *Config) {
		open := c.Open
		c.Patience = 300 * time.Millisecond
		c.Open = func(ctx context.Context) (Driver, error) {
			if gone.Load() {
				f.air.pass(fakeRate / 10)
				return nil, errors.New("no such device")
			}
			return open(ctx)
		}
	})
	r.readOn(10_000)
	gone.Store(true)
	var away *radio.AwayError
	var err error
	for err == nil || errors.As(err, &away) {
		err = r.read()
	}
	if err == nil || !strings.Contains(err.Error(), "no such device (away for") {
		t.Errorf("%v", err)
	}
}

// TestLies: a device that claims what cannot be is opened again, not believed.
func TestLies(t *testing.T) {
	for _, lie := range []radio.Tuning{{FreqHz: 900e6}, {RateHz: fakeRate}, {FreqHz: 900e6, RateHz: fakeRate / 2}, {FreqHz: -1, RateHz: fakeRate}} {
		lying := false
		r, _ := unplugged(t, func(f *fake) {
			f.tune = func(t radio.Tuning) (Setting, error) {
				if lying {
					return Setting{lie, -5}, nil
				}
				return Setting{t, 0}, nil
			}
		})
		r.readOn(10_000)
		lying = true
		var away *radio.AwayError
		if _, err := r.s.Tune(t.Context(), radio.Tuning{FreqHz: 1e9}); !errors.As(err, &away) {
			t.Errorf("%+v: %v", lie, err)
		}
	}
}

package live

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/straycell/straycell/radio"
)

// air is what a fake device hears: sample n has the value n mod 1000 + i n/1000. Its clock is the sample count, so tests need no real time.
type air struct {
	mu    sync.Mutex
	next  int64
	rate  float64
	owner *fake // opened last: what one that was given up still does takes none of the air's time
}

func (a *air) pass(n int64) (first int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	first = a.next
	a.next += n
	return first
}

func (a *air) now() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return time.Unix(1_800_000_000, int64(float64(a.next)/a.rate*1e9))
}

// fake is a device. Its faults happen in a test's own hand.
type fake struct {
	air    *air
	facts  Facts
	stale  int64
	quit   chan struct{}
	once   sync.Once
	room   func() bool // false: nobody reads for now
	greedy atomic.Bool // deliver all the same, as real devices do

	step func(f *fake, put func([]byte, int64)) error // nil: deliver
	tune func(radio.Tuning) (Setting, error)          // nil: as asked
	hang chan struct{}                                // Close waits for it
}

const fakeRate = 1.92e6

func newFake(a *air) *fake {
	f := &fake{
		air: a, quit: make(chan struct{}),
		facts: Facts{
			Info:   radio.Info{Driver: "fake", Bits: 24, MinHz: 1e6, MaxHz: 3e9, Rates: []float64{fakeRate}},
			Format: "cf32", Start: radio.Tuning{FreqHz: 900e6, RateHz: fakeRate},
		},
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.rate, a.owner = fakeRate, f
	return f
}

// pass lets the air's time go on by n samples.
func (f *fake) pass(n int64) (first int64) {
	f.air.mu.Lock()
	defer f.air.mu.Unlock()
	first = f.air.next
	if f.air.owner == f {
		f.air.next += n
	}
	return first
}

func (f *fake) Facts() Facts { return f.facts }

func (f *fake) Tune(t radio.Tuning) (Setting, error) {
	if f.tune != nil {
		return f.tune(t)
	}
	if t.FreqHz > f.facts.Info.MaxHz {
		return Setting{}, errors.New("too high")
	}
	t.BandHz = 0.8 * t.RateHz
	return Setting{t, f.stale}, nil
}

func (f *fake) Stream(put func([]byte, int64)) error {
	for {
		select {
		case <-f.quit:
			return nil
		default:
		}
		if f.room != nil && !f.greedy.Load() && !f.room() {
			time.Sleep(50 * time.Microsecond)
			continue
		}
		if f.step == nil {
			f.deliver(put, 5000, 0)
		} else if err := f.step(f, put); err != nil {
			return err
		}
	}
}

// deliver hands over n samples after lost ones that the device knows it lost.
func (f *fake) deliver(put func([]byte, int64), n, lost int64) {
	first := f.pass(lost+n) + lost
	octets := make([]byte, n*8)
	for i := range n {
		binary.LittleEndian.PutUint32(octets[i*8:], math.Float32bits(float32((first+i)%1000)))
		binary.LittleEndian.PutUint32(octets[i*8+4:], math.Float32bits(float32((first+i)/1000)))
	}
	put(octets, lost)
}

// number of the air's sample with this value.
func number(v complex64) int64 { return int64(real(v)) + 1000*int64(imag(v)) }

func (f *fake) Close() error {
	f.once.Do(func() { close(f.quit) })
	if f.hang != nil {
		<-f.hang
	}
	return nil
}

// quick are deadlines for tests.
func quick(open func(context.Context) (Driver, error), a *air) Config {
	return Config{URI: "fake:", Open: open, Now: a.now, Stall: 200 * time.Millisecond, Closing: 200 * time.Millisecond,
		Call: time.Second, Opening: 10 * time.Second, Pause: time.Millisecond, Longest: 20 * time.Millisecond}
}

// half says whether a source keeps what comes, and less than half of its ring is in use.
func half(s *Source) bool {
	s.mu.Lock()
	d := s.dev
	s.mu.Unlock()
	if d == nil {
		return true
	}
	d.ring.mu.Lock()
	defer d.ring.mu.Unlock()
	return !d.ring.hold && d.ring.w-d.ring.r < int64(len(d.ring.data))/2
}

// reader checks that what a source delivers is what its air holds: the numbers of the samples, and of those lost.
type reader struct {
	t     *testing.T
	s     *Source
	b     radio.Block
	lost  int64
	got   int64
	zero  int64 // the air's sample with number 0
	next  int64
	slack int64 // how far the count may be off: seconds without a device are converted to samples
}

func (r *reader) read() error {
	if r.b.IQ == nil {
		r.b.IQ = make([]complex64, 3000)
	}
	b := &r.b
	b.IQ = b.IQ[:0]
	if err := r.s.Read(r.t.Context(), b); err != nil {
		return err
	}
	first := number(b.IQ[0])
	if r.got == 0 {
		r.zero = first - b.First
	} else if want := r.next + b.Lost; b.First != want {
		r.t.Fatalf("block at %d, want %d: %d lost", b.First, want, b.Lost)
	}
	if off := first - r.zero - b.First; off < -r.slack || off > r.slack {
		r.t.Fatalf("block at %d holds the air's sample %d: it is off by %d", b.First, first-r.zero, off)
	}
	for i, v := range b.IQ {
		if number(v) != first+int64(i) {
			r.t.Fatalf("a gap of %d inside the block at %d", number(v)-first-int64(i), b.First)
		}
	}
	r.lost += b.Lost
	r.got += int64(len(b.IQ))
	r.next = b.First + int64(len(b.IQ))
	return nil
}

// readOn reads n samples more, over whatever absences there are.
func (r *reader) readOn(n int64) (absences int) {
	r.t.Helper()
	for end := r.got + n; r.got < end; {
		err := r.read()
		var away *radio.AwayError
		if errors.As(err, &away) {
			absences++
			continue
		}
		if err != nil {
			r.t.Fatal(err)
		}
	}
	return absences
}

// openFake opens a fake device that delivers as fast as it is read.
func openFake(t *testing.T, f *fake, change func(*Config)) *reader {
	t.Helper()
	var src atomic.Pointer[Source]
	f.room = func() bool { s := src.Load(); return s == nil || half(s) }
	cfg := quick(func(context.Context) (Driver, error) { return f, nil }, f.air)
	cfg.Stall, cfg.Call, cfg.Closing = 10*time.Second, 10*time.Second, 2*time.Second // for machines that test other things too
	if change != nil {
		change(&cfg)
	}
	s, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	src.Store(s)
	t.Cleanup(func() { s.Close() })
	return &reader{t: t, s: s}
}

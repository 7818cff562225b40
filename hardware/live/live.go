// Package live makes a radio.Source of a driver: what all devices have in common. Samples arrive in a bounded ring whose
// overflows are counted, a device that vanishes, stalls or hangs is closed within two seconds and opened again with
// growing pauses, and gain that nobody chose follows the signal.
//
// The sample count goes on over changes of tuning: what arrives while a device settles counts in Block.First and not in
// Block.Lost. Of the time without a device as many samples are lost as it would have delivered.
package live

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/iqfile"
)

// Driver is one opened device. Tune and Stream are called by different goroutines, Close at any time by any.
type Driver interface {
	Facts() Facts
	// Tune makes a setting, given in full, and returns what the device does now.
	Tune(radio.Tuning) (Setting, error)
	// Stream delivers whole samples to put until Close, or until the device is gone, which is an error.
	Stream(put func(octets []byte, lost int64)) error
	// Close ends Stream and gives the device back. If it does not return in time, device and goroutines are abandoned.
	Close() error
}

// Facts are what a driver knows of its device once it is open.
type Facts struct {
	Info   radio.Info // URI is the Source's
	Format string     // of the octets, as iqfile names it
	Gains  []float64  // settings, dB, ascending; empty: the gain cannot be set
	Start  radio.Tuning
}

// Setting is what a driver made of a request.
type Setting struct {
	Tuning radio.Tuning // Auto is the Source's
	// Stale is how many more samples, of those that arrive after Tune returns, may be of an earlier tuning or of a
	// synthesiser that still settles.
	Stale int64
}

// Config says how to open a device and what to do when it is gone.
type Config struct {
	URI  string // as the user named it
	Open func(context.Context) (Driver, error)
	// RateHz and GainDB are instead of what the driver begins with and of automatic gain; 0: not.
	RateHz, GainDB float64
	// Patience is how long a device may be away before Read gives up; 0: for ever.
	Patience time.Duration

	// The rest has defaults, which tests shorten.
	Stall   time.Duration // without samples: the device hangs
	Closing time.Duration // for a driver's Close
	Call    time.Duration // for a driver's Tune
	Opening time.Duration // for Open
	Pause   time.Duration // before the first attempt to open again; doubled each time
	Longest time.Duration // of these pauses
	Now     func() time.Time
}

func (c Config) filled() Config {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&c.Stall, 1200*time.Millisecond)
	set(&c.Closing, 700*time.Millisecond)
	set(&c.Call, 1200*time.Millisecond)
	set(&c.Opening, 30*time.Second)
	set(&c.Pause, 250*time.Millisecond)
	set(&c.Longest, 30*time.Second)
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// Source is a device as a radio.Source.
type Source struct {
	cfg   Config
	info  radio.Info
	quit  chan struct{}
	close sync.Once

	mu  sync.Mutex // guards dev
	dev *device    // nil: away

	// The reader's.
	tuning radio.Tuning // in force
	want   radio.Tuning
	base   int64           // Block.First of the present device's first sample
	owed   int64           // the sample that the next block would continue with; -1: it need not continue
	missed int64           // lost while the device was away, and not yet told because it was tuned since
	away   absence         // while dev is nil
	backAt time.Time       // up to when the time without a device is counted; zero: up to its first sample
	gains  map[int]float64 // by MHz: where auto ended up last
	probe  []complex64

	warnMu   sync.Mutex
	warnings []radio.Warning
}

// device is an opened driver with its ring.
type device struct {
	Driver
	facts  Facts
	ring   *ring
	closed chan struct{} // Stream has returned
}

// Open opens a device and tunes it to where its driver begins.
func Open(ctx context.Context, cfg Config) (*Source, error) {
	s := &Source{cfg: cfg.filled(), quit: make(chan struct{}), gains: map[int]float64{}, owed: -1}
	d, err := s.open(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name(), err)
	}
	s.info, s.want = d.facts.Info, d.facts.Start
	s.info.URI, s.info.FullScale, s.info.Live = cfg.URI, 1, true
	if cfg.RateHz != 0 {
		s.want.RateHz = cfg.RateHz
	}
	s.want.GainDB, s.want.Auto = cfg.GainDB, cfg.GainDB == 0
	if err := s.begin(ctx, d); err != nil {
		var away *radio.AwayError
		if errors.As(err, &away) {
			return nil, away.Err
		}
		return nil, fmt.Errorf("%s: %w", s.name(), err)
	}
	return s, nil
}

// open opens the driver, for at most cfg.Opening.
func (s *Source) open(ctx context.Context) (*device, error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Opening)
	defer cancel()
	type opened struct {
		Driver
		err error
	}
	got := make(chan opened, 1)
	go func() {
		d, err := s.cfg.Open(ctx)
		got <- opened{d, err}
	}()
	var o opened
	select {
	case o = <-got:
	case <-ctx.Done():
		go func() { // it may open after all
			if late := <-got; late.err == nil {
				late.Close()
			}
		}()
		return nil, fmt.Errorf("open: %w", ctx.Err())
	}
	if o.err != nil {
		return nil, o.err
	}
	facts := o.Facts()
	codec, ok := iqfile.CodecOf(facts.Format)
	if !ok {
		o.Close()
		return nil, fmt.Errorf("open: sample format %q is not known", facts.Format)
	}
	d := &device{Driver: o.Driver, facts: facts, closed: make(chan struct{})}
	d.ring = newRing(codec, ringSamples(facts.Start.RateHz, codec), s.cfg.Now)
	return d, nil
}

// ringSamples is a second of samples, in at most 64 MB.
func ringSamples(rateHz float64, c iqfile.Codec) int64 {
	return int64(math.Max(1<<16, math.Min(rateHz, float64(64<<20/c.Size()))))
}

// begin puts an opened device to work with the tuning that is wanted.
func (s *Source) begin(ctx context.Context, d *device) error {
	s.mu.Lock()
	s.dev = d
	s.mu.Unlock()
	select {
	case <-s.quit: // Close came between
		s.drop()
		return errClosed
	default:
	}
	d.ring.pause()
	go func(d *device) {
		defer close(d.closed)
		d.ring.end(d.Stream(d.ring.put))
	}(d)
	if err := s.set(ctx, d, s.want); err != nil {
		s.drop()
		return err
	}
	return nil
}

// call runs a driver's function, for at most d.
func call[T any](d time.Duration, what string, f func() (T, error)) (T, error) {
	type result struct {
		v   T
		err error
	}
	done := make(chan result, 1)
	go func() {
		v, err := f()
		done <- result{v, err}
	}()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case r := <-done:
		return r.v, r.err
	case <-t.C:
		var none T
		return none, &hangError{what, d}
	}
}

// hangError is a driver that does not return.
type hangError struct {
	what string
	d    time.Duration
}

func (e *hangError) Error() string { return fmt.Sprintf("%s did not return within %v", e.what, e.d) }

var errClosed = errors.New("is closed")

// drop takes the present device out of service. It waits for the driver no longer than cfg.Closing.
func (s *Source) drop() {
	s.mu.Lock()
	d := s.dev
	s.dev = nil
	s.mu.Unlock()
	if d == nil {
		return
	}
	s.begun(d)
	next, arrived, _, _ := d.ring.state()
	if !s.backAt.IsZero() { // not one sample came
		arrived, s.backAt = s.backAt, time.Time{}
	}
	if s.away.since.IsZero() {
		s.away = absence{since: arrived, next: s.base + next, pause: s.cfg.Pause}
	}
	s.shut(d) // what comes of it changes nothing
}

// shut closes a driver and waits for its stream to end. One that hangs is abandoned; what it still delivers is dropped.
func (s *Source) shut(d *device) error {
	_, err := call(s.cfg.Closing, "close", func() (struct{}, error) {
		err := d.Close()
		<-d.closed
		return struct{}{}, err
	})
	return err
}

// name is the device in messages.
func (s *Source) name() string { return strings.TrimSuffix(s.cfg.URI, ":") }

// Info describes the device as it was when it was first opened.
func (s *Source) Info() radio.Info { return s.info }

// Close ends Read and gives the device back.
func (s *Source) Close() error {
	var err error
	s.close.Do(func() {
		close(s.quit)
		s.mu.Lock()
		d := s.dev
		s.dev = nil
		s.mu.Unlock()
		if d != nil {
			err = s.shut(d)
		}
	})
	if err != nil {
		return fmt.Errorf("%s: %w", s.name(), err)
	}
	return nil
}

// Warnings are the device's comings and goings.
func (s *Source) Warnings() []radio.Warning {
	s.warnMu.Lock()
	defer s.warnMu.Unlock()
	w := s.warnings
	s.warnings = nil
	return w
}

func (s *Source) warn(format string, a ...any) {
	s.warnMu.Lock()
	defer s.warnMu.Unlock()
	if len(s.warnings) < 100 { // nobody asks
		s.warnings = append(s.warnings, radio.Warning{Text: s.name() + ": " + fmt.Sprintf(format, a...)})
	}
}

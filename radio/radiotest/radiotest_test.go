package radiotest

import (
	"context"
	"errors"
	"io"
	"math"
	"sync/atomic"
	"testing"
	"time"

	"github.com/straycell/straycell/radio"
)

// counter is a correct source: two tunings, a gap between them, each sample its own number.
type counter struct {
	pos    int64
	closed atomic.Bool
	faults
}

// faults are the ways in which a test lets a counter go wrong.
type faults struct {
	read  func(c *counter, b *radio.Block, err error) error
	info  func(*radio.Info)
	tune  func(*radio.Tuning)
	close func() error
	deaf  bool // to its context
}

const (
	counterEnd  = 30_000
	counterSeam = 20_000 // 500 samples are lost there
	counterLost = 500
)

func (c *counter) Info() radio.Info {
	i := radio.Info{URI: "test:", Driver: "test", MinHz: 1e9, MaxHz: 2e9, Rates: []float64{1.92e6}, Bits: 8, FullScale: 1, Finite: true, Samples: counterEnd}
	if c.info != nil {
		c.info(&i)
	}
	return i
}

func (c *counter) tuning() radio.Tuning {
	if c.pos < counterSeam {
		return radio.Tuning{FreqHz: 1e9, RateHz: 1.92e6}
	}
	return radio.Tuning{FreqHz: 2e9, RateHz: 1.92e6}
}

func (c *counter) Tune(ctx context.Context, _ radio.Tuning) (radio.Tuning, error) {
	t := c.tuning()
	if c.tune != nil {
		c.tune(&t)
	}
	return t, ctx.Err()
}

func (c *counter) Read(ctx context.Context, b *radio.Block) error {
	err := c.deliver(ctx, b)
	if c.read != nil {
		err = c.read(c, b, err)
	}
	return err
}

func (c *counter) deliver(ctx context.Context, b *radio.Block) error {
	switch {
	case c.closed.Load():
		return errors.New("closed")
	case ctx.Err() != nil && !c.deaf:
		return ctx.Err()
	case cap(b.IQ) == 0:
		return errors.New("no room")
	case c.pos == counterEnd:
		return io.EOF
	}
	stop, first := int64(counterEnd), c.pos
	*b = radio.Block{IQ: b.IQ[:cap(b.IQ)], Tuning: c.tuning()}
	if c.pos < counterSeam {
		stop = counterSeam
	} else {
		first += counterLost
	}
	if c.pos == counterSeam {
		b.Lost = counterLost
	}
	b.First, b.Time = first, time.Unix(1e9, 0).Add(time.Duration(float64(first)/1.92e6*1e9))
	b.IQ = b.IQ[:min(int64(cap(b.IQ)), stop-c.pos)]
	for i := range b.IQ {
		b.IQ[i] = complex(float32(c.pos+int64(i)), 0)
	}
	c.pos += int64(len(b.IQ))
	return nil
}

func (c *counter) Close() error {
	if c.close != nil {
		return c.close()
	}
	c.closed.Store(true)
	return nil
}

func TestRun(t *testing.T) {
	Run(t, func(*testing.T) radio.Source { return &counter{} })
}

// TestFaults breaks the source in one way at a time: the check of that name must notice.
func TestFaults(t *testing.T) {
	block := func(f func(c *counter, b *radio.Block)) func(*counter, *radio.Block, error) error {
		return func(c *counter, b *radio.Block, err error) error {
			if err == nil {
				f(c, b)
			}
			return err
		}
	}
	defer func(a, b time.Duration) { closeWithin, cancelWithin = a, b }(closeWithin, cancelWithin)
	closeWithin, cancelWithin = 200*time.Millisecond, 200*time.Millisecond
	var calls atomic.Int64
	for _, f := range []struct {
		fault, check string
		how          faults
	}{
		{"full scale of 8 bits", "info", faults{info: func(i *radio.Info) { i.FullScale = 128 }}},
		{"no driver", "info", faults{info: func(i *radio.Info) { i.Driver = "" }}},
		{"range upside down", "info", faults{info: func(i *radio.Info) { i.MaxHz = 1 }}},
		{"rate NaN", "info", faults{info: func(i *radio.Info) { i.Rates[0] = math.NaN() }}},
		{"info that changes", "info", faults{info: func(i *radio.Info) { i.Samples += calls.Add(1) }}},
		{"no frequency", "tune", faults{tune: func(t *radio.Tuning) { t.FreqHz = 0 }}},
		{"block of another tuning", "tune", faults{tune: func(t *radio.Tuning) { t.FreqHz += 1000 }}},
		{"clip counted wrong", "read", faults{read: block(func(_ *counter, b *radio.Block) { b.Clip = 3*len(b.IQ) + 1 })}},
		{"NaN", "read", faults{read: block(func(_ *counter, b *radio.Block) { b.IQ[0] = complex(float32(math.NaN()), 0) })}},
		{"no samples", "read", faults{read: block(func(_ *counter, b *radio.Block) { b.IQ = b.IQ[:0] })}},
		{"own buffer", "capacity", faults{read: block(func(_ *counter, b *radio.Block) { b.IQ = append([]complex64(nil), b.IQ...) })}},
		{"one too many", "capacity", faults{read: block(func(_ *counter, b *radio.Block) { b.IQ = append(b.IQ, 1) })}},
		{"empty block taken", "capacity", faults{read: func(_ *counter, b *radio.Block, err error) error {
			if cap(b.IQ) == 0 {
				return nil
			}
			return err
		}}},
		{"gap not counted", "continuous", faults{read: block(func(_ *counter, b *radio.Block) { b.Lost = 0 })}},
		{"numbers of the block only", "continuous", faults{read: block(func(_ *counter, b *radio.Block) { b.First = 0 })}},
		{"clock of the wall", "continuous", faults{read: block(func(_ *counter, b *radio.Block) { b.Time = b.Time.Add(time.Duration(calls.Add(1)) * time.Second) })}},
		{"block over the seam", "same-by-any-size", faults{read: func(c *counter, b *radio.Block, err error) error {
			if err == nil && c.pos == counterSeam && len(b.IQ) > 1 {
				b.Tuning.FreqHz = 2e9
			}
			return err
		}}},
		{"samples that depend on the size", "same-by-any-size", faults{read: block(func(_ *counter, b *radio.Block) { b.IQ[0] += complex64(complex(0, float32(len(b.IQ)))) })}},
		{"fewer than promised", "end", faults{info: func(i *radio.Info) { i.Samples++ }}},
		{"end that passes", "end", faults{read: func(c *counter, b *radio.Block, err error) error {
			if err == io.EOF && calls.Add(1)%2 == 0 {
				b.IQ = b.IQ[:1]
				return nil
			}
			return err
		}}},
		{"deaf", "cancelled", faults{deaf: true}},
		{"samples eaten", "cancelled", faults{read: func(c *counter, b *radio.Block, err error) error {
			if errors.Is(err, context.Canceled) {
				c.pos += 100
			}
			return err
		}}},
		{"deaf and endless", "cancel-while-reading", faults{read: func(c *counter, b *radio.Block, err error) error {
			time.Sleep(time.Millisecond)
			if err != nil {
				<-make(chan bool)
			}
			return err
		}}},
		{"close twice", "close", faults{close: func() error {
			if calls.Add(1) > 1 {
				return errors.New("already closed")
			}
			return nil
		}}},
		{"close that hangs", "close", faults{close: func() error { <-make(chan bool); return nil }}},
		{"open after close", "close", faults{close: func() error { return nil }}},
		{"read that outlives close", "close-while-reading", faults{read: func(c *counter, b *radio.Block, err error) error {
			time.Sleep(time.Millisecond)
			if err != nil {
				<-make(chan bool)
			}
			return err
		}}},
	} {
		t.Run(f.fault, func(t *testing.T) {
			calls.Store(0)
			for _, c := range checks {
				if c.name != f.check {
					continue
				}
				err := c.run(func() radio.Source {
					return &counter{faults: f.how}
				})
				if err == nil {
					t.Errorf("check %q did not notice", c.name)
				}
				return
			}
			t.Fatalf("no check %q", f.check)
		})
	}
}

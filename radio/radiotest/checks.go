package radiotest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/cmplx"
	"reflect"
	"time"

	"github.com/straycell/straycell/radio"
)

func info(open func() radio.Source) error {
	src := open()
	i := src.Info()
	finite := func(v float64) bool { return v >= 0 && !math.IsInf(v, 0) }
	switch {
	case i.URI == "" || i.Driver == "":
		return fmt.Errorf("URI %q and Driver %q: neither may be empty", i.URI, i.Driver)
	case !finite(i.MinHz) || !finite(i.MaxHz) || i.MinHz > i.MaxHz:
		return fmt.Errorf("frequency range %g to %g Hz", i.MinHz, i.MaxHz)
	case i.Bits < 1 || i.Bits > 64:
		return fmt.Errorf("%d bits", i.Bits)
	case i.FullScale != 1:
		return fmt.Errorf("full scale %g: it is 1 by convention", i.FullScale)
	case !finite(i.PPM):
		return fmt.Errorf("oscillator error %g ppm", i.PPM)
	case i.Samples < 0 || i.Samples > 0 && !i.Finite:
		return fmt.Errorf("%d samples, finite: %t", i.Samples, i.Finite)
	}
	for _, r := range i.Rates {
		if !finite(r) || r == 0 {
			return fmt.Errorf("rate %g", r)
		}
	}
	if err := src.Read(context.Background(), &radio.Block{IQ: make([]complex64, 100)}); err != nil {
		return err
	}
	if after := src.Info(); !reflect.DeepEqual(i, after) {
		return fmt.Errorf("info changed by reading: %+v, then %+v", i, after)
	}
	return nil
}

func tune(open func() radio.Source) error {
	src, ctx := open(), context.Background()
	have, err := src.Tune(ctx, radio.Tuning{})
	if err != nil {
		return fmt.Errorf("a request for nothing: %w", err)
	}
	if err := saneTuning(have); err != nil {
		return err
	}
	again, err := src.Tune(ctx, have)
	if err != nil {
		return fmt.Errorf("a request for what it has: %w", err)
	}
	// A tuner steps: asked for what it did, it may not wander off.
	if math.Abs(again.FreqHz-have.FreqHz) > 1 || again.RateHz != have.RateHz {
		return fmt.Errorf("asked for what it had, %+v, it did %+v", have, again)
	}
	b := radio.Block{IQ: make([]complex64, 100)}
	if err := src.Read(ctx, &b); err != nil {
		return err
	}
	if b.Tuning != again {
		return fmt.Errorf("tune returned %+v, the block after it has %+v", again, b.Tuning)
	}
	dead, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := src.Tune(dead, have); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("tune with a cancelled context: %w, want context.Canceled", err)
	}
	return nil
}

func saneTuning(t radio.Tuning) error {
	if !(t.FreqHz > 0) || !(t.RateHz > 0) || math.IsInf(t.FreqHz+t.RateHz, 0) || t.BandHz < 0 || t.BandHz > t.RateHz || t.GainDB != t.GainDB {
		return fmt.Errorf("impossible tuning %+v", t)
	}
	return nil
}

func read(open func() radio.Source) error {
	src := open()
	w := walk{src: src, sizes: []int{4096}, most: enough}
	return w.run(func(b *radio.Block) error {
		if err := saneTuning(b.Tuning); err != nil {
			return err
		}
		if b.Clip < 0 || b.Clip > 2*len(b.IQ) {
			return fmt.Errorf("sample %d: %d components clipped of %d", b.First, b.Clip, 2*len(b.IQ))
		}
		for i, v := range b.IQ {
			if z := complex128(v); cmplx.IsNaN(z) || cmplx.IsInf(z) {
				return fmt.Errorf("sample %d is %v", b.First+int64(i), v)
			}
		}
		return nil
	})
}

func capacity(open func() radio.Source) error {
	src, ctx := open(), context.Background()
	if err := src.Read(ctx, &radio.Block{}); err == nil {
		return errors.New("a block without room was read into: want an error")
	}
	const mark = complex(-7, 7)
	backing := make([]complex64, 3000)
	for _, n := range []int{1, 2, 7, 64, 1000, 2048} {
		for i := range backing {
			backing[i] = mark
		}
		// The block's own length is no bound, its capacity is.
		b := radio.Block{IQ: backing[0:0:n]}
		err := src.Read(ctx, &b)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch {
		case len(b.IQ) < 1 || len(b.IQ) > n:
			return fmt.Errorf("room for %d samples: %d delivered", n, len(b.IQ))
		case &b.IQ[0] != &backing[0]:
			return errors.New("the block's buffer was replaced: the reader owns it")
		}
		for i, v := range backing[n:] {
			if v != mark {
				return fmt.Errorf("room for %d samples: written to at %d", n, n+i)
			}
		}
	}
	return nil
}

func continuous(open func() radio.Source) error {
	src := open()
	var last *radio.Block
	w := walk{src: src, sizes: []int{1000, 1, 4096, 37}, most: enough}
	return w.run(func(b *radio.Block) error {
		defer func() { c := *b; last = &c }()
		if b.Lost < 0 || b.First < b.Lost {
			return fmt.Errorf("block at sample %d with %d lost before it", b.First, b.Lost)
		}
		if last == nil {
			return nil
		}
		if want := last.First + int64(len(last.IQ)) + b.Lost; b.First != want {
			return fmt.Errorf("block at sample %d, want %d: after %d samples from %d, and %d lost", b.First, want, len(last.IQ), last.First, b.Lost)
		}
		if last.Time.IsZero() || b.Time.IsZero() || b.Tuning != last.Tuning {
			return nil
		}
		took := time.Duration(float64(b.First-last.First) / b.Tuning.RateHz * float64(time.Second))
		if off := b.Time.Sub(last.Time) - took; off.Abs() > time.Millisecond {
			return fmt.Errorf("block at sample %d: its time is off by %v against the sample count", b.First, off)
		}
		return nil
	})
}

// sameByAnySize finds blocks that span two tunings or a gap, whatever the source: read by single samples, each sample
// has its own tuning and number; read by large blocks it must have the same. Live air never repeats itself.
func sameByAnySize(open func() radio.Source) error {
	if open().Info().Live {
		return nil
	}
	type sample struct {
		v      complex64
		n      int64
		tuning radio.Tuning
	}
	most := int64(enough)
	if open().Info().Finite {
		most *= 6 // a recording's second tuning may lie further in
	}
	list := func(sizes ...int) (out []sample, err error) {
		w := walk{src: open(), sizes: sizes, most: most}
		err = w.run(func(b *radio.Block) error {
			for i, v := range b.IQ {
				out = append(out, sample{v, b.First + int64(i), b.Tuning})
			}
			return nil
		})
		return out, err
	}
	large, err := list(1 << 19)
	if err != nil {
		return err
	}
	for _, sizes := range [][]int{{1}, {997, 3, 4096}} {
		small, err := list(sizes...)
		if err != nil {
			return err
		}
		for i := range min(len(small), len(large)) {
			if small[i] != large[i] {
				return fmt.Errorf("sample %d read in blocks of %v is %+v, in one large block %+v", i, sizes, small[i], large[i])
			}
		}
		if len(small) < min(len(large), int(most)) {
			return fmt.Errorf("%d samples in blocks of %v, %d in large ones", len(small), sizes, len(large))
		}
	}
	return nil
}

func end(open func() radio.Source) error {
	src := open()
	i := src.Info()
	const most = 50_000_000
	if !i.Finite || i.Samples > most {
		return nil
	}
	var n int64
	w := walk{src: src, sizes: []int{1 << 16}, most: most}
	if err := w.run(func(b *radio.Block) error { n += int64(len(b.IQ)); return nil }); err != nil {
		return err
	}
	if i.Samples > 0 && n != i.Samples {
		return fmt.Errorf("%d samples delivered, Info promised %d", n, i.Samples)
	}
	for range 3 {
		if err := src.Read(context.Background(), &radio.Block{IQ: make([]complex64, 10)}); !errors.Is(err, io.EOF) {
			return fmt.Errorf("read after the end: %v, want io.EOF each time", err)
		}
	}
	return nil
}

// walk reads blocks of the given sizes in turn, until the end or until most samples came.
type walk struct {
	src   radio.Source
	sizes []int
	most  int64
}

func (w *walk) run(f func(*radio.Block) error) error {
	var n int64
	for i := 0; n < w.most; i++ {
		b := radio.Block{IQ: make([]complex64, 0, w.sizes[i%len(w.sizes)])}
		err := w.src.Read(context.Background(), &b)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read after %d samples: %w", n, err)
		}
		if len(b.IQ) == 0 {
			return fmt.Errorf("read after %d samples: no error and no sample", n)
		}
		if err := f(&b); err != nil {
			return err
		}
		n += int64(len(b.IQ))
	}
	return nil
}

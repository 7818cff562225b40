package radiotest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/straycell/straycell/radio"
)

// cancelled: a context that has ended ends Read, and takes no samples away from the next one.
func cancelled(open func() radio.Source) error {
	src := open()
	first := radio.Block{IQ: make([]complex64, 500)}
	if err := src.Read(context.Background(), &first); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := within(cancelWithin, "Read with a cancelled context", func() error {
		return src.Read(ctx, &radio.Block{IQ: make([]complex64, 500)})
	}); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("read with a cancelled context: %v, want context.Canceled", err)
	}
	next := radio.Block{IQ: make([]complex64, 500)}
	if err := src.Read(context.Background(), &next); err != nil {
		return fmt.Errorf("read after a cancelled one: %w", err)
	}
	if want := first.First + int64(len(first.IQ)) + next.Lost; next.First != want {
		return fmt.Errorf("after a cancelled Read the next block begins at sample %d, want %d", next.First, want)
	}
	return nil
}

func cancelWhileReading(open func() radio.Source) error {
	src := open()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	b := radio.Block{IQ: make([]complex64, 1<<20)}
	err := within(cancelWithin, "Read after its context ended", func() error {
		for {
			if err := src.Read(ctx, &b); err != nil {
				return err
			}
		}
	})
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.EOF) {
		return nil
	}
	return fmt.Errorf("read whose context ends: %w", err)
}

func closing(open func() radio.Source) error {
	src := open()
	if err := src.Read(context.Background(), &radio.Block{IQ: make([]complex64, 500)}); err != nil {
		return err
	}
	for i := range 3 {
		if err := within(closeWithin, "Close", src.Close); err != nil {
			return fmt.Errorf("close, call %d: %w", i+1, err)
		}
	}
	return within(closeWithin, "Read after Close", func() error {
		err := src.Read(context.Background(), &radio.Block{IQ: make([]complex64, 500)})
		if err == nil || errors.Is(err, io.EOF) {
			return fmt.Errorf("read after Close: %v, want an error that is not the end", err)
		}
		return nil
	})
}

func closeWhileReading(open func() radio.Source) error {
	src := open()
	started, ended := make(chan bool, 1), make(chan error, 1)
	go func() {
		b := radio.Block{IQ: make([]complex64, 1<<16)}
		for {
			err := src.Read(context.Background(), &b)
			select {
			case started <- true:
			default:
			}
			if err != nil {
				ended <- err
				return
			}
		}
	}()
	select {
	case <-started:
	case <-time.After(closeWithin):
		return fmt.Errorf("no block within %v", closeWithin)
	}
	if err := within(closeWithin, "Close while Read runs", src.Close); err != nil {
		return err
	}
	select {
	case <-ended:
		return nil
	case <-time.After(closeWithin):
		return fmt.Errorf("read went on for %v after Close", closeWithin)
	}
}

// within runs f and gives up on it after d: a driver that hangs fails its check instead of hanging the suite.
func within(d time.Duration, what string, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-time.After(d):
		return fmt.Errorf("%s took longer than %v", what, d)
	}
}

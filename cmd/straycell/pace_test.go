package main

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/straycell/straycell/radio"
)

// endless is a source that never waits.
type endless struct{ read int }

func (*endless) Info() radio.Info { return radio.Info{} }
func (*endless) Tune(_ context.Context, t radio.Tuning) (radio.Tuning, error) {
	return t, nil
}
func (e *endless) Read(_ context.Context, b *radio.Block) error {
	if e.read++; e.read > 4 {
		return io.EOF
	}
	b.IQ, b.Tuning = b.IQ[:cap(b.IQ)], radio.Tuning{RateHz: 1.92e6}
	return nil
}
func (*endless) Close() error { return nil }

func TestPace(t *testing.T) {
	p := pace(&endless{})
	b := radio.Block{IQ: make([]complex64, 96_000)} // 50 ms
	start := time.Now()
	for p.Read(t.Context(), &b) == nil {
	}
	if took := time.Since(start); took < 195*time.Millisecond {
		t.Errorf("200 ms of signal came in %v", took)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	slow := pace(&endless{})
	if err := slow.Read(ctx, &radio.Block{IQ: make([]complex64, 192_000_000/8)}); !errors.Is(err, context.Canceled) {
		t.Errorf("after cancelling: %v", err)
	}
}

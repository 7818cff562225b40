package live

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/straycell/straycell/radio"
)

// Read delivers what arrived. While the device is away it returns a *radio.AwayError after each attempt to open it again.
func (s *Source) Read(ctx context.Context, b *radio.Block) error {
	if cap(b.IQ) == 0 {
		return errors.New(s.name() + ": read into a block without room: give it a buffer")
	}
	d, err := s.present(ctx)
	if err != nil {
		return err
	}
	n, from, clip, err := s.take(ctx, d, b.IQ[:cap(b.IQ)])
	if err != nil {
		return err
	}
	s.begun(d)
	*b = radio.Block{IQ: b.IQ[:n], Tuning: s.tuning, First: s.base + from.first, Lost: from.lost, Clip: clip,
		Time: d.ring.time(from.first, s.tuning.RateHz)}
	if b.Lost += s.missed; s.owed >= 0 {
		b.Lost = b.First - s.owed
	}
	s.missed = 0
	s.owed = b.First + int64(n)
	return nil
}

// take waits for samples of the present device. One that is silent for too long or ended is dropped.
func (s *Source) take(ctx context.Context, d *device, dst []complex64) (n int, from run, clip int, err error) {
	silence := time.NewTimer(s.cfg.Stall)
	defer silence.Stop()
	before, _, _, _ := d.ring.state()
	for {
		if err := s.over(ctx); err != nil {
			return 0, run{}, 0, err
		}
		_, _, ended, why := d.ring.state()
		if n, from, clip = d.ring.take(dst); n > 0 {
			return n, from, clip, nil
		}
		if ended {
			if why == nil {
				why = errors.New("the stream ended")
			}
			return 0, run{}, 0, s.lose(why)
		}
		select {
		case <-d.ring.wake:
		case <-ctx.Done():
		case <-s.quit:
		case <-silence.C:
			now, _, _, _ := d.ring.state()
			if now == before {
				return 0, run{}, 0, s.lose(fmt.Errorf("no samples for %v", s.cfg.Stall))
			}
			before = now
			silence.Reset(s.cfg.Stall)
		}
	}
}

// over says whether nobody wants to read any more.
func (s *Source) over(ctx context.Context) error {
	select {
	case <-s.quit:
		return fmt.Errorf("%s: %w", s.name(), errClosed)
	default:
		return ctx.Err()
	}
}

// absence is the time without a device.
type absence struct {
	since time.Time // the last sample
	next  int64     // Block.First that would have followed
	pause time.Duration
}

// lose drops a device that does not deliver.
func (s *Source) lose(why error) error {
	s.drop()
	if err := s.over(context.Background()); err != nil {
		return err
	}
	s.warn("%v: trying again until it is back", why)
	return &radio.AwayError{Err: fmt.Errorf("%s: %w", s.name(), why)}
}

// present returns the device. While it is away it waits and tries once to open it again.
func (s *Source) present(ctx context.Context) (*device, error) {
	if err := s.over(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	d := s.dev
	s.mu.Unlock()
	if d != nil {
		return d, nil
	}
	wait := time.NewTimer(s.away.pause)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
	case <-s.quit:
	}
	if err := s.over(ctx); err != nil {
		return nil, err
	}
	d, err := s.reopen(ctx)
	if err == nil {
		return d, nil
	}
	if stop := s.over(ctx); stop != nil {
		return nil, stop
	}
	s.away.pause = min(2*s.away.pause, s.cfg.Longest)
	err = fmt.Errorf("%s: %w", s.name(), err)
	if p, gone := s.cfg.Patience, s.cfg.Now().Sub(s.away.since); p > 0 && gone > p {
		return nil, fmt.Errorf("%w (away for %v)", err, gone.Round(time.Second))
	}
	return nil, &radio.AwayError{Err: err}
}

// begun counts the time that a device which is back took until its first sample, once that is there.
func (s *Source) begun(d *device) {
	at, samples := d.ring.began()
	if s.backAt.IsZero() || at.IsZero() {
		return
	}
	late := max(0, int64(math.Round(at.Sub(s.backAt).Seconds()*s.tuning.RateHz))-samples)
	s.base += late
	if s.owed < 0 {
		s.missed += late
	}
	s.backAt = time.Time{}
}

// reopen opens the device again and counts what it would have delivered in the meantime.
func (s *Source) reopen(ctx context.Context) (*device, error) {
	away, rateHz := s.away, s.tuning.RateHz
	d, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	now := s.cfg.Now()
	gone := now.Sub(away.since)
	base := s.base
	s.base = away.next + max(0, int64(gone.Seconds()*rateHz))
	if err := s.begin(ctx, d); err != nil {
		s.base, s.away = base, away
		return nil, err
	}
	if s.owed < 0 {
		s.missed += s.base - away.next
	}
	s.away, s.backAt = absence{}, now
	s.warn("is back after %v; about %d samples are lost", gone.Round(100*time.Millisecond), s.base-away.next)
	return d, nil
}

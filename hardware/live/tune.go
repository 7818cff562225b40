package live

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/straycell/straycell/radio"
)

// ErrGone is wrapped by a driver's errors when the device itself is gone, and not only a request refused.
var ErrGone = errors.New("the device is gone")

// Tune sets frequency, rate and gain. What arrived before and is still of the earlier tuning is thrown away.
func (s *Source) Tune(ctx context.Context, want radio.Tuning) (radio.Tuning, error) {
	if err := s.over(ctx); err != nil {
		return s.tuning, err
	}
	base := s.base
	d, err := s.present(ctx)
	if err != nil {
		return s.tuning, err
	}
	s.begun(d)
	before, t := s.want, s.merged(want)
	if t == before {
		return s.tuning, nil
	}
	if s.owed >= 0 && s.base != base {
		s.missed += s.base - s.owed
	}
	s.want, s.owed = t, -1
	if err = s.set(ctx, d, t); err == nil {
		return s.tuning, nil
	}
	var hang *hangError
	if refused := !errors.As(err, &hang) && !errors.Is(err, ErrGone) && s.over(ctx) == nil; refused {
		s.want = before
		if back := s.set(ctx, d, before); back == nil {
			return s.tuning, fmt.Errorf("%s: %w", s.name(), err)
		}
		s.want = t
	}
	if stop := s.over(ctx); stop != nil {
		return s.tuning, stop
	}
	var away *radio.AwayError
	if errors.As(err, &away) { // dropped already
		return s.tuning, err
	}
	return s.tuning, s.lose(err)
}

// merged is the request in full: what is not asked for stays, and what the device has needs no change.
func (s *Source) merged(want radio.Tuning) radio.Tuning {
	t := s.want
	if want.FreqHz != 0 && want.FreqHz != s.tuning.FreqHz {
		t.FreqHz = want.FreqHz
	}
	if want.RateHz != 0 && want.RateHz != s.tuning.RateHz {
		t.RateHz = want.RateHz
	}
	switch {
	case want.Auto:
		t.Auto, t.GainDB = true, 0
	case want.GainDB != 0:
		t.Auto, t.GainDB = false, want.GainDB
	}
	return t
}

// set tunes a device, and finds its gain if nobody chose one.
func (s *Source) set(ctx context.Context, d *device, t radio.Tuning) error {
	if t.Auto {
		t.GainDB = s.firstGain(d, t.FreqHz)
	}
	if err := s.apply(d, t); err != nil || !t.Auto {
		return err
	}
	return s.autoGain(ctx, d)
}

// apply makes one setting.
func (s *Source) apply(d *device, t radio.Tuning) error {
	d.ring.pause()
	got, err := call(s.cfg.Call, "tune", func() (Setting, error) { return d.Tune(t) })
	if err != nil {
		return err
	}
	g := got.Tuning
	switch {
	case !(g.FreqHz > 0) || math.IsInf(g.FreqHz, 0):
		return fmt.Errorf("tune %.6g MHz: the device says it is at %g Hz: %w", t.FreqHz/1e6, g.FreqHz, ErrGone)
	case !(g.RateHz > 0) || math.IsInf(g.RateHz, 0), t.RateHz > 0 && math.Abs(g.RateHz/t.RateHz-1) > 0.05:
		return fmt.Errorf("tune: asked for %.6g Msps, the device says it does %.6g: %w", t.RateHz/1e6, g.RateHz/1e6, ErrGone)
	}
	if !(g.BandHz > 0 && g.BandHz <= g.RateHz) {
		g.BandHz = 0
	}
	g.Auto = t.Auto
	s.tuning = g
	d.ring.resume(max(0, got.Stale), ringSamples(g.RateHz, d.ring.codec))
	return nil
}

package rtlsdr

import (
	"context"
	"errors"
	"strings"

	"github.com/straycell/straycell/hardware/live"
	"github.com/straycell/straycell/hardware/profiles"
	"github.com/straycell/straycell/radio"
)

// Kind opens a dongle for a moment to see what tuner it has.
func Kind(ctx context.Context, serial string) (profiles.Profile, error) {
	d, err := Open(ctx, Options{Serial: serial})
	if err != nil {
		return profiles.Profile{}, err
	}
	return d.(*dongle).profile, d.Close()
}

// Probe asks a dongle's PLL whether it locks at each of some frequencies.
func Probe(ctx context.Context, serial string, freqsHz []float64) (map[float64]bool, error) {
	d, err := Open(ctx, Options{Serial: serial})
	if err != nil {
		return nil, err
	}
	defer d.Close()
	locks, start := map[float64]bool{}, d.Facts().Start
	for _, hz := range freqsHz {
		var unlocked *UnlockedError
		_, err := d.Tune(radio.Tuning{FreqHz: hz, RateHz: start.RateHz, Auto: true})
		if err != nil && !errors.As(err, &unlocked) {
			if errors.Is(err, live.ErrGone) || strings.Contains(err.Error(), "not there") {
				return locks, err
			}
			continue
		}
		locks[hz] = err == nil
	}
	return locks, nil
}

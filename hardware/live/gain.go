package live

import (
	"context"
	"math"
)

// Gain follows the signal by the level that one component in a thousand exceeds: of many carriers' sum, which is
// Gaussian, that is 10 dB above the mean. Kept this far below full scale, nothing clips when a cell's load doubles, and the
// converter's steps stay far below the noise.
const (
	headroomDB  = 6.0
	toleranceDB = 2.0 // nothing is changed for less
	clippedDB   = 12  // the step down when the level cannot be told
	rareShare   = 1e-3

	probeS     = 0.010 // a radio frame: TDD carriers are silent half of it
	probeSteps = 4
)

// firstGain is the gain that was right here last time; else what lies two thirds up.
func (s *Source) firstGain(d *device, freqHz float64) float64 {
	if g, ok := s.gains[mhz(freqHz)]; ok {
		return g
	}
	if n := len(d.facts.Gains); n > 0 {
		return d.facts.Gains[n*2/3]
	}
	return 0
}

func mhz(freqHz float64) int { return int(math.Round(freqHz / 1e6)) }

// autoGain moves the gain until the level fits.
func (s *Source) autoGain(ctx context.Context, d *device) error {
	if len(d.facts.Gains) < 2 {
		return nil
	}
	for range probeSteps {
		level, err := s.level(ctx, d)
		if err != nil {
			return err
		}
		next := nextGain(d.facts.Gains, s.tuning.GainDB, level)
		if next == s.tuning.GainDB {
			break
		}
		t := s.want
		t.Auto, t.GainDB = true, next
		if err := s.apply(d, t); err != nil {
			return err
		}
	}
	s.gains[mhz(s.want.FreqHz)] = s.tuning.GainDB
	return nil
}

// nextGain is the gain at which level, in dBFS and 0 where it clips, would have its headroom.
func nextGain(gains []float64, now, level float64) float64 {
	want := now - level - headroomDB
	if level >= 0 {
		want = now - clippedDB
	} else if math.Abs(want-now) <= toleranceDB {
		return now
	}
	best := gains[0]
	for _, g := range gains {
		if g <= want {
			best = g
		}
	}
	if want > now && best < now {
		return now
	}
	return best
}

// level reads a radio frame's time of samples and returns the level, in dBFS, that one component in a thousand exceeds.
func (s *Source) level(ctx context.Context, d *device) (float64, error) {
	n := int(probeS * s.tuning.RateHz)
	if cap(s.probe) < n {
		s.probe = make([]complex64, n)
	}
	for at := 0; at < n; {
		got, _, _, err := s.take(ctx, d, s.probe[at:n])
		if err != nil {
			return 0, err
		}
		at += got
	}
	return Level(s.probe[:n]), nil
}

// Level is the level, in dBFS, that one component in a thousand exceeds; 0 where it clips.
func Level(iq []complex64) float64 {
	var histogram [256]int // of magnitudes, in steps of 1/256
	for _, v := range iq {
		histogram[bin(real(v))]++
		histogram[bin(imag(v))]++
	}
	left := int(rareShare * float64(2*len(iq)))
	for i := len(histogram) - 1; i > 0; i-- {
		if left -= histogram[i]; left < 0 {
			if i >= 252 {
				return 0
			}
			return 20 * math.Log10((float64(i)+0.5)/256)
		}
	}
	return 20 * math.Log10(0.5/256)
}

func bin(v float32) int { return min(255, int(math.Abs(float64(v))*256)) }

package enb

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Scene is a receiver and what arrives at it.
type Scene struct {
	FreqHz float64 // centre frequency
	RateHz float64 // complex samples per second
	BandHz float64 // the receiver's filter: flat over this width, nothing from the edges of RateHz on; 0: 0.9 of RateHz
	StartS float64 // receiver time of the first sample

	// NoiseDBFS is the mean power of white Gaussian noise in 15 kHz, over full scale; 0: none. A cell's SNR is its
	// RSRPdBFS less this.
	NoiseDBFS float64
	Seed      uint64 // of the noise
	ADC       ADC

	Cells []Emission
}

// ADC is the imperfect end of a receiver. The zero value changes nothing.
type ADC struct {
	Bits      int        // of each component; 0: no converter, no clipping
	DC        complex128 // added before conversion, full scale is 1
	Imbalance complex128 // share of the mirror image: a sample x becomes x + Imbalance*conj(x)
}

// Signal is the stream of samples that a Scene gives. The same Scene gives the same samples, however they are read.
type Signal struct {
	scene   Scene
	count   int64 // samples read
	cells   []*Emitter
	noise   float64
	rng     *rand.Rand
	adc     ADC
	Clipped int64 // components that reached the converter's limits so far
}

// Open plans a scene.
func (s Scene) Open() (*Signal, error) {
	if !(s.RateHz >= 1e6 && s.RateHz <= 200e6) {
		return nil, fmt.Errorf("scene: a rate of %g samples per second: want 1 M to 200 M", s.RateHz)
	}
	if s.ADC.Bits != 0 && (s.ADC.Bits < 2 || s.ADC.Bits > 16) {
		return nil, fmt.Errorf("scene: a converter of %d bits: want 2 to 16", s.ADC.Bits)
	}
	sig := &Signal{scene: s, adc: s.ADC, rng: rand.New(rand.NewPCG(s.Seed, 0x6e6f697365))}
	if s.NoiseDBFS != 0 {
		sig.noise = math.Sqrt(math.Pow(10, s.NoiseDBFS/10) * s.RateHz / SpacingHz / 2)
	}
	for i, e := range s.Cells {
		if _, err := sig.Add(e); err != nil {
			return nil, fmt.Errorf("scene: cell %d: %w", i, err)
		}
	}
	return sig, nil
}

// Add lets a further cell be heard from the next sample on. The emitter is nil where nothing of it is in view.
func (s *Signal) Add(e Emission) (*Emitter, error) {
	now := s.scene
	now.StartS += float64(s.count) / now.RateHz
	t, err := newEmitter(e, now)
	if t != nil {
		s.cells = append(s.cells, t)
	}
	return t, err
}

// Remove ends an emission before the next sample.
func (s *Signal) Remove(t *Emitter) {
	s.cells = slices.DeleteFunc(s.cells, func(x *Emitter) bool { return x == t })
}

// filter is the receiver's gain at hz from its centre.
func (s Scene) filter(hz float64) float64 {
	half, flat := s.RateHz/2, s.BandHz/2
	if flat == 0 {
		flat = 0.9 * half
	}
	hz = math.Abs(hz)
	switch {
	case hz <= flat:
		return 1
	case hz >= half:
		return 0
	}
	return 0.5 + 0.5*math.Cos(math.Pi*(hz-flat)/(half-flat))
}

// Read fills dst with the next samples.
func (s *Signal) Read(dst []complex64) {
	if s.noise > 0 {
		for i := range dst {
			dst[i] = complex(float32(s.noise*s.rng.NormFloat64()), float32(s.noise*s.rng.NormFloat64()))
		}
	} else {
		clear(dst)
	}
	for _, t := range s.cells {
		t.add(dst)
	}
	s.count += int64(len(dst))
	s.convert(dst)
}

func (s *Signal) convert(dst []complex64) {
	dc, mirror := complex64(s.adc.DC), complex64(s.adc.Imbalance)
	if dc != 0 || mirror != 0 {
		for i, x := range dst {
			dst[i] = x + mirror*complex(real(x), -imag(x)) + dc
		}
	}
	if s.adc.Bits == 0 {
		return
	}
	scale := float32(int(1) << (s.adc.Bits - 1))
	low, high, step := -scale, scale-1, 1/scale
	quantise := func(x float32) float32 {
		const whole = 3 << 22 // a float32 this large has no room for a fraction
		switch x = x*scale + whole - whole; {
		case x <= low:
			s.Clipped++
			return -1
		case x >= high:
			s.Clipped++
			return high * step
		}
		return x * step
	}
	for i, x := range dst {
		dst[i] = complex(quantise(real(x)), quantise(imag(x)))
	}
}

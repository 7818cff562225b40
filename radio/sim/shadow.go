package sim

import (
	"math"
	"math/rand/v2"
)

// shadow is the loss that houses add to a path: Gaussian in decibels over places, its correlation falling exponentially with the
// distance between receivers (Gudmundson's model), half of it shared between sites: what stands around the receiver. It is a sum
// of waves over the plane of places, so that it is there for any place without being kept.
type shadow struct{ waves []wave }

type wave struct{ x, y, phase float64 } // radians per metre, radians

const (
	shadowWaves = 24
	// decorrelationM is the distance at which the correlation is 1/e, as usual for towns.
	decorrelationM = 50
)

// newShadow draws a field of unit variance.
func newShadow(rng *rand.Rand) shadow {
	var s shadow
	for range shadowWaves {
		// The spectrum of an exponential correlation in the plane falls with (1+k²)^-3/2; this is its inverse distribution.
		u := rng.Float64() * 0.98 // beyond, waves shorter than a few metres
		k := math.Sqrt(1/((1-u)*(1-u))-1) / decorrelationM
		sin, cos := math.Sincos(2 * math.Pi * rng.Float64())
		s.waves = append(s.waves, wave{k * cos, k * sin, 2 * math.Pi * rng.Float64()})
	}
	return s
}

// at is the field's value at a place in metres.
func (s shadow) at(x, y float64) (v float64) {
	for _, w := range s.waves {
		v += math.Cos(w.x*x + w.y*y + w.phase)
	}
	return v * math.Sqrt(2/float64(len(s.waves)))
}

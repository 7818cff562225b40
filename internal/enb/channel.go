package enb

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
)

// Tap is one path from the transmitter to the receiver.
type Tap struct {
	DelayS float64
	DB     float64 // mean power
	Phase  float64 // radians; drawn at random where the channel is fading
}

// The delay profiles of TS 36.101 Annex B.2.1.
var (
	EPA = []Tap{{DelayS: 0}, {DelayS: 30e-9, DB: -1}, {DelayS: 70e-9, DB: -2}, {DelayS: 90e-9, DB: -3},
		{DelayS: 110e-9, DB: -8}, {DelayS: 190e-9, DB: -17.2}, {DelayS: 410e-9, DB: -20.8}}
	EVA = []Tap{{DelayS: 0}, {DelayS: 30e-9, DB: -1.5}, {DelayS: 150e-9, DB: -1.4}, {DelayS: 310e-9, DB: -3.6},
		{DelayS: 370e-9, DB: -0.6}, {DelayS: 710e-9, DB: -9.1}, {DelayS: 1090e-9, DB: -7}, {DelayS: 1730e-9, DB: -12}, {DelayS: 2510e-9, DB: -16.9}}
	ETU = []Tap{{DelayS: 0, DB: -1}, {DelayS: 50e-9, DB: -1}, {DelayS: 120e-9, DB: -1}, {DelayS: 200e-9}, {DelayS: 230e-9},
		{DelayS: 500e-9}, {DelayS: 1600e-9, DB: -3}, {DelayS: 2300e-9, DB: -5}, {DelayS: 5000e-9, DB: -7}}
)

// maxDelayS bounds a tap: see Channel.
const maxDelayS = 16e-6

// Channel is what lies between the antenna ports of one cell and the receive antenna. The zero value is a wire.
//
// It is applied to the subcarriers of one symbol after the other, at the middle of the symbol. That is exact for what a
// receiver decodes as long as delays stay within the cyclic prefix. Two things are left out: the first microseconds of a
// prefix hold no echo of the symbol before (nobody decodes there; with ETU, 0.3 us more would reach into a symbol, 30 dB
// down), and a channel that turns within a symbol does not smear subcarriers into each other (31 dB down at 300 Hz).
type Channel struct {
	PortGain [4]complex128 // of each port; a port at zero has gain 1
	Taps     []Tap         // their powers are scaled to add up to 1; none: a single path
	Fading   bool          // every tap of every port is Rayleigh fading by itself
	// DopplerHz is the maximum Doppler frequency of a fading channel, with the classical spectrum of TS 36.101 Annex B.2.2.
	// 0: one draw that stays.
	DopplerHz float64
	Seed      uint64 // of the fading
}

// sinusoids make one fading tap: enough that its distribution is Rayleigh to a fraction of a dB down to -20 dB.
const sinusoids = 16

// wave is one sinusoid of a tap.
type wave struct{ hz, phase, amp float64 }

// response evaluates a channel on the subcarriers of a window.
type response struct {
	w      window
	K      int
	base   []complex64 // by subcarrier: receiver filter and level
	gain   []complex128
	delays []float64
	waves  [][][]wave    // port, tap
	stepS  float64       // a turning channel is evaluated at multiples of this time and interpolated; 0: it stands
	step   float64       // the multiple at the beginning of the present stretch
	from   [][]complex64 // by port, from subcarrier w.lo on: at step, and
	to     [][]complex64 // a step later
	h      [][]complex64
}

// newResponse plans a channel; amp and filter give the level of each subcarrier by its spacings above the carrier.
func newResponse(c Channel, ports, K int, w window, level func(spacings int) float64) (*response, error) {
	r := &response{w: w, K: K, step: math.NaN()}
	for k := w.lo; k < w.hi; k++ {
		r.base = append(r.base, complex(float32(level(spacings(k, K))), 0))
	}
	taps := c.Taps
	if len(taps) == 0 {
		taps = []Tap{{}}
	}
	var total float64
	for _, t := range taps {
		if !(t.DelayS >= 0 && t.DelayS <= maxDelayS) {
			return nil, fmt.Errorf("channel: a delay of %g s: want 0 to %g, about the length of a cyclic prefix", t.DelayS, maxDelayS)
		}
		total += math.Pow(10, t.DB/10)
		r.delays = append(r.delays, t.DelayS)
	}
	for p := range ports {
		g := c.PortGain[p]
		if g == 0 {
			g = 1
		}
		r.gain = append(r.gain, g)
		r.from = append(r.from, make([]complex64, w.hi-w.lo))
		r.to = append(r.to, make([]complex64, w.hi-w.lo))
		r.h = append(r.h, make([]complex64, w.hi-w.lo))
		rng := rand.New(rand.NewPCG(c.Seed, uint64(p)))
		var port [][]wave
		for _, t := range taps {
			a := math.Sqrt(math.Pow(10, t.DB/10) / total)
			port = append(port, tapWaves(c, t, a, rng))
		}
		r.waves = append(r.waves, port)
	}
	if c.Fading && c.DopplerHz > 0 {
		r.stepS = 0.03 / c.DopplerHz // interpolation is then within -47 dB
	}
	return r, nil
}

func tapWaves(c Channel, t Tap, amp float64, rng *rand.Rand) []wave {
	switch {
	case !c.Fading:
		return []wave{{phase: t.Phase, amp: amp}}
	case c.DopplerHz == 0:
		g := complex(rng.NormFloat64(), rng.NormFloat64()) / math.Sqrt2
		return []wave{{phase: cmplx.Phase(g), amp: amp * cmplx.Abs(g)}}
	}
	ws := make([]wave, sinusoids)
	turn := rng.Float64()
	for i := range ws {
		// Angles of arrival spread evenly around the receiver, the set turned by a random part of a step.
		angle := 2 * math.Pi * (float64(i) + turn) / sinusoids
		ws[i] = wave{c.DopplerHz * math.Cos(angle), 2 * math.Pi * rng.Float64(), amp / math.Sqrt(sinusoids)}
	}
	return ws
}

// at returns the response of every port at cell time t.
func (r *response) at(t float64) [][]complex64 {
	if r.stepS == 0 {
		if r.step != 0 {
			r.step = 0
			r.evaluate(r.h, 0)
		}
		return r.h
	}
	step := math.Floor(t / r.stepS)
	if step != r.step {
		if step == r.step+1 {
			r.from, r.to = r.to, r.from
		} else {
			r.evaluate(r.from, step*r.stepS)
		}
		r.evaluate(r.to, (step+1)*r.stepS)
		r.step = step
	}
	u := float32(t/r.stepS - step)
	for p, h := range r.h {
		lerp(h, r.from[p], r.to[p], u)
	}
	return r.h
}

// evaluate writes the response of every port at cell time t to dst.
func (r *response) evaluate(dst [][]complex64, t float64) {
	first := float64(spacings(r.w.lo, r.K))
	for p, h := range dst {
		clear(h)
		for i, d := range r.delays {
			var gain complex128
			for _, w := range r.waves[p][i] {
				_, turns := math.Modf(w.hz * t)
				gain += cmplx.Rect(w.amp, 2*math.Pi*turns+w.phase)
			}
			// From one subcarrier to the next a path turns by its delay, twice over the carrier's own place.
			step := complex64(cmplx.Rect(1, -2*math.Pi*SpacingHz*d))
			g := complex64(gain * r.gain[p] * cmplx.Rect(1, -2*math.Pi*SpacingHz*d*first))
			for k := range h {
				if r.w.lo+k == r.K/2 && k > 0 {
					g *= step
				}
				h[k] += g
				g *= step
			}
		}
		for k := range h {
			h[k] *= r.base[k]
		}
	}
}

package sim

import (
	"math"
	"math/rand/v2"
)

// clock is an oscillator: its error swings about a mean.
type clock struct {
	ppm      float64 // mean error
	driftPPM float64 // how far it swings to either side
	periodS  float64
	phase    float64 // at time 0, radians
}

// driftPeriodS is how long a swing takes unless the scenario says so: rooms warm and cool like this.
const driftPeriodS = 1800

func newClock(ppm, driftPPM, periodS float64, rng *rand.Rand) clock {
	if periodS == 0 {
		periodS = driftPeriodS
	}
	return clock{ppm, driftPPM, periodS, 2 * math.Pi * rng.Float64()}
}

// at is the error at time t.
func (c clock) at(t float64) float64 {
	if c.driftPPM == 0 {
		return c.ppm
	}
	return c.ppm + c.driftPPM*math.Sin(2*math.Pi*t/c.periodS+c.phase)
}

// ahead is how many microseconds the clock ran ahead since time 0.
func (c clock) ahead(t float64) float64 {
	if c.driftPPM == 0 {
		return c.ppm * t
	}
	w := 2 * math.Pi / c.periodS
	return c.ppm*t + c.driftPPM/w*(math.Cos(c.phase)-math.Cos(w*t+c.phase))
}

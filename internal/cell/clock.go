package cell

import "math"

const frameS = 10e-3 // a radio frame, TS 36.211 §4

// How well frame timing can be predicted. The figures are deliberately wide: a wrong split makes a transmitter out of
// nothing, and two real ones are told apart by being seen at once.
const (
	timingSE  = 1e-6    // of one look's frame start, multipath included, seconds
	timingMin = 5e-6    // least difference that counts: 1.5 km of path
	clockSE   = 2e-6    // of one look's clock error where the decoder gives none
	clockMin  = 0.05e-6 // least standard error believed
	clockWalk = 0.02e-6 // how far the difference of two clocks wanders in a second: a dongle warming up
	blurred   = 0.5e-3  // a prediction with a larger standard error predicts nothing
)

// clock follows the frame boundaries of one transmitter in signal time: a two-state Kalman filter of boundary and rate.
type clock struct {
	boundary float64 // signal time at which a frame starts
	rate     float64 // how much faster the transmitter's clock runs than ours: its frames last frameS/(1+rate)
	// covariance of (boundary, rate)
	tt, tr, rr float64
}

func newClock(boundary, rate, rateSE float64) clock {
	return clock{boundary: boundary, rate: rate, tt: timingSE * timingSE, rr: rateSE * rateSE}
}

// ahead moves the filter by whole frames to the boundary nearest to t, and returns how many.
func (c *clock) ahead(t float64) int {
	frame := frameS / (1 + c.rate)
	n := math.Round((t - c.boundary) / frame)
	dt := n * frame
	a := math.Abs(dt)
	c.boundary += dt
	// A faster clock brings the boundary forward: d boundary / d rate = -dt.
	c.tt += -2*dt*c.tr + dt*dt*c.rr + clockWalk*clockWalk*a*a*a/3
	c.tr += -dt*c.rr - clockWalk*clockWalk*dt*a/2
	c.rr += clockWalk * clockWalk * a
	return int(n)
}

// late tells how far a frame that starts at t misses the prediction, the difference that would count, and whether there is
// a prediction at all.
func (c clock) late(t float64) (seconds, counts float64, predicts bool) {
	c.ahead(t)
	se := math.Sqrt(c.tt + timingSE*timingSE)
	return t - c.boundary, timingMin + 4*se, se < blurred
}

// nearest is the frame start nearest to t.
func (c clock) nearest(t float64) float64 {
	c.ahead(t)
	return c.boundary
}

// take corrects the filter, already moved ahead, with what a look measured.
func (c *clock) take(t, rate, rateSE float64) {
	if c.tt > blurred*blurred {
		*c = newClock(t, rate, rateSE)
		return
	}
	c.correct(t-c.boundary, timingSE*timingSE, true)
	c.correct(rate-c.rate, rateSE*rateSE, false)
}

// correct is one scalar update: of the boundary, or of the rate.
func (c *clock) correct(miss, variance float64, ofBoundary bool) {
	pt, pr := c.tr, c.rr
	s := c.rr + variance
	if ofBoundary {
		pt, pr = c.tt, c.tr
		s = c.tt + variance
	}
	kt, kr := pt/s, pr/s
	c.boundary += kt * miss
	c.rate += kr * miss
	c.tt, c.tr, c.rr = c.tt-kt*pt, c.tr-kt*pr, c.rr-kr*pr
}

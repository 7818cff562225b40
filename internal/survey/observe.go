package survey

import (
	"math"

	"github.com/straycell/straycell/radio"
)

// observe dwells for n samples in the present tuning, look by look as the cutter would cut them, and puts what the observer
// tells of them on the line in their place.
func (r *reader) observe(n int64) error {
	for n > 0 && !r.over() {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		t, err := r.cfg.Source.Tune(r.ctx, radio.Tuning{})
		if err == nil {
			err = usable(t)
		}
		if err != nil {
			return err
		}
		if r.unsettledS > 0 { // nothing is told of these samples, as nothing would be heard
			n += int64(math.Ceil(r.unsettledS*t.RateHz - 1e-6))
			r.unsettledS = 0
		}
		ask := int64(lookLen(t.RateHz))
		if n-ask < int64(tailS*t.RateHz) {
			ask = n
		}
		if r.cfg.For > 0 {
			ask = min(ask, int64(math.Ceil((r.cfg.For.Seconds()-r.nowS)*t.RateHz-1e-3)))
		}
		it := &item{ready: make(chan struct{})}
		var b radio.Block
		d := r.cfg.Decode
		d.PPM, d.PPMRange = r.aim.ppm, r.aim.rangePPM
		got, obs, err := r.cfg.Observer.Observe(r.ctx, d, &b, max(1, ask))
		if err != nil {
			return err
		}
		n -= got
		startS := r.arrive(&b)
		r.cut.next = b.First + got
		r.count(startS, b.Tuning.RateHz, got)
		if float64(got) < frameS*b.Tuning.RateHz {
			continue
		}
		r.looks++
		endS := r.cut.time.at(r.cut.next)
		it.of = look{Block: b, startS: startS, endS: endS}
		for i := range obs {
			obs[i].StartS, obs[i].EndS = startS, endS
		}
		it.obs, it.fraction, it.sweep = obs, r.fraction(endS), r.state()
		close(it.ready)
		r.line.send(it)
	}
	return nil
}

package survey

import (
	"context"
	"iter"
)

// Replay runs what a survey stored through register and rules again and sends the events of the live run: its looks, and
// the gaps, errors and the sweep that came from the source, in their order. What another list or other rules make of the
// same looks is a replay with another Config. uri is the source's name; Config.Source is not used.
func Replay(ctx context.Context, cfg Config, uri string, steps iter.Seq2[Event, error]) (Summary, error) {
	cfg = cfg.filled()
	inner, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	j := newJudge(&cfg, newFan(cfg.Sinks, fail), uri)
	var broken error
	for e, err := range steps {
		if broken = err; err != nil || inner.Err() != nil {
			break
		}
		switch e := e.(type) {
		case Look:
			j.look(e, nil)
		case Sweep: // what the reader knew of its plan and of what it read
			j.sweep.Seconds, j.sweep.BandsSkipped = e.Seconds, e.BandsSkipped
			j.sweep.Tunings, j.sweep.CarriersPlanned, j.sweep.CarriersCovered = e.Tunings, e.CarriersPlanned, e.CarriersCovered
			j.sweep.SensitivityDBFS = e.SensitivityDBFS
		default:
			j.tell(&item{event: e})
		}
	}
	j.finish()
	j.fan.close()
	if err := context.Cause(inner); err != nil {
		return j.sum, err
	}
	return j.sum, broken
}

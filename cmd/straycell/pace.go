package main

import (
	"context"
	"time"

	"github.com/straycell/straycell/radio"
)

// paced delivers a source's samples no faster than they would come off the air.
type paced struct {
	radio.Source
	start  time.Time
	signal time.Duration // delivered since
}

// mostBehind is how much delay is made up for by delivering faster.
const mostBehind = 2 * time.Second

func pace(s radio.Source) radio.Source { return &paced{Source: s} }

func (p *paced) Read(ctx context.Context, b *radio.Block) error {
	if p.start.IsZero() {
		p.start = time.Now()
	}
	if err := p.Source.Read(ctx, b); err != nil {
		return err
	}
	p.signal += time.Duration(float64(len(b.IQ)) / b.Tuning.RateHz * float64(time.Second))
	ahead := p.signal - time.Since(p.start)
	if ahead < -mostBehind { // someone stopped reading for a while: simulated time stood still
		p.start = p.start.Add(-ahead)
	}
	wait := time.NewTimer(ahead)
	defer wait.Stop()
	select {
	case <-wait.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Warnings forwards what the source has to say.
func (p *paced) Warnings() []radio.Warning {
	if w, ok := p.Source.(radio.Warner); ok {
		return w.Warnings()
	}
	return nil
}

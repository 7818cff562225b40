package main

import (
	"context"
	"time"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/survey"
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
	p.begin()
	if err := p.Source.Read(ctx, b); err != nil {
		return err
	}
	return p.wait(ctx, float64(len(b.IQ))/b.Tuning.RateHz)
}

func (p *paced) begin() {
	if p.start.IsZero() {
		p.start = time.Now()
	}
}

// wait waits until so much signal more would have come.
func (p *paced) wait(ctx context.Context, signalS float64) error {
	p.signal += time.Duration(signalS * float64(time.Second))
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

// pacedObserver tells a simulated world's observations no faster than they would be made.
type pacedObserver struct {
	survey.Observer
	paced
}

func (p *pacedObserver) Observe(ctx context.Context, d decode.Config, b *radio.Block, n int64) (int64, []lte.Observation, error) {
	p.begin()
	got, obs, err := p.Observer.Observe(ctx, d, b, n)
	if err != nil {
		return got, obs, err
	}
	return got, obs, p.wait(ctx, float64(got)/b.Tuning.RateHz)
}

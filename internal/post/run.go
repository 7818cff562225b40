package post

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/internal/store"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
)

// together is how long a post waits at its start for all of its radios, before those that are there begin.
const together = 2 * time.Minute

// running is a survey at work.
type running struct {
	relist chan survey.Lists
	ended  chan struct{}
	writer *store.Writer
}

// survey surveys until ctx ends: each radio by itself, one survey after the other. What is to be swept is divided anew when a
// radio comes that was not there.
func (p *Post) survey(ctx context.Context) error {
	lists, err := p.cfg.Lists()
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.lists = lists
	p.mu.Unlock()

	came := make(chan int, len(p.cfg.Radios))
	var opening sync.WaitGroup
	defer opening.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for i := range p.cfg.Radios {
		opening.Go(func() {
			if p.open(ctx, i) {
				came <- i
			}
		})
	}
	var open []int
	defer func() {
		for _, i := range open {
			p.cfg.Radios[i].Close()
		}
	}()
	wait := time.NewTimer(together)
	defer wait.Stop()
	for len(open) < len(p.cfg.Radios) {
		select {
		case i := <-came:
			open = append(open, i)
			continue
		case <-wait.C:
			if len(open) == 0 {
				wait.Reset(together)
				continue
			}
		case <-ctx.Done():
			return ctx.Err()
		}
		break
	}
	for first := true; ; first = false {
		slices.Sort(open)
		if err := p.relist(ctx); err != nil && first { // some radios bring lists along
			return err
		}
		jobs, err := p.cfg.Surveys(open, p.inForce())
		if err != nil {
			return err
		}
		work, stop := context.WithCancel(ctx)
		var all sync.WaitGroup
		for _, j := range jobs {
			all.Go(func() { p.serve(work, j) })
		}
		var another bool
		select {
		case i := <-came:
			open, another = append(open, i), true
			p.cfg.Say("%s is there: what is to be swept is divided anew", p.cfg.Radios[i].Name)
		case <-ended(&all):
		}
		stop()
		all.Wait()
		if !another {
			return ctx.Err()
		}
	}
}

// ended tells when all of a group's are done.
func ended(all *sync.WaitGroup) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		all.Wait()
		close(done)
	}()
	return done
}

// inForce is what cells are judged by now.
func (p *Post) inForce() []survey.Lists {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lists
}

// open opens a radio, however often it takes. It is false when ctx ended first.
func (p *Post) open(ctx context.Context, i int) bool {
	r := p.radios[i]
	for pause := p.cfg.reopen.first; ; pause = min(2*pause, p.cfg.reopen.longest) {
		err := p.cfg.Radios[i].Open(ctx)
		r.returned.Store(int64(p.elapsed()))
		if ctx.Err() != nil {
			if err == nil {
				p.cfg.Radios[i].Close()
			}
			return false
		}
		p.mu.Lock()
		if err == nil {
			r.away, r.state, r.beforeS = "", "open", 0
			p.mu.Unlock()
			return true
		}
		if r.away == "" {
			r.awaySince = p.elapsed()
			p.cfg.Say("%s: %v: trying again until it is there", r.name, err)
		}
		r.away, r.state, r.listening = err.Error(), "cannot be opened", false
		p.mu.Unlock()
		wait := time.NewTimer(pause)
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return false
		}
	}
}

// serve runs one survey of a radio after the other, until ctx ends.
func (p *Post) serve(ctx context.Context, j Job) {
	r := p.radios[j.Radio]
	j.Survey.Source = &watched{Source: j.Survey.Source, Observer: j.Survey.Observer, p: p, r: r}
	for ctx.Err() == nil {
		began := p.elapsed()
		err := p.once(ctx, j)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			p.mu.Lock()
			p.stats.rotations++
			p.mu.Unlock()
			if p.cfg.Once {
				return
			}
			continue
		}
		p.cfg.Say("%s: %v: it is opened anew", r.name, err)
		p.mu.Lock()
		if r.away == "" {
			r.away, r.awaySince = err.Error(), p.elapsed()
		}
		r.state, r.listening = "failed", false
		p.mu.Unlock()
		p.cfg.Radios[j.Radio].Close()
		if p.elapsed()-began < p.cfg.reopen.longest { // what fails at once fails again
			select {
			case <-time.After(p.cfg.reopen.first):
			case <-ctx.Done():
			}
		}
		if !p.open(ctx, j.Radio) {
			return
		}
		again, err := p.cfg.Surveys([]int{j.Radio}, p.inForce())
		if err != nil || len(again) != 1 {
			p.cfg.Say("%s: cannot be surveyed any more: %v", r.name, err)
			continue
		}
		j.Survey.Source = &watched{Source: again[0].Survey.Source, Observer: again[0].Survey.Observer, p: p, r: r}
		j.Survey.Observer = again[0].Survey.Observer
	}
}

// once runs one survey of the series. Its error is one after which the radio has to be opened anew.
func (p *Post) once(ctx context.Context, j Job) error {
	r := p.radios[j.Radio]
	run := &running{relist: make(chan survey.Lists), ended: make(chan struct{})}
	cfg := j.Survey
	cfg.For, cfg.Relist = p.cfg.Every, run.relist
	if w := cfg.Source.(*watched); cfg.Observer != nil {
		cfg.Observer = observed{w}
	}
	cfg.Sinks = append(slices.Clone(cfg.Sinks), p.sink(r))

	p.mu.Lock()
	l := p.lists[j.Radio]
	cfg.Known, cfg.Policy, cfg.Past = l.Known, l.Policy, l.Past
	r.surveys++
	r.signalS = 0
	if cfg.Place != nil {
		cfg.Place = onward{cfg.Place, r.beforeS}
	}
	clear(r.cells)
	p.running[j.Radio] = run
	p.mu.Unlock()
	p.hub.publish("began", line(map[string]any{"type": "began", "t_s": 0, "source": r.name}))

	meta := j.Meta()
	w, err := p.series.begin(j.Radio, meta, func(text string) { p.cfg.Say("%s", text) })
	if err != nil {
		p.cfg.Say("%s: this survey is not stored: %v", r.name, err)
	} else {
		p.mu.Lock()
		run.writer = w
		p.mu.Unlock()
		cfg.Sinks = append(cfg.Sinks, survey.Sink{Name: "store", Live: true, Looks: true, Take: w.Take})
	}
	evidence := p.keepEvidence(j, &cfg, meta)
	sum, err := survey.Run(ctx, cfg)
	evidence()
	p.mu.Lock()
	delete(p.running, j.Radio)
	r.beforeS += r.signalS
	p.mu.Unlock()
	close(run.ended)
	if j.Ended != nil {
		j.Ended(sum)
	}
	if w != nil {
		if failed := w.Close(); failed != nil {
			p.cfg.Say("%v", failed)
		}
		p.series.end(j.Radio)
	}
	if err == nil {
		err = sum.Gone
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil && sum.Sweep.Seconds < 1 {
		err = errors.New("the source ended")
	}
	return err
}

// onward is what knows where a radio is, asked by a survey that is not its first.
type onward struct {
	radio.Locator
	beforeS float64
}

func (o onward) Where(signalS float64, at time.Time) (radio.Fix, bool) {
	return o.Locator.Where(o.beforeS+signalS, at)
}

// Warnings are those of the instrument.
func (o onward) Warnings() []radio.Warning {
	if from, ok := o.Locator.(radio.Warner); ok {
		return from.Warnings()
	}
	return nil
}

// failing tells whether any survey is stored, and why its file is not written; mu is held.
func (p *Post) failing() (writes bool, err error) {
	for _, r := range p.running {
		if r.writer != nil {
			if err := r.writer.Failing(); err != nil {
				return true, err
			}
			writes = true
		}
	}
	return writes, nil
}

// Reload reads the lists anew and puts them in force, in surveys that go on meanwhile. What cannot be read leaves the old ones
// in force.
func (p *Post) Reload(ctx context.Context) error {
	err := p.relist(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stats.reloads++
	if err == nil {
		p.unset("reload")
	} else if ctx.Err() == nil {
		p.stats.reloadsFailed++
		p.set("reload", "the lists were not read anew, the old ones stay in force: "+err.Error(), false)
	}
	return err
}

func (p *Post) relist(ctx context.Context) error {
	p.reloads.Lock()
	defer p.reloads.Unlock()
	fresh, err := p.cfg.Lists()
	if err == nil && len(fresh) != len(p.radios) {
		err = fmt.Errorf("there are lists for %d of %d radios", len(fresh), len(p.radios))
	}
	if err != nil {
		return err
	}
	p.mu.Lock()
	old := p.lists
	p.lists = fresh
	at := map[int]*running{}
	for i, r := range p.running {
		at[i] = r
	}
	p.mu.Unlock()
	for i, r := range at {
		l := fresh[i]
		done := make(chan struct{})
		l.Done = func() { close(done) }
		select {
		case r.relist <- l:
			select {
			case <-done:
			case <-r.ended:
			}
		case <-r.ended:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	closeLists(old, fresh)
	return nil
}

// closeLists lets the files of lists go that are not in force any more.
func closeLists(old, kept []survey.Lists) {
	var closed []*known.Set
	for _, l := range old {
		same := func(x survey.Lists) bool { return x.Known == l.Known }
		if l.Known != nil && !slices.ContainsFunc(kept, same) && !slices.Contains(closed, l.Known) {
			closed = append(closed, l.Known)
			l.Known.Close()
		}
	}
}

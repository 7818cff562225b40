package post

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/narrow"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
)

// radioState is what a post knows of one of its radios. All but returned is guarded by the post's mu.
type radioState struct {
	name      string
	number    int
	state     string // for people
	listening bool
	away      string // why it is away; "": it is there
	awaySince time.Duration
	returned  atomic.Int64 // since the start: something came back from it

	surveys   int
	listenedS float64 // seconds of looks, over all surveys
	signalS   float64 // of the present survey
	beforeS   float64 // of those before it since the radio was opened
	looks     int64
	failed    int64
	lost      int64
	errors    int64
	settledS  float64
	hearing   *hearing
	look      survey.Look // the newest, without its observations
	fix       *radio.Fix
	fixAt     time.Time
	psd       map[float64]spectrum
	cells     map[member]*cellState
}

// cellState is a cell of the present survey.
type cellState struct {
	survey.Cell
	heardS float64 // listened when it was heard last
	toldAt time.Duration
}

// spectrum is the newest of one tuning.
type spectrum struct {
	FreqHz float64   `json:"freq_hz"`
	RateHz float64   `json:"rate_hz"`
	DB     []float32 `json:"psd_dbfs"`
	at     time.Duration
}

// Bounds of what is kept for the API.
const (
	maxCells    = 4096
	maxSpectra  = 64
	cellEvery   = time.Second // an unchanged cell is told no more often
	psdEvery    = 250 * time.Millisecond
	settleEvery = 1.0 // seconds of listening
)

func newRadioState(name string) *radioState {
	return &radioState{name: name, hearing: newHearing(), psd: map[float64]spectrum{}, cells: map[member]*cellState{}}
}

// sink takes the events of a radio's survey.
func (p *Post) sink(r *radioState) survey.Sink {
	return survey.Sink{Name: "post", Live: true, Looks: true, Take: func(e survey.Event) error {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.take(r, e)
		return nil
	}}
}

// take is an event of a radio's survey; mu is held.
func (p *Post) take(r *radioState, e survey.Event) {
	switch e := e.(type) {
	case survey.Look:
		p.heard(r, &e)
	case survey.Cell:
		p.cell(r, e)
	case survey.Progress:
		r.hearing.spectrum(e.PSD, &r.look, r.listenedS)
		now := p.elapsed()
		if x, there := r.psd[e.FreqHz]; there && now-x.at < psdEvery {
			return
		}
		if len(r.psd) >= maxSpectra {
			clear(r.psd)
		}
		r.psd[e.FreqHz] = spectrum{e.FreqHz, e.RateHz, e.PSD, now}
		p.hub.publish("progress", line(progress{e, e.PSD}))
	case survey.Change:
		switch e.What {
		case "ghost":
			p.alerts.drop(p.moment(), r.number, e.Transmitter, "an image made by the receiver: "+e.To)
		case "joined":
			p.alerts.joined(r.number, e.From, e.Transmitter)
		}
		e.Transmitter = p.named(r, e.Transmitter)
		p.hub.publish("change", line(e))
	case survey.Candidate:
		p.hub.publish("candidate", line(e))
	case survey.Gap:
		r.lost += e.Lost
		p.hub.publish("gap", line(e))
	case survey.Error:
		r.errors++
		p.cfg.Say("%s: %s", r.name, e.Text)
		p.hub.publish("error", line(e))
	case survey.Alert:
		e.Cell.Transmitter = p.named(r, e.Cell.Transmitter)
		p.hub.publish("alert", line(e))
	case survey.Transmitter:
		e.ID = p.named(r, e.ID)
		p.hub.publish("transmitter", line(e))
	case survey.Sweep:
		p.hub.publish("sweep", line(e))
	}
}

// progress carries the spectrum that lines of JSON leave out.
type progress struct {
	survey.Progress
	PSD []float32 `json:"psd_dbfs,omitempty"`
}

// heard is a look.
func (p *Post) heard(r *radioState, e *survey.Look) {
	r.listening, r.state = true, "listening"
	r.listenedS += max(0, e.EndS-e.StartS)
	r.signalS = max(r.signalS, e.EndS)
	r.looks++
	if e.Failed {
		r.failed++
	}
	if e.Fix != nil {
		r.fix, r.fixAt = e.Fix, p.cfg.now()
	}
	r.hearing.look(e, r.listenedS)
	r.look = *e
	r.look.Obs = nil
	if r.listenedS-r.settledS < settleEvery {
		return
	}
	r.settledS = r.listenedS
	now := p.moment()
	p.alerts.settle(now, p.listened())
	name := Deaf + " " + r.name
	if why := r.hearing.check(r.listenedS); why != "" {
		p.set(name, r.name+": "+why, true)
		p.alerts.raise(now, Deaf, r.name, Critical, why, nil)
	} else if p.unset(name) || p.alerts.open[key(Deaf, r.name)] != nil && r.hearing.cells > 0 {
		p.alerts.clear(now, Deaf, r.name, "it hears as it did before")
	}
}

func (p *Post) listened() []float64 {
	out := make([]float64, len(p.radios))
	for i, r := range p.radios {
		out[i] = r.listenedS
	}
	return out
}

// cell is a cell's newest state.
func (p *Post) cell(r *radioState, c survey.Cell) {
	now := p.moment()
	p.alerts.stray(now, r.number, &c, r.listenedS)
	m := member{r.number, c.Transmitter, identityOf(&c)}
	x := r.cells[m]
	if x == nil {
		if m.identity != "" { // it has a name now
			delete(r.cells, member{r.number, c.Transmitter, ""})
		}
		if len(r.cells) >= maxCells {
			r.forgetOldest()
		}
		x = &cellState{toldAt: -cellEvery}
		r.cells[m] = x
		p.series.heard(r.number, severityOf(&c))
	}
	changed := x.Known != c.Known || x.Level != c.Level
	if changed {
		p.series.heard(r.number, severityOf(&c))
	}
	c.Transmitter = p.named(r, c.Transmitter)
	x.Cell = c
	if c.TS-c.LastS < 1 {
		x.heardS = r.listenedS
	}
	if changed || now.since-x.toldAt >= cellEvery {
		x.toldAt = now.since
		p.hub.publish("cell", line(c))
	}
}

func (r *radioState) forgetOldest() {
	var oldest member
	at := math.Inf(1)
	for m, x := range r.cells {
		if x.heardS < at {
			oldest, at = m, x.heardS
		}
	}
	delete(r.cells, oldest)
}

// named tells the transmitters of several radios apart: each radio numbers its own.
func (p *Post) named(r *radioState, id string) string {
	if len(p.radios) < 2 || id == "" {
		return id
	}
	return fmt.Sprintf("r%d.%s", r.number+1, id)
}

// cells lists all, the worst first.
func (p *Post) cells() []survey.Cell {
	out := []survey.Cell{}
	for _, r := range p.radios {
		for _, x := range r.cells {
			out = append(out, x.Cell)
		}
	}
	slices.SortFunc(out, func(a, b survey.Cell) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.FreqHz, b.FreqHz), cmp.Compare(a.PCI, b.PCI), cmp.Compare(a.Transmitter, b.Transmitter), cmp.Compare(identityOf(&a), identityOf(&b)))
	})
	return out
}

// watched is a radio that leaves word whenever something came back from it: a post must know a radio that hangs from a night in
// which nothing happens.
type watched struct {
	radio.Source
	survey.Observer
	p *Post
	r *radioState
}

func (w *watched) back(err error) {
	w.r.returned.Store(int64(w.p.elapsed()))
	var away *radio.AwayError
	gone := errors.As(err, &away)
	w.p.mu.Lock()
	defer w.p.mu.Unlock()
	switch {
	case gone && w.r.away == "":
		w.r.away, w.r.awaySince, w.r.state, w.r.listening = err.Error(), w.p.elapsed(), "away", false
	case err == nil:
		w.r.away = ""
	}
}

func (w *watched) Tune(ctx context.Context, t radio.Tuning) (radio.Tuning, error) {
	got, err := w.Source.Tune(ctx, t)
	w.back(err)
	return got, err
}

func (w *watched) Read(ctx context.Context, b *radio.Block) error {
	err := w.Source.Read(ctx, b)
	w.back(err)
	return err
}

// Warnings are those of the source.
func (w *watched) Warnings() []radio.Warning {
	if from, ok := w.Source.(radio.Warner); ok {
		return from.Warnings()
	}
	return nil
}

// observed is a watched radio that tells observations.
type observed struct{ *watched }

func (w observed) Observe(ctx context.Context, d decode.Config, b *radio.Block, n int64) (int64, []lte.Observation, error) {
	got, obs, err := w.Observer.Observe(ctx, d, b, n)
	w.back(err)
	return got, obs, err
}

func (w observed) Wants(sinceS float64, messages bool) []narrow.Want {
	return w.Observer.Wants(sinceS, messages)
}

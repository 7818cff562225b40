package survey

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/narrow"
	"github.com/straycell/straycell/internal/cell"
	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/internal/plan"
	"github.com/straycell/straycell/internal/verdict"
	"github.com/straycell/straycell/radio"
)

// patience is how long an interrupted survey waits for a source or a decoder that does not return. Only its end is on the
// wall clock.
const patience = 2 * time.Second

// Run surveys until the source ends, the plan is done, For has passed or ctx ends; in every case the final cells and the
// sweep are sent to the sinks first. It returns ctx's error when interrupted, and an error when not one whole radio frame
// could be read.
func Run(ctx context.Context, cfg Config) (Summary, error) {
	cfg = cfg.filled()
	inner, fail := context.WithCancelCause(ctx)
	defer fail(nil)

	l := newLine(cfg.Workers)
	defer close(l.gone)
	r := &reader{ctx: inner, cfg: &cfg, line: l, aim: aim{cfg.Decode.PPM, cfg.Decode.PPMRange}}
	var readErr error
	go func() {
		defer close(l.order)
		defer close(l.jobs)
		readErr = r.read()
	}()
	var workers sync.WaitGroup
	for range cfg.Workers {
		workers.Add(1)
		go l.work(inner, &cfg, &workers)
	}

	j := newJudge(&cfg, newFan(cfg.Sinks, fail), cfg.Source.Info().URI)
	if j.drain(inner, l) {
		workers.Wait()
		j.sweep.Seconds, j.sweep.BandsSkipped = r.seconds(), r.skipped
		j.sweep.Tunings = len(r.views)
		j.sweep.CarriersPlanned, j.sweep.CarriersCovered = r.coverage()
	} // else the source or a decoder hangs, and what the goroutines hold is not ours to look at
	j.finish()
	j.fan.close()

	switch err := context.Cause(inner); {
	case err != nil:
		return j.sum, err
	case readErr == nil && r.looks == 0:
		return j.sum, fmt.Errorf("survey: %s: %d samples: not one whole radio frame, which takes 10 ms", j.uri, r.samples)
	case readErr != nil && r.looks == 0:
		return j.sum, fmt.Errorf("survey: %s: %w", j.uri, readErr)
	}
	j.sum.Gone = readErr
	return j.sum, nil
}

// filled replaces what the zero Config leaves open.
func (c Config) filled() Config {
	if c.Workers < 1 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	if c.Decode.PPMRange == 0 {
		c.Decode.PPMRange = decode.DefaultPPMRange
	}
	if c.Rules == nil {
		c.Rules = verdict.Rules()
	}
	if c.NewLooker == nil {
		c.narrow = true
		c.NewLooker = func(d decode.Config) Looker { return decode.New(d) }
	}
	return c
}

// judge is the end of the line: one goroutine that owns the register, judges its news and sends the events.
type judge struct {
	cfg   *Config
	reg   *cell.Register
	scene *verdict.Scene
	sib1  *narrow.Reader // of carriers wider than the window, over several looks; nil: observations do not stem from the samples
	fan   *fan
	last  map[member]standing
	uri   string
	nowS  float64
	now   time.Time    // zero where the source does not know
	here  *known.Place // of the newest look
	place places
	sweep Sweep
	sum   Summary
	heard // what a sweep goes by
}

// member names a cell: a transmitter and the number of its identity. A cell whose SIB1 is read at last keeps its number.
type member struct {
	transmitter string
	number      int
}

func memberOf(c *cell.Cell) member { return member{c.Transmitter, c.Number} }

// standing is what was last told of a cell's verdict.
type standing struct {
	state string
	level verdict.Level
}

func newJudge(cfg *Config, f *fan, uri string) *judge {
	reg := cell.NewRegister(cell.Config{PPM: cfg.Decode.PPM, PPMRange: cfg.Decode.PPMRange, Bands: cfg.Bands})
	scene := verdict.NewScene(verdict.Config{Policy: cfg.Policy, Set: cfg.Known, Past: cfg.Past})
	j := &judge{cfg: cfg, reg: reg, scene: scene, fan: f, last: map[member]standing{}, uri: uri, here: cfg.Here,
		heard: heard{cal: plan.NewCalibrator(cfg.Decode.PPM, cfg.Decode.PPMRange), hum: map[float64]hum{}, peaks: map[peakKey]peak{}}}
	scene.Clocks = j.cal.Relative
	if cfg.narrow {
		j.sib1 = narrow.NewReader()
	}
	return j
}

// drain takes everything off the line. It is false when something does not return after ctx ended.
func (j *judge) drain(ctx context.Context, l *line) bool {
	done := ctx.Done()
	var late <-chan time.Time
	var waiting *item // for its worker
	for {
		order, ready := l.order, (chan struct{})(nil)
		if waiting != nil {
			order, ready = nil, waiting.ready
		}
		select {
		case it, ok := <-order:
			if !ok {
				return true
			}
			if it.ready != nil {
				waiting = it
			} else {
				j.tell(it)
			}
		case <-ready:
			j.take(ctx, waiting, l)
			waiting = nil
		case lists := <-j.cfg.Relist:
			j.relist(lists)
		case <-done:
			done, late = nil, time.After(patience)
		case <-late:
			return false
		}
	}
}

// tell passes on news that need no decoding.
func (j *judge) tell(it *item) {
	if q := it.asked; q != nil {
		q.answer <- j.answer(q)
		return
	}
	switch e := it.event.(type) {
	case Gap:
		j.sweep.LostSamples += e.Lost
		if j.sib1 != nil {
			j.sib1.Lost(e.TS)
		}
	case Error:
		if e.Cut {
			j.sum.Cut = append(j.sum.Cut, e.Text)
		}
	}
	j.fan.send(it.event, false)
}

// take handles a look that a worker is done with.
func (j *judge) take(ctx context.Context, it *item, l *line) {
	if !it.dropped {
		j.judged(ctx, it)
	}
	if it.held {
		l.free <- it.look
	}
}

func (j *judge) judged(ctx context.Context, it *item) {
	if it.held && it.fault == nil {
		j.narrow(ctx, it)
	}
	k := &it.of
	e := Look{StartS: k.startS, EndS: k.endS, First: k.First, Tuning: k.Tuning, Time: k.Time, Fix: j.where(k),
		Fraction: it.fraction, Obs: sound(it.obs), Failed: it.fault != nil}
	if it.fault != nil {
		j.fan.send(Error{Type: "error", TS: max(j.nowS, k.endS), Stack: it.fault.stack,
			Text: fmt.Sprintf("decode %.4f MHz from %.3f to %.3f s failed, the look is lost: %s", k.Tuning.FreqHz/1e6, k.startS, k.endS, it.fault.text)}, false)
	}
	j.listen(k, it)
	j.look(e, it)
}

// look takes a decoded look, live or stored: from here on replay is live. it is nil of a stored one.
func (j *judge) look(e Look, it *item) {
	j.fan.look(e)
	j.sum.Looks++
	if e.Failed {
		j.sum.Failed++
	}
	j.sweep.Seconds += e.EndS - e.StartS
	j.nowS = max(j.nowS, e.EndS)
	if !e.Time.IsZero() {
		j.now = e.Time.Add(time.Duration((e.EndS - e.StartS) * float64(time.Second)))
	}
	j.here = j.cfg.Here
	if e.Fix != nil {
		j.here = &known.Place{Lat: e.Fix.Lat, Lon: e.Fix.Lon}
	}
	j.add(cell.Look{StartS: e.StartS, EndS: e.EndS, First: e.First, RateHz: e.Tuning.RateHz, Here: j.here, Obs: e.Obs}, &e)
	p := Progress{Type: "progress", TS: j.nowS, FreqHz: e.Tuning.FreqHz, RateHz: e.Tuning.RateHz, Fraction: e.Fraction, Cells: len(j.last)}
	if it != nil {
		p.PSD, p.Status = it.psd, j.status(&e, it)
	}
	j.fan.send(p, false)
}

// status is how the survey fares at a look.
func (j *judge) status(e *Look, it *item) *Status {
	s := &Status{Source: j.uri, Round: it.sweep.round, Place: it.sweep.place, Planned: len(j.cfg.Plan), Views: it.sweep.views, Held: it.sweep.held,
		GainDB: e.Tuning.GainDB, PPM: j.cfg.Decode.PPM, RangePPM: j.cfg.Decode.PPMRange, Lost: j.sweep.LostSamples, Fix: e.Fix}
	if h := j.cfg.Here; s.Fix == nil && h != nil {
		s.Fix = &radio.Fix{Lat: h.Lat, Lon: h.Lon, From: "given"}
	}
	if n := (e.EndS - e.StartS) * e.Tuning.RateHz; n > 0 {
		s.Clipped = min(1, float64(it.of.Clip)/(2*n))
	}
	if j.off.Cells > 0 {
		s.PPM, s.RangePPM, s.PPMCells = j.off.PPM, j.off.RangePPM, j.off.Cells
	}
	return s
}

// where asks for the place of a look's middle.
func (j *judge) where(k *look) *radio.Fix {
	if j.cfg.Place == nil {
		return nil
	}
	half, at := (k.endS-k.startS)/2, k.Time
	if !at.IsZero() {
		at = at.Add(time.Duration(half * float64(time.Second)))
	}
	fix, ok := j.cfg.Place.Where(k.startS+half, at)
	if !ok {
		return nil
	}
	return &fix
}

// add feeds a look to the register and tells the news.
func (j *judge) add(k cell.Look, e *Look) {
	news := j.reg.Add(k)
	j.place.take(news.Seen, e)
	verdicts, stands := map[member]verdict.Verdict{}, map[string]*Place{}
	j.scene.At(j.nowS, j.now, k.Here)
	for i := range news.Seen {
		c := &news.Seen[i]
		j.scene.Put(*c)
		if _, told := stands[c.Transmitter]; !told {
			stands[c.Transmitter] = j.tellPlace(c, false)
		}
	}
	for i := range news.Seen {
		verdicts[memberOf(&news.Seen[i])] = j.judge(news.Seen[i])
	}
	for _, c := range news.Changes {
		switch c.What {
		case cell.TurnedGhost:
			j.scene.Drop(c.Cell.Transmitter)
		case cell.Joined:
			j.scene.Drop(c.From)
		}
		e := Change{Type: "change", TS: j.nowS, Transmitter: c.Cell.Transmitter, PCI: int(c.Cell.PCI), FreqHz: c.Cell.FreqHz,
			What: string(c.What), From: c.From, To: c.To}
		if c.What == cell.New {
			m := memberOf(&c.Cell)
			e.To = verdicts[m].State.String()
			j.last[m] = standing{e.To, verdict.Normal}
		}
		j.fan.send(e, false)
	}
	j.calibrate(k, &news)
	for _, c := range news.Seen {
		v := verdicts[memberOf(&c)]
		j.turn(c, v)
		if j.fan.live() {
			e := j.event(c, c.Newest, v)
			e.Place = stands[c.Transmitter]
			j.fan.send(e, true)
		}
	}
	for _, o := range news.Candidates {
		j.fan.send(candidate(o, j.nowS), false)
	}
}

// tellPlace tells where a cell's transmitter stands, and the news that it moved.
func (j *judge) tellPlace(c *cell.Cell, end bool) *Place {
	at, moves := j.place.tell(c.Transmitter, end)
	if moves {
		j.fan.send(Change{Type: "change", TS: j.nowS, Transmitter: c.Transmitter, PCI: int(c.PCI), FreqHz: c.FreqHz,
			What: "moved", To: fmt.Sprintf("about %.0f m", at.MovedM)}, false)
	}
	if at != nil && at.Moved {
		j.scene.Moved(c.Transmitter, verdict.Move{Metres: at.MovedM, FromS: at.FromS, ToS: at.ToS})
	}
	return at
}

func (j *judge) judge(c cell.Cell) verdict.Verdict {
	return j.scene.Judge(j.cfg.Rules, c)
}

// turn tells when a cell's state or level is another than before.
func (j *judge) turn(c cell.Cell, v verdict.Verdict) {
	m := memberOf(&c)
	was, is := j.last[m], standing{v.State.String(), v.Level}
	j.last[m] = is
	e := Change{Type: "change", TS: j.nowS, Transmitter: c.Transmitter, PCI: int(c.PCI), FreqHz: c.FreqHz}
	if was.state != is.state {
		e.What, e.From, e.To = "known", was.state, is.state
		j.fan.send(e, false)
	}
	if was.level != is.level {
		e.What, e.From, e.To = "level", string(was.level), string(is.level)
		j.fan.send(e, false)
		if is.level == verdict.Alert {
			j.fan.send(Alert{Type: "alert", TS: j.nowS, Cell: j.event(c, c.Best, v)}, false)
		}
	}
}

// strongDB is the SINR from which a cell's SIB1 is there to be read.
const strongDB = 3

// finish sends the final cells and the sweep.
func (j *judge) finish() {
	s := &j.sum
	cells := j.reg.Cells()
	stands := map[string]*Place{}
	for _, c := range cells {
		j.scene.Put(c)
		if _, told := stands[c.Transmitter]; !told {
			stands[c.Transmitter] = j.tellPlace(&c, true)
		}
	}
	for _, c := range cells {
		v := j.judge(c)
		j.turn(c, v)
		e := j.event(c, c.Best, v)
		if e.Place = stands[c.Transmitter]; e.Place != nil {
			if at := j.place.heard(c.Transmitter, c.Best); at != nil { // not where the way ended
				lat, lon := round(at.Lat, 6), round(at.Lon, 6)
				e.Lat, e.Lon = &lat, &lon
			}
		}
		s.Cells = append(s.Cells, e)
		if e.Known == "unknown" {
			s.Unknown++
		}
		if v.Level == verdict.Suspicious || v.Level == verdict.Alert {
			s.Suspicious++
		}
		if len(e.PLMNs) > 0 {
			j.sweep.SIB1Read++
		}
		if c.Best.Signal.SINRdB > strongDB {
			s.Strong++
			if len(e.PLMNs) == 0 {
				s.StrongMute++
			}
		}
		j.fan.send(e, false)
	}
	for _, g := range j.reg.Ghosts() {
		s.Ghosts = append(s.Ghosts, candidate(g.Seen, j.nowS))
	}
	for i := range s.Cells {
		j.fan.send(transmitter(&s.Cells[i], j.nowS), false)
	}
	j.sweep.Type, j.sweep.TS = "sweep", j.nowS
	if j.off.Cells > 0 {
		j.sweep.PPM, j.sweep.PPMSE, j.sweep.PPMCells = number(j.off.PPM, perPPM), number(j.off.SE, perPPM), j.off.Cells
	}
	if v := j.sensitivity(); v != nil {
		j.sweep.SensitivityDBFS = v
	}
	j.sweep.Cells, j.sweep.Unread = len(s.Cells), len(s.Cells)-j.sweep.SIB1Read
	s.Sweep = j.sweep
	j.fan.send(s.Sweep, false)
}

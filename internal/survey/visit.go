package survey

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/straycell/straycell/decode/narrow"
	"github.com/straycell/straycell/internal/plan"
	"github.com/straycell/straycell/radio"
)

// aim is the radio's error as a look is decoded with.
type aim struct{ ppm, rangePPM float64 }

// sweep goes where the schedule says, until it ends or For has passed.
func (r *reader) sweep() error {
	if len(r.cfg.Plan) == 0 {
		return r.dwell(math.MaxInt64)
	}
	for _, s := range r.cfg.Missed {
		r.skipBand(s.Band, s.Why)
	}
	s := plan.NewSchedule(r.cfg.Plan, r.cfg.For > 0)
	if err := r.stay(s); err != nil {
		return err
	}
	for before, read := s.Round(), r.samples; ; {
		stop, ok := s.Next(r.nowS)
		if s.Round() > before {
			if r.samples == read {
				return errors.New("no tuning of the plan could be read")
			}
			before, read = s.Round(), r.samples
		}
		if !ok {
			return nil
		}
		if r.over() {
			r.unreached(append([]radio.Tuning{stop.Tuning}, s.Left()...), s.Round())
			return nil
		}
		if r.cfg.For == 0 {
			r.planned = stop.Fraction()
		}
		r.at = sweepState{round: s.Round(), place: stop.Place}
		if err := r.visit(s, stop); err != nil {
			return err
		}
		if err := r.stay(s); err != nil {
			return err
		}
	}
}

// sweepState is where in its plan the reader is.
type sweepState struct {
	round, views int
	place        float64
	held         bool
}

func (r *reader) state() sweepState {
	at := r.at
	at.views = len(r.views)
	return at
}

// called tells whether somebody waits for one carrier.
func (r *reader) called() bool {
	if r.cfg.Stay == nil {
		return false
	}
	freqHz, ok := r.cfg.Stay()
	return ok && freqHz != r.refusedHz
}

// stay listens to one carrier for as long as somebody asks for it, in short looks: their levels are told at once.
func (r *reader) stay(s *plan.Schedule) error {
	if r.cfg.Stay == nil {
		return nil
	}
	defer func() { r.at.held = false }()
	for r.at.held = true; !r.over(); {
		freqHz, ok := r.cfg.Stay()
		if !ok || freqHz == r.refusedHz {
			return nil
		}
		got, err := r.tune(radio.Tuning{FreqHz: math.Round(freqHz*(1+r.aim.ppm*1e-6)/1e3) * 1e3})
		if err != nil && r.ctx.Err() == nil { // once is enough said; the sweep goes on
			r.refusedHz = freqHz
			r.line.send(&item{event: Error{Type: "error", TS: r.nowS, Text: fmt.Sprintf("tune %.4f MHz: %v", freqHz/1e6, err)}})
			return nil
		}
		if err != nil {
			return err
		}
		r.depth = cellsOnly
		if err := r.dwell(int64(shortLookS * got.RateHz)); err != nil {
			return err
		}
		if r.aim.rangePPM > boundedPPM {
			r.learn(s, false)
		}
	}
	return nil
}

// view is what was heard around a centre.
type view struct{ freqHz, bandHz float64 }

// maxViews bounds what is remembered of a sweep that goes on for months: bands are wide, and carriers are looked at anew as
// oscillators wander.
const maxViews = 8192

// visit looks at one stop of the schedule.
func (r *reader) visit(s *plan.Schedule, stop plan.Stop) error {
	got, err := r.tune(stop.Tuning)
	if err != nil && r.ctx.Err() == nil {
		if !stop.Close {
			r.skip(stop.Tuning, err)
		}
		return nil
	}
	if err != nil {
		return err
	}
	if at := (view{got.FreqHz, r.bandHz}); len(r.views) < maxViews && !slices.Contains(r.views, at) {
		r.views = append(r.views, at)
	}
	sinceS := r.nowS
	seconds := min(stop.Looks*shortLookS, float64(lookLen(got.RateHz))/got.RateHz)
	if r.depth = everything; stop.Looks == 1 && !stop.Follow {
		r.depth = cellsOnly
	}
	if err := r.dwell(int64(seconds * got.RateHz)); err != nil {
		return err
	}
	if stop.Follow {
		if err := r.follow(stop.Tuning, got, question{wantsS: sinceS, messages: stop.Messages}); err != nil {
			return err
		}
	}
	if stop.Ask || r.aim.rangePPM > boundedPPM {
		r.learn(s, stop.Ask)
	}
	return nil
}

// boundedPPM is how well the error has to be known for looks not to wait for each other any more.
const boundedPPM = 5

// learn asks what the looks so far told: the radio's error, and what is open.
func (r *reader) learn(s *plan.Schedule, open bool) {
	a := r.ask(question{wantsS: math.Inf(1), open: open})
	if open {
		s.Opened(a.open, r.bandHz)
	}
	e := a.off
	if e.Cells == 0 || e.RangePPM > r.cfg.Decode.PPMRange {
		return
	}
	first := r.aim.rangePPM > boundedPPM
	r.aim = aim{e.PPM, e.RangePPM}
	if left := s.Left(); first && len(r.cfg.Spans) > 0 && len(left) > 0 {
		s.Rest(r.again(s.Looked()))
	}
}

// again plans what the looked-at tunings left over, with what is known of the radio's error.
func (r *reader) again(looked []radio.Tuning) []radio.Tuning {
	if len(looked) == 0 {
		return nil
	}
	last := looked[len(looked)-1]
	edge := last.FreqHz/(1+r.aim.ppm*1e-6) + r.bandHz/2 - plan.HalfCarrierHz - last.FreqHz*r.aim.rangePPM*1e-6
	left, _ := plan.Reach(r.cfg.Spans, edge, math.Inf(1))
	out := plan.Tunings(left, r.bandHz, r.aim.rangePPM)
	for i := range out {
		out[i].FreqHz = math.Round(out[i].FreqHz*(1+r.aim.ppm*1e-6)/1e3) * 1e3
	}
	return out
}

// coverage is how many carriers were asked for, and how many of them were in view.
func (r *reader) coverage() (planned int, covered *int) {
	if len(r.cfg.Plan) == 0 || len(r.cfg.Decode.FreqsHz) == 0 {
		return 0, nil
	}
	n := 0
	for _, f := range r.cfg.Decode.FreqsHz {
		at := f * (1 + r.aim.ppm*1e-6)
		if slices.ContainsFunc(r.views, func(v view) bool { return math.Abs(at-v.freqHz) <= v.bandHz/2-plan.HalfCarrierHz+1e3 }) {
			n++
		}
	}
	return len(r.cfg.Decode.FreqsHz), &n
}

// tune tunes the source; after a change of frequency nothing is heard until it has settled.
func (r *reader) tune(t radio.Tuning) (radio.Tuning, error) {
	got, err := r.cfg.Source.Tune(r.ctx, t)
	for r.away(err) {
		got, err = r.cfg.Source.Tune(r.ctx, t)
	}
	if err == nil && got.FreqHz != r.freqHz {
		r.freqHz, r.unsettledS = got.FreqHz, r.cfg.Source.Info().SettleS
	}
	if err == nil {
		r.bandHz = cmp.Or(got.BandHz, got.RateHz)
	}
	return got, err
}

// follows tells whether cells heard in a tuning may need other windows.
func (r *reader) follows(got radio.Tuning) bool {
	return r.cfg.narrow && narrow.Reads(got.RateHz)
}

// followS bounds the signal time that cells of one visit get for their SIB1 and messages.
const followS = 4

// follow listens where the cells of this visit ask for it, until none does or the time for it is over.
func (r *reader) follow(t, got radio.Tuning, q question) error {
	if !r.follows(got) {
		return nil
	}
	r.depth = windowOnly
	for endS := r.nowS + followS; r.nowS < endS && !r.over() && !r.called(); {
		next, seconds, ok := plan.Follow(r.ask(q).wants, cmp.Or(got.BandHz, got.RateHz))
		if !ok {
			return nil
		}
		t.FreqHz = next.FreqHz
		if _, err := r.tune(t); err != nil {
			return r.ctx.Err() // out of the source's range: the cell stays unread
		}
		if err := r.dwell(int64(seconds * got.RateHz)); err != nil {
			return err
		}
	}
	return nil
}

// ask puts a question to the judge, behind everything read so far: the line is empty then, so that the answer does not depend on
// how fast anybody is.
func (r *reader) ask(q question) (a answer) {
	q.answer = make(chan answer, 1)
	r.line.send(&item{asked: &q})
	select {
	case a = <-q.answer:
	case <-r.line.gone:
	case <-r.ctx.Done():
	}
	if r.cfg.Observer != nil && !math.IsInf(q.wantsS, 1) {
		a.wants = r.cfg.Observer.Wants(q.wantsS, q.messages)
	}
	return a
}

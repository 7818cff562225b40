package survey

import (
	"cmp"

	"github.com/straycell/straycell/decode/narrow"
	"github.com/straycell/straycell/internal/plan"
	"github.com/straycell/straycell/radio"
)

// maxFollowS bounds the signal time that cells of one visit get for their SIB1.
const maxFollowS = 4

// visit looks at one tuning of the plan, which the source made got of. In the first round of a sweep a short look comes before
// the long one: what stands out has told who it is by then.
func (r *reader) visit(t, got radio.Tuning, first, quick bool) error {
	sinceS := r.nowS
	looks := []float64{float64(lookLen(got.RateHz)) / got.RateHz}
	switch {
	case first && quick:
		looks[0] = shortLookS
	case first && r.follows(got):
		looks = []float64{shortLookS, looks[0]}
	}
	for i, s := range looks {
		if i > 0 {
			if _, err := r.tune(t); err != nil {
				return err
			}
		}
		if err := r.dwell(int64(s * got.RateHz)); err != nil {
			return err
		}
		if err := r.follow(t, got, question{sinceS: sinceS, messages: !first}); err != nil {
			return err
		}
	}
	return nil
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
	return got, err
}

// follows tells whether cells heard in a tuning may need other windows.
func (r *reader) follows(got radio.Tuning) bool {
	return r.cfg.narrow && narrow.Reads(got.RateHz)
}

// follow listens where the cells of this visit ask for it, until none does. The first round is for who they are.
func (r *reader) follow(t, got radio.Tuning, q question) error {
	if !r.follows(got) {
		return nil
	}
	for endS := r.nowS + maxFollowS; r.nowS < endS && !r.over(); {
		next, seconds, ok := plan.Follow(r.wants(q), cmp.Or(got.BandHz, got.RateHz))
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

// wants is what cells ask for once everything read so far has been looked at: the line is empty then, so that the answer does not
// depend on how fast anybody is.
func (r *reader) wants(q question) []narrow.Want {
	if r.cfg.Observer != nil {
		return r.cfg.Observer.Wants(q.sinceS, q.messages)
	}
	q.answer = make(chan []narrow.Want, 1)
	r.line.send(&item{asked: &q})
	select {
	case w := <-q.answer:
		return w
	case <-r.line.gone:
	case <-r.ctx.Done():
	}
	return nil
}

// question asks the judge what the cells want whose MIB was read after sinceS; once a sweep has been round, for the messages of those
// who they are is known of, too.
type question struct {
	sinceS   float64
	messages bool
	answer   chan []narrow.Want
}

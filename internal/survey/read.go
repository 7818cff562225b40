package survey

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/radio"
)

// minRateHz is the least rate that holds the synchronisation signals and the PBCH, less what clocks may be off.
const minRateHz = 1.92e6 * 0.999

// chunk is how many samples are asked for at once: less than a look at any rate.
const chunk = 1 << 16

// reader is the goroutine that reads the source: it cuts looks and hands them, and what else there is to tell, to the line
// in order.
type reader struct {
	ctx  context.Context
	cfg  *Config
	line *line
	cut  cutter
	iq   []complex64

	nowS    float64 // signal time read so far
	samples int64   // delivered
	atRate  int64   // of those, the last ones at one rate
	rate    float64
	earlier float64 // seconds of the others
	looks   int
	planned float64 // share of the plan that is done
	at      sweepState
	skipped []Skip

	aim    aim
	depth  depth
	views  []view  // that were looked at
	bandHz float64 // heard around the centre

	refusedHz  float64 // what the source could not stay on
	freqHz     float64 // tuned to
	unsettledS float64 // signal to come in which nothing is heard
}

// read reads until the source ends, the plan is done, For has passed or ctx ends. The error is one after which no more can
// be read; io.EOF is none.
func (r *reader) read() error {
	r.iq = make([]complex64, chunk)
	r.cut.begin = func() *look { return r.line.take(r.ctx) }
	r.cut.done = r.give
	err := r.sweep()
	r.cut.flush()
	r.warnings()
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// over tells whether For has passed, but for what sums of seconds round away.
func (r *reader) over() bool { return r.cfg.For > 0 && r.nowS >= r.cfg.For.Seconds()-1e-9 }

// dwell reads n samples in the present tuning, or less if For passes. The run ends with them: what the source delivers
// next was tuned anew.
func (r *reader) dwell(n int64) error {
	if r.cfg.Observer != nil {
		return r.observe(n)
	}
	for n > 0 && !r.over() {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		ask := min(n, chunk)
		if left := math.Ceil((r.cfg.For.Seconds()-r.nowS)*r.rate - 1e-3); r.cfg.For > 0 && r.rate > 0 && left < float64(ask) {
			ask = max(1, int64(left)) // no more than is looked at: somebody may keep what is read
		}
		b := radio.Block{IQ: r.iq[:0:ask]}
		err := r.cfg.Source.Read(r.ctx, &b)
		if r.away(err) {
			continue
		}
		if err == nil && len(b.IQ) == 0 {
			err = errors.New("the source delivered a block without samples")
		}
		if err == nil {
			err = usable(b.Tuning)
		}
		if err != nil {
			return err
		}
		if r.cfg.Tap != nil {
			r.cfg.Tap(&b)
		}
		n -= int64(len(b.IQ)) - r.settling(&b)
		if err := r.push(&b); err != nil {
			return err
		}
	}
	r.cut.flush()
	return nil
}

// away says whether the source may come back by itself. Why it went is told at once.
func (r *reader) away(err error) bool {
	var away *radio.AwayError
	if !errors.As(err, &away) || r.ctx.Err() != nil {
		return false
	}
	r.warnings()
	return true
}

// push passes a block on, cut to what For leaves of it.
func (r *reader) push(b *radio.Block) error {
	startS := r.arrive(b)
	if left := math.Ceil((r.cfg.For.Seconds() - startS) * b.Tuning.RateHz); r.cfg.For > 0 && left < float64(len(b.IQ)) {
		b.IQ = b.IQ[:int(math.Max(0, left))]
	}
	r.count(startS, b.Tuning.RateHz, int64(len(b.IQ)))
	if n := r.settling(b); n > 0 {
		r.unsettledS -= float64(n) / b.Tuning.RateHz
		b.IQ, b.First = b.IQ[n:], b.First+n
	}
	if !r.cut.push(b) {
		return r.ctx.Err()
	}
	return nil
}

// settling is how many samples of a block come before the source has settled: they are delivered, and nothing is in them.
func (r *reader) settling(b *radio.Block) int64 {
	return max(0, min(int64(math.Ceil(r.unsettledS*b.Tuning.RateHz-1e-6)), int64(len(b.IQ))))
}

// arrive is the signal time at which a block begins; a gap before it is told of.
func (r *reader) arrive(b *radio.Block) (startS float64) {
	r.warnings()
	startS = r.cut.arrive(b)
	if b.Lost > 0 {
		r.line.send(&item{event: Gap{Type: "gap", TS: startS, Lost: b.Lost}})
	}
	return startS
}

// count adds n samples delivered from startS on.
func (r *reader) count(startS, rateHz float64, n int64) {
	if rateHz != r.rate {
		r.earlier, r.atRate, r.rate = r.seconds(), 0, rateHz
	}
	r.samples += n
	r.atRate += n
	r.nowS = startS + float64(n)/rateHz
}

// seconds of signal delivered.
func (r *reader) seconds() float64 {
	if r.rate == 0 {
		return 0
	}
	return r.earlier + float64(r.atRate)/r.rate
}

// usable says why nothing can be looked for in a tuning.
func usable(t radio.Tuning) error {
	if !(t.RateHz >= minRateHz) || math.IsInf(t.RateHz, 0) {
		return fmt.Errorf("%.6g samples a second: LTE needs 1.92 million or more", t.RateHz)
	}
	if !(t.FreqHz > 0) || math.IsInf(t.FreqHz, 0) {
		return errors.New("the centre frequency is not known")
	}
	return nil
}

// give hands a look to the workers, unless it does not hold one radio frame or the survey is over.
func (r *reader) give(l *look) {
	if float64(len(l.IQ)) < frameS*l.Tuning.RateHz || r.ctx.Err() != nil {
		r.line.free <- l
		return
	}
	r.looks++
	it := &item{look: l, of: *l, ready: make(chan struct{}), fraction: r.fraction(l.endS), aim: r.aim, depth: r.depth, sweep: r.state()}
	it.of.IQ = nil
	r.line.jobs <- it
	r.line.send(it)
}

// fraction is how much of the survey is done at nowS, 0 if nobody knows.
func (r *reader) fraction(nowS float64) float64 {
	f := r.planned
	if info := r.cfg.Source.Info(); info.Finite && info.Samples > 0 {
		f = max(f, float64(r.samples)/float64(info.Samples))
	}
	if d := r.cfg.For; d > 0 && d < 1000*time.Hour { // longer is "until someone ends it"
		f = max(f, nowS/d.Seconds())
	}
	return min(1, f)
}

// warnings passes on what the source has to say about its own data, and an instrument beside it about the place.
func (r *reader) warnings() {
	for _, from := range []any{r.cfg.Source, r.cfg.Place} {
		if w, ok := from.(radio.Warner); ok {
			for _, w := range w.Warnings() {
				r.line.send(&item{event: Error{Type: "error", TS: r.nowS, Text: w.Text, Cut: w.Cut}})
			}
		}
	}
}

// skip notes a tuning that the source refused.
func (r *reader) skip(t radio.Tuning, why error) {
	r.skipBand(r.band(t), fmt.Sprintf("tune %.4f MHz: %v", t.FreqHz/1e6, why))
}

// unreached notes what the time did not suffice for, in the first round.
func (r *reader) unreached(left []radio.Tuning, round int) {
	if round > 0 {
		return
	}
	for _, t := range left {
		r.skipBand(r.band(t), fmt.Sprintf("%d of the plan's %d tunings were not reached, the first at %.4f MHz: survey for longer",
			len(left), len(r.cfg.Plan), left[0].FreqHz/1e6))
	}
}

// band of a tuning, 0 if none holds it.
func (r *reader) band(t radio.Tuning) int {
	ns := lte.EARFCNs(math.Round(t.FreqHz/lte.RasterHz)*lte.RasterHz, lte.DuplexUnknown)
	if len(ns) == 0 {
		return 0
	}
	for _, n := range ns {
		if b, _ := n.Band(); slices.Contains(r.cfg.Bands, b.Number) {
			return b.Number
		}
	}
	b, _ := ns[0].Band()
	return b.Number
}

// skipBand says why a band was not covered; one reason for a band is enough, and one line for several bands.
func (r *reader) skipBand(band int, why string) {
	told := false
	for _, s := range r.skipped {
		if s.Band == band {
			return
		}
		told = told || s.Why == why
	}
	r.skipped = append(r.skipped, Skip{Band: band, Why: why})
	if !told {
		r.line.send(&item{event: Error{Type: "error", TS: r.nowS, Text: why}})
	}
}

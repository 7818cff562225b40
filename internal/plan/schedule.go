package plan

import (
	"cmp"
	"math"
	"slices"

	"github.com/straycell/straycell/radio"
)

// Open is a carrier on which something is heard, as a sweep hands it back to be looked at more closely.
type Open struct {
	FreqHz float64 // its middle, as received
	HalfHz float64 // half of its occupied bandwidth, as far as it is known
	DB     float64 // strength over that of other carriers, whatever the gain was
	Unread int     // cells on it that have not told who they are
	Partly int     // and those that have, and have more to tell: there is time for that in a continuous sweep
}

// Stop is what a sweep listens to next.
type Stop struct {
	Tuning   radio.Tuning
	Looks    float64 // of a short look's length: 1; or as many as bring out weaker cells
	Close    bool    // a carrier of Opens
	Follow   bool    // its cells are followed to the windows that tell who they are
	Messages bool    // there is time for what its cells tell beside who they are
	Ask      bool    // tell Opened what is open once this is looked at
	Place    float64 // how much of its round, or of a sweep that ends, is behind it, 0 to 1
}

// Schedule decides where a sweep's time goes: once through the plan with short looks, for a cell that is there stands out in 80
// milliseconds; then to the carriers on which something was heard, the strongest first. A continuous sweep goes on with both in
// turn: the plan again and again, so that no band goes blind for long, and in between carriers that have more to tell. Of a plan
// of few tunings each tells at once who its cells are, and gets a long look after that.
type Schedule struct {
	plan       []radio.Tuning
	continuous bool
	halfBandHz float64

	round, next int
	sinceClose  int
	sinceAsk    int
	open        []Open
	tries       map[int64]try // by carrier
}

// try is what a carrier got.
type try struct {
	times  int
	unread int     // cells at the last one
	dueS   float64 // not before
}

const (
	closeLooks = 1 // short looks in the first closer one, at cells that were heard already
	longLooks  = 4 // and in a long one, that brings out weaker ones
	smallPlan  = 3 // tunings that are worth long looks at once
	maxTries   = 3 // closer looks at a carrier, in a sweep that ends

	// In a continuous one:
	longEvery  = 8   // rounds between two long looks at a tuning
	closeEvery = 8   // tunings between two closer looks
	askEvery   = 8   // and between two questions
	retryS     = 5.0 // until the same carrier's next closer look, then twice as long
	maxRetryS  = 120.0

	carrierHz = 100e3 // what is nearer is one carrier
)

// NewSchedule plans a sweep over tunings. One that is not continuous ends.
func NewSchedule(plan []radio.Tuning, continuous bool) *Schedule {
	return &Schedule{plan: slices.Clone(plan), continuous: continuous, tries: map[int64]try{}}
}

// Rest replaces what is left of the first round.
func (s *Schedule) Rest(plan []radio.Tuning) {
	if s.round == 0 {
		s.plan = append(s.plan[:s.next:s.next], plan...)
	}
}

// Looked is what was looked at in the first round.
func (s *Schedule) Looked() []radio.Tuning {
	if s.round > 0 {
		return nil
	}
	return s.plan[:s.next]
}

// Left is what is left of the first round.
func (s *Schedule) Left() []radio.Tuning {
	if s.round > 0 {
		return nil
	}
	return s.plan[s.next:]
}

// Opened takes what is open, for a radio that hears bandHz around its centre.
func (s *Schedule) Opened(open []Open, bandHz float64) {
	s.halfBandHz = bandHz / 2
	s.open = slices.Clone(open)
	slices.SortStableFunc(s.open, func(a, b Open) int { return cmp.Compare(b.DB, a.DB) })
}

// Next is what to listen to at signal time nowS. ok is false when the sweep has ended.
func (s *Schedule) Next(nowS float64) (stop Stop, ok bool) {
	if s.next == len(s.plan) {
		s.round, s.next = s.round+1, 0
	}
	due := s.round > 0 && s.sinceClose >= closeEvery
	if !s.continuous {
		due = s.round > s.rounds()
	}
	if due {
		if stop, ok := s.closer(nowS); ok {
			s.sinceClose = 0
			return stop, true
		}
	}
	if s.round > s.rounds() && !s.continuous || len(s.plan) == 0 {
		return stop, false
	}
	stop = Stop{Tuning: s.plan[s.next], Place: s.place(), Looks: 1, Follow: s.small() && s.round == 0}
	// In later rounds each tuning gets a long look in its turn.
	if s.round > 0 && (s.small() || (s.round+s.next)%longEvery == 0) {
		stop.Looks = longLooks
	}
	s.next++
	s.sinceClose++
	s.sinceAsk++
	if s.next == len(s.plan) || s.round > 0 && s.sinceAsk >= askEvery {
		stop.Ask, s.sinceAsk = true, 0
	}
	return stop, true
}

// place is how much of the present round is done, or of all that a sweep makes that ends.
func (s *Schedule) place() float64 {
	n := float64(len(s.plan))
	if s.continuous {
		return float64(s.next) / n
	}
	return (float64(s.round)*n + float64(s.next)) / (n * float64(s.rounds()+1))
}

func (s *Schedule) small() bool { return len(s.plan) <= smallPlan }

// rounds is the last round through the plan of a sweep that ends.
func (s *Schedule) rounds() int {
	if s.small() {
		return 1
	}
	return 0
}

// closer is the strongest carrier that is due, in the middle of the view.
func (s *Schedule) closer(nowS float64) (Stop, bool) {
	for _, o := range s.open {
		k := int64(math.Round(o.FreqHz / carrierHz))
		t := s.tries[k]
		more := o.Unread > 0 || s.continuous && o.Partly > 0
		if o.Unread > t.unread {
			t.times = 0 // there is somebody new
		}
		if t.times > 0 && (!more || !s.continuous && t.times == maxTries || nowS < t.dueS && s.continuous) {
			continue
		}
		// What else is wholly in view then needs no look of its own.
		for _, p := range s.open {
			if math.Abs(p.FreqHz-o.FreqHz)+max(p.HalfHz, HalfCarrierHz) <= s.halfBandHz || p.FreqHz == o.FreqHz {
				s.tried(p, nowS)
			}
		}
		stop := Stop{Tuning: radio.Tuning{FreqHz: math.Round(o.FreqHz/1e3) * 1e3}, Looks: closeLooks, Close: true, Follow: true, Ask: true, Place: 1}
		stop.Messages = t.times > 0 || s.small()
		if stop.Messages || o.Unread == 0 {
			stop.Looks = longLooks
		}
		return stop, true
	}
	return Stop{}, false
}

func (s *Schedule) tried(o Open, nowS float64) {
	k := int64(math.Round(o.FreqHz / carrierHz))
	t := s.tries[k]
	if o.Unread > t.unread {
		t.times = 0
	}
	t.unread = o.Unread
	t.dueS = nowS + min(retryS*math.Exp2(float64(t.times)), maxRetryS)
	t.times++
	s.tries[k] = t
}

// Round counts from 0.
func (s *Schedule) Round() int { return s.round }

// Fraction is how much of a sweep that ends is behind it, 0 to 1: most of its time goes to the first round.
func (s *Stop) Fraction() float64 { return 0.9 * s.Place }

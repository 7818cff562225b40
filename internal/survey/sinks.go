package survey

import (
	"context"
	"fmt"
	"sync"
)

// fan sends events to the sinks, each by its policy.
type fan struct {
	sinks []*outlet
	fail  context.CancelCauseFunc // ends the survey
}

// outlet is one sink at work. For a coalescing one, a goroutine empties the pending events.
type outlet struct {
	Sink
	failed bool

	mu      sync.Mutex
	pending []Event
	at      map[key]int // where in pending the event is that a newer one replaces
	wake    chan struct{}
	done    chan struct{}
}

// key is what a newer event must have in common with a pending one to replace it; the zero key replaces nothing.
type key struct {
	kind        string
	transmitter string
	id          int64
	freqHz      float64
}

func keyOf(e Event) key {
	switch e := e.(type) {
	case Cell:
		id := int64(-1)
		if e.ECI != nil {
			id = int64(*e.ECI)
		}
		return key{e.Type, e.Transmitter, id, 0}
	case Candidate:
		return key{kind: e.Type, id: int64(e.PCI), freqHz: e.FreqHz}
	case Progress:
		return key{kind: e.Type}
	}
	return key{}
}

// maxPending bounds what waits for a slow screen; changes and the like beyond it are dropped, cells and the end are not.
const maxPending = 4096

func newFan(sinks []Sink, fail context.CancelCauseFunc) *fan {
	f := &fan{fail: fail}
	for _, s := range sinks {
		o := &outlet{Sink: s}
		if s.Coalesce {
			o.at, o.wake, o.done = map[key]int{}, make(chan struct{}, 1), make(chan struct{})
			go o.empty(f.fail)
		}
		f.sinks = append(f.sinks, o)
	}
	return f
}

// send gives an event to all sinks; live ones only when it is an update of a cell on the way.
func (f *fan) send(e Event, update bool) {
	for _, o := range f.sinks {
		switch {
		case update && !o.Live:
		case o.Coalesce:
			o.put(e)
		default:
			o.take(e, f.fail)
		}
	}
}

// look gives a look to the sinks that ask for it.
func (f *fan) look(e Look) {
	for _, o := range f.sinks {
		switch {
		case !o.Looks:
		case o.Coalesce:
			o.put(e)
		default:
			o.take(e, f.fail)
		}
	}
}

// live tells whether anyone wants updates.
func (f *fan) live() bool {
	for _, o := range f.sinks {
		if o.Live {
			return true
		}
	}
	return false
}

// close waits until every sink has everything.
func (f *fan) close() {
	for _, o := range f.sinks {
		if o.Coalesce {
			close(o.wake)
			<-o.done
		}
	}
}

func (o *outlet) take(e Event, fail context.CancelCauseFunc) {
	if o.failed {
		return
	}
	if err := o.Take(e); err != nil {
		o.failed = true
		fail(fmt.Errorf("survey: %s: %w", o.Name, err))
	}
}

func (o *outlet) put(e Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	k := keyOf(e)
	if i, ok := o.at[k]; ok && k != (key{}) {
		o.pending[i] = e
		return
	}
	if _, end := e.(Sweep); len(o.pending) >= maxPending && k.kind != "cell" && !end {
		return
	}
	if k != (key{}) {
		o.at[k] = len(o.pending)
	}
	o.pending = append(o.pending, e)
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

func (o *outlet) empty(fail context.CancelCauseFunc) {
	defer close(o.done)
	for open := true; open; {
		_, open = <-o.wake
		o.mu.Lock()
		batch := o.pending
		o.pending = nil
		clear(o.at)
		o.mu.Unlock()
		for _, e := range batch {
			o.take(e, fail)
		}
	}
}

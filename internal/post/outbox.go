package post

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
)

// Message is a notice on its way to a sink.
type Message struct {
	ID       string // the same each time it is tried
	Alert    string
	Severity Severity
	Time     time.Time
	Body     []byte // the notice as JSON
}

// Sink takes messages: somebody far away, by one protocol. Send returns once it is sure that the other side has it, as far as
// the protocol can tell.
type Sink interface {
	Name() string // as it was asked for, without secrets
	Send(context.Context, Message) error
}

// refusedError is an answer that holds for this message, whenever it is sent: the next ones are tried before it is sent again.
type refusedError struct{ error }

// outbox keeps messages until every sink has them. Each sink has its own queue and its own goroutine: what one does not take
// holds up nobody else.
type outbox struct {
	journal *journal
	lanes   []*lane
	pauses  pauses
	report  func(sink string, err error) // it does not take messages, or takes them again (nil)
}

// pauses between two attempts: the first, doubled each time up to the longest.
type pauses struct{ first, longest, deadline time.Duration }

var patientPauses = pauses{time.Second, 5 * time.Minute, 30 * time.Second}

type message struct {
	Message
	number int64
	place  int64 // in the journal's order of writes
	left   int   // sinks that do not have it yet
}

// lane is the way to one sink.
type lane struct {
	sink Sink
	wake chan struct{}

	mu      sync.Mutex
	queue   []*message
	sending *message // at the head, and being sent
	sent    int64
	failed  int64
	dropped int64
	last    time.Time // of what was taken last
	err     error     // why it does not take messages; nil: it does
}

// maxQueue bounds what waits for one sink.
const maxQueue = 20_000

func newOutbox(j *journal, sinks []Sink, p pauses, report func(string, error)) (*outbox, error) {
	o := &outbox{journal: j, pauses: p, report: report}
	var names []string
	byName := map[string]*lane{}
	for _, s := range sinks {
		l := &lane{sink: s, wake: make(chan struct{}, 1)}
		o.lanes = append(o.lanes, l)
		names, byName[s.Name()] = append(names, s.Name()), l
	}
	return o, j.pending(names, func(sink string, m *message) {
		m.left++
		l := byName[sink]
		l.queue = append(l.queue, m)
	})
}

// put queues a notice for every sink. Number is its place among all notices.
func (o *outbox) put(number int64, m Message) {
	if len(o.lanes) == 0 {
		return
	}
	x := &message{Message: m, number: number, left: len(o.lanes)}
	o.journal.put("INSERT OR REPLACE INTO notice VALUES (?, ?, ?, ?, ?)", number, m.Alert, m.Severity.String(), m.Time.UnixNano(), m.Body)
	for _, l := range o.lanes {
		x.place = o.journal.put("INSERT OR REPLACE INTO pending VALUES (?, ?)", l.sink.Name(), number)
	}
	for _, l := range o.lanes {
		for _, old := range l.put(x) {
			o.done(l, old)
		}
	}
}

// put queues a message and returns what it takes the place of: an older heartbeat, or what there is no room for.
func (l *lane) put(m *message) (out []*message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if m.Alert == Heartbeat {
		l.queue = slices.DeleteFunc(l.queue, func(x *message) bool {
			old := x.Alert == Heartbeat && x != l.sending
			if old {
				out = append(out, x)
			}
			return old
		})
	}
	for len(l.queue) >= maxQueue {
		i := slices.IndexFunc(l.queue, func(x *message) bool { return x.Severity < Critical && x != l.sending })
		i = max(i, 0)
		out = append(out, l.queue[i])
		l.queue = slices.Delete(l.queue, i, i+1)
		l.dropped++
	}
	l.queue = append(l.queue, m)
	select {
	case l.wake <- struct{}{}:
	default:
	}
	return out
}

// done forgets what a sink has.
func (o *outbox) done(l *lane, m *message) {
	o.journal.put("DELETE FROM pending WHERE sink = ? AND notice = ?", l.sink.Name(), m.number)
	o.journal.mu.Lock()
	m.left--
	last := m.left == 0
	o.journal.mu.Unlock()
	if last {
		o.journal.put("DELETE FROM notice WHERE id = ?", m.number)
	}
}

// run sends until ctx ends.
func (o *outbox) run(ctx context.Context) {
	var all sync.WaitGroup
	for _, l := range o.lanes {
		all.Go(func() { o.serve(ctx, l) })
	}
	all.Wait()
}

func (o *outbox) serve(ctx context.Context, l *lane) {
	pause := o.pauses.first
	for ctx.Err() == nil {
		m := l.head()
		if m == nil {
			select {
			case <-ctx.Done():
			case <-l.wake:
			}
			continue
		}
		o.journal.await(ctx, m.place) // or a power cut might raise an alert anew that is told already
		if ctx.Err() != nil {
			return
		}
		sending, cancel := context.WithTimeout(ctx, o.pauses.deadline)
		err := l.sink.Send(sending, m.Message)
		cancel()
		if ctx.Err() != nil && err != nil {
			return
		}
		if changed := l.outcome(m, err); changed {
			o.report(l.sink.Name(), err)
		}
		if err == nil {
			o.done(l, m)
			pause = o.pauses.first
			continue
		}
		wait := time.NewTimer(time.Duration(float64(pause) * (0.8 + 0.4*rand.Float64())))
		select {
		case <-ctx.Done():
		case <-wait.C:
		}
		wait.Stop()
		pause = min(2*pause, o.pauses.longest)
	}
}

func (l *lane) head() *message {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.queue) == 0 {
		return nil
	}
	l.sending = l.queue[0]
	return l.sending
}

// outcome notes how sending went. It is true when that is other than before.
func (l *lane) outcome(m *message, err error) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sending = nil
	was := l.err
	l.err = err
	if err == nil {
		l.sent++
		l.last = time.Now()
	} else {
		l.failed++
	}
	var refused refusedError
	if err == nil || errors.As(err, &refused) {
		if i := slices.Index(l.queue, m); i >= 0 {
			l.queue = slices.Delete(l.queue, i, i+1)
		}
		if err != nil {
			l.queue = append(l.queue, m)
		}
	}
	return (was == nil) != (err == nil)
}

// Delivery is how it goes with a sink.
type Delivery struct {
	Sink    string     `json:"sink"`
	Pending int        `json:"pending"`
	Sent    int64      `json:"sent"`
	Failed  int64      `json:"failed"` // attempts
	Dropped int64      `json:"dropped,omitempty"`
	Last    *time.Time `json:"last,omitempty"` // something was taken
	Error   string     `json:"error,omitempty"`
}

func (o *outbox) deliveries() []Delivery {
	out := []Delivery{}
	for _, l := range o.lanes {
		l.mu.Lock()
		d := Delivery{Sink: l.sink.Name(), Pending: len(l.queue), Sent: l.sent, Failed: l.failed, Dropped: l.dropped}
		if !l.last.IsZero() {
			at := l.last
			d.Last = &at
		}
		if l.err != nil {
			d.Error = l.err.Error()
		}
		l.mu.Unlock()
		out = append(out, d)
	}
	return out
}

// cutLast splits at the last separator.
func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

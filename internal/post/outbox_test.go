package post

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// quickPauses are for tests.
var quickPauses = pauses{time.Millisecond, 5 * time.Millisecond, 5 * time.Second}

// heap is a sink that keeps what it takes, in whatever mood it is.
type heap struct {
	name  string
	mu    sync.Mutex
	got   []string
	kinds map[string]string // of what was taken, by id
	mood  func(m Message) error
}

func (h *heap) Name() string { return h.name }

func (h *heap) Send(_ context.Context, m Message) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.mood != nil {
		if err := h.mood(m); err != nil {
			return err
		}
	}
	h.got = append(h.got, m.ID)
	if h.kinds == nil {
		h.kinds = map[string]string{}
	}
	h.kinds[m.ID] = m.Alert
	return nil
}

func (h *heap) taken() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.got)
}

// eventually waits for something on a machine that may be busy.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not after a minute", what)
		}
	}
}

// spool is a journal with an outbox at work.
func spool(t *testing.T, path string, sinks ...Sink) (*outbox, func()) {
	t.Helper()
	j, err := openJournal(path, func(error) {})
	if err != nil {
		t.Fatal(err)
	}
	o, err := newOutbox(j, sinks, quickPauses, func(string, error) {})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() { j.run(ctx) })
	all.Go(func() { o.run(ctx) })
	return o, func() { cancel(); all.Wait() }
}

func (o *outbox) add(alert string, s Severity) string {
	n := o.journal.number()
	m := Message{ID: o.journal.id(n), Alert: alert, Severity: s, Time: time.Now(), Body: []byte("{}")}
	o.put(n, m)
	return m.ID
}

// TestSpool: through restarts and sinks that fail at random each notice reaches each sink once, in order.
func TestSpool(t *testing.T) {
	path := filepath.Join(t.TempDir(), "post.db")
	rnd := rand.New(rand.NewPCG(1, 2))
	moody := func(Message) error {
		if rnd.IntN(3) == 0 {
			return errors.New("the link is down")
		}
		return nil
	}
	a, b := &heap{name: "a", mood: moody}, &heap{name: "b"}
	var want []string
	for range 5 {
		o, stop := spool(t, path, a, b)
		for range 40 {
			want = append(want, o.add(StrayCell, Warning))
		}
		for _, d := range o.deliveries() {
			if d.Pending > 200 {
				t.Errorf("%s: %d wait", d.Sink, d.Pending)
			}
		}
		stop()
	}
	_, stop := spool(t, path, a, b)
	defer stop()
	eventually(t, "all is sent", func() bool { return len(a.taken()) >= len(want) && len(b.taken()) >= len(want) })
	for _, h := range []*heap{a, b} {
		if got := h.taken(); !slices.Equal(got, want) {
			t.Errorf("%s took %d notices, want %d, each once and in order", h.name, len(got), len(want))
		}
	}
}

// TestSpoolOrder: what a sink refuses for good holds up nothing else, and of heartbeats that wait the newest is kept.
func TestSpoolOrder(t *testing.T) {
	var bad string
	var mu sync.Mutex
	down := true
	h := &heap{name: "h", mood: func(m Message) error {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case down:
			return errors.New("down")
		case m.ID == bad:
			return refusedError{errors.New("400")}
		}
		return nil
	}}
	o, stop := spool(t, filepath.Join(t.TempDir(), "post.db"), h)
	defer stop()
	mu.Lock()
	bad = o.add(StrayCell, Warning)
	mu.Unlock()
	for range 10 {
		o.add(Heartbeat, Minor)
	}
	last := []string{o.add(Heartbeat, Minor), o.add(Deaf, Critical)}
	if n := o.deliveries()[0].Pending; n > 4 {
		t.Errorf("%d wait", n)
	}
	mu.Lock()
	down = false
	mu.Unlock()
	eventually(t, "the others are sent", func() bool { return len(h.taken()) >= 2 })
	if got := h.taken(); !slices.Equal(got[len(got)-2:], last) {
		t.Errorf("took %v, want %v at the end", got, last)
	}
	if d := o.deliveries()[0]; d.Pending != 1 {
		t.Errorf("%d wait, want the refused one", d.Pending)
	}
}

// TestSpoolBound: a link that is down for months does not fill memory, and what goes is not the gravest.
func TestSpoolBound(t *testing.T) {
	l := &lane{wake: make(chan struct{}, 1)}
	gone := 0
	for n := range maxQueue + 100 {
		s := Warning
		if n < 50 {
			s = Critical
		}
		for _, m := range l.put(&message{Message: Message{ID: fmt.Sprint(n), Severity: s}}) {
			if gone++; m.Severity == Critical {
				t.Errorf("%s was dropped", m.ID)
			}
		}
	}
	if len(l.queue) != maxQueue || gone != 100 || l.dropped != 100 {
		t.Errorf("%d wait, %d dropped", len(l.queue), gone)
	}
}

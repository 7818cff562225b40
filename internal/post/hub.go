package post

import (
	"fmt"
	"sync"
)

// hub hands events to whoever listens. It never waits: a listener that is too slow is cut off, and starts over with the whole state.
type hub struct {
	mu   sync.Mutex
	all  map[*listener]bool
	cuts int64
}

// listener is one client of the stream.
type listener struct {
	events chan []byte
	gone   chan struct{} // closed when it was too slow
}

const (
	maxListeners = 16
	maxBehind    = 1024 // events
)

func newHub() *hub { return &hub{all: map[*listener]bool{}} }

// join is nil when there are too many.
func (h *hub) join() *listener {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.all) >= maxListeners {
		return nil
	}
	l := &listener{make(chan []byte, maxBehind), make(chan struct{})}
	h.all[l] = true
	return l
}

func (h *hub) leave(l *listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.all, l)
}

// publish sends a line of JSON under an event's name.
func (h *hub) publish(kind string, text []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.all) == 0 {
		return
	}
	frame := sse(kind, text)
	for l := range h.all {
		select {
		case l.events <- frame:
		default:
			delete(h.all, l)
			close(l.gone)
			h.cuts++
		}
	}
}

func (h *hub) count() (now int, cuts int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.all), h.cuts
}

// sse is a server-sent event, HTML Living Standard §9.2. A line of JSON has no line breaks.
func sse(kind string, text []byte) []byte {
	return fmt.Appendf(nil, "event: %s\ndata: %s\n\n", kind, text)
}

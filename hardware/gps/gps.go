// Package gps knows where the receiver is: from gpsd, or from a receiver's NMEA sentences on a serial line.
//
// A position is only told where it is known. Receivers are believed with reserve: they lose their fix indoors and repeat the
// last one, jump kilometres when a reflection or a jammer takes over, and tell times that are 1024 weeks off. What is not
// believed is said, as a warning, and the position is unknown while that lasts.
package gps

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/straycell/straycell/radio"
)

// Receiver follows one receiver until it is closed. It is a radio.Locator and a radio.Warner.
type Receiver struct {
	uri   string
	from  string
	dial  func() (line, error)
	stop  chan struct{}
	ended chan struct{}

	mu       sync.Mutex
	current  line
	track    track
	warnings []radio.Warning
	down     bool
}

// line is a connection that reports come from.
type line interface {
	// next waits for a report, not much longer than silence.
	next() (report, error)
	Close() error
}

const (
	silence    = 2 * time.Second // without a report for so long the line is asked again whether it lives
	retryEvery = 2 * time.Second
)

// Open starts following a receiver: "gpsd://" or "gpsd://host:port", "nmea:/dev/ttyACM0" or "nmea:COM3?baud=4800". It does
// not wait for it: a receiver that is not there yet is tried again and again.
func Open(uri string) (*Receiver, error) {
	r := &Receiver{uri: uri, stop: make(chan struct{}), ended: make(chan struct{})}
	scheme, rest, _ := strings.Cut(uri, ":")
	switch scheme {
	case "gpsd":
		host := strings.Trim(rest, "/")
		if host == "" {
			host = "localhost"
		}
		if _, _, err := net.SplitHostPort(host); err != nil {
			host = net.JoinHostPort(strings.Trim(host, "[]"), "2947")
		}
		r.from, r.dial = "gpsd", func() (line, error) { return dialGPSD(host) }
	case "nmea":
		port, query, _ := strings.Cut(rest, "?")
		values, err := url.ParseQuery(query)
		baud := 9600
		if b := values.Get("baud"); err == nil && b != "" {
			baud, err = strconv.Atoi(b)
		}
		if err != nil || port == "" || baud < 300 || baud > 4000000 {
			return nil, &URIError{uri}
		}
		r.from, r.dial = "nmea", func() (line, error) { return openSerial(port, baud) }
	default:
		return nil, &URIError{uri}
	}
	go r.follow()
	return r, nil
}

// URIError is a receiver's name that cannot be right.
type URIError struct{ URI string }

func (e *URIError) Error() string {
	return fmt.Sprintf("gps %s: type gpsd:// or gpsd://host:2947 for gpsd, nmea:/dev/ttyACM0 or nmea:COM3?baud=4800 for a receiver", e.URI)
}

// follow reads reports and comes back when the line goes away.
func (r *Receiver) follow() {
	defer close(r.ended)
	for {
		l, err := r.dial()
		if err == nil {
			r.mu.Lock()
			r.current = l
			r.mu.Unlock()
			err = r.read(l)
			l.Close()
		}
		select {
		case <-r.stop:
			return
		default:
		}
		r.gone(err)
		select {
		case <-r.stop:
			return
		case <-time.After(retryEvery):
		}
	}
}

func (r *Receiver) read(l line) error {
	for {
		rep, err := l.next()
		select {
		case <-r.stop:
			return nil
		default:
		}
		if err != nil && !isSilence(err) {
			return err
		}
		r.mu.Lock()
		if err == nil {
			r.down = false
			r.track.add(rep)
		} else {
			r.track.quiet(time.Now())
		}
		r.mu.Unlock()
	}
}

// gone says once that the receiver cannot be reached.
func (r *Receiver) gone(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.track.quiet(time.Now())
	if !r.down {
		r.down = true
		r.warnings = append(r.warnings, radio.Warning{Text: fmt.Sprintf("gps %s: %v: tried again every %v", r.uri, err, retryEvery)})
	}
}

// Where tells where the receiver was at a time, by the computer's clock; a zero time is now.
func (r *Receiver) Where(_ float64, at time.Time) (radio.Fix, bool) {
	if at.IsZero() {
		at = time.Now()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	f, ok := r.track.at(at)
	f.From = r.from
	return f, ok
}

// Warnings returns what is not believed, and since when it is again, since the last call.
func (r *Receiver) Warnings() []radio.Warning {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.warnings
	r.warnings = nil
	for _, text := range r.track.said() {
		w = append(w, radio.Warning{Text: "gps: " + text})
	}
	return w
}

// Close stops following.
func (r *Receiver) Close() error {
	close(r.stop)
	r.mu.Lock()
	if r.current != nil {
		r.current.Close()
	}
	r.mu.Unlock()
	select {
	case <-r.ended:
	case <-time.After(time.Second): // a serial driver that hangs
	}
	return nil
}

package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
)

// commitEvery is how often what came is made to last: what a power cut takes is this and what a commit takes.
const commitEvery = 500 * time.Millisecond

// Bounds of what waits to be written, in octets of memory: a survey waits for its store above the first; while the disk
// refuses, above the second looks are dropped, and counted.
const (
	waitAbove = 8 << 20
	dropAbove = 64 << 20
	giveUp    = 2 // times dropAbove: events are dropped too
)

// Writer keeps a survey in a file. Take is the sink; it waits for a slow disk, but never for one that refuses: then the
// survey goes on, Alarm says so, and what memory holds is written once the disk takes it again.
type Writer struct {
	path  string
	opt   Options
	db    *sql.DB
	conn  *sql.Conn // nil: to be opened, or opened anew after it failed
	made  bool      // the file is ours
	stop  chan struct{}
	wake  chan struct{}
	ended chan struct{}

	thin thinner // the goroutine's alone

	mu      sync.Mutex
	room    *sync.Cond
	queue   []insert
	waiting int     // octets in queue
	failing error   // why the disk refused; nil: it does not
	hole    *hole   // what was dropped since
	err     error   // why nothing can be written any more
	ids     ids     // of what was queued
	look    *looked // the newest look, whose news are still to come
	closed  bool
}

// Options say what a survey is about and how it is kept.
type Options struct {
	Meta     Meta
	MaxBytes int64             // of the file: above it, repeated looks are thinned; 0: DefaultMaxBytes
	Alarm    func(text string) // the disk refuses, or takes again; may be called from another goroutine

	vfs       string // for tests, as are these
	dropAbove int
	every     time.Duration
}

// DefaultMaxBytes is where thinning begins.
const DefaultMaxBytes = 160e6

// insert is one row on its way.
type insert struct {
	sql  string
	args []any
	size int
}

// hole is what could not be kept.
type hole struct {
	id            int64
	fromS, toS    float64
	looks, events int
	why           string
}

// ids gives every row its number before it is written: a batch is written again as it is when it failed, or seemed to.
type ids struct {
	look, event, message, tuning, hole int64
	tunings                            map[radio.Tuning]int64
	messages                           map[[sha256.Size]byte]int64
	judged                             map[string]string
	best                               map[string]lte.Observation
}

// looked is a look and what makes it worth keeping.
type looked struct {
	l    survey.Look
	id   int64
	keep bool
}

// Create begins a survey's file. A file that exists is never touched. A disk that is full or cannot be written is no error:
// the survey goes on, and its file is begun once that is possible.
func Create(path string, opt Options) (*Writer, error) {
	if opt.MaxBytes == 0 {
		opt.MaxBytes = DefaultMaxBytes
	}
	if opt.every == 0 {
		opt.every = commitEvery
	}
	if opt.dropAbove == 0 {
		opt.dropAbove = dropAbove
	}
	if opt.Alarm == nil {
		opt.Alarm = func(string) {}
	}
	w := &Writer{path: path, opt: opt, stop: make(chan struct{}), wake: make(chan struct{}, 1), ended: make(chan struct{})}
	w.room = sync.NewCond(&w.mu)
	w.ids = ids{tunings: map[radio.Tuning]int64{}, messages: map[[sha256.Size]byte]int64{}, judged: map[string]string{}, best: map[string]lte.Observation{}}
	w.thin = thinner{max: opt.MaxBytes}
	w.put("INSERT OR REPLACE INTO shape VALUES (1, ?)", restShape)
	w.put("INSERT OR REPLACE INTO shape VALUES (2, ?)", contentShape)
	r := opt.Meta.Radio
	w.put("INSERT OR REPLACE INTO radio VALUES (1, ?, ?, ?, ?, ?)", r.URI, r.Driver, r.Serial, r.Bits, r.PPM)
	for name, value := range opt.Meta.rows() {
		w.put("INSERT OR REPLACE INTO survey VALUES (?, ?)", name, value)
	}
	if err := w.begin(); err != nil {
		if !refused(err) {
			return nil, fmt.Errorf("store: create %s: %w", path, err)
		}
		w.refuse(err)
	}
	w.flush()
	go w.run()
	return w, nil
}

// put queues a row; mu is held, or nobody else knows w.
func (w *Writer) put(text string, args ...any) {
	in := insert{text, args, 100}
	for _, a := range args {
		switch a := a.(type) {
		case string:
			in.size += len(a)
		case []byte:
			in.size += len(a)
		default:
			in.size += 16
		}
	}
	w.queue = append(w.queue, in)
	w.waiting += in.size
}

// Take is a survey's sink. Its only error is a file that can never be written again.
func (w *Writer) Take(e survey.Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.waiting > waitAbove && w.failing == nil && w.err == nil && !w.closed {
		w.room.Wait()
	}
	switch e := e.(type) {
	case survey.Look:
		w.settle()
		w.ids.look++
		w.look = &looked{l: e, id: w.ids.look}
	case survey.Progress:
		w.settle() // the look's news are complete
	case survey.Candidate: // in the look
	case survey.Cell:
		w.judged(e)
	case survey.Change:
		if w.look != nil {
			w.look.keep = true
		}
		w.event("change", e.TS, e.Transmitter, e)
	case survey.Alert:
		w.event("alert", e.TS, e.Cell.Transmitter, e)
	case survey.Gap:
		w.settle()
		w.event("gap", e.TS, "", e)
	case survey.Error:
		w.settle()
		w.event("error", e.TS, "", e)
	case survey.Transmitter:
		w.event("transmitter", e.TS, e.ID, e)
	case survey.Sweep:
		w.settle()
		w.event("sweep", e.TS, "", e)
	}
	return w.err
}

// event queues an event as its line of JSON.
func (w *Writer) event(kind string, tS float64, transmitter string, e survey.Event) {
	text, err := json.Marshal(e)
	if err != nil { // no event of ours
		return
	}
	if w.failing != nil && w.hole != nil && w.waiting > giveUp*w.opt.dropAbove {
		w.hole.events++
		return
	}
	w.ids.event++
	w.put("INSERT OR REPLACE INTO event VALUES (?, ?, ?, ?, ?, ?)", w.ids.event, w.ids.look, kind, tS, transmitter, string(text))
}

// judged keeps a cell when what is held of it changed, and at the end.
func (w *Writer) judged(c survey.Cell) {
	if w.look == nil {
		w.event("cell", c.TS, c.Transmitter, c)
		return
	}
	findings, _ := json.Marshal(c.Findings)
	eci := int64(-1)
	if c.ECI != nil {
		eci = int64(*c.ECI)
	}
	cell := fmt.Sprint(c.Transmitter, " ", eci)
	is := fmt.Sprint(c.Known, c.Level, c.Score, string(findings))
	if w.ids.judged[cell] == is {
		return
	}
	w.ids.judged[cell], w.look.keep = is, true
	w.event("verdict", c.TS, c.Transmitter, c)
}

// settle queues the newest look.
func (w *Writer) settle() {
	k := w.look
	if k == nil {
		return
	}
	w.look = nil
	if w.failing != nil && w.waiting > w.opt.dropAbove {
		w.drop(k)
		return
	}
	l := &k.l
	tuning := w.tuning(l.Tuning)
	var rows [][]any
	for i, o := range l.Obs[:min(len(l.Obs), maxObs)] {
		k.keep = w.better(o) || k.keep
		rows = append(rows, row(k.id*maxObs+int64(i), l, o, func(o *lte.Observation, m message) int64 {
			id, isNew := w.message(k.id, o, m)
			k.keep = k.keep || isNew
			return id
		}))
	}
	var at any
	if !l.Time.IsZero() {
		at = l.Time.UnixNano()
	}
	w.put("INSERT OR REPLACE INTO look VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", k.id, l.StartS, l.EndS, l.First, at, tuning, l.Fraction, l.Failed, k.keep)
	if f := l.Fix; f != nil {
		w.put("INSERT OR REPLACE INTO fix VALUES (?, ?, ?, ?, ?, ?, ?)", k.id, f.Lat, f.Lon, f.ErrM, f.HDOP, int64(f.Age), f.From)
	}
	for _, r := range rows {
		w.put(insertObservation, r...)
	}
}

var insertObservation = "INSERT OR REPLACE INTO observation (" + observationColumns + ") VALUES (" + string(bytes.Repeat([]byte("?,"), 26)) + "?)"

// drop counts a look that memory does not hold until the disk takes it.
func (w *Writer) drop(k *looked) {
	if w.hole == nil {
		w.ids.hole++
		w.hole = &hole{id: w.ids.hole, fromS: k.l.StartS, why: w.failing.Error()}
	}
	w.hole.toS = k.l.EndS
	w.hole.looks++
}

// better tells whether an observation is the one to trust of its PCI and carrier, by the register's measure.
func (w *Writer) better(o lte.Observation) bool {
	key := fmt.Sprint(o.PCI, o.FreqHz, o.Duplex)
	b, ok := w.ids.best[key]
	if ok && (o.MIBCRCs < b.MIBCRCs || o.MIBCRCs == b.MIBCRCs && o.Signal.SINRdB < b.Signal.SINRdB) {
		return false
	}
	if !ok && len(w.ids.best) >= maxKnown {
		return false
	}
	o.SystemInfo, o.MIB = lte.SystemInfo{}, nil
	w.ids.best[key] = o
	return true
}

// maxKnown bounds what is remembered of what was written: hostile air can make up any number of cells and messages.
const maxKnown = 1 << 17

func (w *Writer) tuning(t radio.Tuning) int64 {
	id, ok := w.ids.tunings[t]
	if ok {
		return id
	}
	if len(w.ids.tunings) >= maxKnown { // a gain that never settles
		clear(w.ids.tunings)
	}
	w.ids.tuning++
	w.ids.tunings[t] = w.ids.tuning
	w.put("INSERT OR REPLACE INTO tuning VALUES (?, 1, ?, ?, ?, ?, ?)", w.ids.tuning, t.FreqHz, t.RateHz, t.BandHz, t.GainDB, t.Auto)
	return w.ids.tuning
}

// message queues a message unless this cell's is there already.
func (w *Writer) message(look int64, o *lte.Observation, m message) (id int64, isNew bool) {
	packed := pack(nil, reflect.ValueOf(m.content))
	h := sha256.New()
	fmt.Fprintf(h, "%v %d %d %v %d ", o.FreqHz, o.PCI, m.entry, m.octets == nil, len(m.octets))
	h.Write(m.octets)
	h.Write(packed)
	key := [sha256.Size]byte(h.Sum(nil))
	if id, ok := w.ids.messages[key]; ok {
		return id, false
	}
	if len(w.ids.messages) >= maxKnown {
		clear(w.ids.messages)
	}
	w.ids.message++
	w.ids.messages[key] = w.ids.message
	w.put("INSERT OR REPLACE INTO message VALUES (?, ?, ?, ?, ?, ?, ?)", w.ids.message, look, o.FreqHz, int(o.PCI), m.entry, m.octets, packed)
	return w.ids.message, true
}

// Close writes what is left and makes one file of it. What could not be written is its error.
func (w *Writer) Close() error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return nil
	}
	w.closed = true
	w.settle()
	w.put("INSERT OR REPLACE INTO survey VALUES ('closed', 'true')")
	w.room.Broadcast()
	w.mu.Unlock()
	close(w.stop)
	<-w.ended
	w.flush()
	defer w.lose()
	if w.failing != nil {
		return fmt.Errorf("store: %s: the end of the survey is not stored: %w", w.path, w.failing)
	}
	if _, err := w.conn.ExecContext(context.Background(), "PRAGMA journal_mode=DELETE"); err != nil && !busy(err) { // busy: someone reads it; what is there is safe
		return fmt.Errorf("store: %s: %w", w.path, err)
	}
	return nil
}

package export

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/straycell/straycell/internal/store"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
)

// About says what evidence is of.
type About struct {
	Meta  store.Meta    // of the survey, as its store has it
	Rules string        // the user's changes to the rules; "": none
	Told  func(Written) // a bundle was written, or could not be; called from another goroutine; may be nil
}

// Written is what became of one bundle.
type Written struct {
	Cell   survey.Cell
	Path   string
	Number int
	Err    error
}

// Keeper makes a bundle of evidence of every alert of a survey, and of a cell when asked. It holds a bounded stretch of
// samples and of history; writing goes on beside the survey, which never waits for it.
type Keeper struct {
	folder *Folder
	about  About
	cfg    survey.Config
	ring   ring

	// What follows is the goroutine's that takes the survey's events.
	within bool // a look: what is told now is news of it
	look   survey.Look
	looks  []survey.Look // the newest, without what other cells said
	trails map[string]*trail
	track  []Point
	events []survey.Event // changes and alerts
	ppms   map[string]float64
	made   map[subject]float64
	due    []due

	mu    sync.Mutex
	asked []survey.Cell

	jobs  chan *material
	ended chan struct{}
	errs  []error // the writing goroutine's, until ended
}

// subject names a cell: one transmitter and identity.
type subject struct {
	transmitter string
	eci         int64
}

func subjectOf(c *survey.Cell) subject {
	s := subject{c.Transmitter, -1}
	if c.ECI != nil {
		s.eci = int64(*c.ECI)
	}
	return s
}

// due is a bundle that waits for what comes after the alert.
type due struct {
	cell survey.Cell
	atS  float64
	endS float64
}

const (
	beforeS  = 3   // samples of so long before an alert are part of it
	afterS   = 1   // and so long after it
	againS   = 600 // a cell that goes on being one is not told of more often
	iqBytes  = 48 << 20
	maxJobs  = 3
	maxLooks = 512
	maxTrack = 20000
	maxNews  = 10000
)

// SinkName is the name of what keeps evidence of one survey.
const SinkName = "evidence"

// Attach makes a survey keep evidence: it adds a sink and a tap. The rest of the Config must be complete.
func Attach(cfg *survey.Config, folder *Folder, about About) *Keeper {
	k := newKeeper(cfg, folder, about)
	k.jobs, k.ended = make(chan *material, maxJobs), make(chan struct{})
	go k.write()
	cfg.Tap = k.ring.add
	cfg.Sinks = append(cfg.Sinks, survey.Sink{Name: SinkName, Live: true, Looks: true, Take: k.take})
	return k
}

func newKeeper(cfg *survey.Config, folder *Folder, about About) *Keeper {
	k := &Keeper{folder: folder, about: about, cfg: *cfg, trails: map[string]*trail{}, ppms: map[string]float64{}, made: map[subject]float64{}}
	k.cfg.Sinks = nil
	k.ring.limit = ringBytes
	return k
}

// Keep asks for a bundle of a cell as it stands. It never waits; Told says what became of it.
func (k *Keeper) Keep(c survey.Cell) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.asked) < maxJobs {
		k.asked = append(k.asked, c)
	}
}

// Close waits for what is being written. The survey must be over.
func (k *Keeper) Close() error {
	close(k.jobs)
	<-k.ended
	return errors.Join(k.errs...)
}

// write writes bundles one after the other.
func (k *Keeper) write() {
	defer close(k.ended)
	for m := range k.jobs {
		w := k.folder.write(context.Background(), m)
		if w.Err != nil {
			k.errs = append(k.errs, w.Err)
		}
		if k.about.Told != nil {
			k.about.Told(w)
		}
	}
}

// take takes the survey's events.
func (k *Keeper) take(e survey.Event) error {
	switch e := e.(type) {
	case survey.Look:
		k.within = true
		k.ready(e.StartS)
		k.seen(e)
	case survey.Cell:
		if k.within { // at the end every cell is told once more
			k.cell(&e)
		}
	case survey.Change:
		if t := k.trails[e.From]; e.What == "joined" && t != nil {
			k.joined(e.From, e.Transmitter)
		}
		k.news(e)
	case survey.Alert:
		k.news(e)
		if was, ok := k.made[subjectOf(&e.Cell)]; !ok || e.TS >= was+againS {
			k.made[subjectOf(&e.Cell)] = e.TS
			k.due = append(k.due, due{e.Cell, e.TS, e.TS + afterS})
		}
	case survey.Progress:
		k.within = false
		k.mu.Lock()
		asked := k.asked
		k.asked = nil
		k.mu.Unlock()
		for _, c := range asked {
			k.due = append(k.due, due{c, e.TS, e.TS})
		}
	case survey.Sweep:
		k.ready(math.Inf(1))
	}
	return nil
}

func (k *Keeper) news(e survey.Event) {
	if k.events = append(k.events, e); len(k.events) > maxNews {
		k.events = slices.Delete(k.events, 0, maxNews/2)
	}
}

// seen notes a look.
func (k *Keeper) seen(l survey.Look) {
	k.look = l
	if k.looks = append(k.looks, l); len(k.looks) > maxLooks {
		k.looks = slices.Delete(k.looks, 0, maxLooks/4)
	}
	if l.Fix != nil {
		if k.track = append(k.track, pointOf(&l)); len(k.track) > maxTrack {
			k.track = thinned(k.track)
		}
	}
}

// cell notes a cell's newest measurement. Of cells that may become evidence, the samples in which they said who they are stay
// longer than others.
func (k *Keeper) cell(c *survey.Cell) {
	t := k.trails[c.Transmitter]
	if t == nil {
		if len(k.trails) >= maxTrails {
			return
		}
		t = &trail{said: map[string]int{}}
		k.trails[c.Transmitter] = t
	}
	t.add(c)
	if c.EARFCN != nil && c.CFOHz != nil {
		k.ppms[c.Transmitter] = *c.CFOHz / c.FreqHz * 1e6
	}
	if c.Known != "unknown" && c.Level == "normal" {
		return
	}
	for i := range k.look.Obs {
		o := &k.look.Obs[i]
		if !about(c, o) {
			continue
		}
		fresh := false
		for _, octets := range saidIn(o) {
			if key := string(octets); t.said[key] < saidTimes && len(t.said) < maxSaid {
				t.said[key]++
				fresh = true
			}
		}
		if fresh {
			k.mark(&k.look)
			k.markMIB(c)
		}
	}
}

func (k *Keeper) mark(l *survey.Look) {
	k.ring.mark(l.First, l.First+int64((l.EndS-l.StartS)*l.Tuning.RateHz))
}

// markMIB marks the newest look with a cell's MIB: in a narrow window SIB1 is read by the timing that another look told.
func (k *Keeper) markMIB(c *survey.Cell) {
	for i := len(k.looks) - 1; i >= 0; i-- {
		for n := range k.looks[i].Obs {
			if o := &k.looks[i].Obs[n]; about(c, o) && o.MIB != nil {
				k.mark(&k.looks[i])
				return
			}
		}
	}
}

// joined moves what is known of a transmitter to the one that it turned out to be.
func (k *Keeper) joined(from, to string) {
	t := k.trails[from]
	delete(k.trails, from)
	if u := k.trails[to]; u != nil {
		u.levels = append(u.levels, t.levels...)
		slices.SortStableFunc(u.levels, func(a, b Level) int { return cmp.Compare(a.AtS, b.AtS) })
		return
	}
	k.trails[to] = t
}

// ready hands over the bundles whose time has come.
func (k *Keeper) ready(nowS float64) {
	k.due = slices.DeleteFunc(k.due, func(d due) bool {
		if nowS < d.endS {
			return false
		}
		select {
		case k.jobs <- k.material(d):
		default: // the disk or the processor does not keep up with alerts: this one stays what the survey says of it
			if k.about.Told != nil {
				k.about.Told(Written{Cell: d.cell, Err: errors.New("evidence: too many alerts at once: this one was not kept")})
			}
		}
		return true
	})
}

// material is what a bundle is made of.
type material struct {
	cell   survey.Cell
	atS    float64
	about  About
	cfg    survey.Config
	pieces []*piece
	noIQ   string // why there are no samples
	looks  []survey.Look
	levels []Level
	track  []Point
	events []survey.Event
	ppm    *float64 // of the radio, as cells told it
	cells  int      // how many
}

func (k *Keeper) material(d due) *material {
	m := &material{cell: d.cell, atS: d.atS, about: k.about, cfg: k.cfg, looks: slices.Clone(k.looks), track: slices.Clone(k.track), events: slices.Clone(k.events)}
	if t := k.trails[d.cell.Transmitter]; t != nil {
		m.levels = slices.Clone(t.levels)
	}
	half := float64(max(6, d.cell.PRB)) * 90e3
	first := k.look.First - int64((k.look.StartS-d.atS+beforeS)*k.look.Tuning.RateHz)
	if m.pieces = k.ring.take(d.cell.FreqHz, half, first, iqBytes); len(m.pieces) == 0 {
		m.noIQ = "the survey had no samples of it"
	}
	m.ppm, m.cells = median(k.ppms)
	return m
}

// median is the radio's error as cells told it, nil if none did.
func median(ppms map[string]float64) (*float64, int) {
	var all []float64
	for _, v := range ppms {
		all = append(all, v)
	}
	if len(all) == 0 {
		return nil, 0
	}
	slices.Sort(all)
	v := math.Round(all[len(all)/2]*1e4) / 1e4
	return &v, len(all)
}

// Point is where the receiver was.
type Point struct {
	AtS  float64
	Time time.Time
	Fix  radio.Fix
}

func pointOf(l *survey.Look) Point {
	return Point{AtS: (l.StartS + l.EndS) / 2, Time: l.Time, Fix: *l.Fix}
}

// thinned is every second of a list.
func thinned[T any](list []T) []T {
	n := 0
	for i := 0; i < len(list); i += 2 {
		list[n] = list[i]
		n++
	}
	return list[:n]
}

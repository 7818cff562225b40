package tui

import (
	"maps"
	"math"
	"sync"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/survey"
)

// inbox is where events coalesce between two frames: the survey puts, the screen takes, and neither waits for the other.
// However slow the terminal, it holds one event per cell and a bounded number of others.
type inbox struct {
	mu   sync.Mutex
	prey *prey // whose levels are wanted; nil: nobody's
	news news
}

// news is what happened since the screen last looked.
type news struct {
	cells    map[id]survey.Cell
	ghosts   map[ghost]survey.Candidate
	unmasked []string // transmitters that were taken for cells and are ghosts
	alerts   []survey.Cell
	views    []survey.Progress
	levels   []level
	sweep    *survey.Sweep
	lost     int64
	errors   []survey.Error
	note     string
	now      float64
	ended    bool
	err      error
}

// Bounds on what waits for a terminal that takes nothing.
const (
	maxViews  = 64
	maxLevels = 512
	maxErrors = 16
	maxAlerts = 512
)

// id tells one (transmitter, identity) from another.
type id struct {
	transmitter string
	eci         int64 // -1: not read
}

// ghost tells one image of a cell from another.
type ghost struct {
	pci    int
	freqHz float64
}

func idOf(c *survey.Cell) id {
	if c.ECI == nil {
		return id{c.Transmitter, -1}
	}
	return id{c.Transmitter, int64(*c.ECI)}
}

// prey is who is hunted.
type prey struct {
	pci    int
	freqHz float64
}

// level is how strongly the hunted cell was heard in one look; heard is false where it was not.
type level struct {
	s, dB, sinrDB float64
	heard         bool
}

// maxDB is beyond every level that a receiver could tell.
const maxDB = 1000

// nearHz is how far a carrier may be received from where the hunted one is.
const nearHz = 150e3

func (in *inbox) hunt(p *prey) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.prey, in.news.levels = p, nil
}

// aim goes on with the hunt under another name.
func (in *inbox) aim(p *prey) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.prey = p
}

func (in *inbox) put(e survey.Event) {
	in.mu.Lock()
	defer in.mu.Unlock()
	n := &in.news
	switch e := e.(type) {
	case survey.Cell:
		if n.cells == nil {
			n.cells = map[id]survey.Cell{}
		}
		n.cells[idOf(&e)] = e
		n.now = max(n.now, e.TS)
	case survey.Candidate:
		if e.Ghost != "" {
			if n.ghosts == nil {
				n.ghosts = map[ghost]survey.Candidate{}
			}
			if k := (ghost{e.PCI, e.FreqHz}); len(n.ghosts) < maxGhosts || n.ghosts[k].Ghost != "" {
				n.ghosts[k] = e
			}
		}
	case survey.Change:
		if e.What == "ghost" {
			n.unmasked = append(n.unmasked, e.Transmitter)
			maps.DeleteFunc(n.cells, func(k id, _ survey.Cell) bool { return k.transmitter == e.Transmitter })
		}
	case survey.Alert:
		n.alerts = add(n.alerts, e.Cell, maxAlerts)
	case survey.Look:
		if l, ok := in.listen(&e); ok {
			n.levels = add(n.levels, l, maxLevels)
		}
	case survey.Progress:
		n.view(e)
	case survey.Gap:
		n.lost += e.Lost
	case survey.Error:
		n.errors = add(n.errors, e, maxErrors)
	case survey.Sweep:
		n.sweep = &e
		n.now = max(n.now, e.TS)
	}
}

// add appends, and lets the oldest go where there are too many.
func add[T any](to []T, v T, most int) []T {
	if len(to) >= most {
		to = to[1:]
	}
	return append(to, v)
}

// view keeps the newest progress of each source and tuning.
func (n *news) view(p survey.Progress) {
	n.now = max(n.now, p.TS)
	for i := range n.views {
		if n.views[i].FreqHz == p.FreqHz && sourceOf(&n.views[i]) == sourceOf(&p) {
			if p.PSD == nil {
				p.PSD = n.views[i].PSD
			}
			n.views = append(n.views[:i], n.views[i+1:]...) // the newest is last
			break
		}
	}
	n.views = add(n.views, p, maxViews)
}

func sourceOf(p *survey.Progress) string {
	if p.Status == nil {
		return ""
	}
	return p.Status.Source
}

// listen is the hunted cell's level in a look that could hold it. Gain is taken out: where it follows the signal, levels would
// stand still while one walks.
func (in *inbox) listen(e *survey.Look) (level, bool) {
	p := in.prey
	if p == nil || math.Abs(e.Tuning.FreqHz-p.freqHz) > e.Tuning.RateHz/2 {
		return level{}, false
	}
	out := level{s: e.EndS}
	if s, ok := Level(e, Prey{p.pci, p.freqHz}); ok && math.Abs(s.RSRPdBFS-e.Tuning.GainDB) < maxDB {
		out.heard, out.dB, out.sinrDB = true, s.RSRPdBFS-e.Tuning.GainDB, s.SINRdB
	}
	return out, true
}

// Level is how strongly a look heard a cell: the strongest of that PCI on the carrier, whether or not it told more. Where only
// SIB1 was looked for no level was measured, and it is 0.
func Level(e *survey.Look, p Prey) (out lte.Signal, heard bool) {
	for i := range e.Obs {
		o := &e.Obs[i]
		if s := o.Signal; int(o.PCI) == p.PCI && math.Abs(o.FreqHz+s.CFOHz-p.FreqHz) < nearHz && o.Ghost == "" &&
			s.RSRPdBFS < 0 && !math.IsInf(s.RSRPdBFS, 0) && (!heard || s.RSRPdBFS > out.RSRPdBFS) {
			out, heard = s, true
		}
	}
	return out, heard
}

func (in *inbox) note(text string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.news.note = text
}

func (in *inbox) end(err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.news.ended, in.news.err = true, err
}

func (in *inbox) take() news {
	in.mu.Lock()
	defer in.mu.Unlock()
	n := in.news
	in.news = news{}
	return n
}

package tui

import (
	"maps"
	"sync"

	"github.com/straycell/straycell/internal/survey"
)

// inbox is where events coalesce between two frames: the survey puts, the screen takes, and neither waits for the other.
// However slow the terminal, it holds one event per cell and a few counts.
type inbox struct {
	mu   sync.Mutex
	news news
}

// news is what happened since the screen last looked.
type news struct {
	cells    map[id]survey.Cell
	ghosts   map[ghost]survey.Candidate
	unmasked []string // transmitters that were taken for cells and are ghosts
	progress *survey.Progress
	sweep    *survey.Sweep
	lost     int64
	message  string // the latest
	now      float64
	ended    bool
	err      error
}

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
			n.ghosts[ghost{e.PCI, e.FreqHz}] = e
		}
	case survey.Change:
		if e.What == "ghost" {
			n.unmasked = append(n.unmasked, e.Transmitter)
			maps.DeleteFunc(n.cells, func(k id, _ survey.Cell) bool { return k.transmitter == e.Transmitter })
		}
	case survey.Progress:
		if e.PSD == nil && n.progress != nil {
			e.PSD = n.progress.PSD
		}
		n.progress = &e
		n.now = max(n.now, e.TS)
	case survey.Gap:
		n.lost += e.Lost
	case survey.Error:
		n.message = e.Text
	case survey.Sweep:
		n.sweep = &e
		n.now = max(n.now, e.TS)
	}
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

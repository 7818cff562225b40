package survey

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/narrow"
)

// line is the belt between the reader, the decode workers and the one goroutine that owns register and verdict. The samples
// of looks go round between reader and workers: each has one.
type line struct {
	free  chan *look
	jobs  chan *item
	order chan *item // looks and news in the order of the signal, whoever decodes them
	gone  chan struct{}
}

// item is one thing on the line: a look on its way through a worker, or news that need no decoding.
type item struct {
	look     *look         // the worker's alone
	of       look          // the same without its samples, which go on before the others' turn
	ready    chan struct{} // closed once a worker is done with the look; nil: news
	fraction float64
	sweep    sweepState
	aim      aim // at what the cells before it told
	depth    depth
	obs      []lte.Observation
	psd      []float32
	repeats  float64 // what of the look repeats itself as OFDM does; see repeats
	fault    *fault
	dropped  bool // not decoded: the survey was over
	held     bool // look still has its samples: its worker left it to the judge

	event Event
	asked *question
}

// depth says what is looked for in a look.
type depth uint8

const (
	everything depth = iota
	cellsOnly        // a quick look for cells: what they broadcast is read when it is their turn
	windowOnly       // a window that cells asked for: nothing but their SIB1
)

// fault is a panic inside a decoder.
type fault struct {
	text  string
	stack string
}

func newLine(workers int) *line {
	l := &line{
		free:  make(chan *look, workers+1),
		jobs:  make(chan *item, workers+2),
		order: make(chan *item, workers+2),
		gone:  make(chan struct{}),
	}
	for range cap(l.free) {
		l.free <- &look{}
	}
	return l
}

// take waits for a free look; nil when the survey ends.
func (l *line) take(ctx context.Context) *look {
	select {
	case x := <-l.free:
		return x
	case <-ctx.Done():
		return nil
	}
}

// send puts an item on the line, or drops it when nobody is there any more.
func (l *line) send(it *item) {
	select {
	case l.order <- it:
	case <-l.gone:
	}
}

// work is one decode worker.
func (l *line) work(ctx context.Context, cfg *Config, wg *sync.WaitGroup) {
	defer wg.Done()
	looker, psd := cfg.NewLooker(cfg.Decode), newSpectrum()
	for it := range l.jobs {
		if ctx.Err() != nil {
			it.dropped = true // nothing is begun after an interrupt
		} else {
			if it.depth != windowOnly && !it.decode(ctx, looker) {
				looker = cfg.NewLooker(cfg.Decode) // a panic leaves its scratch in an unknown state
			}
			it.psd, it.repeats = psd.of(it.look.IQ), repeats(it.look.IQ, it.look.Tuning.RateHz)
		}
		if it.held = cfg.narrow && it.depth != cellsOnly && narrow.Reads(it.look.Tuning.RateHz); !it.held {
			l.free <- it.look
		}
		close(it.ready)
	}
}

// decode is false after a panic: a fault of ours on this look, which must not end a survey of months.
func (it *item) decode(ctx context.Context, looker Looker) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			it.obs, it.fault = nil, &fault{fmt.Sprintf("%.200v", p), string(debug.Stack())}
		}
	}()
	if a, ok := looker.(aimer); ok {
		a.Aim(it.aim.ppm, it.aim.rangePPM)
	}
	it.obs = slices.Clone(looker.Decode(ctx, &it.look.Block))
	for i := range it.obs {
		it.obs[i].StartS, it.obs[i].EndS = it.of.startS, it.of.endS
	}
	return true
}

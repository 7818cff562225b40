package main

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/iqfile"
)

// tapped is a survey's samples, of which a part can be recorded on the way.
type tapped struct {
	info   radio.Info
	before func(*radio.Block) // who else looks at them; nil: nobody

	mu     sync.Mutex
	rateHz float64          // of the newest block
	rec    *iqfile.Recorder // nil: nothing is recorded
	freqHz float64          // what it must hold
	left   int64            // samples
	done   chan error
}

func (t *tapped) take(b *radio.Block) {
	if t.before != nil {
		t.before(b)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rateHz = b.Tuning.RateHz
	if t.rec == nil || math.Abs(b.Tuning.FreqHz-t.freqHz) > b.Tuning.RateHz/4 {
		return
	}
	out := *b
	out.IQ = out.IQ[:min(int64(len(out.IQ)), t.left)]
	t.left -= int64(len(out.IQ))
	if err := t.rec.Write(&out); err != nil || t.left == 0 {
		t.rec = nil
		t.done <- err
	}
}

// rate is how many samples a second come.
func (t *tapped) rate() float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.rateHz
}

// begin records n samples around a carrier; done tells when they are written.
func (t *tapped) begin(rec *iqfile.Recorder, freqHz float64, n int64) (done <-chan error, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.rec != nil {
		return nil, errors.New("a recording is under way")
	}
	t.rec, t.freqHz, t.left, t.done = rec, freqHz, n, make(chan error, 1)
	return t.done, nil
}

// end stops a recording that did not come to its end.
func (t *tapped) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rec = nil
}

// What one recording of a cell holds at most, and how long it may take until it does.
const (
	cellS       = 10
	cellSamples = 64 << 20
	cellWait    = 2 * time.Minute
)

// record stays on a cell's carrier and writes what is heard there. Where evidence is kept, a bundle is written of it too.
func (h *hands) record(c survey.Cell) (string, error) {
	n := 0
	for i, t := range h.taps {
		if reaches(t.info, c.FreqHz) {
			n = i
			break
		}
	}
	tap := h.taps[n]
	if len(h.keepers) > 0 {
		known := c
		if _, name, several := strings.Cut(c.Transmitter, "."); several { // as its own survey calls it
			known.Transmitter = name
		}
		h.keepers[n].Keep(known)
	}
	rateHz := tap.rate()
	if rateHz == 0 {
		return "", errors.New("nothing has come from the radio yet")
	}
	base := fmt.Sprintf("straycell-%s-%.1fMHz-pci%d", time.Now().UTC().Format("20060102T150405Z"), c.FreqHz/1e6, c.PCI)
	rec, err := iqfile.Create(base, iqfile.Header{Format: recordFormat(tap.info.Bits), RateHz: rateHz,
		Hardware: tap.info.Driver + " " + tap.info.Serial, Description: fmt.Sprintf("straycell watch of %s: PCI %d at %.1f MHz", tap.info.URI, c.PCI, c.FreqHz/1e6)})
	if err != nil {
		return "", err
	}
	done, err := tap.begin(rec, c.FreqHz, int64(min(cellS*rateHz, cellSamples)))
	if err != nil {
		return "", errors.Join(err, rec.Close())
	}
	if h.heldHz.CompareAndSwap(0, math.Float64bits(c.FreqHz)) { // a hunt holds it anyway
		defer h.heldHz.CompareAndSwap(math.Float64bits(c.FreqHz), 0)
	}
	late := time.NewTimer(cellWait)
	defer late.Stop()
	select {
	case err = <-done:
	case <-late.C:
		err = errors.New("the radio did not deliver what was asked for in time")
	case <-h.e.ctx.Done():
		err = h.e.ctx.Err()
	}
	tap.end()
	if err == nil {
		err = rec.Annotate(annotation(c, rateHz))
	}
	return base + ".sigmf-meta", errors.Join(err, rec.Close())
}

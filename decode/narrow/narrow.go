// Package narrow reads SIB1 of carriers wider than the receiver's window: from the windows that hold its PDSCH, without PCFICH
// and PDCCH, over as many windows, redundancy versions and repetitions as it takes.
package narrow

import (
	"context"
	"math"
	"slices"

	"github.com/straycell/straycell/decode/dsp"
	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/phch"
	"github.com/straycell/straycell/decode/si"
	"github.com/straycell/straycell/radio"
)

const (
	maxRateHz   = 4e6
	settleS     = 4e-3 // of a window that begins with a retune: not used
	forgetS     = 60   // a cell not heard for so long is not looked for any more
	maxCells    = 64
	sameHz      = 3000 // as far as a dongle's synthesiser may land elsewhere when it comes back
	sameS       = 30e-6
	reachS      = 8e-6 // how far a cell's timing may be from what was predicted
	minView     = 2    // resource blocks
	surePower   = 4.5  // standard deviations by which Acquire's power must exceed noise: below, the cell is not in this window
	frameS      = 10e-3
	subframeOf  = 5   // SIB1's, in even frames, TS 36.331 §5.2.1.2
	strongPower = 4   // of Acquire, over its terms, of a cell of findDB and more
	findDB      = -6  // SINR from which the frames of a cell are looked for at any time
	maxSought   = 3   // such searches for a cell since its MIB was read
	maxPPM      = 300 // of a clock: beyond, there is no cell
	freshS      = 2   // so long after its SIB1 was read a message of a cell is taken to be of the same identity
)

// Reader holds what is known of cells from earlier windows, their soft bits, and scratch. Windows come in the order of the
// signal. Not safe for concurrent use.
type Reader struct {
	cells   []*cell
	carrier *grid.Carrier
	pdsch   phch.PDSCH
	pdcch   *phch.PDCCH
	books   books
	turbo   fec.Turbo
	single  fec.Transport
	joint   buffer
	blind   *blind
	pool    []*heard // not held for any cell
	made    int      // transmissions that there is room for
	scratch heard    // of a message
	control []float32
	spans   []si.Window
	few     []found
	likely  []candidate
	books1A int  // how often the book may still be gone through for single transmissions of this look
	scanned bool // a transmission of this look, of a cell whose SIB1 was read before
	set     [2][]bool
	octets  []byte

	lostS   float64 // signal time before which samples were lost
	unknown []int   // observations of a look that are of no cell known

	one   cell // Once's
	whole bool // the run shows a carrier that decode/si could not read

	tuned radio.Tuning // of the last window
	ready bool         // iq holds the present window
	iq    []complex64
	rate  float64
	cutS  float64 // left out at its beginning

	subframes int // searched since the start
}

// Reads tells whether windows of this rate are narrow enough to be read here; wider ones hold what decode/si needs of most
// carriers.
func Reads(rateHz float64) bool { return rateHz <= maxRateHz }

// NewReader starts without a cell.
func NewReader() *Reader {
	return &Reader{carrier: grid.NewCarrier(), blind: newBlind(), pdcch: phch.NewPDCCH(), books: books{}}
}

// Read adds to the observations of one window, which begins at signal time startS, what SIB1 tells there of the cells in it and of
// those heard in earlier windows. What it returns may be longer than obs: an observation without a MIB for each cell whose
// SIB1 was read in a window that does not hold its MIB.
func (r *Reader) Read(ctx context.Context, b *radio.Block, startS float64, obs []lte.Observation) []lte.Observation {
	retuned := r.tuned.FreqHz != 0 && r.tuned.FreqHz != b.Tuning.FreqHz
	r.tuned, r.ready, r.cutS = b.Tuning, false, 0
	if retuned {
		r.cutS = settleS
	}
	endS := startS + float64(len(b.IQ))/b.Tuning.RateHz
	for _, c := range r.cells {
		c.now = 0
	}
	r.know(obs, b, startS, endS)
	r.forget(startS)
	if !Reads(b.Tuning.RateHz) {
		return obs
	}
	for _, c := range r.cells {
		if ctx.Err() != nil {
			break
		}
		i, seen := c.now-1, c.now > 0
		if seen && obs[i].SIB1 != nil {
			continue
		}
		if grid.Visible(c.layout.PRB, c.carrierHz-b.Tuning.FreqHz, b.Tuning.RateHz)*float64(c.layout.PRB) < minView {
			continue
		}
		if c.read == nil && !c.unread.due(c.sinrDB) {
			continue
		}
		c.fresh = c.read != nil && startS-c.readS < freshS
		l, info := r.window(ctx, c, b, startS, seen)
		if info.SIB1CRCs > 0 {
			c.readS = endS
		}
		if c.read == nil {
			c.unread.vain(endS-startS, c.patience())
		}
		switch {
		case seen:
			fails := obs[i].SIB1Fails
			obs[i].SystemInfo = info
			if info.SIB1 != nil {
				obs[i].Stop = c.stop()
			}
			obs[i].SIB1Fails = max(fails, info.SIB1Fails)
		case info.SIB1 != nil:
			obs = append(obs, c.observation(l, b, startS, endS, r, info))
		}
	}
	return obs
}

// know assigns the observations of a look to cells, those heard before and new ones.
func (r *Reader) know(obs []lte.Observation, b *radio.Block, startS, endS float64) {
	frameAtS := func(o *lte.Observation) float64 { return startS + (o.FirstSample-float64(b.First))/b.Tuning.RateHz }
	r.unknown = r.unknown[:0]
	for i := range obs {
		o := &obs[i]
		if !usable(o) {
			continue
		}
		if c := r.known(o, frameAtS(o)); c != nil {
			c.now = i + 1
			c.update(o, frameAtS(o), endS)
		} else {
			r.unknown = append(r.unknown, i)
		}
	}
	for _, i := range r.unknown {
		c := r.known(&obs[i], frameAtS(&obs[i])) // two of a look may have the same frames
		if c == nil {
			c = r.meet(&obs[i])
		}
		c.now = i + 1
		c.update(&obs[i], frameAtS(&obs[i]), endS)
	}
}

// Lost says that samples were lost before signal time atS, perhaps not as many as were counted.
func (r *Reader) Lost(atS float64) { r.lostS = atS }

// Once reads SIB1 of one cell in one run of samples of any multiple of 15 kHz, without what was heard earlier: for carriers of which
// all or most is in view and whose PDCCH could not be decoded. The samples stay unchanged.
func (r *Reader) Once(ctx context.Context, iq []complex64, rateHz float64, x si.Cell) lte.SystemInfo {
	c := &r.one
	r.release(c)
	*c = cell{layout: x.Layout, phich: phch.PHICH{Duration: x.Duration, Resource: x.Resource}, held: c.held, sums: c.sums}
	r.carrier.Load(iq, rateHz, x.Layout)
	if _, count := r.carrier.View(); count < minView {
		return lte.SystemInfo{}
	}
	r.whole = true
	defer func() { r.whole = false }()
	return r.readSIB1(ctx, c)
}

// samples prepares the window's samples, once for all cells.
func (r *Reader) samples(b *radio.Block) {
	if r.ready {
		return
	}
	r.ready = true
	cut := min(int(r.cutS*b.Tuning.RateHz), len(b.IQ))
	r.cutS = float64(cut) / b.Tuning.RateHz
	r.iq = slices.Grow(r.iq[:0], len(b.IQ)-cut)[:len(b.IQ)-cut]
	dsp.Centre(r.iq, b.IQ[cut:])
	r.rate = b.Tuning.RateHz
	if math.Mod(r.rate, 15e3) != 0 || int(r.rate/15e3)%2 != 0 {
		to := math.Ceil(r.rate/1.92e6) * 1.92e6
		r.iq = dsp.Resample(r.iq, r.rate, to)
		r.rate = to
	}
}

// window reads one cell in the present window. The layout returned is the cell's as settled there.
func (r *Reader) window(ctx context.Context, c *cell, b *radio.Block, startS float64, seen bool) (grid.Layout, lte.SystemInfo) {
	r.samples(b)
	l := c.layout
	if float64(len(r.iq)) < frameS*r.rate {
		return l, lte.SystemInfo{}
	}
	frame := frameS * (1 - l.Timing.ClockPPM*1e-6)
	begin := startS + r.cutS
	n := math.Floor((begin - c.frameS) / frame)
	l.SFN = ((l.SFN+int(math.Mod(n, 1024)))%1024 + 1024) % 1024
	l.Timing.Frame = (c.frameS + n*frame - begin) * r.rate
	l.Timing.CFOHz = c.carrierHz - b.Tuning.FreqHz
	if !seen {
		var ok bool
		if l, ok = r.acquire(c, l, begin); !ok {
			return l, lte.SystemInfo{}
		}
		for l.Timing.Frame > 0 {
			l.Timing.Frame -= frame * r.rate
			l.SFN = (l.SFN + 1023) % 1024
		}
	}
	if c.astray {
		c.frameS, c.layout.SFN = begin+l.Timing.Frame/r.rate, l.SFN
	}
	r.carrier.Load(r.iq, r.rate, l)
	if seen {
		c.listened(r, begin)
	}
	return r.carrier.Layout, r.readSIB1(ctx, c)
}

// pack writes bits, most significant first, into octets, over what to holds.
func pack(to []byte, bits []uint8) []byte {
	n := len(bits) / 8
	to = slices.Grow(to[:0], n)[:n]
	for i := range to {
		to[i] = byte(fec.Value(bits[8*i : 8*i+8]))
	}
	return to
}

package narrow

import (
	"math"
	"slices"

	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/phch"
	"github.com/straycell/straycell/radio"
)

// cell is what is kept of one.
type cell struct {
	now       int         // 1 and the index of its observation in the present look; 0: none
	layout    grid.Layout // Timing.Frame and CFOHz unused
	carrierHz float64     // as received
	frameS    float64     // signal time at which the frame layout.SFN starts
	heardS    float64     // when it was last in view
	mibS      float64     // and its MIB

	phich   phch.PHICH
	buffers []buffer
	control control
	said    allocation // by the DCI; zero length: not known
	saidAt  place
	last    allocation // of the last transmission read; zero length: none
	view    view       // of what is held and summed up
	held    []*heard   // the last transmissions in it, until SIB1 is read
	sums    sums
	likely  allocation   // where SIB1 most likely is in this view; zero length: nowhere
	comes   bool         // and comes and goes
	moves   []allocation // that single DCIs announced
	movedAt place        // where the last of them stood

	astray bool // its frames were found again, their numbers not
	sought int  // searches for them since its MIB was read

	promising bool // more of the present view may tell where it is
	read      []byte
	sib1      *lte.SIB1
	readS     float64         // when it was read last
	fresh     bool            // and that was shortly before the present window
	entries   []bool          // by entry of its schedule: the message was read
	joined    []fec.Transport // of those not read
	elsewhere []allocation    // of messages, out of the view in which a DCI announced them
	asked     int             // windows for messages since the last pause
	sinrDB    float64         // where its MIB was read
	blocks    int             // the width of the windows it may ask for
	windows   []int           // first blocks of those it may ask for
	heard     []float64       // seconds, by window
	saidS     float64         // seconds for which the announced allocation was heard

	unread effort // spent on its SIB1
	unsaid effort // and on its messages

	rests       int
	restsUntilS float64 // it asks for nothing before
	asksS       float64 // nor for messages before
}

// usable tells whether a cell can be looked for by what an observation says of it.
func usable(o *lte.Observation) bool {
	if o.MIB == nil || o.Ghost != "" || o.PCI >= lte.PCIs || o.MIB.SFN < 0 || o.MIB.SFN > 1023 {
		return false
	}
	if v := o.FreqHz + o.Signal.CFOHz + o.FirstSample + o.Signal.SINRdB; math.IsNaN(v) || math.IsInf(v, 0) {
		return false
	}
	return math.Abs(o.Signal.ClockPPM) <= maxPPM && o.CP != lte.CPUnknown && o.Duplex != lte.DuplexUnknown &&
		slices.Contains([]int{6, 15, 25, 50, 75, 100}, o.MIB.PRB) && slices.Contains([]int{1, 2, 4}, o.Ports)
}

// known finds the cell of an observation: one with its frames.
func (r *Reader) known(o *lte.Observation, frameAtS float64) *cell {
	var c *cell
	for _, k := range r.cells {
		l := frameS * (1 - k.layout.Timing.ClockPPM*1e-6)
		if k.like(o) && math.Abs(math.Remainder(frameAtS-k.frameS, l)) < sameS {
			c = k
		}
	}
	return c
}

// like says whether an observation is of a cell's PCI on its carrier.
func (c *cell) like(o *lte.Observation) bool {
	return c.layout.PCI == o.PCI && c.layout.Frames.Duplex == o.Duplex && math.Abs(c.carrierHz-o.FreqHz-o.Signal.CFOHz) < sameHz
}

// meet adds the cell of an observation that is none of those known. Where samples were lost since a cell like it was heard, and it is
// not heard beside it, it takes its place: what was spent in vain on that one counts, what it said does not.
func (r *Reader) meet(o *lte.Observation) *cell {
	c := &cell{}
	for i, k := range r.cells {
		if k.now == 0 && k.heardS < r.lostS && k.like(o) {
			c.unread, c.unsaid = k.unread, k.unsaid
			r.release(k)
			r.cells = slices.Delete(r.cells, i, i+1)
			break
		}
	}
	if len(r.cells) == maxCells {
		r.release(r.cells[0])
		r.cells = slices.Delete(r.cells, 0, 1)
	}
	r.cells = append(r.cells, c)
	return c
}

// update takes over what an observation says of a cell.
func (c *cell) update(o *lte.Observation, frameAtS, endS float64) {
	c.carrierHz, c.frameS, c.sinrDB = o.FreqHz+o.Signal.CFOHz, frameAtS, o.Signal.SINRdB
	c.heardS, c.mibS = endS, endS
	c.astray, c.sought = false, 0
	if c.layout.PRB != o.MIB.PRB {
		c.blocks = 0
	}
	c.layout = grid.Layout{
		PCI: o.PCI, Ports: o.Ports, PRB: o.MIB.PRB, SFN: o.MIB.SFN,
		Timing: grid.Timing{ClockPPM: o.Signal.ClockPPM, CP: o.CP},
		Frames: grid.Frames{Duplex: o.Duplex, CP: o.CP},
	}
	if c.sib1 != nil {
		c.layout.Frames.TDD = c.sib1.TDD
	}
	c.phich = phch.PHICH{Duration: o.MIB.PHICHDuration, Resource: o.MIB.PHICHResource}
}

func (r *Reader) forget(nowS float64) {
	kept := r.cells[:0]
	for _, c := range r.cells {
		if nowS-c.heardS < forgetS {
			kept = append(kept, c)
		} else {
			r.release(c)
		}
	}
	clear(r.cells[len(kept):])
	r.cells = kept
}

// stop says why no more is known of a cell whose SIB1 was read: messages that it schedules are sent outside the windows heard, or
// were not understood there.
func (c *cell) stop() lte.Stop {
	for i := range c.sib1.Schedule {
		if i >= len(c.entries) || !c.entries[i] {
			return lte.StopNarrow
		}
	}
	return lte.StopNone
}

// observation is what a window told that does not hold the cell's MIB.
func (c *cell) observation(l grid.Layout, b *radio.Block, startS, endS float64, r *Reader, info lte.SystemInfo) lte.Observation {
	rx := b.Tuning.FreqHz + l.Timing.CFOHz
	raster := math.Round(c.carrierHz/lte.RasterHz) * lte.RasterHz
	return lte.Observation{
		StartS: startS, EndS: endS, FreqHz: raster, CaptureHz: b.Tuning.FreqHz, RateHz: b.Tuning.RateHz,
		PCI: l.PCI, Duplex: l.Frames.Duplex, CP: l.Timing.CP, Ports: l.Ports,
		FirstSample: float64(b.First) + (r.cutS+l.Timing.Frame/r.rate)*b.Tuning.RateHz,
		SystemInfo:  info,
		Stop:        c.stop(),
		Signal:      lte.Signal{CFOHz: rx - raster, ClockPPM: l.Timing.ClockPPM, SINRdB: 10 * math.Log10(r.carrier.SNR)},
	}
}

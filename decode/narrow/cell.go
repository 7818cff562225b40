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

// know finds or adds the cell of an observation and takes over what it says.
func (r *Reader) know(o *lte.Observation, b *radio.Block, startS, endS float64) *cell {
	frame := startS + (o.FirstSample-float64(b.First))/b.Tuning.RateHz
	rx := o.FreqHz + o.Signal.CFOHz
	var c *cell
	for _, k := range r.cells {
		l := frameS * (1 - k.layout.Timing.ClockPPM*1e-6)
		off := math.Remainder(frame-k.frameS, l)
		if k.layout.PCI == o.PCI && k.layout.Frames.Duplex == o.Duplex && math.Abs(k.carrierHz-rx) < sameHz && math.Abs(off) < sameS {
			c = k
		}
	}
	if c == nil {
		if len(r.cells) == maxCells {
			r.release(r.cells[0])
			r.cells = append(r.cells[:0], r.cells[1:]...)
		}
		c = &cell{}
		r.cells = append(r.cells, c)
	}
	c.carrierHz, c.frameS, c.heardS, c.mibS, c.sinrDB = rx, frame, endS, endS, o.Signal.SINRdB
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
	return c
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

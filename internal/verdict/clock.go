package verdict

import (
	"math"
	"slices"

	"github.com/straycell/straycell/internal/known"
)

const lightMS = 299792458

// aside is by how many ppm e's carrier stood above o's in the looks that showed both, in order of time.
func aside(e, o *Entry) (times, ppm []float64) {
	i, j := 0, 0
	for i < len(e.History) && j < len(o.History) {
		a, b := e.History[i], o.History[j]
		switch {
		case a.S < b.S:
			i++
		case a.S > b.S:
			j++
		default:
			times = append(times, a.S)
			ppm = append(ppm, (a.RxHz-e.FreqHz)/e.FreqHz*1e6-(b.RxHz-o.FreqHz)/o.FreqHz*1e6)
			i, j = i+1, j+1
		}
	}
	return times, ppm
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	v = slices.Clone(v)
	slices.Sort(v)
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}

// sePPM is the standard error of a cell's carrier, and of its peers', as far as it is measured.
func (e *Entry) sePPM() float64 { return e.Best.Signal.CFOSEHz / e.FreqHz * 1e6 }

// relative is how many ppm the cell's clock is off its operator's others: by the carriers heard in the same looks, which
// takes our own error out, else by frame timing followed over minutes. n counts the others it is compared with.
func (c *Case) relative() (ppm, se float64, n int) {
	if ppm, se, n := c.byCarrier(); n > 0 {
		return ppm, se, n
	}
	return c.byTiming()
}

func (c *Case) byCarrier() (ppm, se float64, n int) {
	var offs []float64
	for _, e := range c.references() {
		if _, d := aside(c.Entry, e); len(d) > 0 {
			offs = append(offs, median(d))
		}
	}
	return median(offs), math.Hypot(c.sePPM(), spread(offs)), len(offs)
}

func (c *Case) byTiming() (ppm, se float64, n int) {
	if c.Clock.SE == 0 || c.Clock.SE > maxClockSE {
		return 0, 0, 0
	}
	var offs []float64
	for _, e := range c.references() {
		if e.Clock.SE > 0 && e.Clock.SE <= maxClockSE && math.Abs(e.LastS-c.LastS) < referenceS {
			offs = append(offs, c.Clock.PPM-e.Clock.PPM)
		}
	}
	return median(offs), math.Hypot(c.Clock.SE, spread(offs)), len(offs)
}

// spread is the standard error of the median of others' clocks, from how far they lie apart.
func spread(offs []float64) float64 {
	if len(offs) < 2 {
		return 0
	}
	m := median(offs)
	var dev []float64
	for _, o := range offs {
		dev = append(dev, math.Abs(o-m))
	}
	return 1.4826 * median(dev) * 1.2533 / math.Sqrt(float64(len(offs)))
}

const (
	maxClockSE = 0.05 // ppm
	referenceS = 2    // another cell's timing must be as fresh: our own clock wanders
)

// maxReferences is how many clocks are compared with; more make the median no better.
const maxReferences = 16

// references are the cells whose clocks are to be trusted: those of the operator that a list knows, no femtocells; where the
// lists know fewer than three, all of the operator's.
func (c *Case) references() []*Entry {
	var listed, all []*Entry
	for _, e := range c.peers() {
		if len(listed) == maxReferences {
			break
		}
		class, _ := c.scene.class(e)
		if class == known.Femto {
			continue
		}
		all = append(all, e)
		if e.match.State == known.Known {
			listed = append(listed, e)
		}
	}
	if len(listed) >= 3 {
		return listed
	}
	return all
}

// speedMS is how fast the receiver moved while the cell was heard, by its newest places.
func (c *Case) speedMS() float64 {
	top := 0.0
	for i := 1; i < len(c.History); i++ {
		a, b := c.History[i-1], c.History[i]
		if a.Here != nil && b.Here != nil && b.S-a.S > 0.5 && b.S-a.S < 60 {
			top = max(top, a.Here.DistanceM(*b.Here)/(b.S-a.S))
		}
	}
	return top
}

// dopplerPPM bounds what motion adds to the difference of two carriers: twice the receiver's speed.
func (c *Case) dopplerPPM() float64 { return 2 * c.speedMS() / lightMS * 1e6 }

// movedM is how far apart the receiver stood while it heard the cell.
func (c *Case) movedM() float64 {
	var first *known.Place
	far := 0.0
	for _, m := range c.History {
		switch {
		case m.Here == nil:
		case first == nil:
			first = m.Here
		default:
			far = max(far, first.DistanceM(*m.Here))
		}
	}
	return far
}

// frameOff is by how many seconds e's frames start after o's, modulo a frame, and the standard error.
func frameOff(e, o *Entry) (off, se float64) {
	const frame = 10e-3
	dt := e.Clock.FrameS - o.Clock.FrameS
	length := frame / (1 + o.Clock.PPM*1e-6)
	off = dt - math.Round(dt/length)*length
	return off, math.Hypot(math.Hypot(e.Clock.FrameSE, o.Clock.FrameSE), dt*o.Clock.SE*1e-6)
}

package sim

import (
	"context"
	"hash/fnv"
	"math"
	"math/rand/v2"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/radio"
)

// narrowHz is the widest rate at which SIB1 is read through a window that does not hold its carrier.
const narrowHz = 4e6

// Observe passes over the next n samples of the present tuning, or those before a buffer is lost, without making them, and
// returns their number and what a decoder set up like this would tell of them, drawn from what was measured of the real one.
// Of cells whose MIB it would not read it tells nothing. Same seed, same time, same tuning: same observations.
func (w *World) Observe(ctx context.Context, d decode.Config, b *radio.Block, n int64) (int64, []lte.Observation, error) {
	switch {
	case w.closed.Load():
		return 0, nil, w.errClosed()
	case ctx.Err() != nil:
		return 0, nil, ctx.Err()
	}
	var lost int64
	if w.into == w.drop {
		lost = w.lostSamples()
		w.into += lost
		w.count += lost
		w.drop = w.nextDrop(w.into)
	}
	n = min(n, w.drop-w.into)
	*b = radio.Block{Tuning: w.tuning, Time: w.time(), First: w.count, Lost: lost}
	fromS := w.now() + float64(max(0, min(n, w.settle-w.into)))/w.tuning.RateHz
	startS := w.now()
	w.into += n
	w.count += n
	toS := w.now()
	w.passed = true
	var out []lte.Observation
	for _, h := range w.hear(fromS, toS) {
		if o, ok := w.observe(h, d, b, startS); ok {
			out = append(out, o)
		}
	}
	return n, out, nil
}

// dice are drawn for one cell in one dwell: by seed, cell and time alone.
func (w *World) dice(p *placed, atS float64) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(p.Name))
	return rand.New(rand.NewPCG(w.seed^h.Sum64(), math.Float64bits(atS)))
}

// everyPointDB is what it costs to look at every raster point in view instead of at one carrier: more places, each to be believed only
// for a higher peak (docs/measured.md).
const everyPointDB = 1.2

// lasting is the share of a cell's luck that stays with it from dwell to dwell: what hides it, the way its neighbours' loads and frames
// fall on its own, does not change from one to the next.
const lasting = 0.95

// chance is drawn evenly between 0 and 1.
func (p *placed) chance(rng *rand.Rand) float64 {
	z := math.Sqrt(lasting)*p.luck + math.Sqrt(1-lasting)*rng.NormFloat64()
	return 0.5 * math.Erfc(-z/math.Sqrt2)
}

// fadingDB is how much the level of a cell on a fading channel differs from dwell to dwell: standard deviation of the mean of
// several paths over six resource blocks.
const fadingDB = 2.5

// observe is what a decoder tells of one cell in a dwell that begins at startS; false: nothing.
func (w *World) observe(h *hearing, d decode.Config, b *radio.Block, startS float64) (lte.Observation, bool) {
	p, t := h.p, b.Tuning
	cfoHz := p.cfoHz(h.a)
	wide := t.RateHz > narrowHz
	name := "narrow"
	if wide {
		name = "wide"
	}
	ms, rng := (h.offS-h.onS)*1e3, w.dice(p, startS)
	if p.Channel != "" {
		fade := fadingDB * rng.NormFloat64()
		h.a.levelDB += fade
		h.effectiveDB += fade
		h.sib1DB += fade
	}
	tab := measured()[name]
	x, info, search := tab.at(ms, h.effectiveDB), tab.at(ms, h.sib1DB), h.effectiveDB
	if d.FreqsHz == nil {
		search -= everyPointDB
	}
	found := p.chance(rng) < tab.at(ms, search).found && w.lookedFor(p, cfoHz, d)
	c := &p.speak().cell
	f := p.freqHz + cfoHz - w.missHz + x.cfoHz*rng.NormFloat64()
	raster := math.Round(f/(1+d.PPM*1e-6)/lte.RasterHz) * lte.RasterHz
	o := lte.Observation{
		StartS: startS, EndS: w.now(), FreqHz: raster, CaptureHz: t.FreqHz, RateHz: t.RateHz,
		PCI: c.PCI, Duplex: c.Duplex, CP: c.CP, Ports: c.Ports,
	}
	toFull := w.toFull()
	o.Signal = lte.Signal{
		CFOHz: f - raster, ClockPPM: h.a.ppm + x.clockPPM*rng.NormFloat64(), SINRdB: h.effectiveDB + x.sinrDB + x.sinrSD*rng.NormFloat64(),
	}
	// The first frame that starts within the dwell.
	at := w.arrive(p, startS)
	frame := math.Ceil(at.frames)
	o.FirstSample = float64(b.First) + ((frame-at.frames)*0.01/(1+h.a.ppm*1e-6)+x.timingUS*1e-6*rng.NormFloat64())*t.RateHz
	if !found {
		// A window beside the middle tells SIB1 of a cell whose MIB was read before.
		if wide || p.knownAtS == 0 || startS-p.knownAtS > forgetS || w.lookedFor(p, cfoHz, d) {
			return o, false
		}
		w.inform(&o, h, &info, rng, false)
		return o, p.read(&o)
	}
	p.knownAtS, p.sinrDB = o.EndS, o.Signal.SINRdB
	o.Signal.RSRPdBFS = h.a.levelDB + toFull + x.rsrpDB + x.rsrpSD*rng.NormFloat64()
	o.Signal.RSSIdBFS = h.rssiDBm + toFull + x.rssiDB
	o.Signal.RSRQdB = 10*math.Log10(6) + o.Signal.RSRPdBFS - o.Signal.RSSIdBFS
	o.Signal.CFOSEHz, o.Signal.ClockSE = x.cfoSEHz, x.clockSEPPM
	sfn := cycle(frame)
	o.MIB = &lte.MIB{PRB: c.PRB, PHICHDuration: c.PHICHDuration, PHICHResource: c.PHICHResource, SFN: sfn, Spare: c.Spare, Raw: c.MIB(sfn)}
	o.MIBCRCs = 1
	for range int(ms/40) - 1 {
		if rng.Float64() < x.crcs {
			o.MIBCRCs++
		} else {
			o.MIBFails++
		}
	}
	w.inform(&o, h, &info, rng, wide)
	p.read(&o)
	return o, true
}

// read notes whether SIB1 was.
func (p *placed) read(o *lte.Observation) bool {
	switch {
	case o.SIB1 != nil:
		p.readS = o.EndS
	case o.Stop == lte.StopWeak:
		p.heardS += o.EndS - o.StartS
	}
	return o.SIB1 != nil
}

// forgetS is how long a cell that is not heard is still looked for beside the middle of its carrier.
const forgetS = 60

// lookedFor tells whether a decoder set up like this looks where a cell is.
func (w *World) lookedFor(p *placed, cfoHz float64, d decode.Config) bool {
	const half, step = 540e3, 7.5e3
	ppm := d.PPMRange
	if ppm == 0 {
		ppm = decode.DefaultPPMRange
	}
	band := w.tuning.RateHz
	if w.tuning.BandHz > 0 {
		band = min(band, w.tuning.BandHz)
	}
	if math.Abs(p.freqHz+cfoHz-w.tuning.FreqHz) > band/2-half+step || math.Abs(cfoHz-p.freqHz*d.PPM*1e-6) > p.freqHz*ppm*1e-6+step {
		return false
	}
	for _, f := range d.FreqsHz {
		if math.Abs(f-p.freqHz) < 1 {
			return true
		}
	}
	return d.FreqsHz == nil
}

// Package decode turns IQ samples into what LTE cells broadcast. It never logs, and it decodes nothing that is addressed
// to a subscriber.
package decode

import (
	"context"
	"math"
	"slices"
	"sort"

	"github.com/straycell/straycell/decode/dsp"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/narrow"
	"github.com/straycell/straycell/decode/si"
	"github.com/straycell/straycell/decode/sync"
	"github.com/straycell/straycell/radio"
)

// Config says where a Decoder looks. The zero value looks at every raster point in view with the default range.
type Config struct {
	PPM      float64   // the radio's known error, parts per million
	PPMRange float64   // how far it may be off PPM; 0: DefaultPPMRange
	FreqsHz  []float64 // carriers to look for; nil: every raster point the block's bandwidth holds
}

// DefaultPPMRange is the search range of a radio nobody has calibrated.
const DefaultPPMRange = 60

// Decoder holds the scratch of one decoding worker. It is not safe for concurrent use; it keeps no knowledge from one
// look to the next, so the same look gives the same observations whichever worker takes it.
type Decoder struct {
	cfg    Config
	search *sync.Searcher // over the whole look
	local  *sync.Searcher // over what is left of one carrier
	stage  *stage
	iq     []complex64
	narrow [narrowbands]narrowband
	asked  int
	info   *si.Reader
	blind  *narrow.Reader // SIB1 where the PDCCH fails
}

// New plans buffers lazily; it never fails.
func New(cfg Config) *Decoder {
	if cfg.PPMRange == 0 {
		cfg.PPMRange = DefaultPPMRange
	}
	return &Decoder{cfg: cfg}
}

// Aim says what the radio's error is from now on.
func (d *Decoder) Aim(ppm, rangePPM float64) { d.cfg.PPM, d.cfg.PPMRange = ppm, rangePPM }

// Decode looks at one run of consecutive samples of one tuning (at least 10 ms; 80 ms or more is useful) and returns
// what each cell in it told, strongest first. Cells whose MIB was not read come with a nil MIB and Stop set.
// It returns early, with what it has, when ctx ends.
func (d *Decoder) Decode(ctx context.Context, b *radio.Block) []lte.Observation {
	rate := b.Tuning.RateHz
	if rate < sync.Rate || len(b.IQ) < int(rate/100) || math.IsInf(rate, 0) {
		return nil
	}
	if d.search == nil {
		d.search, d.local, d.stage = sync.NewSearcher(), sync.NewSearcher(), newStage()
	}
	d.iq = slices.Grow(d.iq[:0], len(b.IQ))[:len(b.IQ)]
	iq := d.iq
	dsp.Centre(iq, b.IQ)
	if math.Mod(rate, 15e3) != 0 {
		to := math.Ceil(rate/sync.Rate) * sync.Rate
		iq = dsp.Resample(iq, rate, to)
		rate = to
	}
	band := b.Tuning.RateHz
	if b.Tuning.BandHz > 0 {
		band = min(band, b.Tuning.BandHz)
	}
	cells := d.once(ctx, iq, rate, b.Tuning.FreqHz, band, true)
	aliases(cells, b.Tuning.FreqHz, b.Tuning.RateHz)
	return d.observations(b, cells)
}

// once looks at samples without a gap: search, cells in order of their peaks, what hides under each. With cut set, it starts
// anew piece by piece when a cell shows that the samples are glued together.
func (d *Decoder) once(ctx context.Context, iq []complex64, rate, freqHz, bandHz float64, cut bool) []cell {
	sp := d.search.Analyse(iq, rate)
	for i := range d.narrow {
		d.narrow[i].used = 0
	}
	offsets := d.offsets(freqHz, bandHz)
	pFalse := falsePeak / float64(len(offsets))
	peaks := d.search.Search(sp, offsets, reachHz(freqHz, d.cfg)+sync.StepHz, d.driftMid(), d.driftReach(), pFalse)
	var cells []cell
	for _, p := range peaks {
		if ctx.Err() != nil {
			break
		}
		if explained(cells, p) {
			continue
		}
		n := d.around(sp, p.FreqHz)
		least := 0.0
		if n.cancelled {
			least = stillThere * sync.Level(sp.HalfFrames(), pFalse)
		}
		c, ok := d.stage.cell(n.iq, n.centreHz, p, least, cells)
		if !ok {
			continue
		}
		if cut {
			if pieces := d.stage.pieces(&c, len(n.iq)); pieces != nil {
				return d.piecewise(ctx, iq, rate, freqHz, bandHz, pieces)
			}
		}
		if cells = append(cells, c); c.mib {
			cells = d.hidden(ctx, n, cells)
		}
	}
	d.systemInfo(ctx, iq, rate, cells)
	return cells
}

// narrowband is a stretch of spectrum at sync.Rate. What is cancelled in it stays cancelled for the rest of the look.
type narrowband struct {
	iq        []complex64
	centreHz  float64
	used      int // when it was last asked for
	cancelled bool
}

const (
	// narrowGridHz: peaks within half of it share a narrowband, whose flat part holds a carrier and that much more.
	narrowGridHz = 240e3
	narrowbands  = 4
	// sharedHz: peaks so near the centre of a narrowband are looked at in it if a cell has been cancelled there: most are that
	// cell's signals seen on other carriers.
	sharedHz = 420e3
	// stillThere is the share of what a peak needs that must be left of it where something was cancelled.
	stillThere = 0.85
)

// around returns the narrowband that a peak belongs to.
func (d *Decoder) around(sp *sync.Spectra, freqHz float64) *narrowband {
	d.asked++
	centre := math.Round(freqHz/narrowGridHz) * narrowGridHz
	oldest := &d.narrow[0]
	for i := range d.narrow {
		n := &d.narrow[i]
		if n.used > 0 && (n.centreHz == centre || n.cancelled && math.Abs(n.centreHz-freqHz) < sharedHz) {
			n.used = d.asked
			return n
		}
		if n.used < oldest.used {
			oldest = n
		}
	}
	oldest.iq, oldest.centreHz = d.search.Extract(sp, oldest.iq, centre)
	oldest.used, oldest.cancelled = d.asked, false
	return oldest
}

const (
	// localReachHz is how far from a cell found its carrier's other cells are looked for: 2 ppm and an instrument's spread.
	localReachHz = 11e3
	// localDriftPPM is how far their clocks may differ.
	localDriftPPM = 6
	maxRounds     = 6
	localPeaks    = 6
)

// hidden cancels the cell found last from the samples of its carrier and searches what is left, as long as that brings out
// more cells, which it appends.
func (d *Decoder) hidden(ctx context.Context, n *narrowband, found []cell) []cell {
	first := found[len(found)-1]
	last := first
	for range maxRounds {
		d.stage.cancel(n.iq, &last)
		n.cancelled = true
		sp := d.local.Analyse(n.iq, sync.Rate)
		mid := first.timing.CFOHz
		peaks := d.local.Search(sp, []float64{mid - sync.StepHz, mid, mid + sync.StepHz}, 0, first.timing.ClockPPM, localDriftPPM, falsePeak/6)
		least := stillThere * sync.Level(sp.HalfFrames(), falsePeak/6)
		more := false
		for _, p := range peaks[:min(len(peaks), localPeaks)] {
			if ctx.Err() != nil {
				return found
			}
			p.FreqHz += n.centreHz
			c, ok := d.stage.cell(n.iq, n.centreHz, p, least, found)
			if ok && c.mib {
				found = append(found, c)
				last, more = c, true
				break
			}
		}
		if !more {
			break
		}
	}
	return found
}

// falsePeak is how many peaks noise alone may send to a closer look, per look.
const falsePeak = 6.0 / (sync.HalfFrame * 3)

// offsets lists the frequency hypotheses, Hz from the centre: every raster point in view with the radio's possible error.
func (d *Decoder) offsets(centreHz, bandHz float64) []float64 {
	edge := max(bandHz/2-halfCarrierHz, 0)
	freqs := d.cfg.FreqsHz
	if freqs == nil {
		for r := math.Ceil((centreHz-edge-reachHz(centreHz, d.cfg))/lte.RasterHz) * lte.RasterHz; r <= centreHz+edge+reachHz(centreHz, d.cfg); r += lte.RasterHz {
			freqs = append(freqs, r)
		}
	}
	seen := map[int]bool{}
	var out []float64
	for _, f := range freqs {
		mid := f*(1+d.cfg.PPM*1e-6) - centreHz
		reach := f * d.cfg.PPMRange * 1e-6
		// Wide ranges share one grid, so that neighbouring raster points do not search the same twice.
		from, steps := math.Round((mid-reach)/sync.StepHz)*sync.StepHz, int(math.Round((mid+reach)/sync.StepHz)-math.Round((mid-reach)/sync.StepHz))+1
		if reach < 2*sync.StepHz {
			steps = int(math.Ceil(2 * reach / sync.StepHz))
			from = mid - sync.StepHz/2*float64(steps-1)
		}
		for i := range steps {
			off := from + float64(i)*sync.StepHz
			if k := int(math.Round(off)); !seen[k] && math.Abs(off) <= edge+sync.StepHz {
				seen[k] = true
				out = append(out, off)
			}
		}
	}
	sort.Float64s(out)
	return out
}

// halfCarrierHz is half of the six resource blocks that must be in view.
const halfCarrierHz = 540e3

func reachHz(freqHz float64, c Config) float64 {
	return freqHz * (math.Abs(c.PPM) + c.PPMRange) * 1e-6
}

// The clock error follows the carrier's unless a converter stands before the radio, so a narrow range of offsets narrows
// the clock only in part.
func (d *Decoder) driftMid() float64 {
	if d.cfg.PPMRange > 20 {
		return 0
	}
	return d.cfg.PPM
}

func (d *Decoder) driftReach() float64 {
	if d.cfg.PPMRange > 20 {
		return 130
	}
	return d.cfg.PPMRange + 10
}

// observations turns cells, whose samples count at sync.Rate, into facts about the source's samples.
func (d *Decoder) observations(b *radio.Block, cells []cell) []lte.Observation {
	sort.SliceStable(cells, func(i, j int) bool { return cells[i].signal.RSRPdBFS > cells[j].signal.RSRPdBFS })
	scale := b.Tuning.RateHz / sync.Rate
	start := float64(b.First) / b.Tuning.RateHz
	var out []lte.Observation
	for _, c := range cells {
		if !c.mib && c.sync.Z < candidateSSS {
			continue
		}
		f := b.Tuning.FreqHz + c.freqHz
		raster := math.Round(f/(1+d.cfg.PPM*1e-6)/lte.RasterHz) * lte.RasterHz
		o := lte.Observation{
			StartS: start, EndS: start + float64(len(b.IQ))/b.Tuning.RateHz,
			FreqHz: raster, CaptureHz: b.Tuning.FreqHz, RateHz: b.Tuning.RateHz,
			PCI: c.sync.PCI, Duplex: c.sync.Duplex, CP: c.sync.CP, Ports: c.block.Ports,
			FirstSample: float64(b.First) + c.first*scale,
			Signal:      c.signal, Stop: c.stop,
		}
		o.Signal.CFOHz = f - raster
		o.Ghost = c.ghost
		// Name the first frame that starts within the look.
		frame := framesamples * (1 - c.timing.ClockPPM*1e-6)
		shift := math.Ceil(-c.first / frame)
		o.FirstSample += shift * frame * scale
		if c.mib && c.ghost == "" {
			m := c.block.MIB
			m = m.At(((m.SFN+int(shift))%1024 + 1024) % 1024)
			o.MIB = &m
			o.MIBCRCs = c.block.CRCs
			o.MIBFails = c.block.Periods - c.block.CRCs
			o.SystemInfo = c.info
		}
		out = append(out, o)
	}
	return out
}

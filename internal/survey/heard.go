package survey

import (
	"maps"
	"math"
	"slices"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/narrow"
	"github.com/straycell/straycell/internal/cell"
	"github.com/straycell/straycell/internal/plan"
)

// heard is what a sweep goes by: all of it follows from looks in their order, so that any number of workers gives the same sweep.
type heard struct {
	cal   *plan.Calibrator
	off   plan.RadioError  // by now
	hum   map[float64]hum  // by tuning
	peaks map[peakKey]peak // synchronisation signals without a MIB
}

// hum is what one tuning's newest look sounded like.
type hum struct {
	bandHz  float64
	gainDB  float64
	floorDB float64 // of noise in 15 kHz, dBFS
	needDB  float64 // SNR at which nine cells of ten are found in such a look
	repeats float64
	samples int
	atS     float64
}

type peakKey struct {
	pci   lte.PCI
	where int64
}

type peak struct {
	freqHz, db float64
	atS        float64
}

const (
	peakS        = 60 // a candidate older than that is gone
	maxPeaks     = 1024
	maxHums      = 4096
	humS         = 3600  // how long a tuning is remembered where there are too many
	peakHz       = 50e3  // nearer ones are the same
	repeatsLeast = 0.006 // a cell 10 dB under the noise, fully loaded
	repeatsSigma = 8
	guessedDB    = -200 // strength of what is no cell yet: looked at last
)

// listen keeps how a look sounded.
func (j *judge) listen(k *look, it *item) {
	band := k.Tuning.RateHz
	if k.Tuning.BandHz > 0 {
		band = min(band, k.Tuning.BandHz)
	}
	seconds := k.endS - k.startS
	h := hum{bandHz: band, gainDB: k.Tuning.GainDB, repeats: it.repeats, samples: int(seconds * k.Tuning.RateHz), atS: k.endS, floorDB: math.Inf(-1), needDB: needDB(seconds)}
	if n := len(it.psd); n > 0 {
		in := int(float64(n) * band / k.Tuning.RateHz / 2)
		bins := slices.Clone(it.psd[max(0, n/2-in):min(n, n/2+in)])
		slices.Sort(bins)
		if len(bins) > 0 {
			h.floorDB = float64(bins[len(bins)/4]) - 10*math.Log10(k.Tuning.RateHz/psdBins/15e3)
		}
	}
	if j.hum[k.Tuning.FreqHz] = h; len(j.hum) > maxHums {
		maps.DeleteFunc(j.hum, func(_ float64, h hum) bool { return h.atS < k.endS-humS })
	}
	if len(j.peaks) > maxPeaks {
		maps.DeleteFunc(j.peaks, func(_ peakKey, p peak) bool { return p.atS < k.endS-peakS })
	}
	for _, o := range it.obs {
		f := o.FreqHz + o.Signal.CFOHz
		key := peakKey{o.PCI, int64(math.Round(f / peakHz))}
		if o.MIB != nil || o.Ghost != "" {
			delete(j.peaks, key)
		} else if o.Stop != lte.StopNone && len(j.peaks) < 2*maxPeaks {
			j.peaks[key] = peak{f, o.Signal.RSRPdBFS - k.Tuning.GainDB, k.endS}
		}
	}
}

// needDB is the SNR of a reference element at which nine cells of ten are found with their MIB, docs/measured.md.
func needDB(seconds float64) float64 {
	switch {
	case seconds < 0.07:
		return -9
	case seconds < 0.2:
		return -11
	}
	return -14
}

// calibrate adds a look's cells to what is known of the radio's error, and lets the register know.
func (j *judge) calibrate(k cell.Look, news *cell.News) {
	for i := range news.Seen {
		c := &news.Seen[i]
		if o := &c.Newest; o.EndS == k.EndS {
			j.cal.Add(plan.Sighting{Cell: c.Transmitter, FreqHz: o.FreqHz + o.Signal.CFOHz, SEHz: max(o.Signal.CFOSEHz, 0.1), AtS: (k.StartS + k.EndS) / 2,
				ClockPPM: o.Signal.ClockPPM, ClockSE: o.Signal.ClockSE, Duplex: o.Duplex})
		}
	}
	if len(news.Seen) == 0 {
		return
	}
	if e, ok := j.cal.Error(k.EndS, ""); ok {
		j.off = e
		j.reg.Calibrate(e.PPM, max(e.RangePPM, placePPM))
	}
}

// placePPM is how far a cell may be off all others and still have its place on the raster.
const placePPM = 4

// question asks the judge what was heard, once everything read so far has been looked at.
type question struct {
	wantsS   float64 // what cells want whose MIB was read since
	messages bool    // those who they are is known of, too
	open     bool    // and what is open
	answer   chan answer
}

type answer struct {
	wants []narrow.Want
	off   plan.RadioError
	open  []plan.Open
}

func (j *judge) answer(q *question) answer {
	a := answer{off: j.off}
	if j.sib1 != nil {
		a.wants = j.sib1.Wants(q.wantsS, q.messages)
	}
	if q.open {
		a.open = j.open()
	}
	return a
}

// open lists the carriers on which something is heard: cells, synchronisation signals alone, and what repeats itself as OFDM does
// and is explained by none of them.
func (j *judge) open() []plan.Open {
	var out []plan.Open
	add := func(o plan.Open) {
		for i := range out {
			if math.Abs(out[i].FreqHz-o.FreqHz) < peakHz {
				out[i].Unread, out[i].Partly = out[i].Unread+o.Unread, out[i].Partly+o.Partly
				out[i].DB, out[i].HalfHz = max(out[i].DB, o.DB), max(out[i].HalfHz, o.HalfHz)
				return
			}
		}
		out = append(out, o)
	}
	for _, c := range j.reg.Cells() {
		o := &c.Best
		p := plan.Open{FreqHz: o.FreqHz + o.Signal.CFOHz, HalfHz: 90e3 * float64(o.MIB.PRB), DB: o.Signal.RSRPdBFS - j.hum[o.CaptureHz].gainDB}
		if c.Identity == nil && o.Signal.SINRdB > hopelessDB {
			p.Unread = 1
		} else if c.Identity != nil && c.Identity.Stop != lte.StopNone && o.Signal.SINRdB > hopelessDB {
			p.Partly = 1
		}
		add(p)
	}
	var known []plan.Open
	known = append(known, out...)
	var keys []peakKey
	for k := range j.peaks {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b peakKey) int { return int(a.where-b.where)<<10 + int(a.pci) - int(b.pci) })
	for _, k := range keys {
		p := j.peaks[k]
		near := slices.ContainsFunc(known, func(o plan.Open) bool { return math.Abs(o.FreqHz-p.freqHz) < o.HalfHz })
		if !near && j.nowS-p.atS < peakS {
			add(plan.Open{FreqHz: p.freqHz, HalfHz: 540e3, DB: p.db, Unread: 1})
		}
	}
	known = append(known[:0:0], out...)
	var tuned []float64
	for f := range j.hum {
		tuned = append(tuned, f)
	}
	slices.Sort(tuned)
	for _, f := range tuned {
		h := j.hum[f]
		if h.repeats < max(repeatsLeast, repeatsSigma/math.Sqrt(float64(h.samples))) {
			continue
		}
		if !slices.ContainsFunc(known, func(o plan.Open) bool { return math.Abs(o.FreqHz-f) < o.HalfHz+h.bandHz/2 }) {
			add(plan.Open{FreqHz: f, HalfHz: h.bandHz / 2, DB: guessedDB, Unread: 1})
		}
	}
	return out
}

// hopelessDB is the SINR below which a SIB1 is not waited for.
const hopelessDB = -3

// sensitivity is the weakest reference element that would have been found in every tuning, dBFS.
func (j *judge) sensitivity() *float64 {
	worst := math.Inf(-1)
	for _, h := range j.hum {
		worst = max(worst, h.floorDB+h.needDB)
	}
	return number(worst, perDB)
}

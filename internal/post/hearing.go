package post

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/survey"
)

// hearing is what a radio hears as a rule: reference cells and their levels, and how loud it is where nobody talks. Held against
// what it hears now it tells a quiet night from a cut cable. Times are seconds of listening.
type hearing struct {
	Refs   map[string]*reference `json:"refs"`
	floors map[float64]*floor    // by centre of the tuning
	cells  int                   // ever accepted
	lastS  float64               // any cell was heard
	deaf   string                // why the radio is held to be deaf; "": it is not
}

// reference is a cell that is always there.
type reference struct {
	FreqHz float64 `json:"freq_hz"`
	PCI    int     `json:"pci"`
	Heard  int     `json:"heard"`
	ForS   float64 `json:"for_s"`   // from first to last
	GapS   float64 `json:"gap_s"`   // the longest it was not heard, of late
	SlowDB float64 `json:"slow_db"` // its level as a rule, less the radio's gain

	lastS  float64
	fastDB float64
	unseen int // looks at its carrier since it was heard
}

// floor is the power between carriers of one tuning, dBFS less gain.
type floor struct{ slowDB, fastDB, atS float64 }

const (
	refHeard = 20  // times heard
	refS     = 120 // over so long: then a cell is one to go by
	maxRefs  = 256
	maxFloor = 512

	missS     = 60 // not heard for so long and five of its usual gaps: a reference cell is gone
	missLooks = 5  // in at least so many looks at its carrier
	forgetS   = 24 * 3600

	slowS, fastS = 6 * 3600, 30 // time constants of levels
	collapseDB   = 12           // lower than as a rule, at the middle cell
	recoverDB    = 8
	neverS       = 300 // of listening without any cell
	louderDB     = 6   // of the floor: somebody transmits over everything
	quieterDB    = 3   // of the floor: the antenna's noise is gone
)

func newHearing() *hearing {
	return &hearing{Refs: map[string]*reference{}, floors: map[float64]*floor{}}
}

// look takes what a look heard.
func (h *hearing) look(e *survey.Look, nowS float64) {
	half := cmp.Or(e.Tuning.BandHz, e.Tuning.RateHz)/2 - 0.7e6 // the six middle resource blocks must be in view
	heard := map[string]bool{}
	for i := range e.Obs {
		o := &e.Obs[i]
		if o.Ghost != "" || o.MIB == nil {
			continue
		}
		h.cells++
		h.lastS = nowS
		k := fmt.Sprintf("%.1f/%d", o.FreqHz/1e6, o.PCI)
		r := h.Refs[k]
		if r == nil {
			if len(h.Refs) >= maxRefs {
				h.forget(nowS)
			}
			if len(h.Refs) >= maxRefs {
				continue
			}
			r = &reference{FreqHz: o.FreqHz, PCI: int(o.PCI), SlowDB: o.Signal.RSRPdBFS - e.Tuning.GainDB, lastS: nowS}
			r.fastDB = r.SlowDB
			h.Refs[k] = r
		}
		heard[k] = true
		r.take(o, o.Signal.RSRPdBFS-e.Tuning.GainDB, nowS, h.deaf != "")
	}
	for k, r := range h.Refs {
		if !heard[k] && math.Abs(r.FreqHz-e.Tuning.FreqHz) <= half {
			r.unseen++
		}
	}
}

func (r *reference) take(o *lte.Observation, levelDB, nowS float64, deaf bool) {
	gap := max(0, nowS-r.lastS)
	if r.Heard++; gap > 0 {
		r.GapS = max(gap, r.GapS*0.98)
	}
	if math.IsNaN(levelDB) || math.IsInf(levelDB, 0) {
		levelDB = r.fastDB
	}
	if r.fastDB == 0 {
		r.fastDB = levelDB
	}
	r.fastDB += (levelDB - r.fastDB) * (1 - math.Exp(-gap/fastS))
	if !deaf { // what is wrong must not become the rule
		r.SlowDB += (levelDB - r.SlowDB) * (1 - math.Exp(-gap/slowS))
	}
	r.ForS, r.lastS, r.unseen = r.ForS+gap, nowS, 0
	if deaf {
		r.GapS = min(r.GapS, missS)
	}
}

// spectrum takes the power spectrum of a look.
func (h *hearing) spectrum(psd []float32, e *survey.Look, nowS float64) {
	if len(psd) == 0 || e == nil {
		return
	}
	bins := slices.Clone(psd)
	slices.Sort(bins)
	db := float64(bins[len(bins)/4]) - e.Tuning.GainDB
	f := h.floors[e.Tuning.FreqHz]
	if f == nil {
		if len(h.floors) >= maxFloor {
			clear(h.floors)
		}
		f = &floor{db, db, nowS}
		h.floors[e.Tuning.FreqHz] = f
	}
	gap := max(0, nowS-f.atS)
	f.fastDB += (db - f.fastDB) * (1 - math.Exp(-gap/fastS))
	if h.deaf == "" {
		f.slowDB += (db - f.slowDB) * (1 - math.Exp(-gap/slowS))
	}
	f.atS = nowS
}

// louder is how much louder it is than as a rule where nobody talks; false where that is not known.
func (h *hearing) louder(nowS float64) (float64, bool) {
	var all []float64
	for _, f := range h.floors {
		if nowS-f.atS < 10*missS {
			all = append(all, f.fastDB-f.slowDB)
		}
	}
	return median(all), len(all) > 0
}

// check says why the radio is deaf; "" while it is not.
func (h *hearing) check(nowS float64) string {
	var missing, there int
	var fell []float64
	for _, r := range h.Refs {
		switch {
		case r.Heard < refHeard || r.ForS < refS:
		case r.missing(nowS):
			missing++
		default:
			there++
			fell = append(fell, r.SlowDB-r.fastDB)
		}
	}
	all, fellDB := missing+there, median(fell)
	was := h.deaf != ""
	share := func(of float64) bool { return float64(missing) >= of*float64(all) }
	var what string
	switch silent := nowS-h.lastS > missS; {
	case all == 0 && h.cells == 0 && nowS > neverS:
		what = fmt.Sprintf("no cell was heard in %.0f s of listening: is the antenna connected, is it the right band?", nowS)
	case all == 0:
	case all >= 3 && (share(2./3) || was && share(1./3)), all < 3 && missing == all && silent:
		what = fmt.Sprintf("%d of %d reference cells are gone: %s", missing, all, h.cause(nowS))
	case len(fell) >= 3 && (fellDB >= collapseDB || was && fellDB >= recoverDB):
		what = fmt.Sprintf("levels fell by %.0f dB: %s", fellDB, h.cause(nowS))
	}
	h.deaf = what
	if what == "" {
		h.forget(nowS)
	}
	return what
}

// cause is what the floor tells of why.
func (h *hearing) cause(nowS float64) string {
	db, known := h.louder(nowS)
	switch {
	case known && db >= louderDB:
		return fmt.Sprintf("jamming, for it is %.0f dB louder between carriers", db)
	case known && db <= -quieterDB:
		return fmt.Sprintf("a cut cable or a broken antenna, for it is %.0f dB quieter between carriers", -db)
	}
	return "jamming, a cut cable or a broken antenna"
}

func (r *reference) missing(nowS float64) bool {
	return nowS-r.lastS > missS+5*r.GapS && r.unseen >= missLooks
}

// forget drops cells that were heard in passing, and reference cells that others outlasted by a day.
func (h *hearing) forget(nowS float64) {
	for k, r := range h.Refs {
		passing := r.Heard < refHeard && nowS-r.lastS > 10*missS
		if passing || nowS-r.lastS > forgetS {
			delete(h.Refs, k)
		}
	}
}

// resume makes what was kept from before a restart the rule.
func (h *hearing) resume() {
	for _, r := range h.Refs {
		r.lastS, r.fastDB = 0, r.SlowDB
	}
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	return v[len(v)/2]
}

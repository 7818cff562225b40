package sim

import (
	"math"
	"slices"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/enb"
)

// hearing is one cell in one dwell, before anyone looks at it.
type hearing struct {
	p            *placed
	a            arrival // in the middle of its time in the dwell
	onS, offS    float64 // that time
	effectiveDB  float64 // reference element over noise and what the decoder cannot take out of the interference
	sib1DB       float64 // the same where its SIB1 is sent
	rssiDBm      float64 // of everything in the measurement bandwidth
	overlaid     []*hearing
	interference float64 // mW per resource element
}

// busy is how much power a cell sends in a resource element of the middle of its carrier on average, a reference element being 1:
// what every cell sends all the time, and what depends on its load.
func busy(e *enb.Cell) (always, load float64) {
	ports := float64(max(1, e.Ports))
	return 0.06 + 8.0/168*ports, 0.75*e.Load.Fraction*math.Pow(10, e.Load.DB/10) + 0.1*e.Load.PDCCH
}

// residual is the share of what a cell sends all the time that is left when the decoder has taken a stronger cell out. Cells of one
// site send in step: PBCH falls on PBCH, and SIB1 on SIB1 where they share resource blocks.
const (
	residual     = 0.05
	stepResidual = 0.2
	stepSIB1     = 0.7
)

// samePathS: two signals of one cell that come closer together than this are one to the receiver.
const samePathS = 4.7e-6

// hear tells what arrives from fromS to toS in the present tuning.
func (w *World) hear(fromS, toS float64) []*hearing {
	var out, bursts []*hearing
	carriers := map[lte.EARFCN]float64{}
	var all []*hearing
	for _, p := range w.inView {
		if onS, offS := w.longest(p, fromS, toS); offS > onS {
			h := &hearing{p: p, onS: onS, offS: offS, a: w.arrive(p, (onS+offS)/2)}
			if k := slices.IndexFunc(all, h.inTurn); k >= 0 {
				if o := all[k]; o.offS-o.onS > offS-onS {
					continue
				}
				carriers[p.earfcn] -= all[k].a.mW
				all = slices.Delete(all, k, k+1)
			}
			carriers[p.earfcn] += h.a.mW
			all = append(all, h)
		}
	}
	least, covered := mW(thermalDBm+w.profile.noiseDB-inaudibleDB), mW(-coveredDB)
	for _, h := range all {
		p := h.p
		if h.a.mW < max(least, carriers[p.earfcn]*covered) {
			continue
		}
		if p.e.Bursts.Subframes != [10]bool{} {
			bursts = append(bursts, h)
			continue
		}
		if !h.joins(out) {
			out = append(out, h)
		}
	}
	slices.SortStableFunc(out, func(a, b *hearing) int { return compare(b.a.levelDB, a.a.levelDB) })
	noise := mW(thermalDBm + w.profile.noiseDB)
	for i, h := range out {
		h.interference, h.rssiDBm = 0, 0
		rssi, onSIB1 := noise, 0.0
		for k, o := range out {
			share := overlap(h.p, o.p) * math.Min(1, (math.Min(h.offS, o.offS)-math.Max(h.onS, o.onS))/(h.offS-h.onS))
			if share <= 0 {
				continue
			}
			always, load := busy(&o.p.e)
			// Symbols with reference elements are what RSSI is measured in: a third of theirs are sent by each pair of ports.
			rssi += share * o.a.mW * (float64(max(1, o.p.e.Ports))/6 + load)
			if k == i {
				continue
			}
			step := o.p.site == h.p.site
			switch {
			case k < i && step:
				always *= stepResidual
			case k < i:
				always *= residual
			}
			if step && collide(h.p.speak().ways, o.p.speak().ways) {
				onSIB1 += share * o.a.mW * stepSIB1
			}
			h.interference += share * o.a.mW * (always + load)
		}
		h.rssiDBm = 10 * math.Log10(72*rssi)
		h.effectiveDB = h.a.levelDB - 10*math.Log10(noise+h.interference)
		h.sib1DB = h.a.levelDB - 10*math.Log10(noise+h.interference+onSIB1)
	}
	for _, b := range bursts {
		for _, h := range out {
			if h.p.e.PCI == b.p.e.PCI && h.p.earfcn == b.p.earfcn && h.p.site == b.p.site && b.a.levelDB > h.a.levelDB {
				b.effectiveDB = b.a.levelDB - 10*math.Log10(noise+h.interference+h.a.mW)
				h.overlaid = append(h.overlaid, b)
			}
		}
	}
	return out
}

// collide tells whether two cells in step send SIB1 in the same resource blocks.
func collide(a, b []lte.SITransmission) bool {
	for i := range min(len(a), len(b)) {
		if a[i].FirstPRB < b[i].FirstPRB+b[i].PRBs && b[i].FirstPRB < a[i].FirstPRB+a[i].PRBs {
			return true
		}
	}
	return false
}

// inTurn tells whether two cells are one radio that took up another identity under its old PCI: one signal to the receiver. What it
// tells is the part that lasts longer.
func (h *hearing) inTurn(o *hearing) bool {
	return h.p.when.turns != nil && h.p.when.turns == o.p.when.turns && h.p.e.PCI == o.p.e.PCI && h.p.earfcn == o.p.earfcn
}

// joins adds a further path to a signal that is there.
func (h *hearing) joins(out []*hearing) bool {
	for i, o := range out {
		if o.p.source != h.p.source || math.Abs(math.Remainder(o.a.frames-h.a.frames, 1))*0.01 > samePathS {
			continue
		}
		sum := o.a.mW + h.a.mW
		if h.a.levelDB > o.a.levelDB {
			h.overlaid = o.overlaid
			out[i] = h
		}
		out[i].a.mW, out[i].a.levelDB = sum, 10*math.Log10(sum)
		return true
	}
	return false
}

// longest is the longest time within a span in which a cell is on.
func (w *World) longest(p *placed, fromS, toS float64) (onS, offS float64) {
	for at := fromS; at < toS; {
		on, untilS := p.when.at(at)
		untilS = math.Min(untilS, toS)
		if on && untilS-at > offS-onS {
			onS, offS = at, untilS
		}
		at = untilS
	}
	return onS, offS
}

// overlap is the share of the middle of a's carrier, where cells are looked for, that b covers.
func overlap(a, b *placed) float64 {
	const half = 540e3
	wide := float64(b.e.Subcarriers()) * enb.SpacingHz / 2
	low := math.Max(a.freqHz-half, b.freqHz-wide)
	high := math.Min(a.freqHz+half, b.freqHz+wide)
	return math.Max(0, high-low) / (2 * half)
}

func mW(dbm float64) float64 { return math.Pow(10, dbm/10) }

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

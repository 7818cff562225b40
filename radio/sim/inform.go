package sim

import (
	"bytes"
	"math"
	"math/rand/v2"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/enb"
)

// inform adds the system information that is read of a cell in a dwell, and says why it is no more.
func (w *World) inform(o *lte.Observation, h *hearing, row *row, rng *rand.Rand, wide bool) {
	s := h.p.speak()
	if s.sib1 == nil || !w.holds(h.p, s, wide) {
		o.Stop = lte.StopNarrow
		if wide {
			o.Stop = lte.StopWeak
		}
		return
	}
	first, last := int64(math.Ceil(w.arrive(h.p, h.onS).frames)), int64(w.arrive(h.p, h.offS).frames)
	read, cleanly := h.p.chance(rng) < row.sib1, false
	for f := first + first&1; f < last; f += 2 {
		alone := rng.Float64()
		if by := h.overlaidBy(f); by != nil {
			hear(o, by.p.speak(), f)
			continue
		}
		switch {
		case read && (alone < row.alone || !cleanly && f+2 >= last):
			hear(o, s, f)
			cleanly = true
		case alone < row.alone+row.failed:
			o.SIB1Fails++
		}
	}
	if o.SIB1 == nil {
		o.Stop = lte.StopWeak
		return
	}
	o.Stop = lte.StopNone
	if !wide { // the messages behind SIB1 are only read from whole carriers
		for i := range o.OnAir {
			o.OnAir[i].CCE, o.OnAir[i].Aggregation = 0, 0
		}
		return
	}
	for i := range s.si {
		w.message(o, &s.si[i], first, last, row.alone, rng)
	}
	for range last - first {
		if rng.Float64() < s.pages*row.alone {
			o.Pages++
			o.Paging = o.Paging.Plus(s.paging)
		}
	}
}

// hear counts a transmission of SIB1 in frame f.
func hear(o *lte.Observation, s *speech, f int64) {
	if s.sib1 == nil {
		return
	}
	way := s.ways[cycle(float64(f))/2%len(s.ways)]
	way.SFN = cycle(float64(f))
	o.OnAir = append(o.OnAir, way)
	switch {
	case o.SIB1 == nil:
		o.SIB1, o.SIB1Octets, o.SIB1CRCs = s.sib1, s.octets, 1
	case bytes.Equal(o.SIB1Octets, s.octets):
		o.SIB1CRCs++
	default:
		for i := range o.SIB1Others {
			if x := &o.SIB1Others[i]; bytes.Equal(x.Octets, s.octets) {
				if x.CRCs++; x.CRCs > o.SIB1CRCs { // the one heard most comes first
					o.SIB1, o.SIB1Octets, o.SIB1CRCs, *x = x.SIB1, x.Octets, x.CRCs, lte.OtherSIB1{SIB1: o.SIB1, Octets: o.SIB1Octets, CRCs: o.SIB1CRCs}
				}
				return
			}
		}
		o.SIB1Others = append(o.SIB1Others, lte.OtherSIB1{SIB1: s.sib1, Octets: s.octets, CRCs: 1})
	}
}

// message reads a system information message where a whole window of it lies in the dwell.
func (w *World) message(o *lte.Observation, m *siMessage, first, last int64, alone float64, rng *rand.Rand) {
	if m.Octets == nil {
		return
	}
	start := int64((m.Entry - 1) * m.windowMS / 10)
	period := int64(m.periodRF)
	crcs := 0
	for f := start + period*((first-start+period-1)/period); f < last && f*10+int64(m.windowMS) <= last*10; f += period {
		for range m.times {
			if rng.Float64() < alone {
				crcs++
				way := m.way
				way.SFN = cycle(float64(f + int64(way.SFN)%period - start%period))
				o.OnAir = append(o.OnAir, way)
			}
		}
	}
	if crcs > 0 {
		msg := m.SIMessage
		msg.CRCs = crcs
		o.Messages = append(o.Messages, msg)
	}
}

// overlaidBy is who speaks over SIB1 in frame f; nil: nobody.
func (h *hearing) overlaidBy(f int64) *hearing {
	for _, b := range h.overlaid {
		if x := b.p.e.Bursts; x.Subframes[5] && cycle(float64(f))%max(1, x.Period) == x.Offset && b.effectiveDB > overlayDB {
			return b
		}
	}
	return nil
}

// overlayDB is how far above what it speaks over a burst must be to be read in its place.
const overlayDB = 0

// holds tells whether SIB1 can be read in the present tuning: from the whole carrier, or from a narrow window that holds at least
// half of its resource blocks.
func (w *World) holds(p *placed, s *speech, wide bool) bool {
	t := w.tuning
	half := float64(s.cell.Subcarriers()) * enb.SpacingHz / 2
	if off := math.Abs(p.freqHz - t.FreqHz); wide {
		return off+half <= t.RateHz/2
	}
	const prbHz = 12 * enb.SpacingHz
	for _, x := range s.ways[:min(1, len(s.ways))] {
		low := p.freqHz - half + prbHz*float64(x.FirstPRB)
		seen := math.Min(low+prbHz*float64(x.PRBs), t.FreqHz+t.BandHz/2) - math.Max(low, t.FreqHz-t.BandHz/2)
		return seen >= 2*prbHz && seen >= prbHz*float64(x.PRBs)/2 && !x.Distributed
	}
	return false
}

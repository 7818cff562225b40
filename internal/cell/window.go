package cell

import (
	"math"
	"slices"

	"github.com/straycell/straycell/decode/lte"
)

// windows counts for each message that a sighting's SIB1 schedules the windows that were wholly in view. A sweep comes round
// in step with a schedule: a message that is never in view is never read, and that is nobody's fault.
func windows(s sighting) []int {
	o := &s.o
	if o.SIB1 == nil || o.MIB == nil || len(o.Messages) == 0 || o.Stop == lte.StopNarrow {
		return nil
	}
	first := int(math.Ceil((s.startS - s.frameS) / frameS)) // frames from the one whose number is known
	last := int(math.Floor((s.endS-s.frameS)/frameS)) - 1
	out := make([]int, len(o.SIB1.Schedule))
	for n, g := range o.SIB1.Schedule {
		// TS 36.331 §5.2.3: the window of entry n begins at subframe x mod 10 of the frame with SFN mod T = floor(x/10).
		x, w := n*o.SIB1.SIWindowMS, o.SIB1.SIWindowMS
		if g.PeriodRF <= 0 || w <= 0 {
			continue
		}
		for f := first; f <= last; f++ {
			if ((o.MIB.SFN+f)%g.PeriodRF+g.PeriodRF)%g.PeriodRF == x/10%g.PeriodRF && f+(x%10+w+9)/10-1 <= last {
				out[n]++
			}
		}
	}
	return out
}

// plus adds counts of entries; neither is changed.
func plus(a, b []int) []int {
	if len(b) == 0 {
		return a
	}
	out := slices.Grow(slices.Clone(a), max(0, len(b)-len(a)))
	for len(out) < len(b) {
		out = append(out, 0)
	}
	for i, n := range b {
		out[i] += n
	}
	return out
}

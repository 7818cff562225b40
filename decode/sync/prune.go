package sync

import "math"

// prune takes peaks by power, drops those in the neighbourhood of a stronger one of the same sequence, keeps no more than kin of a
// ridge and of all the first.
func prune(peaks []Peak, limit, kin int) []Peak {
	var kept []Peak
	// Of tens of thousands of glimpses few are ever taken: a heap is in order as far as they go.
	for i := len(peaks)/2 - 1; i >= 0; i-- {
		sink(peaks, i)
	}
next:
	for len(peaks) > 0 && len(kept) < limit {
		p, last := peaks[0], len(peaks)-1
		peaks[0] = peaks[last]
		peaks = peaks[:last]
		sink(peaks, 0)
		n := 0
		for _, k := range kept {
			d := math.Abs(p.Sample - k.Sample)
			d = min(d, HalfFrame-d)
			if p.NID2 != k.NID2 || d > 128 || math.Abs(p.FreqHz-k.FreqHz) > ridgeHz {
				continue
			}
			if n++; n == kin || d <= peakGuard && math.Abs(p.FreqHz-k.FreqHz) <= 2.1*StepHz {
				continue next
			}
		}
		kept = append(kept, p)
	}
	return kept
}

// sink restores the heap below element i.
func sink(peaks []Peak, i int) {
	for {
		c := 2*i + 1
		if c >= len(peaks) {
			return
		}
		if c+1 < len(peaks) && before(&peaks[c+1], &peaks[c]) {
			c++
		}
		if !before(&peaks[c], &peaks[i]) {
			return
		}
		peaks[i], peaks[c] = peaks[c], peaks[i]
		i = c
	}
}

// before orders peaks, strongest first.
func before(a, b *Peak) bool {
	if a.Power != b.Power {
		return a.Power > b.Power
	}
	if a.NID2 != b.NID2 {
		return a.NID2 < b.NID2
	}
	return a.FreqHz < b.FreqHz || a.FreqHz == b.FreqHz && a.Sample < b.Sample
}

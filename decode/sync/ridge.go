package sync

import "math"

// A Zadoff-Chu sequence moved in frequency looks like itself moved in time: m subcarriers up are m·u/63 of a symbol later
// (u the root). For some m that is only a few samples, less than the cyclic prefix, and the correlation hardly suffers: one
// frequency hypothesis then answers for several, and which of them it was is found out afterwards, at the peaks alone.
//
// ridge lists, by NID2, the distances in frequency that lose less than about 1 dB.
var ridge = [3][]float64{
	{75e3, -75e3, 150e3, -150e3}, // u = 25: 5 subcarriers are 2 samples
	{30e3, -30e3},                // u = 29: 2 subcarriers are 10 samples
	{30e3, -30e3},                // u = 34
}

// ridgeDelay is how much later, in samples at Rate, a sequence seems to start for a hypothesis that stands offsetHz (a
// multiple of 15 kHz) above its carrier.
func ridgeDelay(nid2 int, offsetHz float64) float64 {
	m := math.Round(offsetHz / 15e3)
	t := math.Mod(m*float64(pssRoots[nid2]), 63)
	if t > 31.5 {
		t -= 63
	} else if t < -31.5 {
		t += 63
	}
	return t * 128 / 63
}

// cover picks from hypotheses (bins, ascending) the fewest that answer for all of them.
func cover(bins []int, nid2 int) []int {
	reach := 0
	steps := []int{0}
	for _, f := range ridge[nid2] {
		b := int(math.Round(f / binHz))
		steps = append(steps, b)
		reach = max(reach, b)
	}
	listed := make(map[int]bool, len(bins))
	for _, b := range bins {
		listed[b] = true
	}
	done := make(map[int]bool, len(bins))
	var out []int
	for _, b := range bins {
		if done[b] {
			continue
		}
		// The highest hypothesis that still answers for b answers for most of those above it too.
		pick := b
		for _, s := range steps {
			if s > pick-b && listed[b+s] {
				pick = b + s
			}
		}
		out = append(out, pick)
		for _, s := range steps {
			done[pick-s] = true
			done[pick+s] = true
		}
	}
	return out
}

// members lists the places a peak of the search may really stand for.
func (p Peak) members() []Peak {
	out := []Peak{p}
	for _, f := range ridge[p.NID2] {
		q := p
		q.FreqHz -= f
		q.Sample -= ridgeDelay(p.NID2, f)
		if q.Sample < 0 {
			q.Sample += HalfFrame * (1 - q.DriftPPM*1e-6)
		}
		out = append(out, q)
	}
	return out
}

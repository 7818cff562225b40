package grid

import "math"

// Presence is how strongly reference signals stand out.
type Presence struct {
	Power float64 // summed power of coherent sums; noise alone gives Terms on average
	Terms int
	CFOHz float64 // offset left over, relative to Timing.CFOHz
}

// Margin is the power over what noise reaches about once in 1e10 with the offsets searched.
func (p Presence) Margin() float64 {
	n := float64(p.Terms)
	return p.Power / (n + 8*math.Sqrt(n) + 16)
}

// coherence is a way to sum: over so many slots, in so many parts of the band, at offsets so far apart.
type coherence struct {
	slots, bands int
	stepHz       float64
}

// A moving, dispersive channel keeps its phase for 5 ms and a third of the band; a still and flat one for 20 ms and the whole
// of it, which in TDD, with its few certain reference signals, is worth 6 dB.
var coherences = [2]coherence{{10, 3, 60}, {40, 1, 16}}

const maxBands = 3

// Presence sums reference signals coherently over stretches of time and band, and the powers of those over the run and the
// ports, each relative to the total power of the same symbols and band, for offsets within ±reachHz. It needs no channel and no
// bandwidth. With long set it tries two lengths of the stretches and returns the one that stands out more.
func (p *Pilots) Presence(reachHz float64, long bool, ports ...int) Presence {
	best := p.presence(reachHz, coherences[0], ports)
	if long && best.Margin() < 1.5 {
		if b := p.presence(reachHz, coherences[1], ports); b.Margin() > best.Margin() {
			best = b
		}
	}
	return best
}

func (p *Pilots) presence(reachHz float64, co coherence, ports []int) Presence {
	steps := int(reachHz/co.stepHz)*2 + 1
	if cap(p.sums) < steps {
		p.sums = make([]float64, steps)
		p.acc = make([][maxBands]complex64, steps)
	}
	sums, acc := p.sums[:steps], p.acc[:steps]
	clear(sums)
	terms := 0
	for _, port := range ports {
		terms += p.sum(sums, acc, co, port)
	}
	return strongest(sums, terms, co)
}

// sum adds the powers of one port's coherent sums at each offset and returns how many they were.
func (p *Pilots) sum(sums []float64, acc [][maxBands]complex64, co coherence, port int) (terms int) {
	steps := len(sums)
	clear(acc)
	var noise [maxBands]float64
	n := 0
	flush := func() {
		if n == 0 {
			return
		}
		for b, e := range noise[:co.bands] {
			if e == 0 {
				continue
			}
			// One element in six is a reference: their sum's power in noise is a sixth of all elements' power.
			scale := 6 / e
			for i := range acc {
				sums[i] += float64(power(acc[i][b])) * scale
			}
			terms++
		}
		clear(acc)
		noise, n = [maxBands]float64{}, 0
	}
	slots := p.ports[port]
	ls := crsSymbols(p.Cell.Timing.CP)
	for s := range slots {
		if s%co.slots == 0 {
			flush()
		}
		for k := range 3 {
			shift, ok := CRSShift(p.Cell.PCI, p.Cell.Timing.CP, port, s%20, ls[k])
			if !ok || !p.have[s*kinds+k] {
				continue
			}
			odd := shift / 3
			var part [maxBands]complex64
			for m := range 12 {
				part[m*co.bands/12] += slots[s].v[2*m+odd]
			}
			for i, v := range p.sub[s*kinds+k] {
				noise[i*co.bands/Width] += float64(power(v))
			}
			n++
			// Phase at this symbol of each offset hypothesis.
			t := (p.demod.Start(p.Cell.Timing, Symbol{s, ls[k]}) - p.Cell.Timing.Frame) / (15e3 * float64(p.demod.n))
			w := unit(-t * co.stepHz)
			r := unit(t * co.stepHz * float64(steps/2))
			for i := range acc {
				a := &acc[i]
				for b, v := range part[:co.bands] {
					a[b] += v * r
				}
				r *= w
			}
		}
	}
	flush()
	return terms
}

func strongest(sums []float64, terms int, co coherence) Presence {
	if terms == 0 {
		return Presence{}
	}
	steps, best := len(sums), 0
	for i, v := range sums {
		if v > sums[best] {
			best = i
		}
	}
	out := Presence{Power: sums[best], Terms: terms, CFOHz: float64(best-steps/2) * co.stepHz}
	if best > 0 && best < steps-1 {
		a, b, c := sums[best-1], sums[best], sums[best+1]
		if d := a - 2*b + c; d < 0 {
			out.CFOHz += co.stepHz * (a - c) / (2 * d)
		}
	}
	return out
}

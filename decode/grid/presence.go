package grid

// Presence is how strongly a port's reference signals stand out.
type Presence struct {
	Power float64 // summed power of segment means; noise alone gives Terms on average
	Terms int
	CFOHz float64 // offset left over, relative to Timing.CFOHz
}

// subbands split the band for sums that must survive a frequency-selective channel; segment is how many slots a channel is
// taken as constant for.
const (
	subbands = 3
	segment  = 10
)

// Presence sums a port's reference signals coherently over segments of 5 ms and thirds of the band, and the powers of
// those over the run, each relative to the total power of the same symbols and third, for offsets within ±reachHz. It
// needs no channel and no bandwidth.
func (p *Pilots) Presence(port int, reachHz float64) Presence {
	const stepHz = 60
	steps := int(reachHz/stepHz)*2 + 1
	if len(p.sums) != steps {
		p.sums = make([]float64, steps)
		p.acc = make([][subbands]complex64, steps)
	}
	clear(p.sums)
	clear(p.acc)
	var noise [subbands]float64
	n, terms := 0, 0
	flush := func() {
		if n == 0 {
			return
		}
		for b, e := range noise {
			if e == 0 {
				continue
			}
			// n reference elements against the mean power of 6 n elements
			scale := 6 / e
			for i := range p.acc {
				p.sums[i] += float64(power(p.acc[i][b])) * scale
			}
			terms++
		}
		clear(p.acc)
		noise, n = [subbands]float64{}, 0
	}
	slots := p.ports[port]
	ls := crsSymbols(p.Cell.Timing.CP)
	for s := range slots {
		if s%segment == 0 {
			flush()
		}
		for k := range 3 {
			shift, ok := CRSShift(p.Cell.PCI, p.Cell.Timing.CP, port, s%20, ls[k])
			if !ok || !p.have[s*kinds+k] {
				continue
			}
			odd := shift / 3
			var part [subbands]complex64
			for m := range 12 {
				part[m*subbands/12] += slots[s].v[2*m+odd]
			}
			for i, v := range p.sub[s*kinds+k] {
				noise[i*subbands/Width] += float64(power(v))
			}
			n++
			// Phase at this symbol of each offset hypothesis.
			t := (p.demod.Start(p.Cell.Timing, Symbol{s, ls[k]}) - p.Cell.Timing.Frame) / (15e3 * float64(p.demod.n))
			w := unit(-t * stepHz)
			r := unit(t * stepHz * float64(steps/2))
			for i := range p.acc {
				a := &p.acc[i]
				for b, v := range part {
					a[b] += v * r
				}
				r *= w
			}
		}
	}
	flush()
	if terms == 0 {
		return Presence{}
	}
	best := 0
	for i, v := range p.sums {
		if v > p.sums[best] {
			best = i
		}
	}
	out := Presence{Power: p.sums[best], Terms: terms, CFOHz: float64(best-steps/2) * stepHz}
	if best > 0 && best < steps-1 {
		a, b, c := p.sums[best-1], p.sums[best], p.sums[best+1]
		if d := a - 2*b + c; d < 0 {
			out.CFOHz += stepHz * (a - c) / (2 * d)
		}
	}
	return out
}

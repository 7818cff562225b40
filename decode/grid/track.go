package grid

import "math"

// Track is the outcome of following one port's reference signals through a run.
type Track struct {
	DelaySamples float64 // mean delay beyond Timing.Frame
	ClockPPM     float64 // correction to Timing.ClockPPM
	ClockSE      float64
	CFOHz        float64 // correction to Timing.CFOHz
	CFOSE        float64
}

// Track measures what the timing hypothesis leaves over: delay from the phase slope over frequency, clock error from the
// drift of that delay, offset from the phase advance between segments of 5 ms (unambiguous within ±100 Hz).
func (p *Pilots) Track() Track {
	segs := p.segments(p.Lead)
	var cfo complex128
	var all complex128
	ds := make([]complex128, len(segs))
	var prev *[positions]complex64
	for i := range segs {
		s := &segs[i]
		if s.n == 0 {
			prev = nil
			continue
		}
		for q := 0; q+2 < positions; q++ {
			ds[i] += complex128(s.v[q+2] * conj(s.v[q]))
		}
		all += ds[i]
		if prev != nil {
			for q := range s.v {
				cfo += complex128(s.v[q] * conj(prev[q]))
			}
		}
		prev = &s.v
	}
	const segS = segment * 0.5e-3
	var t Track
	if all == 0 {
		return t
	}
	n := float64(p.demod.n)
	perRad := -n / (2 * math.Pi * 6) // samples of delay per radian between elements six subcarriers apart
	t.DelaySamples = perRad * phase(all)
	if cfo != 0 {
		t.CFOHz = phase(cfo) / (2 * math.Pi * segS)
	}
	// Drift: straight line through the delays of the segments, weighted by how sure each is.
	var sw, sx, sy, sxx, sxy float64
	for i, d := range ds {
		if d == 0 {
			continue
		}
		u := d * complex(real(all), -imag(all))
		w := math.Hypot(real(u), imag(u))
		x, y := float64(i), perRad*phase(u)
		sw, sx, sy, sxx, sxy = sw+w, sx+w*x, sy+w*y, sxx+w*x*x, sxy+w*x*y
	}
	segSamples := segment * 7.5 * n
	if det := sw*sxx - sx*sx; det > 0 {
		t.ClockPPM = -(sw*sxy - sx*sy) / det / segSamples * 1e6
	}
	// Standard errors of a tone's frequency and of a delay's slope over the run (Rife and Boorstyn 1974; the delay's bound has
	// the band's rms width in place of time's).
	m := p.Measure()
	snr := math.Pow(10, m.SINRdB/10) * float64(m.Elements)
	dur := float64(p.Slots) * 0.5e-3
	if snr > 0 {
		t.CFOSE = math.Sqrt(3/(2*math.Pi*math.Pi*snr)) / dur
		rms := Width * 15e3 / math.Sqrt(12)
		t.ClockSE = math.Sqrt(12/(2*snr)) / (2 * math.Pi * rms) / dur * 1e6
	}
	return t
}

func phase(v complex128) float64 { return math.Atan2(imag(v), real(v)) }

// segmentSum is the sum of a port's reference elements over a segment.
type segmentSum struct {
	v [positions]complex64
	n int
}

func (p *Pilots) segments(port int) []segmentSum {
	out := make([]segmentSum, (p.Slots+segment-1)/segment)
	for s := range p.ports[port] {
		x := &p.ports[port][s]
		if x.n[0]|x.n[1] == 0 {
			continue
		}
		o := &out[s/segment]
		for q, v := range x.v {
			o.v[q] += v
		}
		o.n++
	}
	return out
}

// Measurement holds levels of a cell in the middle six resource blocks; powers relative to full scale.
type Measurement struct {
	RSRPdBFS, RSSIdBFS, RSRQdB, SINRdB float64
	Noise                              float64 // power of noise and interference per resource element, in the units of Pilots
	Elements                           int     // reference elements the figures rest on
	Cross                              float64 // products of neighbouring slots, in standard deviations of noise's
}

// Measure computes RSRP, RSSI and RSRQ as TS 36.214 §5.1.1 and §5.1.3 define them, over the middle six resource blocks, on the
// leading port.
// RSRP is taken from products of neighbouring slots, so that noise does not add to it; noise is what is left of the power.
func (p *Pilots) Measure() Measurement {
	var cross, own, rssi float64
	var pairs, owns, symbols, elements int
	slots := p.ports[p.Lead]
	ls := crsSymbols(p.Cell.Timing.CP)
	for s := range slots {
		for _, k := range []int{0, 2} {
			i := s*kinds + k
			if !p.have[i] {
				continue
			}
			shift, _ := CRSShift(p.Cell.PCI, p.Cell.Timing.CP, p.Lead, s%20, ls[k])
			for q := shift / 3; q < positions; q += 2 {
				v := slots[s].v[q]
				own += float64(power(v))
				owns++
				if s+1 < len(slots) && p.have[i+kinds] {
					w := slots[s+1].v[q]
					cross += float64(real(v)*real(w) + imag(v)*imag(w))
					pairs++
				}
			}
			for _, v := range p.sub[i] {
				rssi += float64(power(v))
			}
			symbols++
			elements += 12
		}
	}
	m := Measurement{Elements: elements}
	if pairs == 0 || symbols == 0 {
		return m
	}
	full := float64(p.demod.n) * float64(p.demod.n)
	rsrp, total := cross/float64(pairs), own/float64(owns)
	m.Cross = rsrp / total * math.Sqrt(2*float64(pairs))
	m.Noise = max(total-rsrp, total*1e-5)
	rsrp = max(rsrp, total*1e-4)
	rssi /= float64(symbols)
	m.RSRPdBFS = db(rsrp / full)
	m.RSSIdBFS = db(rssi / full)
	m.RSRQdB = db(6 * rsrp / rssi)
	m.SINRdB = db(rsrp / m.Noise)
	return m
}

func db(x float64) float64 { return 10 * math.Log10(max(x, 1e-20)) }

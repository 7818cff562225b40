package grid

import "math"

// settle refines timing, clock and offset by the full band's reference signals of port 0, and turns the reference elements
// already there to what they would have been: a fraction of the samples' own error at 1.92 Msps is several at full rate.
func (c *Carrier) settle() {
	for range 2 {
		delay, ppm, cfo, se := c.track()
		if se > 0.5 {
			ppm = 0
		}
		mid := float64(len(c.iq)) / 2
		c.turn(delay, ppm, cfo, mid)
		c.Timing.Frame += delay + ppm*1e-6*(mid-c.Timing.Frame)
		c.Timing.ClockPPM += ppm
		c.Timing.CFOHz += cfo
	}
}

// track measures what Timing leaves over: delay in samples at the middle of the run, clock error in ppm with its standard
// error, offset in Hz (within ±100).
func (c *Carrier) track() (delay, ppm, cfo, se float64) {
	const segment = 10 // slots: 5 ms
	w := 4 * c.PRB
	n := (2*c.Subframes + segment - 1) / segment
	if cap(c.segs) < n*w {
		c.segs = make([]complex64, n*w)
	}
	segs := c.segs[:n*w]
	clear(segs)
	for s := range 2 * c.Subframes {
		sum := segs[s/segment*w:][:w]
		for kind := 0; kind < 3; kind += 2 {
			if v, odd, ok := c.pilot(0, s, kind); ok && c.trusted(s, kind) {
				for m, x := range v {
					sum[2*m+odd] += x
				}
			}
		}
	}
	var all, turn complex128
	slopes := c.slopes[:0]
	for i := range n {
		seg := segs[i*w:][:w]
		var d complex64
		for q, x := range seg[:w-2] {
			d += seg[q+2] * conj(x)
		}
		all += complex128(d)
		slopes = append(slopes, d)
		if i > 0 {
			var p complex64
			for q, x := range segs[(i-1)*w:][:w] {
				p += seg[q] * conj(x)
			}
			turn += complex128(p)
		}
	}
	c.slopes = slopes
	if all == 0 {
		return 0, 0, 0, math.Inf(1)
	}
	points := float64(c.demod.n)
	perRad := -points / (2 * math.Pi * 6)
	delay = perRad * phase(all)
	if turn != 0 {
		cfo = phase(turn) / (2 * math.Pi * segment * 0.5e-3)
	}
	// Drift: straight line through the delays of the segments, weighted by how sure each is.
	var sw, sx, sy, sxx, sxy float64
	mid := (float64(len(c.iq))/2 - c.Timing.Frame) / (segment * 7.5 * points) // of the run, in segments
	for i, d := range slopes {
		u := complex128(d) * complex(real(all), -imag(all))
		wt := math.Hypot(real(u), imag(u))
		if wt == 0 {
			continue
		}
		x, y := float64(i)+0.5-mid, perRad*phase(u)
		sw, sx, sy, sxx, sxy = sw+wt, sx+wt*x, sy+wt*y, sxx+wt*x*x, sxy+wt*x*y
	}
	se = math.Inf(1)
	if det := sw*sxx - sx*sx; det > 1e-9*sw*sw {
		slope := (sw*sxy - sx*sy) / det
		delay += (sy - slope*sx) / sw // all's delay is that of the middle of what was seen, not of the run
		ppm = -slope / (segment * 7.5 * points) * 1e6
		// How far the delays scatter about the line says how sure its slope is.
		var rest float64
		used := 0
		for i, d := range slopes {
			u := complex128(d) * complex(real(all), -imag(all))
			if wt := math.Hypot(real(u), imag(u)); wt > 0 {
				e := perRad*phase(u) - (sy-slope*sx)/sw - slope*(float64(i)+0.5-mid)
				rest += wt * e * e
				used++
			}
		}
		if used > 2 {
			se = math.Sqrt(rest/sw/float64(used-2)*sw*sw/det) / (segment * 7.5 * points) * 1e6
		}
	}
	return delay, ppm, cfo, se
}

// turn applies a correction of the timing to the reference elements: delay samples at sample mid, ppm more clock, cfo more
// offset.
func (c *Carrier) turn(delay, ppm, cfo, mid float64) {
	points := float64(c.demod.n)
	ls := crsSymbols(c.Timing.CP)
	h := c.Width() / 2
	for s := range 2 * c.Subframes {
		for kind, l := range ls {
			if !c.have[s*3+kind] {
				continue
			}
			t := c.demod.Start(c.Timing, Symbol{s, l})
			late := (delay + ppm*1e-6*(mid-t)) / points
			base := unit(-cfo * t / (15e3 * points))
			step, one := unit(6*late), unit(late)
			for pair := range min(2, c.Ports) {
				port := pair
				if kind == 1 {
					port += 2
				}
				v, _, ok := c.pilot(port, s, kind)
				if !ok {
					continue
				}
				shift, _ := CRSShift(c.PCI, c.Timing.CP, port, s%20, l)
				w := base * unit(late*float64(shift-h))
				for m := range v {
					if k := shift + 6*m; k >= h && k < h+6 {
						w *= one // the carrier itself is left out of the count
					}
					v[m] *= w
					w *= step
				}
			}
		}
	}
}

// measure sets RSRP and SNR: products of the same reference elements half a millisecond apart against their powers.
func (c *Carrier) measure() {
	var cross, own float64
	var pairs, owns int
	for s := range 2*c.Subframes - 1 {
		for kind := 0; kind < 3; kind += 2 {
			v, _, ok := c.pilot(0, s, kind)
			u, _, next := c.pilot(0, s+1, kind)
			if !ok || !next || !c.trusted(s, kind) || !c.trusted(s+1, kind) {
				continue
			}
			for m, x := range v {
				cross += float64(real(x)*real(u[m]) + imag(x)*imag(u[m]))
				own += float64(power(x)+power(u[m])) / 2
			}
			pairs += len(v)
			owns += len(v)
		}
	}
	c.SNR, c.RSRP = 1e-3, 0
	if pairs > 0 {
		rsrp := max(cross/float64(pairs), own/float64(owns)*1e-4)
		c.SNR = min(rsrp/max(own/float64(owns)-rsrp, rsrp*1e-4), 1e4)
		points := float64(c.demod.n)
		c.RSRP = rsrp / (points * points)
	}
}

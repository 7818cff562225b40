package sync

import (
	"math"
	"sort"

	"github.com/straycell/straycell/decode/dsp"
	"github.com/straycell/straycell/decode/lte"
)

// Sync is a cell hypothesis: a PCI with its timing and offset, not yet confirmed by anything with a CRC.
type Sync struct {
	PCI      lte.PCI
	Duplex   lte.Duplex
	CP       lte.CP
	FreqHz   float64 // carrier offset from the samples' centre
	AliasHz  float64 // the offset may be this much higher or lower, should the PSS alone have misled by half of it
	Frame    float64 // start of a radio frame (subframe 0, first sample of its cyclic prefix) at Rate
	DriftPPM float64
	Z        float64 // SSS correlation over the root of its energy: at most 11, noise's best hypothesis about 3
	Peak     Peak
}

// layouts are the four places an SSS can stand in before its PSS, TS 36.211 §6.11.2.2: distance between the starts of
// their useful parts, and distance of the PSS's from the start of the radio frame, in samples at Rate.
var layouts = [4]struct {
	duplex   lte.Duplex
	cp       lte.CP
	sss, pss int
}{
	{lte.FDD, lte.NormalCP, 137, 832},
	{lte.FDD, lte.ExtendedCP, 160, 832},
	{lte.TDD, lte.NormalCP, 412, 2204},
	{lte.TDD, lte.ExtendedCP, 480, 2272},
}

// Refiner turns peaks into cell hypotheses.
type Refiner struct {
	fft    *dsp.FFT8
	buf    []dsp.Vec8
	sub    []dsp.Vec8
	lanes  [8][]complex64
	sym    [3][128]complex64 // the three PSS symbols, conjugated
	mix    [128]complex64
	half   []halfSpec
	energy float64 // of one PSS symbol
}

// halfSpec holds what one half frame contributes: its PSS-based channel, raw and smoothed, and the SSS at one layout.
type halfSpec struct {
	start   float64
	h, flat [62]complex64
	sss     [62]complex64
}

// NewRefiner plans the refinement.
func NewRefiner() *Refiner {
	r := &Refiner{fft: dsp.NewFFT8(128), buf: make([]dsp.Vec8, 128), sub: make([]dsp.Vec8, 62)}
	for l := range r.lanes {
		r.lanes[l] = make([]complex64, 62)
	}
	for i := range r.sym {
		for n, v := range pssSymbol(i) {
			r.sym[i][n] = complex(real(v), -imag(v))
		}
	}
	for _, v := range r.sym[0] {
		r.energy += float64(real(v)*real(v) + imag(v)*imag(v))
	}
	return r
}

// starts of the PSS symbol in each half frame of a look of n samples.
func (p *Peak) starts(n int, fn func(start float64)) {
	step := HalfFrame * (1 - p.DriftPPM*1e-6)
	for t := p.Sample; t+128 <= float64(n); t += step {
		fn(t)
	}
}

// Refine narrows a peak down in time and offset and reads the SSS. iq are samples at Rate whose centre stands centreHz above
// the look's. It returns the hypotheses above zMin, best first, at most limit; none if the peak does not hold least of its
// power (as Peak.Power counts it), say because the cell it belonged to has been cancelled.
func (r *Refiner) Refine(iq []complex64, centreHz float64, p Peak, least, zMin float64, limit int) []Sync {
	var out []Sync
	for _, q := range r.likely(iq, centreHz, p, least) {
		out = r.read(out, iq, centreHz, r.narrow(iq, centreHz, q), zMin)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Z > out[j].Z })
	return out[:min(len(out), limit)]
}

// likely returns the members of a peak's ridge that hold most power: the best, and others that come close to it; none when the
// best holds less than least.
func (r *Refiner) likely(iq []complex64, centreHz float64, p Peak, least float64) []Peak {
	const near = 0.8
	ms := p.members()
	power := make([]float64, len(ms))
	top := 0.0
	for i, m := range ms {
		power[i] = r.power(iq, centreHz, m)
		top = max(top, power[i])
	}
	out := ms[:0]
	for i, m := range ms {
		if power[i] >= near*top && top >= least {
			out = append(out, m)
		}
	}
	return out
}

// power is the summed correlation of a peak, the best of three neighbouring samples and three offsets.
func (r *Refiner) power(iq []complex64, centreHz float64, p Peak) float64 {
	return r.scan(iq, centreHz, p, 1, 3, 2.5e3).best
}

// read takes a narrowed peak and appends the hypotheses its SSS supports.
func (r *Refiner) read(out []Sync, iq []complex64, centreHz float64, p Peak, zMin float64) []Sync {
	r.half = r.half[:0]
	p.starts(len(iq), func(t float64) { r.half = append(r.half, halfSpec{start: t}) })
	if len(r.half) == 0 {
		return out
	}
	freq := p.FreqHz - centreHz
	d := PSS(p.NID2)
	r.setMix(freq)
	r.spectra(iq, freq, 0, func(h *halfSpec, sub []complex64) {
		for k, v := range sub {
			h.h[k] = v * conj(d[k])
		}
	})
	for i := range r.half {
		h := &r.half[i]
		h.smooth()
	}
	for _, l := range layouts {
		r.spectra(iq, freq, -l.sss, func(h *halfSpec, sub []complex64) { copy(h.sss[:], sub) })
		for _, flat := range []bool{false, true} {
			nid1, half, z, turn := r.match(p.NID2, flat)
			if z < zMin {
				continue
			}
			s := Sync{PCI: lte.PCI(3*nid1 + p.NID2), Duplex: l.duplex, CP: l.cp, FreqHz: p.FreqHz, AliasHz: Rate / float64(l.sss), DriftPPM: p.DriftPPM, Z: z, Peak: p}
			// The SSS lags in phase by what is left of the offset: unambiguous within ±7 kHz in FDD, ±2.3 kHz in TDD.
			s.FreqHz -= turn * Rate / float64(l.sss)
			s.Frame = r.half[0].start - float64(l.pss)
			if half == 1 { // the first PSS of the look belongs to the second half of its frame
				s.Frame -= HalfFrame * (1 - p.DriftPPM*1e-6)
			}
			if n := len(out); n > 0 && out[n-1].PCI == s.PCI && out[n-1].Duplex == s.Duplex && out[n-1].CP == s.CP && out[n-1].Frame == s.Frame {
				if z > out[n-1].Z {
					out[n-1] = s
				}
				continue
			}
			out = append(out, s)
		}
	}
	return out
}

func conj(v complex64) complex64 { return complex(real(v), -imag(v)) }

// narrow searches the neighbourhood of the peak: ±2 samples, ±4.7 kHz.
func (r *Refiner) narrow(iq []complex64, centreHz float64, p Peak) Peak {
	const df = 0.78e3
	s := r.scan(iq, centreHz, p, 2, 13, df)
	p.Sample += s.sample
	p.FreqHz += s.freqHz
	if p.Sample < 0 {
		p.Sample += HalfFrame * (1 - p.DriftPPM*1e-6)
	}
	return p
}

// spot is the best place of a scan, relative to its middle.
type spot struct{ best, sample, freqHz float64 }

// scan correlates the PSS of every half frame, relative to the power of the samples it stands in, at ±reach samples and steps
// offsets df apart. Noise gives 1 a half frame on average.
func (r *Refiner) scan(iq []complex64, centreHz float64, p Peak, reach, steps int, df float64) spot {
	const segs = 8
	ref := &r.sym[p.NID2]
	r.setMix(p.FreqHz - centreHz)
	var prod [128]complex64
	for n := range prod {
		prod[n] = ref[n] * r.mix[n]
	}
	var rot [13][segs]complex64
	for i := range steps {
		for s := range segs {
			rot[i][s] = unit(-df * float64(i-steps/2) * float64(s*16+8) / Rate)
		}
	}
	var power [5][13]float64
	p.starts(len(iq), func(t float64) {
		for dt := -reach; dt <= reach; dt++ {
			from := int(math.Round(t)) + dt
			if from < 0 || from+128 > len(iq) {
				continue
			}
			var c [segs]complex64
			energy := dsp.Parts(&c, (*[128]complex64)(iq[from:]), &prod)
			if energy == 0 {
				continue
			}
			for i := range steps {
				var a complex64
				for s, v := range c {
					a += v * rot[i][s]
				}
				power[dt+reach][i] += float64((real(a)*real(a) + imag(a)*imag(a)) / energy)
			}
		}
	})
	bt, bf := reach, steps/2
	for t := range 2*reach + 1 {
		for f := range steps {
			if power[t][f] > power[bt][bf] {
				bt, bf = t, f
			}
		}
	}
	out := spot{best: power[bt][bf] * 128 / r.energy, sample: float64(bt - reach), freqHz: df * float64(bf-steps/2)}
	if bt > 0 && bt < 2*reach {
		out.sample += vertex(power[bt-1][bf], power[bt][bf], power[bt+1][bf])
	}
	if bf > 0 && bf < steps-1 {
		out.freqHz += df * vertex(power[bt][bf-1], power[bt][bf], power[bt][bf+1])
	}
	return out
}

// vertex is the place of the top of the parabola through three equidistant values whose middle one is the largest.
func vertex(a, b, c float64) float64 {
	d := a - 2*b + c
	if d >= 0 {
		return 0
	}
	return max(-0.5, min(0.5, (a-c)/(2*d)))
}

func (r *Refiner) setMix(freqHz float64) {
	for n := range r.mix {
		r.mix[n] = unit(-freqHz * float64(n) / Rate)
	}
}

// unit is exp(2πi turns).
func unit(turns float64) complex64 {
	s, c := math.Sincos(2 * math.Pi * turns)
	return complex(float32(c), float32(s))
}

// spectra demodulates the symbol that starts shift samples after each half frame's PSS and hands its 62 subcarriers over,
// with the phase the offset has turned since the PSS removed. The mix is set for freqHz.
func (r *Refiner) spectra(iq []complex64, freqHz float64, shift int, put func(h *halfSpec, sub []complex64)) {
	back := unit(-freqHz * float64(shift) / Rate)
	for g := 0; g < len(r.half); g += 8 {
		hs := r.half[g:min(g+8, len(r.half))]
		var in [8][]complex64
		var turn, w, skip dsp.Vec8
		for l := range hs {
			from := math.Round(hs[l].start)
			frac := hs[l].start - from
			i := int(from) + shift
			if i < 0 || i+128 > len(iq) {
				continue
			}
			in[l] = iq[i : i+128]
			turn.Set(l, unit(frac/128))
			w.Set(l, back*unit(-31*frac/128))
		}
		dsp.Pack(r.buf, &in)
		dsp.Mul(r.buf, r.buf, r.mix[:])
		r.fft.Forward(r.buf)
		dsp.Turn(r.sub[:31], r.buf[128-31:], &w, &turn)
		dsp.Turn([]dsp.Vec8{skip}, []dsp.Vec8{skip}, &w, &turn)
		dsp.Turn(r.sub[31:], r.buf[1:], &w, &turn)
		dsp.Unpack(&r.lanes, r.sub)
		for l := range hs {
			put(&hs[l], r.lanes[l])
		}
	}
}

// smooth replaces the raw channel by means over 11 and over all subcarriers.
func (h *halfSpec) smooth() {
	const w = 5
	raw := h.h
	var sum, all complex64
	for _, v := range raw {
		all += v
	}
	for k := 0; k < w; k++ {
		sum += raw[k]
	}
	for k := range raw {
		if k+w < 62 {
			sum += raw[k+w]
		}
		if k-w-1 >= 0 {
			sum -= raw[k-w-1]
		}
		h.h[k] = sum
		h.flat[k] = all
	}
}

// match finds the group and half that fit best the SSS of all half frames, and the phase (in turns) by which the SSS is
// ahead of the PSS.
func (r *Refiner) match(nid2 int, flat bool) (nid1, half int, z, turn float64) {
	var y [2][62]complex64
	for i := range r.half {
		h := &r.half[i]
		ch := &h.h
		if flat {
			ch = &h.flat
		}
		dst := &y[i&1]
		for k, v := range h.sss {
			dst[k] += v * conj(ch[k])
		}
	}
	var e float32
	for i := range y {
		for _, v := range y[i] {
			e += real(v)*real(v) + imag(v)*imag(v)
		}
	}
	if e == 0 {
		return 0, 0, 0, 0
	}
	var s [2]sssScores
	s[0].run(&y[0], nid2)
	s[1].run(&y[1], nid2)
	var best float32
	var sum complex64
	for id := range 168 {
		m0, m1 := groupShifts[id][0], groupShifts[id][1]
		for h := range 2 {
			v := s[h].even[m0] + s[h].odd[m0%8][m1] + s[1-h].even[m1] + s[1-h].odd[m1%8][m0]
			if p := real(v)*real(v) + imag(v)*imag(v); p > best {
				best, sum, nid1, half = p, v, id, h
			}
		}
	}
	return nid1, half, math.Sqrt(float64(best / e)), math.Atan2(float64(imag(sum)), float64(real(sum))) / (2 * math.Pi)
}

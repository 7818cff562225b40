package enb

import (
	"fmt"
	"math"
	"math/bits"
	"math/cmplx"
)

// Emission is one cell as it arrives at the receiver.
type Emission struct {
	Cell      Cell
	CarrierHz float64 // nominal carrier frequency
	CFOHz     float64 // how far above it the carrier arrives; says nothing about the clock
	ClockPPM  float64 // how much faster the cell's clock runs than the receiver's; says nothing about the carrier
	SFN       int     // number of the radio frame that starts; it may count on beyond 1023, which filler and paging notice
	StartS    float64 // at this receiver time (a fraction of a sample counts); earlier frames come before it
	RSRPdBFS  float64 // power of a reference element of a port with gain 1, over full scale
	Channel   Channel
}

// Emitter renders an Emission at the receiver's rate. All its state advances by the sample, so that the samples do not
// depend on how many are asked for at a time.
type Emitter struct {
	m    *Mapper
	g    *Grid
	mod  *modulator
	resp *response

	rateHz   float64     // of the receiver
	offsetHz float64     // of the nominal carrier from the receiver's centre
	levelDB  float64     // the level that resp gives, dBFS
	gain     float32     // over it
	subframe int64       // the next to be mapped
	buf      []complex64 // what the read position still needs of earlier subframes, then one or two
	at       int         // buf[at] is the sample at the read position or just before
	position

	turn, phase uint64       // carrier rotation by output sample and present phase, turns in units of 2^-64
	rotorSteps  [4]complex64 // the rotation of 0 to 3 samples
	rotorRun    complex64    // and of 4
	spare       []complex64  // the rest of a run that was rendered and not yet asked for
	run         [runLength]complex64
}

// newEmitter plans e for a receiver; nil without error: nothing of it is in view.
func newEmitter(e Emission, s Scene) (*Emitter, error) {
	m, err := NewMapper(e.Cell)
	if err != nil {
		return nil, err
	}
	if e.SFN < 0 {
		return nil, fmt.Errorf("sfn %d: want 0 or more", e.SFN)
	}
	if !(math.Abs(e.ClockPPM) <= 1000) {
		return nil, fmt.Errorf("clock error %g ppm: want -1000 to 1000", e.ClockPPM)
	}
	K := m.Cell.Subcarriers()
	offset := e.CarrierHz + e.CFOHz - s.FreqHz // where the carrier stands in the receiver's view
	w, ok := newWindow(K, -offset-s.RateHz/2, -offset+s.RateHz/2)
	if !ok {
		return nil, nil
	}
	amp := math.Pow(10, e.RSRPdBFS/20)
	resp, err := newResponse(e.Channel, m.Cell.Ports, K, w, func(n int) float64 {
		return amp * s.filter(offset+SpacingHz*float64(n))
	})
	if err != nil {
		return nil, err
	}
	t := &Emitter{
		m: m, g: newGrid(m.Cell, w.lo, w.hi), mod: newModulator(K, m.Cell.CP, w), resp: resp,
		rateHz: s.RateHz, offsetHz: e.CarrierHz - s.FreqHz, levelDB: e.RSRPdBFS,
	}
	clock := 1 + e.ClockPPM*1e-6
	_, t.phase = split(t.steer(e.CFOHz, e.ClockPPM, e.RSRPdBFS) * s.RateHz * s.StartS)
	t.seek((s.StartS-e.StartS)*clock + 0.01*float64(e.SFN))
	return t, nil
}

// Steer changes how the emission arrives from the next sample on; phase and frame timing go on from where they are. It may be
// called where a multiple of SteerSamples was read since the emission began.
func (t *Emitter) Steer(cfoHz, clockPPM, rsrpDBFS float64) {
	if len(t.spare) > 0 {
		panic("enb: steered within a run of samples") // a fault of the caller's: the samples would depend on how they are read
	}
	t.steer(cfoHz, clockPPM, rsrpDBFS)
}

// steer returns the carrier's turns per output sample.
func (t *Emitter) steer(cfoHz, clockPPM, rsrpDBFS float64) float64 {
	clock := 1 + clockPPM*1e-6
	t.step, t.stepFrac = split(t.mod.rateHz() * clock / t.rateHz)
	carrier := (t.offsetHz + cfoHz + SpacingHz*float64(t.mod.centre)*clock) / t.rateHz
	_, t.turn = split(carrier)
	for i := range t.rotorSteps {
		t.rotorSteps[i] = complex64(cmplx.Rect(1, 2*math.Pi*carrier*float64(i)))
	}
	t.rotorRun = complex64(cmplx.Rect(1, 2*math.Pi*carrier*4))
	t.gain = float32(math.Pow(10, (rsrpDBFS-t.levelDB)/20))
	return carrier
}

// split cuts x into its floor and a fraction in units of 2^-64.
func split(x float64) (int, uint64) {
	f := math.Floor(x)
	return int(f), uint64(math.Ldexp(x-f, 64))
}

// seek sets the read position to cell time t, counted from the start of system frame 0.
func (t *Emitter) seek(at float64) {
	sub := math.Floor(at * 1000)
	t.subframe = int64(sub) - 1 // the filter reaches back
	n := t.mod.samples()
	t.buf = make([]complex64, 0, 3*n)
	whole, frac := split((at*1000 - sub) * float64(n))
	t.at, t.frac = n+whole, frac
}

// more appends one subframe.
func (t *Emitter) more() {
	n := t.mod.samples()
	if len(t.buf)+n > cap(t.buf) {
		keep := t.at - kernelTaps/2
		t.buf = t.buf[:copy(t.buf, t.buf[keep:])]
		t.at -= keep
	}
	t.m.Subframe(t.g, t.subframe)
	t.buf = t.buf[:len(t.buf)+n]
	t.mod.subframe(t.buf[len(t.buf)-n:], t.g, float64(t.subframe)*1e-3, t.resp)
	t.subframe++
}

// SteerSamples is the number of samples that are rendered at a time, always from the same ones on: the rotor is computed
// anew for each run.
const SteerSamples = 64

const runLength = SteerSamples

// add adds the next samples of the emission to dst.
func (t *Emitter) add(dst []complex64) {
	for len(dst) > 0 {
		if len(t.spare) > 0 {
			n := min(len(dst), len(t.spare))
			for i, v := range t.spare[:n] {
				dst[i] += v
			}
			dst, t.spare = dst[n:], t.spare[n:]
			continue
		}
		if len(dst) < runLength {
			clear(t.run[:])
			t.render(t.run[:])
			t.spare = t.run[:]
			continue
		}
		t.render(dst[:runLength])
		dst = dst[runLength:]
	}
}

// render adds the next run to dst.
func (t *Emitter) render(dst []complex64) {
	for t.at+runLength*(t.step+1)+kernelTaps > len(t.buf) {
		t.more()
	}
	first := complex64(cmplx.Rect(float64(t.gain), 2*math.Pi*math.Ldexp(float64(t.phase), -64)))
	rotor := t.rotorSteps
	for i := range rotor {
		rotor[i] *= first
	}
	interpolate(dst, t.buf[t.at-(kernelTaps/2-1):], kernel(), t.position, rotor, t.rotorRun)
	hi, lo := bits.Mul64(runLength, t.stepFrac)
	frac, carry := bits.Add64(t.frac, lo, 0)
	t.at += runLength*t.step + int(hi+carry)
	t.frac = frac
	t.phase += runLength * t.turn
}

package sim

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/enb"
)

// stream is what is heard in one tuning.
type stream struct {
	noise  *enb.Signal // while the synthesiser settles: noise alone
	signal *enb.Signal
	settle int64 // samples of it
	into   int64 // samples of the tuning so far, lost ones included
	step   int64 // of them, when the cells are looked at again
	drop   int64 // of them, when the next buffer is lost
	inView []*placed
	heard  map[*placed]*enb.Emitter
	passed bool // over samples that nobody made: signal stands elsewhere
}

// How often what changes is looked at again, where nothing begins or ends before.
const (
	motionS = 0.01
	driftS  = 0.1
	quietS  = 1
)

// now is the receiver's time.
func (w *World) now() float64 { return w.baseS + float64(w.into)/w.tuning.RateHz }

// begin starts the samples of the present tuning.
func (w *World) begin(settleS float64) error {
	t, p := &w.tuning, w.profile
	w.stream = stream{heard: map[*placed]*enb.Emitter{}, settle: int64(math.Ceil(settleS * t.RateHz))}
	t.BandHz = p.band * t.RateHz
	for i := range w.cells {
		if w.overlaps(&w.cells[i]) {
			w.inView = append(w.inView, &w.cells[i])
		}
	}
	if t.Auto {
		t.GainDB = w.autoGain()
	}
	w.missHz = w.s.Receiver.TunerErrorHz * (2*w.draw("tuner", strconv.FormatUint(w.tunings, 10)).Float64() - 1)
	s := enb.Scene{
		FreqHz: t.FreqHz + w.missHz, RateHz: t.RateHz, BandHz: t.BandHz, StartS: w.baseS + float64(w.settle)/t.RateHz,
		NoiseDBFS: thermalDBm + p.noiseDB + w.toFull(), Seed: w.seed<<20 + 2*w.tunings, ADC: p.adc,
	}
	w.step, w.drop = w.settle, w.nextDrop(0)
	var err error
	if w.signal, err = s.Open(); err == nil {
		s.Seed++
		w.noise, err = s.Open()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", w.uri, err)
	}
	return nil
}

// toFull is what turns dBm at the antenna into dBFS.
func (w *World) toFull() float64 { return w.tuning.GainDB - w.profile.fullDBm }

// overlaps tells whether something of a cell's carrier is in view.
func (w *World) overlaps(p *placed) bool {
	const clocksHz = 400e3 // as far as clocks and motion may bring a carrier
	half := float64(p.e.Subcarriers()) * enb.SpacingHz / 2
	return math.Abs(p.freqHz-w.tuning.FreqHz) < half+w.tuning.RateHz/2+clocksHz
}

// A cell so far below the noise, or below all cells on its carrier together, is left out: no receiver hears it and it disturbs
// nobody.
const (
	inaudibleDB = 20
	coveredDB   = 32
)

// here is a cell on the air with how it arrives.
type here struct {
	p *placed
	a arrival
}

// audible lists the cells of which something is heard at time t, and until when that cannot change by some beginning or ending.
func (w *World) audible(t float64) (out []here, untilS float64) {
	untilS = math.Inf(1)
	carriers := map[lte.EARFCN]float64{}
	for _, p := range w.inView {
		on, changeS := p.when.at(t)
		if untilS = min(untilS, changeS); on {
			a := w.arrive(p, t)
			carriers[p.earfcn] += a.mW
			out = append(out, here{p, a})
		}
	}
	least, covered := mW(thermalDBm+w.profile.noiseDB-inaudibleDB), mW(-coveredDB)
	return slices.DeleteFunc(out, func(h here) bool {
		return h.a.mW < max(least, carriers[h.p.earfcn]*covered)
	}), untilS
}

// next fills dst with the samples that come next, in the present tuning.
func (w *World) next(dst []complex64) error {
	for len(dst) > 0 {
		n, from := int64(len(dst)), w.noise
		if w.into < w.settle {
			n = min(n, w.settle-w.into)
		} else {
			if w.into == w.step {
				if err := w.look(); err != nil {
					return fmt.Errorf("%s: %w", w.uri, err)
				}
			}
			n, from = min(n, w.step-w.into), w.signal
		}
		from.Read(dst[:n])
		w.into += n
		dst = dst[n:]
	}
	return nil
}

// look lets cells begin and end, and steers those that are heard towards where they will be in the middle of the time until the
// next look.
func (w *World) look() error {
	t := w.now()
	on, changeS := w.audible(t)
	untilS := min(changeS, t+quietS)
	for _, h := range on {
		switch {
		case !h.p.still:
			untilS = min(untilS, t+motionS)
		case h.p.clock.driftPPM > 0 || w.clock.driftPPM > 0:
			untilS = min(untilS, t+driftS)
		}
	}
	n := int64(math.Ceil((untilS-t)*w.tuning.RateHz/enb.SteerSamples)) * enb.SteerSamples
	w.step += max(n, enb.SteerSamples)
	middle := t + float64(w.step-w.into)/w.tuning.RateHz/2
	heard := w.heard
	w.heard = make(map[*placed]*enb.Emitter, len(on))
	for _, h := range on {
		m := w.arrive(h.p, middle)
		level := m.levelDB + w.toFull()
		if x, ok := heard[h.p]; ok {
			delete(heard, h.p)
			if x != nil {
				x.Steer(h.p.cfoHz(m), m.ppm, level)
			}
			w.heard[h.p] = x
			continue
		}
		frame := math.Floor(h.a.frames)
		back := 0.0
		if frame < 0 { // the world begins within a cycle
			back = 1024
		}
		x, err := w.signal.Add(enb.Emission{
			Cell: h.p.e, CarrierHz: h.p.freqHz, CFOHz: h.p.cfoHz(m), ClockPPM: m.ppm, SFN: int(frame + back),
			StartS: t - (h.a.frames-frame)*0.01/(1+m.ppm*1e-6), RSRPdBFS: level, Channel: h.p.channel,
		})
		if err != nil {
			return err
		}
		w.heard[h.p] = x
	}
	for _, x := range heard {
		w.signal.Remove(x)
	}
	return nil
}

// lostMS is the length of a lost buffer unless the scenario says so.
const lostMS = 27

// nextDrop is when the next buffer at or after sample from of the tuning is lost; times depend on the seed alone.
func (w *World) nextDrop(from int64) int64 {
	share := w.s.Receiver.LostPerMin / 60
	if share == 0 {
		return math.MaxInt64
	}
	t := w.baseS + float64(from)/w.tuning.RateHz
	for s := math.Floor(t); ; s++ {
		rng := w.draw("lost", strconv.FormatFloat(s, 'f', 0, 64))
		if rng.Float64() < share {
			if at := int64(math.Ceil((s + 0.1*rng.Float64() - w.baseS) * w.tuning.RateHz)); at >= from {
				return at
			}
		}
	}
}

// lostSamples is the length of a lost buffer.
func (w *World) lostSamples() int64 {
	ms := w.s.Receiver.LostMS
	if ms == 0 {
		ms = lostMS
	}
	return int64(math.Ceil(ms / 1e3 * w.tuning.RateHz))
}

// lose passes over a buffer and returns how many samples it held.
func (w *World) lose() (int64, error) {
	n := w.lostSamples()
	var buf [1 << 12]complex64
	for left := n; left > 0; left -= min(left, int64(len(buf))) {
		if err := w.next(buf[:min(left, int64(len(buf)))]); err != nil {
			return 0, err
		}
	}
	w.drop = w.nextDrop(w.into)
	return n, nil
}

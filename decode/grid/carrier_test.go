package grid

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/straycell/straycell/decode/lte"
)

// send makes samples of a cell's reference signals and, elsewhere, of random QPSK known to the test, through one channel
// per port, with noise.
func send(rng *rand.Rand, n int, t Timing, l Layout, subframes int, h [4]func(k int) complex64, noise float64) (iq []complex64, data map[Symbol][]complex64) {
	d := NewDemod(n)
	iq = make([]complex64, subframes*15*n)
	data = map[Symbol][]complex64{}
	var syms []Symbol
	for s := range 2 * subframes {
		for i := range t.CP.SymbolsPerSlot() {
			syms = append(syms, Symbol{s, i})
		}
	}
	width := 12 * l.PRB
	ref := make([]complex64, 2*l.PRB)
	d.Subtract(iq, t, syms, width, func(i int, sub []complex64) bool {
		y := syms[i]
		x := make([]complex64, width)
		for k := range x {
			x[k] = complex(float32(1-2*rng.IntN(2)), float32(1-2*rng.IntN(2))) * 0.70710678
			sub[k] = -x[k] * h[0](k)
		}
		data[y] = x
		for p := range l.Ports {
			shift, ok := CRSShift(l.PCI, t.CP, p, y.Slot%20, y.L)
			if !ok {
				continue
			}
			CRSValues(ref, l.PCI, t.CP, y.Slot%20, y.L, l.PRB)
			for q := range l.Ports {
				if other, sent := CRSShift(l.PCI, t.CP, q, y.Slot%20, y.L); sent {
					for m := range ref {
						if q == p {
							sub[shift+6*m] = -ref[m] * h[p](shift+6*m)
						} else if q > p {
							sub[other+6*m] = 0
						}
					}
				}
			}
		}
		for k := range sub { // what a receiver's filter leaves out
			if !inside(k/12, l.PRB, t.CFOHz, 15e3*float64(n)) {
				sub[k] = 0
			}
		}
		return true
	})
	for i := range iq {
		iq[i] += complex(float32(noise*rng.NormFloat64()), float32(noise*rng.NormFloat64()))
	}
	return iq, data
}

// A carrier's subframes equalise to what was sent, at rates of any kind, in part of the view and off its middle, although the
// timing is wrong at first.
func TestCarrierEqualises(t *testing.T) {
	for _, c := range []struct {
		n, prb, ports int
		cp            lte.CP
		offsetHz      float64
		visible       float64
	}{
		{128, 6, 1, lte.NormalCP, 0, 1}, {160, 6, 2, lte.ExtendedCP, 300e3, 1}, {1280, 75, 2, lte.NormalCP, 1.2e6, 1},
		{1536, 25, 1, lte.NormalCP, -8.3e6, 1}, {512, 25, 4, lte.NormalCP, 2.7e6, 0.72}, {160, 15, 1, lte.NormalCP, 0, 0.867},
	} {
		rng := rand.New(rand.NewPCG(1, 2))
		var h [4]func(int) complex64
		for p := range h {
			a, b := rng.Float64(), 0.3*rng.Float64()
			h[p] = func(k int) complex64 { return unit(a) + 0.5*unit(b-0.9e-6*15e3*float64(k)) }
		}
		tm := Timing{Frame: -0.37, ClockPPM: 8, CFOHz: c.offsetHz, CP: c.cp}
		l := Layout{PCI: 205, Ports: c.ports, PRB: c.prb, SFN: 1023, Frames: Frames{Duplex: lte.FDD, CP: c.cp, Known: true}}
		const subframes = 40
		iq, data := send(rng, c.n, tm, l, subframes, h, 1e-4)
		l.Timing = tm
		l.Timing.Frame -= 0.4 * float64(c.n) / 128
		l.Timing.ClockPPM -= 0.5
		l.Timing.CFOHz += 7
		rate := 15e3 * float64(c.n)
		if v := Visible(c.prb, c.offsetHz, rate); math.Abs(v-c.visible) > 0.01 {
			t.Errorf("%+v: %.2f visible", c, v)
		}
		carrier := NewCarrier()
		carrier.Load(iq, rate, l)
		if d := math.Abs(carrier.Timing.ClockPPM - 8); d > 0.3 || math.Abs(carrier.Timing.CFOHz-c.offsetHz) > 1 {
			t.Errorf("%+v: settled at %+v", c, carrier.Timing)
		}
		for _, i := range []int{7, 20, 33} {
			s := carrier.Open(i)
			if s == nil {
				t.Fatalf("%+v: subframe %d not in view", c, i)
			}
			if s.Number != i%10 || s.SFN != (1023+i/10)%1024 {
				t.Errorf("subframe %d is %d of %d", i, s.Number, s.SFN)
			}
			per := c.cp.SymbolsPerSlot()
			wrong, seen, worst := 0, 0, 0.0
			for _, y := range []int{2, per + 2} { // no reference signals there
				want := data[Symbol{2*i + y/per, y % per}]
				got, ch := s.Symbol(y), s.Channel(0, y)
				for k, v := range got {
					if !carrier.visible[k/12] {
						if ch[k] != 0 {
							t.Fatalf("%+v: a channel out of view", c)
						}
						continue
					}
					z := v * conj(ch[k]) / complex(power(ch[k]), 0)
					e := z - want[k]
					worst = max(worst, float64(power(e)))
					if real(z)*real(want[k]) < 0 || imag(z)*imag(want[k]) < 0 {
						wrong++
					}
					seen++
				}
			}
			if wrong > 0 || seen == 0 || worst > 0.25 {
				t.Errorf("%+v subframe %d: %d of %d wrong, worst error %.3f", c, i, wrong, seen, worst)
			}
		}
	}
}

// The noise measured is the noise there is, and so is the SNR.
func TestCarrierMeasures(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var h [4]func(int) complex64
	for p := range h {
		h[p] = func(int) complex64 { return 1 }
	}
	const n, noise = 512, 0.2 // per real dimension and sample: a power of 2 n noise² in an element
	tm := Timing{CP: lte.NormalCP}
	l := Layout{PCI: 7, Ports: 2, PRB: 25, Timing: tm, Frames: Frames{Duplex: lte.FDD, CP: lte.NormalCP, Known: true}}
	iq, _ := send(rng, n, tm, l, 80, h, noise/float64(n))
	c := NewCarrier()
	c.Load(iq, 15e3*n, l)
	want := 2 * noise * noise / n
	if db := 10 * math.Log10(c.SNR*want); math.Abs(db) > 0.5 {
		t.Errorf("SNR off by %.2f dB", db)
	}
	s := c.Open(40)
	var sum float64
	for _, v := range s.Noise() {
		sum += float64(v) / float64(len(s.Noise()))
	}
	if db := 10 * math.Log10(sum/want); math.Abs(db) > 1 {
		t.Errorf("noise off by %.2f dB", db)
	}
	c.Cancel(iq)
	after := NewCarrier()
	after.Load(iq, 15e3*n, l)
	if after.RSRP > 0.01*c.RSRP {
		t.Errorf("reference signals at %.3g of %.3g after cancelling", after.RSRP, c.RSRP)
	}
}

// Subframes by configuration: TS 36.211 Table 4.2-2 and Table 4.2-1, and what may be multicast.
func TestFrames(t *testing.T) {
	unknown := Frames{Duplex: lte.FDD, CP: lte.NormalCP}
	known := Frames{Duplex: lte.FDD, CP: lte.NormalCP, Known: true, Multicast: []Multicast{{Period: 4, Offset: 1, Patterns: []uint16{1<<2 | 1<<7}}}}
	tdd := Frames{Duplex: lte.TDD, CP: lte.NormalCP}
	conf := Frames{Duplex: lte.TDD, CP: lte.NormalCP, Known: true, TDD: &lte.TDDConfig{SubframeAssignment: 2, SpecialSubframePattern: 7}}
	for _, c := range []struct {
		f       *Frames
		sfn, sf int
		want    int
	}{
		{&unknown, 0, 0, 14}, {&unknown, 0, 4, 14}, {&unknown, 0, 3, 2}, {&known, 0, 2, 14}, {&known, 5, 2, 2}, {&known, 5, 3, 14}, {&known, 5, 7, 2},
		{&tdd, 0, 5, 14}, {&tdd, 0, 6, 3}, {&tdd, 0, 1, 3}, {&tdd, 0, 4, 0}, {&conf, 0, 4, 14}, {&conf, 0, 2, 0}, {&conf, 0, 3, 14}, {&conf, 0, 6, 10},
	} {
		if got := c.f.Symbols(c.sfn, c.sf); got != c.want {
			t.Errorf("%+v frame %d subframe %d: %d symbols, want %d", *c.f, c.sfn, c.sf, got, c.want)
		}
	}
}

//go:build bench

package decode_test

import (
	"context"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"github.com/straycell/straycell/decode"
)

// generator makes at least ms of a signal that is no LTE downlink, at a rate of its own.
type generator func(rng *rand.Rand, ms int) ([]complex64, float64)

var foreigners = []struct {
	name string
	make generator
}{
	{"OFDM 15 kHz", plainOFDM(15e3)},
	{"OFDM 30 kHz", plainOFDM(30e3)},
	{"OFDM 7.5 kHz", plainOFDM(7.5e3)},
	{"OFDM 1.116 kHz", plainOFDM(1116)},
	{"OFDM in LTE's symbols", slotted},
	{"like NR, 15 kHz", newRadio(15e3)},
	{"like NR, 30 kHz", newRadio(30e3)},
	{"like NB-IoT", narrowbandIoT},
	{"like an LTE uplink", uplink},
	{"like 802.11", wireless},
	{"like UMTS", spreadSpectrum},
	{"like GSM", timeSlots},
	{"FM", frequencyModulated},
	{"carriers", carriers},
	{"chirps", chirps},
	{"Zadoff-Chu every 5 ms", zadoffChu},
	{"impulses", impulses},
	{"the same burst every 5 ms", repeated},
}

const foreignSeeds = 8

// TestForeign looks at recordings of loud signals that are not LTE, 80 to 160 ms each, every raster point searched with the
// default range: nothing may be found.
func TestForeign(t *testing.T) {
	table(fmt.Sprintf("Signals that are not LTE, %d recordings each", foreignSeeds), "signal", "cells", "candidates without MIB")
	recordings := 0
	for i, f := range foreigners {
		if !wanted(f.name) {
			continue
		}
		type count struct{ cells, candidates int }
		var sum count
		for seed, c := range sample(foreignSeeds, decode.Config{}, func(d *decode.Decoder, seed uint64) (c count) {
			for _, o := range d.Decode(context.Background(), block(foreign(f.make, uint64(i), seed), sensitivityHz, 1.92e6)) {
				if o.MIB != nil {
					c.cells++
				} else {
					c.candidates++
				}
			}
			return c
		}) {
			recordings++
			sum.cells += c.cells
			sum.candidates += c.candidates
			if c.cells > 0 {
				t.Errorf("%s, seed %d: %d cells where nothing is", f.name, seed, c.cells)
			}
		}
		fmt.Printf("| %s | %d | %d |\n", f.name, sum.cells, sum.candidates)
	}
	fmt.Printf("| all %d | | |\n", recordings)
}

// foreign is a recording of a signal at a random place in the band, of random level (-5 to 35 dB over the noise), every other
// one through two paths.
func foreign(make generator, kind, seed uint64) []complex64 {
	rng := rand.New(rand.NewPCG(kind, seed))
	ms := 80 + rng.IntN(81)
	x, rate := make(rng, ms)
	iq := window(x, float64(rng.IntN(int(rate/2e3))), rate, (rng.Float64()-0.5)*200e3, 1.92e6, 40*(rng.Float64()-0.5), ms)
	if seed%2 == 1 {
		delay, echo := 1+rng.IntN(5), complex64(cmplx.Rect(rng.Float64(), 2*math.Pi*rng.Float64()))
		for i := len(iq) - 1; i >= delay; i-- {
			iq[i] += echo * iq[i-delay]
		}
	}
	var power float64
	for _, v := range iq {
		power += float64(real(v)*real(v) + imag(v)*imag(v))
	}
	power /= float64(len(iq))
	snr := math.Pow(10, (40*rng.Float64()-5)/10)
	const total = 0.03
	gain := complex64(complex(math.Sqrt(total*snr/(1+snr)/power), 0))
	for i := range iq {
		iq[i] *= gain
	}
	addNoise(iq, total/(1+snr), rng)
	return iq
}

const foreignHz = 2.4e6 // the rate of what is made sample by sample

// tone turns by hz.
func tone(hz, seconds float64) complex64 {
	_, turns := math.Modf(hz * seconds)
	return complex64(cmplx.Rect(1, 2*math.Pi*turns))
}

// made calls f for every sample.
func made(ms int, f func(i int, seconds float64) complex64) ([]complex64, float64) {
	x := make([]complex64, int(foreignHz/1e3)*(ms+1))
	for i := range x {
		x[i] = f(i, float64(i)/foreignHz)
	}
	return x, foreignHz
}

// spreadSpectrum is chips of a random sequence that repeats with every 10 ms, as a common pilot does, under data, and a
// sequence of 256 chips at the head of each of 15 slots.
func spreadSpectrum(rng *rand.Rand, ms int) ([]complex64, float64) {
	const chips = 3.84e6
	code, sync := make([]complex64, 38400), binary(rng, 256)
	for i := range code {
		code[i] = quadrature(rng)
	}
	pilot, data := complex(float32(0.3+rng.Float64()), 0), complex(float32(rng.Float64()), 0)
	x := make([]complex64, int(chips/1e3)*(ms+1))
	for i := range x {
		x[i] = pilot*code[i%38400] + data*quadrature(rng)
		if i%2560 < 256 {
			x[i] += sync[i%2560]
		}
	}
	return x, chips
}

// timeSlots is carriers 200 kHz wide with bursts of 577 us, eight to a frame, some of them a pure tone now and then.
func timeSlots(rng *rand.Rand, ms int) ([]complex64, float64) {
	const slotS, bitHz = 577e-6, 270833.0
	type carrier struct {
		hz, phase float64
		on        [8]bool
	}
	cs := make([]carrier, 1+rng.IntN(4))
	for i := range cs {
		cs[i].hz = 200e3 * float64(rng.IntN(8)-4)
		for s := range cs[i].on {
			cs[i].on[s] = s == 0 || rng.IntN(2) == 0
		}
	}
	bits := binary(rng, 1<<16)
	return made(ms, func(_ int, at float64) (v complex64) {
		slot, bit := int(at/slotS), int(at*bitHz)
		for i := range cs {
			c := &cs[i]
			step := bitHz / 4 * float64(real(bits[(bit+997*i)%len(bits)]))
			if slot%8 == 0 && slot/8%10 == 0 {
				step = bitHz / 4
			}
			c.phase += (c.hz + step) / foreignHz
			if c.on[slot%8] {
				v += tone(c.phase, 1)
			}
		}
		return v
	})
}

// frequencyModulated is a carrier turned by coloured noise and a pilot tone.
func frequencyModulated(rng *rand.Rand, ms int) ([]complex64, float64) {
	deviation, pole := 2e3*math.Pow(40, rng.Float64()), 0.99+0.009*rng.Float64()
	var audio, phase float64
	return made(ms, func(_ int, at float64) complex64 {
		audio = pole*audio + math.Sqrt(1-pole*pole)*rng.NormFloat64()
		phase += deviation * (audio + 0.1*math.Sin(2*math.Pi*19e3*at)) / foreignHz
		return tone(phase, 1)
	})
}

// carriers is one unmodulated carrier, or a comb of them.
func carriers(rng *rand.Rand, ms int) ([]complex64, float64) {
	n := 1 + rng.IntN(2)*rng.IntN(40)
	base, apart := (rng.Float64()-0.5)*400e3, []float64{5e3, 15e3, 10e3, 31.4e3}[rng.IntN(4)]
	return made(ms, func(_ int, at float64) (v complex64) {
		for k := range n {
			v += tone(base+apart*float64(k-n/2), at)
		}
		return v
	})
}

// chirps sweep the band again and again, in 50 us to 10 ms.
func chirps(rng *rand.Rand, ms int) ([]complex64, float64) {
	sweepS := 50e-6 * math.Pow(200, rng.Float64())
	if rng.IntN(2) == 0 {
		sweepS = 5e-3 / math.Round(5e-3/sweepS)
	}
	widthHz, rest := 0.2e6+1.6e6*rng.Float64(), rng.Float64()
	return made(ms, func(_ int, at float64) complex64 {
		_, u := math.Modf(at / sweepS)
		if u < rest/2 {
			return 0
		}
		return tone(widthHz*sweepS*u*(u-1)/2, 1)
	})
}

// zadoffChu sends a sequence of 63 like the PSS but for its root, or the PSS itself, every 5 ms, in data or alone.
func zadoffChu(rng *rand.Rand, ms int) ([]complex64, float64) {
	const n = 128
	m := newModem(n)
	root := []int{1, 5, 11, 23, 25, 29, 34, 38}[rng.IntN(8)]
	load, boost := rng.Float64() < 0.5, complex(float32(1+2*rng.Float64()), 0)
	for s := 0; !m.full(1.92e6, ms); s++ {
		cp := 9
		if s%7 == 0 {
			cp = 10
		}
		m.symbol(cp, func(k int) complex64 {
			switch i := float64(k + 31); {
			case k == 0 || k < -36 || k > 36:
				return 0
			case s%70 == 6 && (i < 0 || i > 62):
				return 0
			case s%70 == 6:
				return boost * complex64(cmplx.Rect(1, -math.Pi*float64(root)*i*(i+1)/63))
			case load:
				return quadrature(rng)
			}
			return 0
		})
	}
	return m.out, 1.92e6
}

// impulses are single samples at random, or every 10 ms, 5 ms, or less.
func impulses(rng *rand.Rand, ms int) ([]complex64, float64) {
	period := int(foreignHz * []float64{10e-3, 5e-3, 1e-3, 0.2e-3}[rng.IntN(4)])
	random := rng.IntN(3) == 0
	return made(ms, func(i int, _ float64) complex64 {
		if random && rng.IntN(period) == 0 || !random && i%period < 2 {
			return 100 * quadrature(rng)
		}
		return 0
	})
}

// repeated is one piece of noise, 20 us to 2 ms long, sent again and again every 5 or 10 ms.
func repeated(rng *rand.Rand, ms int) ([]complex64, float64) {
	burst := make([]complex64, int(foreignHz*20e-6*math.Pow(100, rng.Float64())))
	for i := range burst {
		burst[i] = complex(float32(rng.NormFloat64()), float32(rng.NormFloat64()))
	}
	period := int(foreignHz * []float64{5e-3, 10e-3}[rng.IntN(2)])
	return made(ms, func(i int, _ float64) complex64 {
		if i%period < len(burst) {
			return burst[i%period]
		}
		return 0
	})
}

//go:build bench

package decode_test

import (
	"math"
	"math/cmplx"
	"math/rand/v2"

	"github.com/straycell/straycell/decode/dsp"
)

// modem strings OFDM symbols together.
type modem struct {
	f   *dsp.FFT
	x   []complex64
	out []complex64
}

func newModem(n int) *modem { return &modem{f: dsp.NewFFT(n), x: make([]complex64, n)} }

// symbol appends a symbol with a cyclic prefix: at(k) is the value of subcarrier k, from -n/2 to n/2-1.
func (m *modem) symbol(cp int, at func(k int) complex64) {
	n := len(m.x)
	for k := -n / 2; k < n/2; k++ {
		m.x[(k+n)%n] = at(k)
	}
	m.f.Inverse(m.x, m.x)
	m.out = append(append(m.out, m.x[n-cp:]...), m.x...)
}

func (m *modem) silence(samples int) { m.out = append(m.out, make([]complex64, samples)...) }

// full tells whether ms are there.
func (m *modem) full(rateHz float64, ms int) bool {
	return float64(len(m.out)) >= rateHz/1e3*float64(ms+1)
}

func quadrature(rng *rand.Rand) complex64 {
	return complex64(cmplx.Rect(1, math.Pi/4+math.Pi/2*float64(rng.IntN(4))))
}

// binary is a fixed pseudo-random sequence of ±1.
func binary(rng *rand.Rand, n int) []complex64 {
	out := make([]complex64, n)
	for i := range out {
		out[i] = complex(float32(1-2*rng.IntN(2)), 0)
	}
	return out
}

// plainOFDM is data with boosted pilots that repeat from symbol to symbol, in bursts or without a pause: numerologies from
// 1.116 kHz (as DVB-T has) to 30 kHz, prefixes from a thirty-second to a quarter.
func plainOFDM(spacingHz float64) generator {
	return func(rng *rand.Rand, ms int) ([]complex64, float64) {
		n := 128
		for float64(n)*spacingHz < 2.2e6 {
			n *= 2
		}
		rate := float64(n) * spacingHz
		m := newModem(n)
		cp := n / []int{4, 8, 16, 32}[rng.IntN(4)]
		every, moves := []int{3, 4, 6, 12}[rng.IntN(4)], rng.IntN(2) == 1
		boost := complex(float32(1+rng.Float64()/2), 0)
		pilots := binary(rng, n)
		edge := int((0.35 + 0.1*rng.Float64()) * float64(n))
		on := []int{1 << 30, 7, 14, 40}[rng.IntN(4)]
		for s := 0; !m.full(rate, ms); s++ {
			if s/on%2 == 1 {
				m.silence(n + cp)
				continue
			}
			shift := 0
			if moves {
				shift = 3 * s
			}
			m.symbol(cp, func(k int) complex64 {
				switch {
				case k == 0 || k < -edge || k > edge:
					return 0
				case (k+n+shift)%every == 0:
					return boost * pilots[k+n/2]
				}
				return quadrature(rng)
			})
		}
		return m.out, rate
	}
}

// slotted is an OFDM carrier with the numerology and prefixes of LTE, full of data, without anything of its synchronisation;
// its pilots repeat with every frame.
func slotted(rng *rand.Rand, ms int) ([]complex64, float64) {
	const n = 128
	m := newModem(n)
	pilots := binary(rng, 140*n)
	for s := 0; !m.full(1.92e6, ms); s++ {
		cp := 9
		if s%7 == 0 {
			cp = 10
		}
		m.symbol(cp, func(k int) complex64 {
			switch {
			case k == 0 || k < -56 || k > 56:
				return 0
			case (s%7 == 0 || s%7 == 4) && (k+n+s%7)%6 == 0:
				return pilots[s%140*n+k+n/2]
			}
			return quadrature(rng)
		})
	}
	return m.out, 1.92e6
}

// newRadio is like a carrier of NR: synchronisation blocks of four symbols every 20 ms (two binary sequences of 127, a
// broadcast with its own pilots), several beams, and data in between.
func newRadio(spacingHz float64) generator {
	return func(rng *rand.Rand, ms int) ([]complex64, float64) {
		const n = 256
		rate := n * spacingHz
		m := newModem(n)
		perSlotHz := int(spacingHz / 15e3)
		first, second, pilots := binary(rng, 127), binary(rng, 127), binary(rng, n)
		load := rng.Float64()
		beams := 1 + rng.IntN(4)
		var busy bool
		for s := 0; !m.full(rate, ms); s++ {
			cp := n * 144 / 2048
			if s%(7*perSlotHz) == 0 {
				cp += n * 16 / 2048 * perSlotHz
			}
			if s%14 == 0 {
				busy = rng.Float64() < load
			}
			inBurst := s % (20 * 14 * perSlotHz)
			beam, l := inBurst/14, inBurst%14-2
			block := beam < beams && l >= 0 && l < 4
			m.symbol(cp, func(k int) complex64 {
				switch i := k + 63; {
				case k < -120 || k >= 120:
					return 0
				case block && l == 0:
					if i < 0 || i >= 127 {
						return 0
					}
					return first[i]
				case block && l == 2 && i >= 0 && i < 127:
					return second[i]
				case block:
					if (k+n)%4 == 1 {
						return pilots[k+n/2]
					}
					return quadrature(rng)
				case busy:
					return quadrature(rng)
				}
				return 0
			})
		}
		return m.out, rate
	}
}

// narrowbandIoT is like a carrier of NB-IoT: one block of twelve subcarriers whose synchronisation repeats a Zadoff-Chu
// sequence of 11 through a subframe every 10 ms.
func narrowbandIoT(rng *rand.Rand, ms int) ([]complex64, float64) {
	const n = 128
	m := newModem(n)
	cover := []float32{1, 1, 1, 1, -1, -1, 1, 1, 1, -1, 1}
	at := -40 + rng.IntN(68)
	for s := 0; !m.full(1.92e6, ms); s++ {
		cp := 9
		if s%7 == 0 {
			cp = 10
		}
		sub, l := s/14%10, s%14
		m.symbol(cp, func(k int) complex64 {
			i := k - at
			switch {
			case i < 0 || i >= 12:
				return 0
			case sub == 5 && l >= 3:
				if i == 11 {
					return 0
				}
				return complex(cover[l-3], 0) * complex64(cmplx.Rect(1, -math.Pi*5*float64(i*(i+1))/11))
			case sub == 5:
				return 0
			}
			return quadrature(rng)
		})
	}
	return m.out, 1.92e6
}

// uplink is like a phone's signal: single-carrier symbols over some blocks, with Zadoff-Chu pilots in the middle of every
// slot, in some subframes.
func uplink(rng *rand.Rand, ms int) ([]complex64, float64) {
	const n = 128
	m := newModem(n)
	width := 12 * (1 + rng.IntN(8))
	spread := dsp.NewFFT(width)
	x := make([]complex64, width)
	on, low, root := false, 0, 1
	for s := 0; !m.full(1.92e6, ms); s++ {
		cp := 9
		if s%7 == 0 {
			cp = 10
		}
		if s%14 == 0 {
			on, low = rng.Float64() < 0.6, -54+rng.IntN(109-width)
			root = 1 + rng.IntN(30)
		}
		if !on {
			m.silence(n + cp)
			continue
		}
		for i := range x {
			x[i] = quadrature(rng)
			if s%7 == 3 {
				x[i] = complex64(cmplx.Rect(1, -math.Pi*float64(root*i*(i+1)%(2*(width-1)))/float64(width-1)))
			}
		}
		if s%7 != 3 {
			spread.Forward(x, x)
		}
		m.symbol(cp, func(k int) complex64 {
			if k < low || k >= low+width {
				return 0
			}
			return x[k-low]
		})
	}
	return m.out, 1.92e6
}

// wireless is like a burst of 802.11: short training of 0.8 us repeated, then symbols of 3.2 us with fixed pilots; beacons
// alike every 10.24 ms among random traffic.
func wireless(rng *rand.Rand, ms int) ([]complex64, float64) {
	const n, rate = 16, 5e6 // the middle of 64 subcarriers
	m := newModem(n)
	training := binary(rng, n)
	beacon := make([]complex64, 40*n)
	for i := range beacon {
		beacon[i] = quadrature(rng)
	}
	for next := 0; !m.full(rate, ms); {
		isBeacon := len(m.out) >= next
		if isBeacon {
			next += int(rate * 10.24e-3)
		}
		for range 3 {
			m.symbol(4, func(k int) complex64 {
				if k%4 != 0 || k == 0 {
					return 0
				}
				return 2 * training[k+n/2]
			})
		}
		for s := range 20 + rng.IntN(100) {
			m.symbol(4, func(k int) complex64 {
				switch {
				case k == 0:
					return 0
				case k == -7 || k == 7:
					return training[k+n/2]
				case isBeacon && s < 40:
					return beacon[s*n+k+n/2]
				}
				return quadrature(rng)
			})
		}
		m.silence(rng.IntN(4000))
	}
	return m.out, rate
}

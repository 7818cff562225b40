package enb

import (
	"math"
	"math/cmplx"
	"slices"
	"testing"

	"github.com/straycell/straycell/decode/dsp"
	"github.com/straycell/straycell/decode/lte"
)

func read(t *testing.T, s Scene, n int) []complex64 {
	t.Helper()
	sig, err := s.Open()
	if err != nil {
		t.Fatal(err)
	}
	x := make([]complex64, n)
	sig.Read(x)
	return x
}

// TestSamplesGiveTheGrid demodulates what a scene renders and finds the grid again, at rates and offsets that need the
// whole carrier or a part of it, resampled or not.
func TestSamplesGiveTheGrid(t *testing.T) {
	for _, tc := range []struct {
		name           string
		c              Cell
		rate, offsetHz float64
		maxError       float64 // dB
	}{
		{"6 blocks at their own rate", Cell{PCI: 5, PRB: 6}, 1.92e6, 0, -60},
		{"15 blocks, extended prefix", Cell{PCI: 168, PRB: 15, CP: lte.ExtendedCP, Ports: 2}, 3.84e6, 0, -60},
		{"25 blocks, TDD", Cell{PCI: 59, PRB: 25, Duplex: lte.TDD, UplinkDownlink: 1, SpecialSubframe: 4}, 7.68e6, 0, -60},
		{"75 blocks", Cell{PCI: 335, PRB: 75, Ports: 4}, 23.04e6, 0, -60},
		{"100 blocks in 23.04 Msps", Cell{PCI: 2, PRB: 100}, 23.04e6, 0, -60},
		{"6 blocks aside in 30.72 Msps", Cell{PCI: 503, PRB: 6, Ports: 2}, 30.72e6, -7.5e6, -60},
		{"lower edge of 50 blocks in 3.84 Msps", Cell{PCI: 1, PRB: 50}, 3.84e6, 3.42e6, -60},
		{"centre of 100 blocks in 1.92 Msps", Cell{PCI: 400, PRB: 100, Ports: 2}, 1.92e6, 0, -60},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.c.Load = Load{Fraction: 0.5, Seed: 8}
			m, err := NewMapper(tc.c)
			if err != nil {
				t.Fatal(err)
			}
			s := Scene{FreqHz: 1800e6, RateHz: tc.rate, Cells: []Emission{{Cell: tc.c, CarrierHz: 1800e6 + tc.offsetHz, SFN: 1023}}}
			size := int(tc.rate / SpacingHz)
			x := read(t, s, 22*15*size)
			for i := range x { // offsets are whole subcarriers here: undo them to demodulate
				x[i] *= complex64(cmplx.Rect(1, -2*math.Pi*math.Mod(tc.offsetHz/tc.rate*float64(i), 1)))
			}
			g, _ := NewGrid(tc.c)
			f, bins := dsp.NewFFT(size), make([]complex64, size)
			slot := m.Cell.CP.SymbolsPerSlot()
			var wrong, power float64
			for sub := range 22 {
				m.Subframe(g, int64(10230+sub))
				at := sub * 15 * size
				for l := range g.Symbols {
					// Symbols meet in an edge that resampling smears: a receiver stays clear of it, within the prefix.
					early := cpLength(m.Cell.CP, 1, size) / 2
					at += cpLength(m.Cell.CP, l%slot, size)
					f.Forward(bins, x[at-early:][:size])
					at += size
					for k := range g.K {
						n := spacings(k, g.K)
						if math.Abs(float64(n)*SpacingHz+tc.offsetHz) > 0.45*tc.rate {
							continue
						}
						var want complex128
						for p := range m.Cell.Ports {
							want += complex128(g.RE[p][l*g.K+k])
						}
						got := complex128(bins[(n+4*size)%size]) * cmplx.Rect(1/float64(size), 2*math.Pi*float64(n*early%size)/float64(size))
						wrong += cmplx.Abs(got-want) * cmplx.Abs(got-want)
						power += cmplx.Abs(want) * cmplx.Abs(want)
					}
				}
			}
			if db := 10 * math.Log10(wrong/power); !(db < tc.maxError) {
				t.Errorf("elements are %.1f dB wrong, want below %g", db, tc.maxError)
			}
		})
	}
}

// TestReadsAreSeamless: the samples do not depend on how many are read at a time, and a seed fixes them.
func TestReadsAreSeamless(t *testing.T) {
	s := benchScene(2.4e6, 3, 25, 0.5)
	s.Cells[1].Channel = Channel{Taps: EVA, Fading: true, DopplerHz: 70}
	s.Cells[2].StartS = -3.21
	whole := read(t, s, 50000)
	sig, err := s.Open()
	if err != nil {
		t.Fatal(err)
	}
	parts := make([]complex64, len(whole))
	for at, n := 0, 1; at < len(parts); at, n = at+n, n*7%1009+1 {
		n = min(n, len(parts)-at)
		sig.Read(parts[at : at+n])
	}
	if !slices.Equal(whole, parts) {
		t.Error("reading in parts gives other samples")
	}
	s.Seed++
	if slices.Equal(whole, read(t, s, len(whole))) {
		t.Error("another seed gives the same samples")
	}
}

// TestSNR measures a cell's reference elements and the noise around them.
func TestSNR(t *testing.T) {
	c := Cell{PCI: 10, PRB: 6}
	const rsrp, noise = -30.0, -37.0
	s := Scene{RateHz: 1.92e6, NoiseDBFS: noise, Seed: 4, Cells: []Emission{{Cell: c, RSRPdBFS: rsrp}}}
	x := read(t, s, 400*1920)
	m, err := NewMapper(c)
	if err != nil {
		t.Fatal(err)
	}
	g, _ := NewGrid(c)
	got := make([]complex64, g.K*g.Symbols)
	var h complex128
	var n, free, power float64
	for sub := range 400 {
		m.Subframe(g, int64(sub))
		demodulate(got, x[sub*1920:], m.Cell, 128)
		for i, u := range g.Use {
			v := complex128(got[i]) / 128
			switch u {
			case CRS:
				h += v * cmplx.Conj(complex128(g.RE[0][i]))
				n++
			case Free:
				power += real(v)*real(v) + imag(v)*imag(v)
				free++
			}
		}
	}
	if v := 20 * math.Log10(cmplx.Abs(h)/n); math.Abs(v-rsrp) > 0.05 {
		t.Errorf("reference elements at %.2f dBFS, want %g", v, rsrp)
	}
	if v := 10 * math.Log10(power/free); math.Abs(v-noise) > 0.05 {
		t.Errorf("noise at %.2f dBFS per element, want %g", v, noise)
	}
}

func TestConverter(t *testing.T) {
	s := Scene{RateHz: 1.92e6, NoiseDBFS: -30, Seed: 1}
	plain := read(t, s, 20000)
	s.ADC = ADC{Bits: 8, DC: 0.05 - 0.02i, Imbalance: 0.03i}
	sig, err := s.Open()
	if err != nil {
		t.Fatal(err)
	}
	x := make([]complex64, len(plain))
	sig.Read(x)
	clipped := int64(0)
	for i, v := range x {
		want := plain[i] + 0.03i*complex(real(plain[i]), -imag(plain[i])) + (0.05 - 0.02i)
		for _, pair := range [2][2]float32{{real(v), real(want)}, {imag(v), imag(want)}} {
			code := pair[0] * 128
			if code != float32(math.Round(float64(code))) || code < -128 || code > 127 {
				t.Fatalf("sample %d: %g is not a code of 8 bits", i, pair[0])
			}
			if code == -128 || code == 127 {
				clipped++
			} else if math.Abs(float64(pair[0]-pair[1])) > 0.5/128+1e-6 {
				t.Fatalf("sample %d: %g became %g", i, pair[1], pair[0])
			}
		}
	}
	if sig.Clipped != clipped || clipped == 0 {
		t.Errorf("%d components clipped, counted %d", clipped, sig.Clipped)
	}
}

// TestClockAndCarrier: frames drift by the clock error alone, and the carrier turns by the offset alone.
func TestClockAndCarrier(t *testing.T) {
	for _, tc := range []struct{ rate, ppm, cfo, start float64 }{
		{1.92e6, 0, 0, 0}, {1.92e6, 20, 0, 0.3e-6}, {1.92e6, 0, 950, -0.123e-6}, {2.4e6, -62, 40e3, 1.0001e-3}, {23.04e6, 7.5, -3e3, 0.01},
	} {
		c := Cell{PCI: 40, PRB: 6}
		const seconds = 0.21
		s := Scene{RateHz: tc.rate, Cells: []Emission{{Cell: c, ClockPPM: tc.ppm, CFOHz: tc.cfo, StartS: tc.start, SFN: 7}}}
		x := read(t, s, int(seconds*tc.rate))
		clock := 1 + tc.ppm*1e-6
		// What the PSS of subframe n looks like at the receiver, sampled where the clock of the cell says.
		pss := pssSequence(c.PCI.NID2())
		const useful = (160 + 6*144 + 6*2048) / 30.72e6 // where the last symbol of a slot starts after its prefix, s
		var phase, elapsed []float64
		for half := range 40 {
			cell := 0.005*float64(half) + useful // cell time since StartS
			begin := tc.start + cell/clock       // receiver time
			end := begin + 1/SpacingHz/clock
			first, last := int(math.Ceil(begin*tc.rate)), int(end*tc.rate)
			if first < 0 {
				continue
			}
			// x = h m(t-delay) with the model m: h and the delay by least squares.
			var xm, xd, md complex128
			var mm, dd float64
			for i := first + 2; i < last-2; i++ {
				t := float64(i)/tc.rate - begin // receiver time into the symbol
				var v, slope complex128
				for n, d := range pss {
					k := float64(n - 31)
					if n >= 31 {
						k++
					}
					w := 2 * math.Pi * k * SpacingHz * clock
					e := complex128(d) * cmplx.Rect(1, w*t)
					v += e
					slope += complex(0, w) * e
				}
				turned := complex128(x[i]) * cmplx.Rect(1, -2*math.Pi*tc.cfo*(float64(i)/tc.rate))
				xm += turned * cmplx.Conj(v)
				xd += turned * cmplx.Conj(slope)
				md += v * cmplx.Conj(slope)
				mm += real(v)*real(v) + imag(v)*imag(v)
				dd += real(slope)*real(slope) + imag(slope)*imag(slope)
			}
			h := xm / complex(mm, 0)
			delay := -real((xd/h - md)) / (dd - real(md*cmplx.Conj(md))/mm)
			if math.Abs(delay) > 1e-9 {
				t.Errorf("%+v: half frame %d is %.2g s late", tc, half, delay)
			}
			m := h
			phase, elapsed = append(phase, cmplx.Phase(m)), append(elapsed, begin)
		}
		for i, p := range phase {
			if d := math.Remainder(p-phase[0], 2*math.Pi); math.Abs(d) > 0.01 {
				t.Errorf("%+v: after %.3f s the carrier is %.3f rad off", tc, elapsed[i], d)
			}
		}
	}
}

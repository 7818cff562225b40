//go:build bench

package si_test

import (
	"context"
	"encoding/json"
	"math"
	"math/cmplx"
	"path/filepath"
	"testing"

	"github.com/straycell/straycell/decode/dsp"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/si"
	"github.com/straycell/straycell/internal/enb"
)

// twin is a recording of one unimpaired cell and what the simulator makes of everything that was read and measured in it.
type twin struct {
	name      string
	recorded  []complex64
	simulated []complex64
	rate      float64
	cell      si.Cell
	sib1      string
	level     float64 // power of a reference element, mean of the ports, in either
	sent      lte.SITransmission
	rvs       []int
	dataDB    float64 // power of the PDSCH over the reference signals'
	portDB    float64 // power of the second port over the first
	alike     float64 // normalised correlation of the PDSCH's elements
}

// newTwin reads a recording, measures how its transmitter sent SIB1 and has the simulator send the same.
func newTwin(t *testing.T, name string) twin {
	w := twin{name: name}
	w.recorded, w.rate, w.cell, w.sib1 = clean(t, name)
	info, _ := si.NewReader().Read(context.Background(), w.recorded, w.rate, w.cell)
	c := enb.Cell{PCI: w.cell.PCI, PRB: w.cell.PRB, Ports: w.cell.Ports, Duplex: w.cell.Frames.Duplex, CP: w.cell.Frames.CP,
		PHICHDuration: w.cell.Duration, PHICHResource: w.cell.Resource}
	for _, m := range info.Messages {
		c.PB = max(c.PB, statedPB(m))
	}
	habit := enb.Habit{Format: enb.Format1A, RV: make([]int, 4)}
	for _, o := range info.OnAir {
		if o.Entry != 0 {
			continue
		}
		rv, sfn := o.RV, o.SFN
		habit.RV[sfn/2%4] = rv
		w.rvs = append(w.rvs, rv)
		o.RV, o.SFN, o.NDI = 0, 0, 0
		if w.sent.TBS > 0 && w.sent != o || o.Format != "1A" {
			t.Fatalf("%s: SIB1 as %+v and as %+v: no single habit", name, w.sent, o)
		}
		w.sent = o
	}
	if w.sent.TBS != 8*len(info.SIB1Octets) {
		t.Fatalf("%s: %+v and %d octets", name, w.sent, len(info.SIB1Octets))
	}
	habit.Aggregation, habit.CCE, habit.Distributed = w.sent.Aggregation, w.sent.CCE, w.sent.Distributed
	habit.First, habit.Blocks = []int{w.sent.FirstPRB}, w.sent.PRBs
	c.CFI = w.sent.CFI
	var err error
	if c.Broadcast, err = enb.NewBroadcast(info.SIB1Octets); err != nil {
		t.Fatal(err)
	}
	c.Broadcast.SIB1Habit = habit

	// A first simulation shows what the air between adds: a gain for each port, and what power the data have.
	x := enb.Emission{Cell: c, CarrierHz: 1842.5e6, SFN: w.cell.SFN}
	h, data := w.measure(t, c)
	for p := range c.Ports {
		x.Channel.PortGain[p] = h[p] / h[0]
		w.level += real(h[p])*real(h[p]) + imag(h[p])*imag(h[p])
	}
	w.level /= float64(c.Ports)
	w.portDB = 20 * math.Log10(cmplx.Abs(h[1]/h[0]))
	w.dataDB = data
	x.Cell.PA = data
	x.RSRPdBFS = 20 * math.Log10(cmplx.Abs(h[0]))
	bits := map[string]int{".cs8": 8, ".cs16": 16}[filepath.Ext(name)]
	sig, err := enb.Scene{FreqHz: x.CarrierHz, RateHz: w.rate, BandHz: w.rate, Cells: []enb.Emission{x}, ADC: enb.ADC{Bits: bits}}.Open()
	if err != nil {
		t.Fatal(err)
	}
	w.simulated = make([]complex64, len(w.recorded))
	sig.Read(w.simulated)
	again := w
	again.recorded = w.simulated
	h2, data2 := again.measure(t, x.Cell)
	for p := range c.Ports {
		if d := cmplx.Abs(h2[p]-h[p]) / cmplx.Abs(h[p]); d > 0.01 {
			t.Errorf("%s: port %d arrives with %v, simulated with %v", name, p, h[p], h2[p])
		}
	}
	if math.Abs(data2) > 0.05 || again.alike < 0.99 || w.alike < 0.99 {
		t.Errorf("%s: the simulation's data differ by %.2f dB; alike %.4f, %.4f", name, data2, w.alike, again.alike)
	}
	return w
}

// measure finds the gain of each port, the power of SIB1's data over what c would send in dB, and how alike the data are.
func (w *twin) measure(t *testing.T, c enb.Cell) (h [4]complex128, dataDB float64) {
	t.Helper()
	m, err := enb.NewMapper(c)
	if err != nil {
		t.Fatal(err)
	}
	g, _ := enb.NewGrid(c)
	size := int(w.rate / enb.SpacingHz)
	fft, bins := dsp.NewFFT(size), make([]complex64, size)
	element := func(k int) complex128 {
		k -= g.K / 2
		if k >= 0 {
			k++ // nothing is sent at the carrier itself
		}
		return complex128(bins[(k+size)%size]) / complex(float64(size), 0)
	}
	var n [4]float64
	var cross complex128
	var have, want float64
	for pass := range 2 {
		for f := 0; (f*10+6)*15*size <= len(w.recorded); f++ {
			if (w.cell.SFN+f)%2 != 0 {
				continue
			}
			m.Subframe(g, int64(w.cell.SFN+f)*10+5)
			at := (f*10 + 5) * 15 * size
			for l := range 14 {
				at += prefix(l%7, size)
				fft.Forward(bins, w.recorded[at:at+size])
				at += size
				for k := range g.K {
					i := l*g.K + k
					switch u := g.Use[i]; {
					case pass == 0 && u == enb.CRS:
						for p := range c.Ports {
							if v := complex128(g.RE[p][i]); v != 0 {
								h[p] += element(k) * cmplx.Conj(v)
								n[p]++
							}
						}
					case pass == 1 && u == enb.PDSCH:
						var x complex128
						for p := range c.Ports {
							x += h[p] * complex128(g.RE[p][i])
						}
						y := element(k)
						cross += y * cmplx.Conj(x)
						have += real(y)*real(y) + imag(y)*imag(y)
						want += real(x)*real(x) + imag(x)*imag(x)
					}
				}
			}
		}
		if pass == 0 {
			for p := range c.Ports {
				h[p] /= complex(n[p], 0)
			}
		}
	}
	w.alike = cmplx.Abs(cross) / math.Sqrt(have*want)
	return h, 10 * math.Log10(have/want)
}

// prefix is the length of the normal cyclic prefix of symbol l of a slot, TS 36.211 Table 6.12-1.
func prefix(l, size int) int {
	if l == 0 {
		return 160 * size / 2048
	}
	return 144 * size / 2048
}

// statedPB is the p-b of a message's SIB2, 0 for none.
func statedPB(m lte.SIMessage) int {
	for _, b := range m.SIBs {
		var v struct {
			Common struct {
				PDSCH struct {
					PB int `json:"pB"`
				} `json:"pdschConfigCommon"`
			} `json:"radioResourceConfigCommon"`
		}
		if b.Type == 2 && json.Unmarshal(b.JSON, &v) == nil {
			return v.Common.PDSCH.PB
		}
	}
	return 0
}

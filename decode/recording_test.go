//go:build bench

package decode_test

import (
	"encoding/json"
	"math"
	"math/cmplx"
	"os"
	"path/filepath"
	"testing"

	"github.com/straycell/straycell/decode/dsp"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/enb"
	"github.com/straycell/straycell/radio"
)

// recording is a recording with its truth.
type recording struct {
	truth
	sfn int // of the frame that starts with the recording, where another transmitter sent it
	iq  []complex64
}

// open reads a recording and its truth, or skips the test.
func open(t *testing.T, folder, name string) *recording {
	t.Helper()
	var side string
	for _, s := range recordings(t, folder) {
		if filepath.Base(s) == name+".json" {
			side = s
		}
	}
	if side == "" {
		t.Skipf("no recording %s in ../shared/captures/%s beside the project", name, folder)
	}
	r := new(recording)
	var look *radio.Block
	r.truth, look = first(t, side, 1)
	r.iq = look.IQ
	var more struct {
		Cells []struct {
			SFN any `json:"sfn_first"` // a number, or text that says where
		}
	}
	text, err := os.ReadFile(side)
	if err == nil {
		err = json.Unmarshal(text, &more)
	}
	if err != nil {
		t.Fatal(err)
	}
	if n, ok := more.Cells[0].SFN.(float64); ok {
		r.sfn = int(n)
	}
	return r
}

// same tells whether an observation with a MIB is cell i, but for its frame number.
func (r *recording) same(o *lte.Observation, i int) bool {
	c := &r.Cells[i]
	return int(o.PCI) == c.PCI && o.Duplex.String() == c.Duplex && o.CP.String() == c.CP && o.Ports == c.Ports && o.MIB.PRB == c.PRB &&
		o.MIB.PHICHDuration.String() == c.PHICHDuration && o.MIB.PHICHResource.String() == c.PHICHResource
}

// other tells whether an observation with a MIB is a cell of the recording other than cell i.
func (r *recording) other(o *lte.Observation, i int) bool {
	for j := range r.Cells {
		if j != i && r.same(o, j) {
			return true
		}
	}
	return false
}

// referenceLevel measures the power of a reference element, the mean of its ports, of a recording without impairment that
// holds one FDD cell with the normal prefix on its centre and starts with a frame: coherently over all of it, in the six
// resource blocks that carry the PBCH.
func (r *recording) referenceLevel(t *testing.T) float64 {
	t.Helper()
	c := enb.Cell{PCI: lte.PCI(r.Cells[0].PCI), PRB: r.Cells[0].PRB, Ports: r.Cells[0].Ports}
	m, err := enb.NewMapper(c)
	if err != nil {
		t.Fatal(err)
	}
	g, err := enb.NewGrid(c)
	if err != nil {
		t.Fatal(err)
	}
	size := int(r.RateHz / enb.SpacingHz)
	f, bins := dsp.NewFFT(size), make([]complex64, size)
	var h [4]complex128
	var n [4]float64
	for sub := 0; (sub+1)*15*size <= len(r.iq); sub++ {
		m.Subframe(g, int64(sub))
		at := sub * 15 * size
		for l := range g.Symbols {
			at += size * 144 / 2048
			if l%7 == 0 {
				at += size * 16 / 2048
			}
			f.Forward(bins, r.iq[at:at+size])
			at += size
			for k := g.K/2 - 36; k < g.K/2+36; k++ {
				bin := k - g.K/2
				if bin >= 0 {
					bin++
				}
				y := complex128(bins[(bin+size)%size])
				for p := range c.Ports {
					if ref := complex128(g.RE[p][l*g.K+k]); g.Use[l*g.K+k] == enb.CRS && ref != 0 {
						h[p] += y * cmplx.Conj(ref)
						n[p]++
					}
				}
			}
		}
	}
	var sum float64
	for p := range c.Ports {
		a := cmplx.Abs(h[p]) / n[p] / float64(size)
		sum += a * a
	}
	return sum / float64(c.Ports)
}

// window returns ms of a recording from sample from (fractions count), moved up by shiftHz and brought to rateHz as a receiver
// hears it whose clock is slower by ppm: a Kaiser-windowed sinc, flat over 0.9 of the lower rate.
func window(iq []complex64, from, ownHz, shiftHz, rateHz, ppm float64, ms int) []complex64 {
	const (
		zeros  = 24
		phases = 1024
		beta   = 8
	)
	step := ownHz / rateHz * (1 + ppm*1e-6)
	cut := min(1, rateHz/ownHz) * 0.95
	reach := int(zeros / cut)
	taps := 2 * reach
	bank := make([]float32, phases*taps)
	for p := range phases {
		for i := range taps {
			x := float64(i-reach+1) - float64(p)/phases
			u := x / float64(reach)
			if math.Abs(u) < 1 {
				bank[p*taps+i] = float32(cut * sinc(cut*x) * bessel0(beta*math.Sqrt(1-u*u)) / bessel0(beta))
			}
		}
	}
	moved := make([]complex64, len(iq))
	for i, v := range iq {
		_, turns := math.Modf(shiftHz / ownHz * float64(i))
		moved[i] = v * complex64(cmplx.Rect(1, 2*math.Pi*turns))
	}
	out := make([]complex64, int(rateHz/1e3)*ms)
	for i := range out {
		at := from + float64(i)*step
		whole := math.Floor(at)
		row := bank[int((at-whole)*phases)*taps:][:taps]
		first := int(whole) - reach + 1
		var re, im float32
		for k, w := range row {
			if j := first + k; j >= 0 && j < len(moved) {
				re += w * real(moved[j])
				im += w * imag(moved[j])
			}
		}
		out[i] = complex(re, im)
	}
	return out
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// bessel0 is the modified Bessel function of order 0.
func bessel0(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > 1e-12*sum; k++ {
		term *= x / (2 * k) * (x / (2 * k))
		sum += term
	}
	return sum
}

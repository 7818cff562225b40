//go:build bench

package decode_test

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"math/cmplx"
	"os"
	"path/filepath"
	"testing"

	"github.com/straycell/straycell/decode/dsp"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/enb"
)

// recording is a recording with its truth.
type recording struct {
	Format string  `json:"format"`
	RateHz float64 `json:"rate_hz"`
	FreqHz float64 `json:"freq_hz"`
	Cells  []struct {
		PCI           lte.PCI `json:"pci"`
		Duplex        string  `json:"duplex"`
		CP            string  `json:"cp"`
		Ports         int     `json:"ports"`
		PRB           int     `json:"prb"`
		PHICHDuration string  `json:"phich_duration"`
		PHICHResource string  `json:"phich_resource"`
		FreqHz        float64 `json:"freq_hz"`
		CFOHz         float64 `json:"cfo_hz"`
		SFN           any     `json:"sfn_first"`
	} `json:"cells"`
	iq []complex64
}

// captures finds the recordings that stand beside the module, or skips the test.
func captures(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = up
	}
	dir = filepath.Join(dir, "..", "shared", "captures")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no recordings at ../shared/captures beside the module")
	}
	return dir
}

// open reads a recording and its truth; full scale is 1.
func open(t *testing.T, path string) *recording {
	t.Helper()
	r := new(recording)
	text, err := os.ReadFile(path + ".json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, r); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	switch r.Format {
	case "cs8":
		for i := 0; i+1 < len(raw); i += 2 {
			r.iq = append(r.iq, complex(float32(int8(raw[i]))/128, float32(int8(raw[i+1]))/128))
		}
	case "cs16":
		for i := 0; i+3 < len(raw); i += 4 {
			re, im := int16(binary.LittleEndian.Uint16(raw[i:])), int16(binary.LittleEndian.Uint16(raw[i+2:]))
			r.iq = append(r.iq, complex(float32(re)/32768, float32(im)/32768))
		}
	default:
		t.Fatalf("%s: format %q", path, r.Format)
	}
	return r
}

// same tells whether an observation with a MIB is cell i, but for its frame number.
func (r *recording) same(o *lte.Observation, i int) bool {
	c := &r.Cells[i]
	return o.PCI == c.PCI && o.Duplex.String() == c.Duplex && o.CP.String() == c.CP && o.Ports == c.Ports && o.MIB.PRB == c.PRB &&
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
	c := enb.Cell{PCI: r.Cells[0].PCI, PRB: r.Cells[0].PRB, Ports: r.Cells[0].Ports}
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

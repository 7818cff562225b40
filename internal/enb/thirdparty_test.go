package enb

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/straycell/straycell/decode/dsp"
	"github.com/straycell/straycell/decode/lte"
)

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
		t.Skip("no recordings at ../shared/captures")
	}
	return dir
}

// recording is the truth beside a recording.
type recording struct {
	Format string  `json:"format"`
	Rate   float64 `json:"rate_hz"`
	Cells  []struct {
		PCI           lte.PCI `json:"pci"`
		Duplex        string  `json:"duplex"`
		CP            string  `json:"cp"`
		Ports         int     `json:"ports"`
		PRB           int     `json:"prb"`
		PHICHDuration string  `json:"phich_duration"`
		PHICHResource string  `json:"phich_resource"`
		SFN           int     `json:"sfn_first"`
		SFNms         float64 `json:"sfn_first_ms"`

		SIB1Hex string   `json:"sib1_hex"`
		SIHex   []string `json:"si_hex"`
	} `json:"cells"`
}

func (r recording) cell(t *testing.T) Cell {
	t.Helper()
	if len(r.Cells) != 1 || r.Cells[0].SFNms != 0 {
		t.Fatal("want a recording of one cell that starts with a frame")
	}
	w := r.Cells[0]
	c := Cell{PCI: w.PCI, PRB: w.PRB, Ports: w.Ports}
	for _, d := range []lte.Duplex{lte.FDD, lte.TDD} {
		if d.String() == w.Duplex {
			c.Duplex = d
		}
	}
	for _, p := range []lte.CP{lte.NormalCP, lte.ExtendedCP} {
		if p.String() == w.CP {
			c.CP = p
		}
	}
	for _, d := range []lte.PHICHDuration{lte.PHICHNormal, lte.PHICHExtended} {
		if d.String() == w.PHICHDuration {
			c.PHICHDuration = d
		}
	}
	for _, n := range []lte.PHICHResource{lte.PHICHOneSixth, lte.PHICHHalf, lte.PHICHOne, lte.PHICHTwo} {
		if n.String() == w.PHICHResource {
			c.PHICHResource = n
		}
	}
	return c
}

func readSamples(t *testing.T, path, format string) []complex64 {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []complex64
	switch format {
	case "cs8":
		for i := 0; i+1 < len(raw); i += 2 {
			out = append(out, complex(float32(int8(raw[i])), float32(int8(raw[i+1]))))
		}
	case "cs16":
		for i := 0; i+3 < len(raw); i += 4 {
			out = append(out, complex(float32(int16(binary.LittleEndian.Uint16(raw[i:]))), float32(int16(binary.LittleEndian.Uint16(raw[i+2:])))))
		}
	default:
		t.Fatalf("format %q", format)
	}
	return out
}

// correlation accumulates the normalised correlation of two sequences.
type correlation struct {
	xy     complex128
	xx, yy float64
}

func (c *correlation) add(x, y complex64) {
	a, b := complex128(x), complex128(y)
	c.xy += a * complex(real(b), -imag(b))
	c.xx += real(a)*real(a) + imag(a)*imag(a)
	c.yy += real(b)*real(b) + imag(b)*imag(b)
}

func (c *correlation) value() float64 {
	return math.Hypot(real(c.xy), imag(c.xy)) / math.Sqrt(c.xx*c.yy)
}

// demodulate writes the elements of one subframe that starts at x[0] to re.
func demodulate(re, x []complex64, c Cell, size int) {
	f, bins := dsp.NewFFT(size), make([]complex64, size)
	slot, K, at := c.CP.SymbolsPerSlot(), c.Subcarriers(), 0
	for l := range 2 * slot {
		at += cpLength(c.CP, l%slot, size)
		f.Forward(bins, x[at:at+size])
		for k := range K {
			re[l*K+k] = bins[(spacings(k, K)+size)%size]
		}
		at += size
	}
}

// flatChannel is the channel of each port, one number: the recordings have none but a gain.
func flatChannel(m *Mapper, g *Grid, x []complex64, size int, first int64) (h [4]complex64) {
	got := make([]complex64, g.K*g.Symbols)
	var sum [4]complex128
	var n [4]float64
	for sub := 0; (sub+1)*15*size <= len(x) && sub < 80; sub++ {
		m.Subframe(g, first+int64(sub))
		demodulate(got, x[sub*15*size:], m.Cell, size)
		for p, re := range g.RE {
			for i, v := range re {
				if g.Use[i] == CRS && v != 0 {
					sum[p] += complex128(got[i]) * complex(float64(real(v)), -float64(imag(v)))
					n[p]++
				}
			}
		}
	}
	for p := range m.Cell.Ports {
		h[p] = complex64(sum[p] / complex(n[p], 0))
	}
	return h
}

var useNames = map[Use]string{CRS: "CRS", PSS: "PSS", SSS: "SSS", PBCH: "PBCH"}

// TestAgainstAnotherTransmitter compares the grids with those of an independent implementation, element for element.
func TestAgainstAnotherTransmitter(t *testing.T) {
	dir := filepath.Join(captures(t), "thirdparty")
	for _, name := range []string{"a06p1.cs16", "a15p2.cs16", "a25p1.cs8", "a25ext.cs8", "a50p2.cs8", "a75p1.cs8", "a100p2.cs8",
		"e_fdd_6prb_4p.cs8", "e_fdd_25prb_4p.cs8", "e_fdd_15prb_2p_ext.cs8", "e_tdd_25prb_1p_cfg1.cs8", "e_tdd_6prb_1p_cfg0_ext.cs8"} {
		t.Run(strings.TrimSuffix(name, filepath.Ext(name)), func(t *testing.T) {
			path := filepath.Join(dir, name)
			var rec recording
			truth, err := os.ReadFile(path + ".json")
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(truth, &rec); err != nil {
				t.Fatal(err)
			}
			c := rec.cell(t)
			if strings.Contains(name, "cfg1") {
				c.UplinkDownlink = 1
			}
			m, err := NewMapper(c)
			if err != nil {
				t.Fatal(err)
			}
			g, _ := NewGrid(c)
			x := readSamples(t, path, rec.Format)
			size := int(rec.Rate / SpacingHz)
			perSubframe := size * 15
			got := make([]complex64, g.K*g.Symbols)
			h := flatChannel(m, g, x, size, int64(rec.Cells[0].SFN*10))

			sums := map[Use]*correlation{CRS: {}, PSS: {}, SSS: {}, PBCH: {}}
			perPort := [4]*correlation{{}, {}, {}, {}}
			for sub := 0; (sub+1)*perSubframe <= len(x) && sub < 80; sub++ {
				m.Subframe(g, int64(rec.Cells[0].SFN*10+sub))
				demodulate(got, x[sub*perSubframe:], m.Cell, size)
				for i, u := range g.Use {
					s := sums[u]
					if s == nil {
						continue
					}
					var want complex64
					for p := range m.Cell.Ports {
						want += h[p] * g.RE[p][i]
						if u == CRS && g.RE[p][i] != 0 {
							perPort[p].add(got[i], g.RE[p][i])
						}
					}
					s.add(got[i], want)
				}
			}
			for u, s := range sums {
				if v := s.value(); !(v > 0.99) {
					t.Errorf("%s: normalised correlation %.4f, want above 0.99", useNames[u], v)
				}
			}
			for p := range m.Cell.Ports {
				if v := perPort[p].value(); !(v > 0.99) {
					t.Errorf("CRS of port %d: normalised correlation %.4f, want above 0.99", p, v)
				}
			}
		})
	}
}

package si_test

import (
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/si"
)

// captures is the folder of recordings: ../shared/captures beside the module, or where STRAYCELL_SHARED says.
func captures(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("STRAYCELL_SHARED")
	if dir == "" {
		at, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for {
			if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
				break
			}
			at = filepath.Dir(at)
		}
		dir = filepath.Join(filepath.Dir(at), "shared")
	}
	dir = filepath.Join(dir, "captures")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no recordings in ../shared/captures beside the module, nor where STRAYCELL_SHARED says")
	}
	return dir
}

// clean reads a recording of an independent transmitter that was not impaired: its first frame begins at its first sample.
func clean(t testing.TB, name string) (iq []complex64, rateHz float64, cell si.Cell, sib1 string) {
	t.Helper()
	path := filepath.Join(captures(t), "thirdparty", name)
	side, err := os.ReadFile(path + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var x struct {
		Format string  `json:"format"`
		RateHz float64 `json:"rate_hz"`
		Cells  []struct {
			PCI      lte.PCI `json:"pci"`
			Duplex   string  `json:"duplex"`
			CP       string  `json:"cp"`
			Ports    int     `json:"ports"`
			PRB      int     `json:"prb"`
			Duration string  `json:"phich_duration"`
			Resource string  `json:"phich_resource"`
			CFOHz    float64 `json:"cfo_hz"`
			SFN      int     `json:"sfn_first"`
			SIB1     string  `json:"sib1_hex"`
		} `json:"cells"`
	}
	if err := json.Unmarshal(side, &x); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	switch x.Format {
	case "cs8":
		for i := 0; i+1 < len(raw); i += 2 {
			iq = append(iq, complex(float32(int8(raw[i]))/128, float32(int8(raw[i+1]))/128))
		}
	case "cs16":
		for i := 0; i+3 < len(raw); i += 4 {
			re, im := int16(binary.LittleEndian.Uint16(raw[i:])), int16(binary.LittleEndian.Uint16(raw[i+2:]))
			iq = append(iq, complex(float32(re)/32768, float32(im)/32768))
		}
	default:
		t.Fatalf("%s: format %s", path, x.Format)
	}
	c := x.Cells[0]
	cell.Layout = grid.Layout{PCI: c.PCI, Ports: c.Ports, PRB: c.PRB, SFN: c.SFN}
	cell.Timing.CP, cell.Timing.CFOHz = lte.NormalCP, c.CFOHz
	if c.CP == "extended" {
		cell.Timing.CP = lte.ExtendedCP
	}
	cell.Frames = grid.Frames{Duplex: lte.FDD, CP: cell.Timing.CP}
	if c.Duplex == "tdd" {
		cell.Frames.Duplex = lte.TDD
	}
	cell.Duration = map[string]lte.PHICHDuration{"normal": lte.PHICHNormal, "extended": lte.PHICHExtended}[c.Duration]
	cell.Resource = map[string]lte.PHICHResource{"1/6": lte.PHICHOneSixth, "1/2": lte.PHICHHalf, "1": lte.PHICHOne, "2": lte.PHICHTwo}[c.Resource]
	return iq, x.RateHz, cell, c.SIB1
}

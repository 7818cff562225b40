package decode_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/iqfile"
)

// truth is what stands beside a recording.
type truth struct {
	Format string
	RateHz float64 `json:"rate_hz"`
	FreqHz float64 `json:"freq_hz"`
	Origin string
	Cells  []struct {
		PCI           int
		Duplex        string
		CP            string
		Ports         int
		PRB           int
		PHICHDuration string  `json:"phich_duration"`
		PHICHResource string  `json:"phich_resource"`
		FreqHz        float64 `json:"freq_hz"`
		CFOHz         float64 `json:"cfo_hz"`
		Confidence    string
	}
}

// recordings returns the recordings of a folder beside the project, or skips.
func recordings(t *testing.T, folder string) []string {
	t.Helper()
	all, _ := filepath.Glob(filepath.Join("..", "..", "shared", "captures", folder, "*.json"))
	if len(all) == 0 {
		t.Skipf("no recordings in ../shared/captures/%s beside the project", folder)
	}
	return all
}

// first reads up to seconds of a recording.
func first(t *testing.T, side string, seconds float64) (truth, *radio.Block) {
	t.Helper()
	var want truth
	raw, err := os.ReadFile(side)
	if err == nil {
		err = json.Unmarshal(raw, &want)
	}
	if err != nil {
		t.Fatal(err)
	}
	src, err := iqfile.Open(strings.TrimSuffix(side, ".json"), iqfile.Raw{Format: want.Format, RateHz: want.RateHz, FreqHz: want.FreqHz})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	look := &radio.Block{}
	n := int(seconds * want.RateHz)
	b := &radio.Block{IQ: make([]complex64, 0, 1<<16)}
	for len(look.IQ) < n {
		if err := src.Read(context.Background(), b); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if len(look.IQ) == 0 {
			look.Tuning = b.Tuning
		}
		look.IQ = append(look.IQ, b.IQ...)
	}
	look.IQ = look.IQ[:min(n, len(look.IQ))]
	return want, look
}

// The MIB of every sure cell another transmitter, or a network, sent; nothing where nothing is. Cells that the truth does not
// list are allowed in off-air recordings alone (docs/measured.md says why).
func TestRecordings(t *testing.T) {
	for _, folder := range []string{"thirdparty", "offair"} {
		for _, side := range recordings(t, folder) {
			if strings.Contains(side, "sigmf") {
				continue
			}
			t.Run(filepath.Base(side), func(t *testing.T) {
				want, look := first(t, side, 0.16)
				if testing.Short() && want.RateHz > 4e6 {
					t.Skip("wide recordings take long")
				}
				var freqs []float64
				for _, c := range want.Cells {
					freqs = append(freqs, c.FreqHz)
				}
				got := decode.New(decode.Config{FreqsHz: freqs}).Decode(context.Background(), look)
				used := map[int]bool{}
				for _, c := range want.Cells {
					hit := -1
					for i, o := range got {
						if int(o.PCI) == c.PCI && o.Duplex.String() == c.Duplex && o.MIB != nil && !used[i] &&
							math.Abs(o.FreqHz+o.Signal.CFOHz-c.FreqHz-c.CFOHz) < 1000 {
							hit = i
						}
					}
					if hit < 0 {
						if c.Confidence == "sure" {
							t.Errorf("pci %d missed", c.PCI)
						}
						continue
					}
					used[hit] = true
					o := got[hit]
					if o.CP.String() != c.CP || o.Ports != c.Ports || o.MIB.PRB != c.PRB ||
						o.MIB.PHICHDuration.String() != c.PHICHDuration || o.MIB.PHICHResource.String() != c.PHICHResource {
						t.Errorf("pci %d: %v %d ports, MIB %+v, want %+v", c.PCI, o.CP, o.Ports, *o.MIB, c)
					}
				}
				for i, o := range got {
					if o.MIB != nil && !used[i] && (folder != "offair" || len(want.Cells) == 0 || o.Duplex != duplexOf(want)) {
						t.Errorf("ghost: pci %d at %.1f MHz", o.PCI, o.FreqHz/1e6)
					}
				}
			})
		}
	}
}

func duplexOf(w truth) lte.Duplex {
	if w.Cells[0].Duplex == "tdd" {
		return lte.TDD
	}
	return lte.FDD
}

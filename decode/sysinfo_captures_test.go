package decode_test

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/radio"
)

// truth is what stands beside a recording.
type truth struct {
	Format string  `json:"format"`
	RateHz float64 `json:"rate_hz"`
	FreqHz float64 `json:"freq_hz"`
	Cells  []struct {
		PCI        lte.PCI  `json:"pci"`
		FreqHz     float64  `json:"freq_hz"`
		CFOHz      float64  `json:"cfo_hz"`
		SNRdB      *float64 `json:"snr_db"`
		PLMNs      []string `json:"plmns"`
		TAC        uint16   `json:"tac"`
		ECI        lte.ECI  `json:"eci"`
		SIB1       string   `json:"sib1_hex"`
		SI         []string `json:"si_hex"`
		Confidence string   `json:"confidence"`
	} `json:"cells"`
}

// captures is the folder of recordings: ../shared/captures beside the module, or where STRAYCELL_SHARED says.
func captures(t *testing.T) string {
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

// load reads a recording and its truth.
func load(t *testing.T, path string) (truth, *radio.Block) {
	t.Helper()
	side, err := os.ReadFile(path + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var x truth
	if err := json.Unmarshal(side, &x); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var iq []complex64
	switch x.Format {
	case "cs8":
		for i := 0; i+1 < len(raw); i += 2 {
			iq = append(iq, complex(float32(int8(raw[i]))/128, float32(int8(raw[i+1]))/128))
		}
	case "cu8":
		for i := 0; i+1 < len(raw); i += 2 {
			iq = append(iq, complex((float32(raw[i])-127.5)/128, (float32(raw[i+1])-127.5)/128))
		}
	case "cs16":
		for i := 0; i+3 < len(raw); i += 4 {
			re, im := int16(binary.LittleEndian.Uint16(raw[i:])), int16(binary.LittleEndian.Uint16(raw[i+2:]))
			iq = append(iq, complex(float32(re)/32768, float32(im)/32768))
		}
	default:
		t.Fatalf("%s: format %s", path, x.Format)
	}
	return x, &radio.Block{Tuning: radio.Tuning{FreqHz: x.FreqHz, RateHz: x.RateHz}, IQ: iq}
}

// Every SIB1 and message that a recording is said to hold, octet for octet, with identity. The search is told where the
// carriers are: it has tests of its own.
func TestSystemInfoOfRecordings(t *testing.T) {
	var files []string
	for _, dir := range []string{"offair", "thirdparty"} {
		found, err := filepath.Glob(filepath.Join(captures(t), dir, "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	for _, side := range files {
		path := strings.TrimSuffix(side, ".json")
		x, b := load(t, path)
		wanted := false
		var carriers []float64
		for _, c := range x.Cells {
			wanted = wanted || c.SIB1 != ""
			carriers = append(carriers, c.FreqHz+c.CFOHz)
		}
		if !wanted {
			continue
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			got := decode.New(decode.Config{FreqsHz: carriers, PPMRange: 1}).Decode(context.Background(), b)
			for _, c := range x.Cells {
				if c.SIB1 == "" {
					continue
				}
				var o *lte.Observation
				for i := range got {
					if got[i].PCI == c.PCI && math.Abs(got[i].FreqHz+got[i].Signal.CFOHz-c.FreqHz-c.CFOHz) < 60e3 {
						o = &got[i]
					}
				}
				fail := t.Errorf
				if c.Confidence == "hard" {
					fail = t.Logf
				}
				if o == nil {
					fail("PCI %d not found", c.PCI)
					continue
				}
				if trim(hex.EncodeToString(o.SIB1Octets)) != trim(c.SIB1) || o.SIB1 == nil {
					fail("PCI %d: SIB1 %x, want %s; stop %v, %.1f dB", c.PCI, o.SIB1Octets, c.SIB1, o.Stop, o.Signal.SINRdB)
					continue
				}
				var plmns []string
				for _, p := range o.SIB1.PLMNs {
					plmns = append(plmns, p.PLMN.String())
				}
				if strings.Join(plmns, " ") != strings.Join(c.PLMNs, " ") || o.SIB1.TAC != c.TAC || o.SIB1.ECI != c.ECI {
					fail("PCI %d: %v %d %d, want %v %d %d", c.PCI, plmns, o.SIB1.TAC, o.SIB1.ECI, c.PLMNs, c.TAC, c.ECI)
				}
				have := map[string]bool{}
				for _, m := range o.Messages {
					have[trim(hex.EncodeToString(m.Octets))] = true
				}
				for _, h := range c.SI {
					if !have[trim(h)] {
						fail("PCI %d: message %s missing; schedule %v, window %d ms", c.PCI, h, o.SIB1.Schedule, o.SIB1.SIWindowMS)
					}
				}
				t.Logf("PCI %d: SIB1 %d of %d alone, %d messages, %d pages, stop %q, %+v", c.PCI, o.SIB1CRCs, o.SIB1CRCs+o.SIB1Fails, len(o.Messages), o.Pages, o.Stop, o.OnAir[:min(2, len(o.OnAir))])
			}
		})
	}
}

// trim drops the padding of a transport block.
func trim(h string) string {
	for strings.HasSuffix(h, "00") {
		h = h[:len(h)-2]
	}
	return h
}

package decode_test

import (
	"context"
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

// broadcast is what a recording's cells broadcast, as it stands beside it.
type broadcast struct {
	Cells []struct {
		PCI        lte.PCI  `json:"pci"`
		FreqHz     float64  `json:"freq_hz"`
		CFOHz      float64  `json:"cfo_hz"`
		PLMNs      []string `json:"plmns"`
		TAC        uint16   `json:"tac"`
		ECI        lte.ECI  `json:"eci"`
		SIB1       string   `json:"sib1_hex"`
		SI         []string `json:"si_hex"`
		Confidence string   `json:"confidence"`
	} `json:"cells"`
}

// heard reads a whole recording and what its cells broadcast.
func heard(t *testing.T, side string) (broadcast, *radio.Block) {
	t.Helper()
	text, err := os.ReadFile(side)
	if err != nil {
		t.Fatal(err)
	}
	var x broadcast
	if err := json.Unmarshal(text, &x); err != nil {
		t.Fatal(err)
	}
	_, b := first(t, side, 1)
	return x, b
}

// Every SIB1 and message that a recording is said to hold, octet for octet, with identity. The search is told where the
// carriers are: it has tests of its own.
func TestSystemInfoOfRecordings(t *testing.T) {
	for _, side := range append(recordings(t, "offair"), recordings(t, "thirdparty")...) {
		x, b := heard(t, side)
		wanted := false
		var carriers []float64
		for _, c := range x.Cells {
			wanted = wanted || c.SIB1 != ""
			carriers = append(carriers, c.FreqHz+c.CFOHz)
		}
		if !wanted {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(side), ".json"), func(t *testing.T) {
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

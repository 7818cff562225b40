package lte

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Channel numbers belong to one band each, and lead to their frequency and back.
func TestBands(t *testing.T) {
	for i, b := range Bands {
		if i > 0 && (Bands[i-1].Number >= b.Number || Bands[i-1].Last >= b.First) {
			t.Errorf("band %d stands behind band %d", b.Number, Bands[i-1].Number)
		}
		for _, n := range []EARFCN{b.First, (b.First + b.Last) / 2, b.Last} {
			if of, ok := n.Band(); !ok || of != b {
				t.Errorf("EARFCN %d is in band %d, want %d", n, of.Number, b.Number)
			}
			f := n.FreqHz()
			if f < b.LowHz || f >= b.HighHz() || !slices.Contains(EARFCNs(f, b.Duplex), n) || !slices.Contains(EARFCNs(f, DuplexUnknown), n) {
				t.Errorf("EARFCN %d is %.1f MHz, which is %v", n, f/1e6, EARFCNs(f, b.Duplex))
			}
		}
		if of, ok := BandByNumber(b.Number); !ok || of != b {
			t.Errorf("band %d is %v", b.Number, of)
		}
	}
	for freqHz, want := range map[float64][]EARFCN{796e6: {6200, 9590}, 1815.3e6: {1303}, 1850e6: {1650, 3851}, 2140e6: {300, 2250, 4450, 65836, 66736}, 875e6: {2460, 2650, 6000, 8850}} {
		got := EARFCNs(freqHz, FDD)
		for _, n := range want {
			if !slices.Contains(got, n) {
				t.Errorf("%.1f MHz: %v, want %v in it", freqHz/1e6, got, n)
			}
		}
	}
}

// The same from another list, of lower edges alone.
func TestBandsOfAnotherList(t *testing.T) {
	path := filepath.Join("..", "..", "..", "shared", "spec", "bands.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Skip("no table of bands at ../shared/spec/bands.json beside the module")
	}
	var list struct {
		Rows []struct {
			Band   int     `json:"band"`
			LowMHz float64 `json:"dl_low_mhz"`
			First  float64 `json:"dl_earfcn_offset"`
		} `json:"rows"`
	}
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	for _, r := range list.Rows {
		if r.Band == 22 {
			r.LowMHz = 3510 // as TS 36.101 Table 5.7.3-1 has it
		}
		if b, ok := BandByNumber(r.Band); !ok || b.LowHz != r.LowMHz*1e6 || float64(b.First) != r.First {
			t.Errorf("band %d: %+v, want %.1f MHz and %.0f", r.Band, b, r.LowMHz, r.First)
		}
	}
}

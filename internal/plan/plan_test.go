package plan

import (
	"math"
	"slices"
	"testing"

	"github.com/straycell/straycell/decode/lte"
)

func TestFreqs(t *testing.T) {
	b8, _ := lte.BandByNumber(8)
	for name, c := range map[string]struct {
		spans       []Span
		n           int
		first, last float64
	}{
		"none":         {nil, 0, 0, 0},
		"one":          {[]Span{Carrier(1815.3e6)}, 1, 1815.3e6, 1815.3e6},
		"off raster":   {[]Span{Carrier(1815.33e6)}, 1, 1815.3e6, 1815.3e6},
		"range":        {[]Span{{1805e6, 1806e6}}, 11, 1805e6, 1806e6},
		"odd ends":     {[]Span{{1805.01e6, 1805.99e6}}, 9, 1805.1e6, 1805.9e6},
		"band":         {[]Span{Band(b8)}, 350, 925e6, 959.9e6},
		"overlapping":  {[]Span{{1806e6, 1807e6}, {1805e6, 1806.5e6}, Carrier(1806.2e6)}, 21, 1805e6, 1807e6},
		"two far ones": {[]Span{Carrier(954.3e6), Carrier(1840e6)}, 2, 954.3e6, 1840e6},
	} {
		got := Freqs(c.spans)
		if len(got) != c.n || c.n > 0 && (math.Abs(got[0]-c.first) > 1 || math.Abs(got[len(got)-1]-c.last) > 1) {
			t.Errorf("%s: %d points %v", name, len(got), got)
		}
	}
}

// Every carrier asked for is in view of some tuning with its six resource blocks, whatever the radio's error.
func TestTuningsShowEveryCarrier(t *testing.T) {
	b3, _ := lte.BandByNumber(3)
	for name, c := range map[string]struct {
		spans   []Span
		window  float64
		ppm     float64
		tunings int
	}{
		"one carrier":          {[]Span{Carrier(954.3e6)}, 2.16e6, 60, 1},
		"two in one view":      {[]Span{Carrier(1840e6), Carrier(1840.6e6)}, 2.16e6, 60, 1},
		"two that are not":     {[]Span{Carrier(1840e6), Carrier(1841.6e6)}, 2.16e6, 60, 2},
		"a band by a dongle":   {[]Span{Band(b3)}, 2.16e6, 60, 88},
		"a calibrated dongle":  {[]Span{Band(b3)}, 2.16e6, 2, 70},
		"a band by a wide one": {[]Span{Band(b3)}, 15e6, 20, 6},
		"a radio too narrow":   {[]Span{{1840e6, 1840.3e6}}, 1.1e6, 0, 3},
		"nothing":              {nil, 2e6, 60, 0},
	} {
		got := Tunings(c.spans, c.window, c.ppm)
		if len(got) != c.tunings {
			t.Errorf("%s: %d tunings, want %d", name, len(got), c.tunings)
		}
		room := max(c.window/2-HalfCarrierHz, 50e3) + 1e3
		for _, f := range Freqs(c.spans) {
			seen := false
			for _, tun := range got {
				seen = seen || math.Abs(f-tun.FreqHz)+f*c.ppm*1e-6 <= room
			}
			if !seen {
				t.Errorf("%s: %.1f MHz is in no view", name, f/1e6)
			}
		}
	}
}

func TestReach(t *testing.T) {
	in, out := Reach([]Span{{100, 200}, {300, 400}, {500, 600}, {50, 700}, {700, 800}}, 150, 550)
	if want := []Span{{150, 200}, {300, 400}, {500, 550}, {150, 550}}; !slices.Equal(in, want) {
		t.Errorf("in %v, want %v", in, want)
	}
	if want := []Span{{100, 150}, {550, 600}, {50, 150}, {550, 700}, {700, 800}}; !slices.Equal(out, want) {
		t.Errorf("out %v, want %v", out, want)
	}
}

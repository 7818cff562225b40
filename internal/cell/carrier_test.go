package cell

import (
	"fmt"
	"math"
	"testing"

	"github.com/straycell/straycell/decode/lte"
)

func TestPlaceCarrier(t *testing.T) {
	for _, c := range []struct {
		rx, ppm, rng float64
		d            lte.Duplex
		band         int
		want         string
	}{
		{1815.314139e6, 0, 60, lte.FDD, 0, "1815.3 +14139 ~[1303 1304] b3"},
		{1815.314139e6, 0, 20, lte.FDD, 0, "1815.3 +14139 1303 b3"},
		{1815.314139e6, 7.8, 2, lte.FDD, 0, "1815.3 +14139 1303 b3"},
		{1815.314139e6, 0, 2, lte.FDD, 0, "1815.3 +14139 none"}, // nothing that near: the nearest, without a number
		{1814.933084e6, 0, 60, lte.FDD, 0, "1814.9 +33084 ~[1299 1300] b3"},
		{1814.933084e6, -37, 2, lte.FDD, 0, "1815.0 -66916 1300 b3"}, // a known error moves the carrier to another point
		{1850.05e6, 0, 60, lte.FDD, 0, "1850.1 -50000 ~[1650 1651] b3"},
		{1850.05e6, 0, 60, lte.FDD, 9, "1850.1 -50000 ~[3851 3852] b9"},
		{1850e6, 0, 10, lte.TDD, 0, "1850.0 +0 36350 b35"},
		{1850e6, 0, 10, lte.DuplexUnknown, 0, "1850.0 +0 1650 b3"},
		{2140e6, 0, 10, lte.FDD, 0, "2140.0 +0 300 b1"},
		{2140e6, 0, 10, lte.FDD, 66, "2140.0 +0 66736 b66"},
		{2140e6, 0, 10, lte.FDD, 3, "2140.0 +0 300 b1"}, // the preset's band does not hold it
		{2585.14e6, 0, 60, lte.TDD, 0, "2585.1 +40000 ~[37900 37901 37902] b38"},
		{1804.95e6, 0, 60, lte.FDD, 0, "1805.0 -50000 1200 b3"}, // below the band there is nothing to be in doubt with
		{1844.9e6, 0, 60, lte.FDD, 9, "1844.9 +0 ~[1598 3800 3801]"},
		{100e6, 0, 60, lte.FDD, 0, "100.0 +0 none"},
		{0, 0, 60, lte.FDD, 0, "0.0 +0 none"},
	} {
		got := PlaceCarrier(c.rx, c.ppm, c.rng, c.d, c.band)
		s := fmt.Sprintf("%.1f %+.0f ", got.FreqHz/1e6, got.CFOHz)
		switch {
		case got.Sure:
			s += fmt.Sprint(got.EARFCN)
		case got.Candidates != nil:
			s += fmt.Sprint("~", got.Candidates)
		default:
			s += "none"
		}
		if got.Band != 0 {
			s += fmt.Sprint(" b", got.Band)
		}
		if s != c.want {
			t.Errorf("%.6f MHz, %v +- %v ppm, %v, band %d: %s, want %s", c.rx/1e6, c.ppm, c.rng, c.d, c.band, s, c.want)
		}
		if len(got.FreqsHz) == 0 || math.Abs(got.FreqHz+got.CFOHz-c.rx) > 1e-3 {
			t.Errorf("%+v", got)
		}
		for i, n := range got.Candidates {
			if math.Abs(n.FreqHz()-got.FreqsHz[i]) > 1 {
				t.Errorf("candidate %d is not at %f", n, got.FreqsHz[i])
			}
		}
	}
}

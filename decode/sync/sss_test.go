package sync

import (
	"math"
	"testing"
)

// The fast scores are the plain correlation with every SSS.
func TestSSSScores(t *testing.T) {
	x := noise(62)
	y := [62]complex64(x)
	for nid2 := range 3 {
		var s sssScores
		s.run(&y, nid2)
		for nid1 := range 168 {
			m0, m1 := shifts(nid1)
			for half, got := range []complex64{s.even[m0] + s.odd[m0%8][m1], s.even[m1] + s.odd[m1%8][m0]} {
				var want complex64
				for n, v := range SSS(nid1, nid2, half) {
					want += y[n] * complex(v, 0)
				}
				if d := got - want; math.Hypot(float64(real(d)), float64(imag(d))) > 1e-3 {
					t.Fatalf("nid1 %d nid2 %d half %d: %v, want %v", nid1, nid2, half, got, want)
				}
			}
		}
	}
}

func TestPSSIsSymmetric(t *testing.T) {
	for nid2 := range 3 {
		d := PSS(nid2)
		for n := range 31 {
			if v := d[n] - d[61-n]; math.Hypot(float64(real(v)), float64(imag(v))) > 1e-5 {
				t.Fatalf("nid2 %d: d(%d) is not d(%d)", nid2, n, 61-n)
			}
		}
	}
}

// Every hypothesis asked for is answered for by one that is searched.
func TestCover(t *testing.T) {
	for _, n := range []int{1, 2, 3, 9, 33, 125, 2000} {
		var bins []int
		for i := range n {
			bins = append(bins, stepBins*(i-n/2))
		}
		for nid2 := range 3 {
			c := cover(bins, nid2)
			if n == 2000 && len(c) > 700 {
				t.Errorf("nid2 %d: %d of %d searched", nid2, len(c), n)
			}
			for _, b := range bins {
				ok := false
				for _, k := range c {
					for _, m := range (Peak{NID2: nid2, FreqHz: float64(k) * binHz}).members() {
						ok = ok || math.Abs(m.FreqHz-float64(b)*binHz) < 1
					}
				}
				if !ok {
					t.Fatalf("nid2 %d, %d bins: bin %d is answered for by none", nid2, n, b)
				}
			}
		}
	}
}

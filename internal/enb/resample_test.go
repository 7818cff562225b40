package enb

import (
	"math"
	"math/cmplx"
	"testing"
)

// TestInterpolationError feeds tones up to the edge of what a window may hold and compares with the same tones sampled
// elsewhere: whatever is not the tone (images, ripple, rounding of the position) stays 50 dB down.
func TestInterpolationError(t *testing.T) {
	bank := kernel()
	for _, f := range []float64{0, 0.1, -0.25, 0.3, maxFill / 2, -maxFill / 2} {
		x := make([]complex64, 400)
		for i := range x {
			x[i] = complex64(cmplx.Rect(1, 2*math.Pi*f*float64(i)))
		}
		var wrong, worst float64
		n := 0.0
		for pos := 20.0; pos < 380; pos += 0.73137 {
			whole, frac := split(pos)
			var y [4]complex64
			interpolate(y[:], x[whole-(kernelTaps/2-1):], bank, position{frac: frac}, [4]complex64{1}, 0)
			got := complex128(y[0])
			e := cmplx.Abs(got - cmplx.Rect(1, 2*math.Pi*f*pos))
			wrong += e * e
			worst = max(worst, e)
			n++
		}
		rms := 10 * math.Log10(wrong/n)
		t.Logf("%.3f of the rate: error %.1f dB rms, %.1f dB at worst", f, rms, 20*math.Log10(worst))
		if rms > -58 {
			t.Errorf("%.3f of the rate: error %.1f dB, want below -58", f, rms)
		}
	}
}

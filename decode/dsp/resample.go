package dsp

import "math"

// Resample converts x from one rate to another, both in samples per second, to at least the lower of them: windowed-sinc
// interpolation, 24 zero crossings either side, the pass band 90 % of the narrower of the two.
func Resample(x []complex64, from, to float64) []complex64 {
	const (
		zeros  = 24
		phases = 256
	)
	step := from / to
	cut := min(1, to/from)
	half := int(math.Ceil(zeros / cut))
	table := make([]float32, (2*half+1)*(phases+1))
	for p := range phases + 1 {
		row := table[p*(2*half+1):]
		for i := range 2*half + 1 {
			t := float64(i-half) - float64(p)/phases
			row[i] = float32(cut * 0.95 * sinc(cut*0.95*t) * kaiser(t/float64(half+1)))
		}
	}
	n := int(float64(len(x)) / step)
	y := make([]complex64, n)
	for i := range y {
		t := float64(i) * step
		at := int(t)
		f := (t - float64(at)) * phases
		p := int(f)
		w := float32(f - float64(p))
		r0, r1 := table[p*(2*half+1):][:2*half+1], table[(p+1)*(2*half+1):][:2*half+1]
		var re, im float32
		lo, hi := max(0, half-at), min(2*half+1, len(x)-at+half)
		for k := lo; k < hi; k++ {
			v := x[at-half+k]
			c := r0[k] + w*(r1[k]-r0[k])
			re += real(v) * c
			im += imag(v) * c
		}
		y[i] = complex(re, im)
	}
	return y
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// kaiser is the Kaiser window with beta 8 at x in -1 … 1.
func kaiser(x float64) float64 {
	if x <= -1 || x >= 1 {
		return 0
	}
	const beta = 8
	return bessel0(beta*math.Sqrt(1-x*x)) / bessel0(beta)
}

// bessel0 is the modified Bessel function of order zero.
func bessel0(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1; term > 1e-12*sum; k++ {
		term *= x / 2 / float64(k) * (x / 2 / float64(k))
		sum += term
	}
	return sum
}

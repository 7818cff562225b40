package enb

import (
	"math"
	"sync"
)

const (
	kernelTaps   = 16
	kernelPhases = 2048
)

// kernel is a bank of interpolation filters: row i gives the signal i/kernelPhases of a sample after tap kernelTaps/2-1.
// A Kaiser-windowed sinc of this length passes 0.355 of the sampling rate (maxFill) to either side and holds images, which
// begin at 0.645, 60 dB down; reading the nearest row costs as much again at the very edge.
var kernel = sync.OnceValue(func() *[kernelPhases + 1][kernelTaps]float32 {
	const beta = 6.5
	var t [kernelPhases + 1][kernelTaps]float32
	for i := range t {
		var sum float64
		var row [kernelTaps]float64
		for j := range row {
			x := float64(j-(kernelTaps/2-1)) - float64(i)/kernelPhases
			u := x / (kernelTaps / 2)
			if math.Abs(u) >= 1 {
				continue
			}
			row[j] = sinc(x) * bessel0(beta*math.Sqrt(1-u*u))
			sum += row[j]
		}
		for j := range row {
			t[i][j] = float32(row[j] / sum)
		}
	}
	return &t
})

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// bessel0 is the modified Bessel function of order 0.
func bessel0(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > 1e-12*sum; k++ {
		term *= x / (2 * k) * (x / (2 * k))
		sum += term
	}
	return sum
}

// interpolate is the signal at frac/2^64 of a sample after x[kernelTaps/2-1]; x holds kernelTaps samples.
func interpolate(bank *[kernelPhases + 1][kernelTaps]float32, x []complex64, frac uint64) complex64 {
	const shift = 64 - 11 // log2(kernelPhases)
	row := &bank[(frac>>(shift-1)+1)>>1]
	x = x[:kernelTaps]
	var re, im, re2, im2 float32
	for j := 0; j < kernelTaps; j += 2 {
		a, b := x[j], x[j+1]
		re += row[j] * real(a)
		im += row[j] * imag(a)
		re2 += row[j+1] * real(b)
		im2 += row[j+1] * imag(b)
	}
	return complex(re+re2, im+im2)
}

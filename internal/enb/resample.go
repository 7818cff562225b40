package enb

import (
	"math"
	"sync"
)

const (
	kernelTaps   = 16
	kernelPhases = 2048
)

// filterBank holds interpolation filters: row i gives the signal i/kernelPhases of a sample after tap kernelTaps/2-1. Each
// weight stands twice, for the two parts of a complex number.
type filterBank [kernelPhases + 1][2 * kernelTaps]float32

// row is the filter nearest to frac/2^64 of a sample.
func (b *filterBank) row(frac uint64) *[2 * kernelTaps]float32 {
	const shift = 64 - 11 // log2(kernelPhases)
	return &b[(frac>>(shift-1)+1)>>1]
}

// kernel is the bank in use. A Kaiser-windowed sinc of this length passes 0.355 of the sampling rate (maxFill) to either
// side and holds images, which begin at 0.645, 60 dB down; reading the nearest row costs as much again at the very edge.
var kernel = sync.OnceValue(func() *filterBank {
	const beta = 6.5
	var t filterBank
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
			v := float32(row[j] / sum)
			t[i][2*j], t[i][2*j+1] = v, v
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

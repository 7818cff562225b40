package sync

import (
	"math/rand/v2"
	"testing"
)

func noise(n int) []complex64 {
	rng := rand.New(rand.NewPCG(1, 2))
	x := make([]complex64, n)
	for i := range x {
		x[i] = complex(float32(rng.NormFloat64()), float32(rng.NormFloat64()))
	}
	return x
}

func BenchmarkSearch60ppm(b *testing.B) {
	s := NewSearcher()
	x := noise(153600)
	var offs []float64
	for f := -120e3; f <= 120e3; f += StepHz {
		offs = append(offs, f)
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		sp := s.Analyse(x, Rate)
		n = len(s.Search(sp, offs, 0, 0, 130, 1e-5))
	}
	b.ReportMetric(0.08*float64(b.N)/b.Elapsed().Seconds(), "x-realtime")
	b.ReportMetric(float64(n), "peaks")
}

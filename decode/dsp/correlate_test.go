package dsp

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Correlations are what their definition says, whichever kernels run.
func TestCorrelator(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	for _, c := range []struct{ n, bins int }{{256, 256}, {512, 256}, {128, 128}, {128, 64}, {1024, 512}, {512, 100}, {160, 80}} {
		f := NewCorrelator(c.n, c.bins)
		checkCorrelator(t, f, rng)
		f.fast = nil
		checkCorrelator(t, f, rng)
	}
}

func checkCorrelator(t *testing.T, f *Correlator, rng *rand.Rand) {
	t.Helper()
	n, bins := f.Len(), f.bins
	x, w := noise8(rng, bins), noise(rng, bins)
	scale := [8]float32{1, 2, 3, 4, 0, 0.5, 0.25, 8}
	stride := f.Values() + 3
	got := make([]float32, 8*stride)
	f.Power(got, stride, x, w, &scale)
	for l := range 8 {
		in, out := make([]complex64, n), make([]complex64, n)
		for i, v := range lane(x, l) {
			in[(i-bins/2+n)%n] = v * w[i]
		}
		NewFFT(n).Inverse(out, in)
		for i, v := range out[:f.Values()] {
			want := (real(v)*real(v) + imag(v)*imag(v)) * scale[l]
			if d := math.Abs(float64(got[l*stride+i] - want)); d > 1e-3*(float64(want)+float64(scale[l])) {
				t.Fatalf("%d of %d points, signal %d, value %d: %g, want %g", bins, n, l, i, got[l*stride+i], want)
			}
		}
		for _, v := range got[l*stride+f.Values() : (l+1)*stride] {
			if v != 0 {
				t.Fatal("written beyond a row's end")
			}
		}
	}
}

func BenchmarkCorrelator512(b *testing.B) { benchCorrelator(b, 512) }
func BenchmarkCorrelator256(b *testing.B) { benchCorrelator(b, 256) }

func benchCorrelator(b *testing.B, n int) {
	rng := rand.New(rand.NewPCG(17, 18))
	f := NewCorrelator(n, 256)
	x, w := noise8(rng, 256), noise(rng, 256)
	dst := make([]float32, 8*f.Values())
	scale := [8]float32{1, 1, 1, 1, 1, 1, 1, 1}
	b.ReportAllocs()
	for b.Loop() {
		f.Power(dst, f.Values(), x, w, &scale)
	}
}

package dsp

import (
	"math"
	"math/rand/v2"
	"testing"
)

func noise8(rng *rand.Rand, n int) []Vec8 {
	x := make([]Vec8, n)
	for i := range x {
		for l := range 8 {
			x[i].Re[l], x[i].Im[l] = float32(rng.NormFloat64()), float32(rng.NormFloat64())
		}
	}
	return x
}

func lane(x []Vec8, l int) []complex64 {
	y := make([]complex64, len(x))
	for i := range x {
		y[i] = complex(x[i].Re[l], x[i].Im[l])
	}
	return y
}

func differ(a, b []Vec8) float64 {
	var worst float64
	for i := range a {
		for l := range 8 {
			worst = max(worst, math.Abs(float64(a[i].Re[l]-b[i].Re[l])), math.Abs(float64(a[i].Im[l]-b[i].Im[l])))
		}
	}
	return worst
}

func TestFFT8MatchesFFT(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{2, 4, 8, 16, 32, 128, 256, 512, 640, 1280, 1536, 160, 3, 5, 75, 14, 45} {
		x := noise8(rng, n)
		f, one := NewFFT8(n), NewFFT(n)
		fwd, inv := append([]Vec8(nil), x...), append([]Vec8(nil), x...)
		f.Forward(fwd)
		f.Inverse(inv)
		for l := range 8 {
			want := make([]complex64, n)
			one.Forward(want, lane(x, l))
			check(t, "forward", n, want, lane(fwd, l))
			one.Inverse(want, lane(x, l))
			check(t, "inverse", n, want, lane(inv, l))
		}
	}
}

func check(t *testing.T, name string, n int, want, got []complex64) {
	t.Helper()
	for k := range want {
		d := want[k] - got[k]
		if math.Hypot(float64(real(d)), float64(imag(d))) > 1e-5*float64(n) {
			t.Fatalf("%s of %d points, bin %d: %v, want %v", name, n, k, got[k], want[k])
		}
	}
}

// Each kernel and its pure-Go twin agree to rounding (the assembly fuses multiply and add).
func TestKernelsAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const m, s = 6, 5
	tw := make([]float32, 6*m)
	for i := range tw {
		tw[i] = float32(rng.NormFloat64())
	}
	x, a, b := noise8(rng, 4*m*s), make([]Vec8, 4*m*s), make([]Vec8, 4*m*s)
	radix4(&a[0], &a[s], &a[2*s], &a[3*s], &x[0], &tw[0], m, s)
	radix4Go(&b[0], &b[s], &b[2*s], &b[3*s], &x[0], &tw[0], m, s)
	if d := differ(a, b); d > 1e-4 {
		t.Errorf("radix 4 differs by %g", d)
	}
	radix2(&a[0], &a[s], &x[0], &tw[0], m, s)
	radix2Go(&b[0], &b[s], &x[0], &tw[0], m, s)
	if d := differ(a[:2*m*s], b[:2*m*s]); d > 1e-4 {
		t.Errorf("radix 2 differs by %g", d)
	}
	radix3(&a[0], &a[s], &a[2*s], &x[0], &tw[0], m, s)
	radix3Go(&b[0], &b[s], &b[2*s], &x[0], &tw[0], m, s)
	if d := differ(a[:3*m*s], b[:3*m*s]); d > 1e-4 {
		t.Errorf("radix 3 differs by %g", d)
	}
	const m5 = 4
	radix5(&a[0], &a[s], &a[2*s], &a[3*s], &a[4*s], &x[0], &tw[0], m5, s)
	radix5Go(&b[0], &b[s], &b[2*s], &b[3*s], &b[4*s], &x[0], &tw[0], m5, s)
	if d := differ(a[:5*m5*s], b[:5*m5*s]); d > 1e-4 {
		t.Errorf("radix 5 differs by %g", d)
	}
	w := noise(rng, 40)
	mul(&a[0], &x[0], &w[0], 40)
	mulGo(&b[0], &x[0], &w[0], 40)
	if d := differ(a[:40], b[:40]); d > 1e-4 {
		t.Errorf("mul differs by %g", d)
	}
	scale := [8]float32{1, 2, 3, 4, 5, 6, 7, 8}
	p, q := make([]float32, 8*43), make([]float32, 8*43)
	power(&p[0], 43, &x[0], &scale, 40)
	powerGo(&q[0], 43, &x[0], &scale, 40)
	for i := range p {
		if math.Abs(float64(p[i]-q[i])) > 1e-4*(1+float64(q[i])) {
			t.Fatalf("power differs at %d: %g, want %g", i, p[i], q[i])
		}
	}
	u, v := p[:301], q[3:]
	sum := make([]float32, 301)
	Add(sum, u, v)
	for i := range u {
		if sum[i] != u[i]+v[i] {
			t.Fatalf("add differs at %d", i)
		}
	}
	top := append([]float32(nil), v[:301]...)
	Max(top, u)
	for i := range u {
		if top[i] != max(u[i], v[i]) {
			t.Fatalf("max differs at %d", i)
		}
	}
	Clamp(sum, u, 0.5)
	for i, v := range u {
		if sum[i] != max(-0.5, min(0.5, v)) {
			t.Fatalf("clamp differs at %d", i)
		}
	}
	for _, n := range []int{0, 1, 15, 16, 33, 301} {
		got, want, size := Dot(u[:n], v), 0.0, 0.0
		for i := range n {
			product := float64(u[i]) * float64(v[i])
			want, size = want+product, size+math.Abs(product)
		}
		for _, got := range []float32{got, dotGo(u[:n], v)} {
			if math.Abs(float64(got)-want) > 1e-6*size {
				t.Fatalf("product of %d: %g, want %g", n, got, want)
			}
		}
	}
}

func BenchmarkFFT8x512(b *testing.B) {
	f := NewFFT8(512)
	x := noise8(rand.New(rand.NewPCG(7, 8)), 512)
	b.ReportAllocs()
	for b.Loop() {
		f.Inverse(x)
		Mul(x, x, w512)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/8, "ns/transform")
}

var w512 = func() []complex64 {
	w := make([]complex64, 512)
	for i := range w {
		w[i] = 1.0 / 512
	}
	return w
}()

func BenchmarkFFT512(b *testing.B) {
	f := NewFFT(512)
	x := noise(rand.New(rand.NewPCG(7, 8)), 512)
	y := make([]complex64, 512)
	b.ReportAllocs()
	for b.Loop() {
		f.Inverse(y, x)
	}
}

package enb

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"testing"
)

func noise(rng *rand.Rand, n int) []complex64 {
	x := make([]complex64, n)
	for i := range x {
		x[i] = complex(float32(rng.NormFloat64()), float32(rng.NormFloat64()))
	}
	return x
}

// same compares what a kernel made with what its twin did; fused multiplications round once instead of twice.
func same(t *testing.T, what string, got, want []complex64) {
	t.Helper()
	for i := range want {
		if d := cmplx.Abs(complex128(got[i] - want[i])); !(d < 1e-5) {
			t.Fatalf("%s of %d: value %d is %v, the twin's %v", what, len(want), i, got[i], want[i])
		}
	}
}

// TestKernelsEqualTheirTwins runs what this machine runs and the pure-Go twin, and looks behind the end of what may be
// written.
func TestKernelsEqualTheirTwins(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 1))
	for n := 1; n < 70; n++ {
		a, b, c := noise(rng, n), noise(rng, n), noise(rng, n+1)
		for name, f := range map[string][2]func(dst []complex64){
			"mul":    {func(d []complex64) { mul(d, a, b) }, func(d []complex64) { mulGo(d, a, b) }},
			"mulAdd": {func(d []complex64) { mulAdd(d, a, b) }, func(d []complex64) { mulAddGo(d, a, b) }},
			"lerp":   {func(d []complex64) { lerp(d, a, b, 0.3) }, func(d []complex64) { lerpGo(d, a, b, 0.3) }},
		} {
			got, want := slices.Clone(c), slices.Clone(c)
			f[0](got[:n])
			f[1](want[:n])
			same(t, name, got, want)
		}
	}
}

func TestInterpolateEqualsItsTwin(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 2))
	x := noise(rng, 2000)
	for range 200 {
		n := 4 * (1 + rng.IntN(16))
		p := position{frac: rng.Uint64(), stepFrac: rng.Uint64(), step: rng.IntN(4)}
		turn := 2 * math.Pi * rng.Float64()
		var rotor [4]complex64
		for i := range rotor {
			rotor[i] = complex64(cmplx.Rect(1, turn*float64(i)))
		}
		start := noise(rng, n+1)
		got, want := slices.Clone(start), slices.Clone(start)
		interpolate(got[:n], x, kernel(), p, rotor, complex64(cmplx.Rect(1, 4*turn)))
		interpolateGo(want[:n], x, kernel(), p, rotor, complex64(cmplx.Rect(1, 4*turn)))
		same(t, "interpolate", got, want)
	}
}

func BenchmarkInterpolate(b *testing.B) {
	rng := rand.New(rand.NewPCG(12, 3))
	x, dst := noise(rng, 256), make([]complex64, runLength)
	p := position{stepFrac: 0x9999999999999999, step: 1}
	for name, f := range map[string]func([]complex64, []complex64, *filterBank, position, [4]complex64, complex64){"kernel": interpolate, "twin": interpolateGo} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(8 * runLength)
			for b.Loop() {
				f(dst, x, kernel(), p, [4]complex64{1, 1, 1, 1}, 1)
			}
		})
	}
}

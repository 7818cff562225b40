package dsp

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"
)

func TestParts(t *testing.T) {
	rng := rand.New(rand.NewPCG(19, 20))
	x, w := [128]complex64(noise(rng, 128)), [128]complex64(noise(rng, 128))
	var got, want [8]complex64
	e, f := Parts(&got, &x, &w), partsGo(&want, &x, &w)
	if math.Abs(float64(e-f)) > 1e-3 {
		t.Errorf("energy %g, want %g", e, f)
	}
	for i, v := range got {
		if cmplx.Abs(complex128(v-want[i])) > 1e-4 {
			t.Errorf("part %d is %v, want %v", i, v, want[i])
		}
	}
}

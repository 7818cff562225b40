package dsp

import (
	"math/rand/v2"
	"testing"
)

func TestAbove(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	for _, n := range []int{0, 1, 31, 32, 100, 1000} {
		x := make([]float32, n)
		for i := range x {
			x[i] = rng.Float32()
		}
		for _, level := range []float32{-1, 0, 0.5, 0.99, 0.999, 2} {
			want := 0
			for want < n && x[want] < level {
				want++
			}
			if got := Above(x, level); got != want {
				t.Errorf("%d values: the first above %g is %d, want %d", n, level, got, want)
			}
			if want < n {
				if got := Above(x, x[want]); got > want || x[got] < x[want] {
					t.Errorf("%d values: the first of at least %g is %d, want %d", n, x[want], got, want)
				}
			}
		}
	}
}

package dsp

import (
	"math/rand/v2"
	"testing"
)

// Gathering takes every signal from its own place, as its pure-Go twin does.
func TestGather(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for _, n := range []int{0, 1, 5, 256, 700} {
		var src [8][]Vec8
		for l := range src {
			src[l] = noise8(rng, n)
		}
		src[6] = nil
		got := noise8(rng, n)
		Gather(got, &src)
		for i, v := range got {
			for l, s := range src {
				var re, im float32
				if s != nil {
					re, im = s[i].Re[l], s[i].Im[l]
				}
				if v.Re[l] != re || v.Im[l] != im {
					t.Fatalf("%d values, signal %d, value %d: %v, want %v", n, l, i, complex(v.Re[l], v.Im[l]), complex(re, im))
				}
			}
		}
	}
	var from [8]*Vec8
	for l := range from {
		from[l] = &noise8(rng, 40)[0]
	}
	a, b := make([]Vec8, 40), make([]Vec8, 40)
	gather(a, &from)
	gatherGo(b, &from)
	if d := differ(a, b); d != 0 {
		t.Errorf("gather differs by %g", d)
	}
}

// Packing, unpacking and turning agree with their definition, whatever the length, and with their pure-Go twins.
func TestLanes(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for _, n := range []int{0, 1, 3, 4, 7, 36, 150, 2049, 4100} {
		var src, dst [8][]complex64
		for l := range src {
			src[l], dst[l] = noise(rng, n), make([]complex64, n)
		}
		src[3] = nil
		x := noise8(rng, n)
		Pack(x, &src)
		Unpack(&dst, x)
		for l := range src {
			for i, v := range dst[l] {
				want := complex64(0)
				if src[l] != nil {
					want = src[l][i]
				}
				if v != want || x[i].Re[l] != real(want) || x[i].Im[l] != imag(want) {
					t.Fatalf("%d values, signal %d: value %d is %v, want %v", n, l, i, v, want)
				}
			}
		}
		if n == 0 {
			continue
		}
		var w, r, v Vec8
		for l := range 8 {
			w.Set(l, unit(0.1*float64(l)))
			r.Set(l, unit(0.003*float64(l)))
		}
		v = w
		a, b := make([]Vec8, n), make([]Vec8, n)
		Turn(a, x, &w, &r)
		turnGo(b, x, &v, &r)
		if d := differ(append(a, w), append(b, v)); d > 1e-3 {
			t.Errorf("turn of %d values differs by %g", n, d)
		}
	}
	var from [8]*complex64
	for l := range from {
		from[l] = &noise(rng, 40)[0]
	}
	a, b := make([]Vec8, 40), make([]Vec8, 40)
	pack(a, &from)
	packGo(b, &from)
	if d := differ(a, b); d != 0 {
		t.Errorf("pack differs by %g", d)
	}
	var to, want [8]*complex64
	var got, twin [8][40]complex64
	for l := range to {
		to[l], want[l] = &got[l][0], &twin[l][0]
	}
	unpack(&to, a)
	unpackGo(&want, a)
	if got != twin {
		t.Error("unpack differs")
	}
}

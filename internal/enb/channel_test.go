package enb

import (
	"math"
	"math/cmplx"
	"testing"
)

func flat(int) float64 { return 1 }

func TestTwoTaps(t *testing.T) {
	const K = 72
	w, _ := newWindow(K, -1e6, 1e6)
	r, err := newResponse(Channel{Taps: []Tap{{DB: 0}, {DelayS: 2e-6, DB: -6, Phase: 1}}, PortGain: [4]complex128{0, 0.5i}}, 2, K, w, flat)
	if err != nil {
		t.Fatal(err)
	}
	h := r.at(0)
	a := math.Pow(10, -6.0/20)
	norm := math.Sqrt(1 + a*a)
	for k := range K {
		f := float64(spacings(k, K)) * SpacingHz
		want := (1 + cmplx.Rect(a, 1-2*math.Pi*f*2e-6)) / complex(norm, 0)
		for p, g := range []complex128{1, 0.5i} {
			if d := cmplx.Abs(complex128(h[p][k]) - g*want); d > 1e-4 {
				t.Fatalf("port %d, subcarrier %d: %v, want %v", p, k, h[p][k], g*want)
			}
		}
	}
}

// TestFading checks mean power, the spread of a Rayleigh channel and its correlation over time, J0(2 pi fd tau).
func TestFading(t *testing.T) {
	const K, fd = 72, 70.0
	w, _ := newWindow(K, -1e6, 1e6)
	var power, deep, count, lag0, lag1 float64
	const tau = 0.002
	for seed := range uint64(60) {
		r, err := newResponse(Channel{Taps: EVA, Fading: true, DopplerHz: fd, Seed: seed}, 1, K, w, flat)
		if err != nil {
			t.Fatal(err)
		}
		var old complex128
		for i := range 200 {
			v := complex128(r.at(float64(i) * tau)[0][20])
			p := real(v)*real(v) + imag(v)*imag(v)
			power += p
			count++
			if p < 0.1 {
				deep++
			}
			if i > 0 {
				lag0 += p
				lag1 += real(v * cmplx.Conj(old))
			}
			old = v
		}
	}
	if v := power / count; math.Abs(v-1) > 0.06 {
		t.Errorf("mean power %.3f, want 1", v)
	}
	if v, want := deep/count, 1-math.Exp(-0.1); math.Abs(v-want) > 0.02 {
		t.Errorf("10 dB fades %.3f of the time, want %.3f", v, want)
	}
	if v, want := lag1/lag0, math.J0(2*math.Pi*fd*tau); math.Abs(v-want) > 0.05 {
		t.Errorf("correlation after %g s %.3f, want %.3f", tau, v, want)
	}
}

func TestStandingDrawDiffersByPort(t *testing.T) {
	w, _ := newWindow(72, -1e6, 1e6)
	r, err := newResponse(Channel{Taps: EPA, Fading: true, Seed: 2}, 2, 72, w, flat)
	if err != nil {
		t.Fatal(err)
	}
	h := r.at(1)
	if h[0][0] == h[1][0] {
		t.Error("two ports fade together")
	}
	if v := h[0][0]; r.at(2)[0][0] != v {
		t.Error("a channel without Doppler moved")
	}
}

func TestChannelRefusals(t *testing.T) {
	w, _ := newWindow(72, -1e6, 1e6)
	for _, d := range []float64{-1e-6, 1e-3, math.NaN()} {
		if _, err := newResponse(Channel{Taps: []Tap{{DelayS: d}}}, 1, 72, w, flat); err == nil {
			t.Errorf("a delay of %g s was accepted", d)
		}
	}
}

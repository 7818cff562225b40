package enb

import (
	"math"
	"math/cmplx"
	"slices"
	"testing"

	"github.com/straycell/straycell/decode/lte"
)

func steered(t *testing.T, n int, at func(k int, e *Emitter)) []complex64 {
	t.Helper()
	sig, err := Scene{FreqHz: 1840e6, RateHz: 1.92e6, StartS: 3}.Open()
	if err != nil {
		t.Fatal(err)
	}
	e, err := sig.Add(Emission{Cell: Cell{PCI: 7, PRB: 25, Load: Load{Fraction: 1}}, CarrierHz: 1840e6, CFOHz: 300, ClockPPM: 1, SFN: 5000, RSRPdBFS: -40})
	if err != nil {
		t.Fatal(err)
	}
	out := make([]complex64, n)
	for k := 0; k < n; k += 5 * SteerSamples {
		at(k, e)
		sig.Read(out[k:min(n, k+5*SteerSamples)])
	}
	return out
}

// TestSteer: steering to where it goes anyway changes nothing, and steering elsewhere bends it without a jump.
func TestSteer(t *testing.T) {
	const n = 19200
	plain := steered(t, n, func(int, *Emitter) {})
	if !slices.Equal(plain, steered(t, n, func(_ int, e *Emitter) { e.Steer(300, 1, -40) })) {
		t.Error("steering straight on changes the samples")
	}
	half := n / 2 / (5 * SteerSamples) * 5 * SteerSamples
	bent := steered(t, n, func(k int, e *Emitter) {
		if k == half {
			e.Steer(400, 1, -46)
		}
	})
	if !slices.Equal(plain[:half], bent[:half]) {
		t.Error("samples from before it was steered differ")
	}
	for k := half; k < n; k += 97 {
		want := complex128(plain[k]) * cmplx.Rect(math.Pow(10, -0.3), 2*math.Pi*100*float64(k-half)/1.92e6)
		if d := cmplx.Abs(complex128(bent[k]) - want); d > 1e-5 {
			t.Fatalf("sample %d after steering is %g off", k-half, d)
		}
	}
}

// TestEnter: a cell that is added on the way sends what it would have sent had it been there from the start.
func TestEnter(t *testing.T) {
	const n, late = 40000, 6400
	s := Scene{FreqHz: 1840e6, RateHz: 1.92e6, StartS: 3}
	e := Emission{Cell: Cell{PCI: 7, PRB: 25, Load: Load{Fraction: 1}}, CarrierHz: 1840e6, SFN: 5000, RSRPdBFS: -40}
	whole := s
	whole.Cells = []Emission{e}
	a, err := whole.Open()
	b, err2 := s.Open()
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	x, y := make([]complex64, n), make([]complex64, n)
	a.Read(x)
	b.Read(y[:late])
	in, err := b.Add(e)
	if err != nil {
		t.Fatal(err)
	}
	b.Read(y[late:])
	for i := range y {
		want := x[i]
		if i < late {
			want = 0
		}
		if d := cmplx.Abs(complex128(y[i] - want)); d > 1e-4*0.01*20 {
			t.Fatalf("sample %d is %g off", i, d)
		}
	}
	b.Remove(in)
	b.Read(y[:64])
	if slices.ContainsFunc(y[:64], func(v complex64) bool { return v != 0 }) {
		t.Error("it is heard after it was removed")
	}
}

// TestBursts: what speaks over a cell sends whole subframes and nothing else.
func TestBursts(t *testing.T) {
	c := Cell{PCI: 7, Duplex: lte.FDD, PRB: 25, Bursts: Bursts{Subframes: [10]bool{5: true}, Period: 4, Offset: 2},
		Broadcast: &Broadcast{SIB1: make([]byte, 18), WindowMS: 20}}
	m, err := NewMapper(c)
	if err != nil {
		t.Fatal(err)
	}
	g, _ := NewGrid(c)
	for n := range int64(80) {
		m.Subframe(g, n)
		on := n%10 == 5 && n/10%4 == 2
		if busy := slices.Contains(g.Busy, true); busy != on {
			t.Errorf("subframe %d: sent %v, want %v", n, busy, on)
		}
		if len(m.Transmissions(n)) > 0 != on {
			t.Errorf("subframe %d: %d transmissions", n, len(m.Transmissions(n)))
		}
	}
	c.Bursts.Offset = 4
	if c.Check() == nil {
		t.Error("an offset beyond the period was accepted")
	}
}

package fec

import (
	"math/rand/v2"
	"testing"
)

func random(rng *rand.Rand, n int) []uint8 {
	b := make([]uint8, n)
	for i := range b {
		b[i] = uint8(rng.IntN(2))
	}
	return b
}

// soft is what a channel with this noise (per real dimension) makes of bits.
func soft(rng *rand.Rand, bits []uint8, sigma float64) []float32 {
	x := make([]float32, len(bits))
	for i, b := range bits {
		x[i] = float32((1 - 2*float64(b) + sigma*rng.NormFloat64()) * 2 / (sigma * sigma))
	}
	return x
}

func TestInterleaverIsAPermutation(t *testing.T) {
	for i, k := range turboSizes {
		p := make([]int32, k)
		interleave(p, k)
		seen := make([]bool, k)
		f1, f2 := turboQPP[i][0], turboQPP[i][1]
		for j, v := range p {
			if want := (f1*j + f2*j*j) % k; int(v) != want {
				t.Fatalf("K %d: entry %d is %d, want %d", k, j, v, want)
			}
			if seen[v] {
				t.Fatalf("K %d: %d twice", k, v)
			}
			seen[v] = true
		}
	}
	if turboSizes[187] != MaxTurbo || TurboSize(6145) != 0 || TurboSize(41) != 48 || TurboSize(40) != 40 {
		t.Error("sizes")
	}
}

// The encoder ends in state zero: its tail bits drive the delays empty.
func TestTurboTail(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	in := random(rng, 104)
	d := TurboEncode(in)
	tail := func(i int) uint8 { return d[i%3][104+i/3] }
	for e := range 2 {
		state := 0
		pi := make([]int32, 104)
		interleave(pi, 104)
		for i := range in {
			b := in[i]
			if e == 1 {
				b = in[pi[i]]
			}
			state, _ = turboStep(state, b)
		}
		for i := range 3 {
			var p uint8
			state, p = turboStep(state, tail(6*e+2*i))
			if p != tail(6*e+2*i+1) {
				t.Errorf("encoder %d: parity of tail bit %d", e, i)
			}
		}
		if state != 0 {
			t.Errorf("encoder %d ends in state %d", e, state)
		}
	}
}

// The order of the circular buffer against the matrices of TS 36.212 §5.1.4.1, written down as the clause has them.
func TestRateMatchingOrder(t *testing.T) {
	const null = -1
	for _, c := range []turboKey{{40, 0}, {208, 8}, {112, 3}, {1056, 0}, {6144, 0}} {
		d := c.k + 4
		rows := (d + 31) / 32
		size := rows * 32
		y := func(stream int) []int { // written row by row, dummies first
			v := make([]int, size)
			for i := range v {
				v[i] = null
				if p := i - (size - d); p >= 0 && (stream == 2 || p >= c.filler) {
					v[i] = stream*d + p
				}
			}
			return v
		}
		var v [3][]int
		for s := range 2 {
			m := y(s)
			for col := range 32 {
				for row := range rows {
					v[s] = append(v[s], m[row*32+turboColumns[col]])
				}
			}
		}
		m := y(2)
		for k := range size {
			v[2] = append(v[2], m[(turboColumns[k/rows]+32*(k%rows)+1)%size])
		}
		w := append([]int(nil), v[0]...)
		for k := range size {
			w = append(w, v[1][k], v[2][k])
		}
		got := makeTurboMatch(c.k, c.filler)
		for rv := range 4 {
			j := rows * (2*((len(w)+8*rows-1)/(8*rows))*rv + 2)
			i := got.start[rv]
			for range 2 * len(w) {
				if x := w[j%len(w)]; x != null {
					if x != int(got.order[i]) {
						t.Fatalf("%v rv %d: %d, want %d", c, rv, got.order[i], x)
					}
					i = (i + 1) % len(got.order)
				}
				j++
			}
		}
	}
}

func TestTransportRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var turbo Turbo
	var b Transport
	for _, size := range []int{16, 40, 144, 176, 208, 2216, 6120, 6121, 9000, 30000} {
		block := random(rng, size)
		g := 4*size + 200
		b.Reset(size)
		b.Add(soft(rng, TransportEncode(block, g, 0, 2), 0.8), 0, 2)
		got, ok := b.Decode(&turbo)
		if !ok || string(got) != string(block) {
			t.Errorf("%d bits: decoded %v", size, ok)
		}
	}
}

// Redundancy versions and repetitions add up in the mother code's domain: what one cannot carry four do.
func TestRedundancyVersionsAddUp(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var turbo Turbo
	var one, all Transport
	single, combined := 0, 0
	const trials = 40
	for range trials {
		block := random(rng, 176)
		all.Reset(176)
		for i, rv := range []int{0, 2, 3, 1} {
			x := soft(rng, TransportEncode(block, 480+96*i, rv, 2), 1.9)
			one.Reset(176)
			one.Add(x, rv, 2)
			if _, ok := one.Decode(&turbo); ok {
				single++
			}
			all.Add(x, rv, 2)
		}
		if got, ok := all.Decode(&turbo); ok && string(got) == string(block) {
			combined++
		}
	}
	if single > trials || combined < trials*9/10 {
		t.Errorf("%d of %d single transmissions, %d of %d combined", single, 4*trials, combined, trials)
	}
}

// Noise has one chance in 2^24 a try.
func TestTurboRefusesNoise(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	var turbo Turbo
	var b Transport
	x := make([]float32, 1200)
	for range 300 {
		for i := range x {
			x[i] = float32(rng.NormFloat64())
		}
		b.Reset(176)
		b.Add(x, 0, 2)
		if _, ok := b.Decode(&turbo); ok {
			t.Fatal("noise passed")
		}
	}
	b.Reset(176)
	if _, ok := b.Decode(&turbo); ok {
		t.Error("silence passed")
	}
	if turbo.Tried() != 301*turboRounds {
		t.Errorf("%d tried", turbo.Tried())
	}
}

func benchmarkTurbo(b *testing.B, size int, sigma float64) {
	rng := rand.New(rand.NewPCG(9, 10))
	var turbo Turbo
	var t Transport
	block := random(rng, size)
	x := soft(rng, TransportEncode(block, 4*size+200, 0, 2), sigma)
	b.ReportAllocs()
	failed := 0
	for b.Loop() {
		t.Reset(size)
		t.Add(x, 0, 2)
		if _, ok := t.Decode(&turbo); !ok {
			failed++
		}
	}
	b.ReportMetric(float64(size)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mbit/s")
	b.ReportMetric(float64(turbo.Tried())/float64(b.N), "rounds")
}

func BenchmarkTurbo208Fails(b *testing.B)  { benchmarkTurbo(b, 208, 9) }
func BenchmarkTurbo208(b *testing.B)       { benchmarkTurbo(b, 208, 1.3) }
func BenchmarkTurbo2216Fails(b *testing.B) { benchmarkTurbo(b, 2216, 9) }

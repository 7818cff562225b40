package fec

// CRCKind names the CRC that ends a block.
type CRCKind uint8

const (
	KindCRC24A CRCKind = iota // of a transport block
	KindCRC24B                // of a code block of several
)

// Metrics are whole numbers: comparing those costs a third of comparing floats. Soft bits are scaled so that their mean size is
// meanSoft and cut at maxSoft. turboRounds is how often each constituent decoder runs at most; the extrinsic scale of 23/32
// makes up for the max-log approximation's overconfidence (0.65 to 0.8 are within 0.1 dB of each other).
const (
	turboRounds = 8
	meanSoft    = 64
	maxSoft     = 2047 // 6,144 steps of this size fit an int32 many times
	knownSoft   = 8 * maxSoft
	scaleNum    = 23
	scaleBits   = 5
)

// Turbo is a max-log-MAP decoder of the code of TS 36.212 §5.1.3.2. Its buffers grow to the largest block seen. It is not
// safe for concurrent use.
type Turbo struct {
	k      int
	pi     []int32
	alpha  [][8]int32
	sys    [2][]int32 // systematic bits in the order of each encoder, tails behind them
	par    [2][]int32
	prior  []int32
	ext    []int32
	bits   []uint8
	blocks int
}

// Tried is the number of CRCs compared since the start: the number of chances noise had to pass one.
func (t *Turbo) Tried() int { return t.blocks }

// size plans for blocks of k bits.
func (t *Turbo) size(k int) {
	if t.k == k {
		return
	}
	t.k = k
	if cap(t.pi) < k {
		t.pi = make([]int32, k)
		t.alpha = make([][8]int32, k+1)
		for i := range t.sys {
			t.sys[i] = make([]int32, k+3)
			t.par[i] = make([]int32, k+3)
		}
		t.prior = make([]int32, k)
		t.ext = make([]int32, k)
		t.bits = make([]uint8, k)
	}
	t.pi = t.pi[:k]
	interleave(t.pi, k)
}

// Decode looks for a block whose CRC passes, given soft bits of the three streams d(0), d(1), d(2) with their tails (each four
// longer than the block; positive for bit 0). The first filler bits are known to be 0 and stand outside the CRC. It returns
// the block, filler included, and whether the CRC passed; the result is valid until the next call.
func (t *Turbo) Decode(llr [3][]float32, filler int, kind CRCKind) ([]uint8, bool) {
	k := len(llr[0]) - 4
	t.size(k)
	t.load(llr, filler)
	prior, ext, bits := t.prior[:k], t.ext[:k], t.bits[:k]
	clear(prior)
	for range turboRounds {
		t.halfRound(0, prior, ext)
		for i, v := range ext {
			ext[i] = v * scaleNum >> scaleBits
		}
		for i, p := range t.pi {
			prior[i] = ext[p]
		}
		t.halfRound(1, prior, ext)
		second := t.sys[1]
		for i, p := range t.pi {
			// What the second decoder thinks: systematic, the first one's word, its own.
			if second[i]+prior[i]+ext[i] < 0 {
				bits[p] = 1
			} else {
				bits[p] = 0
			}
			ext[i] = ext[i] * scaleNum >> scaleBits
		}
		t.blocks++
		if kind.pass(bits[filler:]) {
			return bits, true
		}
		for i, p := range t.pi {
			prior[p] = ext[i]
		}
	}
	return bits, false
}

// pass compares the CRC that ends bits with what it should be. Of all zeros every CRC passes: those are refused.
func (c CRCKind) pass(bits []uint8) bool {
	poly := uint32(poly24A)
	if c == KindCRC24B {
		poly = poly24B
	}
	if crc(bits, poly, 24) != 0 { // message and CRC together leave no remainder
		return false
	}
	for _, b := range bits {
		if b != 0 {
			return true
		}
	}
	return false
}

// load sorts the streams by encoder.
func (t *Turbo) load(llr [3][]float32, filler int) {
	k := t.k
	var sum float32
	for _, x := range llr {
		for _, v := range x {
			sum += max(v, -v)
		}
	}
	scale := float32(0)
	if sum > 0 {
		scale = meanSoft * float32(3*(k+4)-2*filler) / sum
	}
	whole := func(v float32) int32 { return int32(max(-maxSoft, min(maxSoft, v*scale))) }
	first, second := t.sys[0], t.sys[1]
	for i, v := range llr[0][:k] {
		first[i] = whole(v)
		t.par[0][i] = whole(llr[1][i])
		t.par[1][i] = whole(llr[2][i])
	}
	for i := range filler {
		first[i] = knownSoft
	}
	for i, p := range t.pi {
		second[i] = first[p]
	}
	for i := range 12 {
		v := whole(llr[i%3][k+i/3])
		if e, j := i/6, i%6; j&1 == 0 {
			t.sys[e][k+j/2] = v
		} else {
			t.par[e][k+j/2] = v
		}
	}
}

// halfRound runs one constituent decoder: forward, then backward with the result. prior and ext are in its own order.
//
// Of the metrics of a step, each half of what its two soft bits say, only four differ: bit and parity 0 0 gain g0, 0 1 gain
// g1, 1 0 lose g1, 1 1 lose g0. The lines below are turboStep's trellis written out.
func (t *Turbo) halfRound(e int, prior, ext []int32) {
	k := len(prior)
	sys, par := t.sys[e][:k+3], t.par[e][:k+3]
	alpha := t.alpha[:k+1]
	const never = -1 << 29
	a := [8]int32{0, never, never, never, never, never, never, never}
	for i, p := range prior {
		alpha[i] = a
		s, q := sys[i]+p, par[i]
		g0, g1 := (s+q)>>1, (s-q)>>1
		a = [8]int32{
			max(a[0]+g0, a[1]-g0), max(a[3]+g1, a[2]-g1), max(a[4]+g1, a[5]-g1), max(a[7]+g0, a[6]-g0),
			max(a[1]+g0, a[0]-g0), max(a[2]+g1, a[3]-g1), max(a[5]+g1, a[4]-g1), max(a[6]+g0, a[7]-g0),
		}
	}
	b := [8]int32{0, never, never, never, never, never, never, never}
	for i := k + 2; i >= k; i-- {
		g0, g1 := (sys[i]+par[i])>>1, (sys[i]-par[i])>>1
		b = before(&b, g0, g1)
	}
	for i := k - 1; i >= 0; i-- {
		s, q := sys[i]+prior[i], par[i]
		g0, g1 := (s+q)>>1, (s-q)>>1
		x := &alpha[i]
		zero := max(
			max(x[0]+b[0], x[1]+b[4], x[6]+b[7], x[7]+b[3])+g0,
			max(x[2]+b[5], x[3]+b[1], x[4]+b[2], x[5]+b[6])+g1)
		one := max(
			max(x[0]+b[4], x[1]+b[0], x[6]+b[3], x[7]+b[7])-g0,
			max(x[2]+b[1], x[3]+b[5], x[4]+b[6], x[5]+b[2])-g1)
		ext[i] = zero - one - s
		b = before(&b, g0, g1)
	}
}

// before is one step of the backward recursion.
func before(b *[8]int32, g0, g1 int32) [8]int32 {
	return [8]int32{
		max(b[0]+g0, b[4]-g0), max(b[4]+g0, b[0]-g0), max(b[5]+g1, b[1]-g1), max(b[1]+g1, b[5]-g1),
		max(b[2]+g1, b[6]-g1), max(b[6]+g1, b[2]-g1), max(b[7]+g0, b[3]-g0), max(b[3]+g0, b[7]-g0),
	}
}

package fec

import "sort"

// MinTurbo and MaxTurbo bound the size of a block of the turbo code, TS 36.212 Table 5.1.3-3.
const (
	MinTurbo = 40
	MaxTurbo = 6144
)

// TurboSize is the smallest block size of at least n bits, 0 if there is none.
func TurboSize(n int) int {
	i := sort.SearchInts(turboSizes[:], n)
	if i == len(turboSizes) {
		return 0
	}
	return turboSizes[i]
}

// interleave writes the internal interleaver of TS 36.212 §5.1.3.2.3 for k bits: bit i of the second encoder's input is bit
// dst[i] of the block. k must be one of turboSizes.
func interleave(dst []int32, k int) {
	q := turboQPP[sort.SearchInts(turboSizes[:], k)]
	// π(i+1) - π(i) = f1 + f2 (2i + 1), all modulo k.
	at, step, twice := 0, (q[0]+q[1])%k, 2*q[1]%k
	for i := range dst[:k] {
		dst[i] = int32(at)
		at += step
		if at >= k {
			at -= k
		}
		step += twice
		if step >= k {
			step -= k
		}
	}
}

// A state of a constituent encoder, TS 36.212 §5.1.3.2.1, holds its three delays, the newest at bit 2. Feedback is
// 1 + D² + D³, the parity 1 + D + D³.
func turboStep(state int, bit uint8) (next int, parity uint8) {
	a := bit ^ uint8(state>>1&1) ^ uint8(state&1)
	return int(a)<<2 | state>>1, a ^ uint8(state>>2&1) ^ uint8(state&1)
}

// TurboEncode encodes a block of one of the sizes of TurboSize into its three streams d(0), d(1), d(2) of four bits more,
// tails included, TS 36.212 §5.1.3.2.
func TurboEncode(in []uint8) [3][]uint8 {
	k := len(in)
	var d [3][]uint8
	for i := range d {
		d[i] = make([]uint8, k+4)
	}
	pi := make([]int32, k)
	interleave(pi, k)
	copy(d[0], in)
	first, second := 0, 0
	for i, b := range in {
		first, d[1][i] = turboStep(first, b)
		second, d[2][i] = turboStep(second, in[pi[i]])
	}
	// Six bits drive each encoder back to zero; they and their parities are dealt out over the three streams in turn,
	// TS 36.212 §5.1.3.2.2.
	var tail [12]uint8
	for e, state := range [2]int{first, second} {
		for i := range 3 {
			b := uint8(state>>1&1) ^ uint8(state&1)
			tail[6*e+2*i] = b
			state, tail[6*e+2*i+1] = turboStep(state, b)
		}
	}
	for i, b := range tail {
		d[i%3][k+i/3] = b
	}
	return d
}

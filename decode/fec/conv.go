package fec

import "math/bits"

// Generators of the tail-biting convolutional code, TS 36.212 §5.1.3.1: constraint length 7, 133 171 165 (octal); the
// most significant tap is the newest bit.
var convGen = [3]uint32{0o133, 0o171, 0o165}

// ConvEncode encodes bits with the tail-biting code of TS 36.212 §5.1.3.1 into its three streams d(0), d(1), d(2), each
// as long as bits (at least 6).
func ConvEncode(in []uint8) [3][]uint8 {
	k := len(in)
	var d [3][]uint8
	for i := range d {
		d[i] = make([]uint8, k)
	}
	var reg uint32 // newest bit at bit 6
	for i := range 6 {
		reg |= uint32(in[k-1-i]) << (5 - i)
	}
	for n, b := range in {
		reg = reg&0x3f | uint32(b)<<6
		for i, g := range convGen {
			d[i][n] = uint8(bits.OnesCount32(reg&g) & 1)
		}
		reg >>= 1
	}
	return d
}

// convColumns is the inter-column permutation of TS 36.212 Table 5.1.4-2.
var convColumns = [32]int{1, 17, 9, 25, 5, 21, 13, 29, 3, 19, 11, 27, 7, 23, 15, 31,
	0, 16, 8, 24, 4, 20, 12, 28, 2, 18, 10, 26, 6, 22, 14, 30}

// ConvOrder gives the circular buffer of TS 36.212 §5.1.4.2 for streams of k bits, dummy bits removed: entry j is
// stream*k+position. It has 3k entries.
func ConvOrder(k int) []int {
	rows := (k + 31) / 32
	pad := rows*32 - k
	out := make([]int, 0, 3*k)
	for s := range 3 {
		for _, c := range convColumns {
			for r := range rows {
				if i := r*32 + c - pad; i >= 0 {
					out = append(out, s*k+i)
				}
			}
		}
	}
	return out
}

// ConvRateMatch selects e bits for transmission, TS 36.212 §5.1.4.2.
func ConvRateMatch(d [3][]uint8, e int) []uint8 {
	k := len(d[0])
	order := ConvOrder(k)
	out := make([]uint8, e)
	for i := range out {
		j := order[i%len(order)]
		out[i] = d[j/k][j%k]
	}
	return out
}

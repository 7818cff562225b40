package fec

import "sync"

// turboMatch is the rate matcher of one turbo code block, TS 36.212 §5.1.4.1: the circular buffer without its dummy and
// filler bits.
type turboMatch struct {
	order []int32 // entry j is stream*(k+4)+position
	start [4]int  // where in order each redundancy version begins
}

type turboKey struct{ k, filler int }

// turboMatches holds the matchers made so far: a few kilobytes each, and system information uses a dozen.
var turboMatches sync.Map

func newTurboMatch(k, filler int) *turboMatch {
	key := turboKey{k, filler}
	if m, ok := turboMatches.Load(key); ok {
		return m.(*turboMatch)
	}
	m := makeTurboMatch(k, filler)
	turboMatches.Store(key, m)
	return m
}

// makeTurboMatch interleaves each stream in 32 columns (TS 36.212 §5.1.4.1.1) and collects the three, the two parities bit by
// bit in turn (§5.1.4.1.2). The buffer is not limited: blocks of system information fit every category of phone.
func makeTurboMatch(k, filler int) *turboMatch {
	d := k + 4
	rows := (d + 31) / 32
	size := 32 * rows
	pad := size - d
	at := func(stream, i int) int { // position in the stream of the i-th bit that leaves the interleaver; -1 none
		y := i%rows*32 + turboColumns[i/rows]
		if stream == 2 {
			y = (y + 1) % size
		}
		y -= pad
		if y < 0 || stream < 2 && y < filler {
			return -1
		}
		return y
	}
	m := &turboMatch{order: make([]int32, 0, 3*d)}
	var begin [4]int
	for rv := range begin {
		begin[rv] = rows * (2*((3*size+8*rows-1)/(8*rows))*rv + 2)
	}
	for j := range 3 * size {
		for rv, b := range begin {
			if j == b {
				m.start[rv] = len(m.order)
			}
		}
		stream, i := 0, j
		if j >= size {
			stream, i = 1+(j-size)&1, (j-size)/2
		}
		if p := at(stream, i); p >= 0 {
			m.order = append(m.order, int32(stream*d+p))
		}
	}
	return m
}

// turboColumns is the inter-column permutation of TS 36.212 Table 5.1.4-1.
var turboColumns = [32]int{0, 16, 8, 24, 4, 20, 12, 28, 2, 18, 10, 26, 6, 22, 14, 30,
	1, 17, 9, 25, 5, 21, 13, 29, 3, 19, 11, 27, 7, 23, 15, 31}

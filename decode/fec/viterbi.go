package fec

import "math"

// Viterbi decodes the tail-biting convolutional code of TS 36.212 §5.1.3.1. It is not safe for concurrent use.
type Viterbi struct {
	back    [][64]uint8
	metric  [2][64]float32
	decided []uint8
}

// convOut[s] are the three coded bits, as bits 0 to 2, when the register (newest bit at bit 6) is s.
var convOut = func() (t [128]uint8) {
	for s := range t {
		for i, g := range convGen {
			v := uint32(s) & g
			v ^= v >> 4
			v ^= v >> 2
			v ^= v >> 1
			t[s] |= uint8(v&1) << i
		}
	}
	return t
}()

// Decode finds the k bits whose code word agrees best with llr, three streams of k values each (d(0), d(1), d(2)), positive
// for bit 0. It walks round the circle three times and keeps the middle lap. The result is valid until the next call.
func (v *Viterbi) Decode(llr [3][]float32) []uint8 {
	k := len(llr[0])
	const laps = 3
	if len(v.back) < laps*k {
		v.back = make([][64]uint8, laps*k)
		v.decided = make([]uint8, k)
	}
	cur, next := &v.metric[0], &v.metric[1]
	*cur = [64]float32{}
	for n := range laps * k {
		i := n % k
		a, b, c := llr[0][i], llr[1][i], llr[2][i]
		var branch [8]float32
		for o := range branch {
			m := a
			if o&1 != 0 {
				m = -a
			}
			if o&2 != 0 {
				m -= b
			} else {
				m += b
			}
			if o&4 != 0 {
				m -= c
			} else {
				m += c
			}
			branch[o] = m
		}
		back := &v.back[n]
		// State: the six newest bits, newest at bit 5. Two predecessors share all but their oldest bit (bit 0).
		for s := range 32 {
			p0, p1 := cur[2*s], cur[2*s+1]
			for bit := range 2 {
				r := bit<<6 | s<<1
				m0, m1 := p0+branch[convOut[r]], p1+branch[convOut[r|1]]
				to := bit<<5 | s
				if m1 > m0 {
					next[to], back[to] = m1, 1
				} else {
					next[to], back[to] = m0, 0
				}
			}
		}
		cur, next = next, cur
		if i == k-1 { // keep the metrics small
			top := float32(math.Inf(-1))
			for _, m := range cur {
				top = max(top, m)
			}
			for s := range cur {
				cur[s] -= top
			}
		}
	}
	state := 0
	for s, m := range cur {
		if m > cur[state] {
			state = s
		}
	}
	for n := laps*k - 1; n >= k; n-- {
		bit := uint8(state >> 5)
		if n < 2*k {
			v.decided[n-k] = bit
		}
		state = state<<1&63 | int(v.back[n][state])
	}
	return v.decided[:k]
}

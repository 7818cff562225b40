package fec

// Viterbi decodes the tail-biting convolutional code of TS 36.212 §5.1.3.1. It is not safe for concurrent use.
type Viterbi struct {
	soft    [][4]float32 // of one lap
	back    []uint64     // per step: bit s is the oldest bit of the better predecessor of state s
	metric  [2][64]float32
	decided []uint8
}

// convSign[s] tells, as bits 0 to 2, which coded bits are 1 when a 0 enters the register that holds s (newest bit at bit 4)
// with a 0 at its end. Each generator taps both ends, so a 1 at one of them turns all three round.
var convSign = func() (t [32]uint8) {
	for s := range t {
		for i, g := range convGen {
			v := uint32(s) << 1 & g
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
	if cap(v.soft) < k {
		v.soft = make([][4]float32, k)
		v.back = make([]uint64, laps*k)
		v.decided = make([]uint8, k)
	}
	v.soft = v.soft[:k]
	for i := range v.soft {
		v.soft[i] = [4]float32{llr[0][i], llr[1][i], llr[2][i]}
	}
	v.metric[0] = [64]float32{}
	now := &v.metric[0]
	for lap := range laps {
		convSteps(&v.metric, v.back[lap*k:(lap+1)*k], v.soft)
		now = &v.metric[k&1]
		top := now[0] // keep the metrics small
		for _, m := range now {
			top = max(top, m)
		}
		for s, m := range now {
			v.metric[0][s] = m - top
		}
		now = &v.metric[0]
	}
	state := 0
	for s, m := range now {
		if m > now[state] {
			state = s
		}
	}
	for n := laps*k - 1; n >= k; n-- {
		if n < 2*k {
			v.decided[n-k] = uint8(state >> 5)
		}
		state = state<<1&63 | int(v.back[n]>>state&1)
	}
	return v.decided[:k]
}

// convStepsGo moves the metrics of the 64 states (six newest bits, newest at bit 5) on by one step for each element of soft,
// from m[0] to m[1] and back; the last ones are in m[len(soft)%2].
func convStepsGo(m *[2][64]float32, back []uint64, soft [][4]float32) {
	cur, next := &m[0], &m[1]
	for n, x := range soft {
		var branch [8]float32
		for o := range branch {
			a, b, c := x[0], x[1], x[2]
			if o&1 != 0 {
				a = -a
			}
			if o&2 != 0 {
				b = -b
			}
			if o&4 != 0 {
				c = -c
			}
			branch[o] = a + b + c
		}
		// Two states share their two predecessors, which differ in their oldest bit.
		var low, high uint64
		for s := range 32 {
			b := branch[convSign[s]]
			even, odd := cur[2*s], cur[2*s+1]
			p, q := even+b, odd-b
			if q > p {
				p = q
				low |= 1 << s
			}
			next[s] = p
			p, q = even-b, odd+b
			if q > p {
				p = q
				high |= 1 << s
			}
			next[32+s] = p
		}
		back[n] = low | high<<32
		cur, next = next, cur
	}
}

package sync

// SSS returns d(0) to d(61) of TS 36.211 §6.11.2.1 for a cell-identity group and NID2, in subframe 0 (half 0) or 5 (half 1).
func SSS(nid1, nid2, half int) [62]float32 {
	m0, m1 := shifts(nid1)
	if half == 1 {
		m0, m1 = m1, m0
	}
	var d [62]float32
	for n := range 31 {
		c0, c1 := seqC[(n+nid2)%31], seqC[(n+nid2+3)%31]
		d[2*n] = seqS[(n+m0)%31] * c0
		d[2*n+1] = seqS[(n+m1)%31] * c1 * seqZ[(n+m0%8)%31]
	}
	return d
}

// The three m-sequences of TS 36.211 §6.11.2.1: x(i+5) is the sum of the listed earlier values.
var (
	seqS = mSequence(2, 0)
	seqC = mSequence(3, 0)
	seqZ = mSequence(4, 2, 1, 0)
)

func mSequence(taps ...int) (s [31]float32) {
	var x [36]int
	x[4] = 1
	for i := range 31 {
		for _, t := range taps {
			x[i+5] ^= x[i+t]
		}
		s[i] = float32(1 - 2*x[i])
	}
	return s
}

// shifts are m0 and m1 of TS 36.211 §6.11.2.1 (Table 6.11.2.1-1).
func shifts(nid1 int) (m0, m1 int) {
	qp := nid1 / 30
	q := (nid1 + qp*(qp+1)/2) / 30
	mp := nid1 + q*(q+1)/2
	m0 = mp % 31
	return m0, (m0 + mp/31 + 1) % 31
}

// groupShifts holds shifts for every group.
var groupShifts = func() (t [168][2]int) {
	for i := range t {
		t[i][0], t[i][1] = shifts(i)
	}
	return t
}()

// sssScores correlates one received SSS (62 values, the channel's amplitude removed, a common phase left) with every pair of
// shifts: the result for group nid1 is even[m0]+odd[m0%8][m1] if it was sent in subframe 0, and the same with m0 and m1
// exchanged in subframe 5.
type sssScores struct {
	even [31]complex64
	odd  [8][31]complex64
}

func (s *sssScores) run(y *[62]complex64, nid2 int) {
	var e, o [31]complex64
	for n := range 31 {
		c0, c1 := seqC[(n+nid2)%31], seqC[(n+nid2+3)%31]
		e[n], o[n] = y[2*n]*complex(c0, 0), y[2*n+1]*complex(c1, 0)
	}
	correlate31(&s.even, &e)
	for z := range s.odd {
		var v [31]complex64
		for n := range 31 {
			v[n] = o[n] * complex(seqZ[(n+z)%31], 0)
		}
		correlate31(&s.odd[z], &v)
	}
}

// Correlating with every shift of an m-sequence is a Walsh-Hadamard transform with its ends relabelled: bit n+m of the
// sequence is the inner product of the register's state at n and a vector that depends on m (Cohn and Lempel 1977).
// hadamardIn is the state at n, hadamardOut the vector for shift m, both as numbers.
var hadamardIn, hadamardOut = func() (in, out [31]uint8) {
	var x [64]uint8 // the sequence behind seqS
	x[4] = 1
	for i := range 59 {
		x[i+5] = x[i+2] ^ x[i]
	}
	for n := range in {
		for b := range 5 {
			in[n] |= x[n+b] << b
		}
	}
	for m := range out {
		for v := uint8(1); v < 32; v++ {
			fits := true
			for n := range in {
				p := in[n] & v
				p ^= p >> 4
				p ^= p >> 2
				p ^= p >> 1
				fits = fits && p&1 == x[n+m]
			}
			if fits {
				out[m] = v
			}
		}
	}
	return in, out
}()

// correlate31 writes to dst[m] the sum over n of x[n] s~(n+m).
func correlate31(dst, x *[31]complex64) {
	var re, im [32]float32
	for n, v := range x {
		i := hadamardIn[n] & 31
		re[i], im[i] = real(v), imag(v)
	}
	hadamard32(&re)
	hadamard32(&im)
	for m := range dst {
		o := hadamardOut[m] & 31
		dst[m] = complex(re[o], im[o])
	}
}

func hadamard32(x *[32]float32) {
	for h := 1; h < 32; h *= 2 {
		for i := 0; i < 32; i += 2 * h {
			for j := i; j < i+h; j++ {
				a, b := x[j&31], x[(j+h)&31]
				x[j&31], x[(j+h)&31] = a+b, a-b
			}
		}
	}
}

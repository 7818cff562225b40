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
	var er, ei, or, oi [31]float32
	for n := range 31 {
		c0, c1 := seqC[(n+nid2)%31], seqC[(n+nid2+3)%31]
		er[n], ei[n] = real(y[2*n])*c0, imag(y[2*n])*c0
		or[n], oi[n] = real(y[2*n+1])*c1, imag(y[2*n+1])*c1
	}
	correlate31(&s.even, &er, &ei)
	for z := range s.odd {
		var vr, vi [31]float32
		for n := range 31 {
			c := seqZ[(n+z)%31]
			vr[n], vi[n] = or[n]*c, oi[n]*c
		}
		correlate31(&s.odd[z], &vr, &vi)
	}
}

// seqS2 is s~ twice over, so that a shifted read needs no modulus.
var seqS2 = func() (s [64]float32) {
	for i := range 62 {
		s[i] = seqS[i%31]
	}
	return s
}()

func correlate31(dst *[31]complex64, re, im *[31]float32) {
	for m := range dst {
		s := (*[31]float32)(seqS2[m:])
		var a, b float32
		for n := range 31 {
			a += re[n] * s[n]
			b += im[n] * s[n]
		}
		dst[m] = complex(a, b)
	}
}

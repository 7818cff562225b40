package enb

// turboInterleaver are f1 and f2 of TS 36.212 Table 5.1.3-3 by block size, for the sizes that the transport blocks of
// formats 1A and 1C have with their CRC; none of them needs filler bits.
var turboInterleaver = map[int][2]int{
	56: {19, 42}, 64: {7, 16}, 80: {11, 20}, 96: {11, 24}, 112: {41, 84}, 128: {15, 32}, 144: {17, 108}, 160: {21, 120},
	168: {101, 84}, 200: {13, 50}, 232: {85, 58}, 248: {33, 62}, 280: {103, 210}, 304: {37, 76}, 320: {21, 120}, 352: {21, 44},
	360: {133, 90}, 400: {151, 40}, 416: {25, 52}, 464: {247, 58}, 480: {89, 180}, 512: {31, 64}, 528: {17, 66}, 576: {65, 96},
	608: {37, 76}, 624: {41, 234}, 656: {185, 82}, 704: {155, 44}, 720: {79, 120}, 768: {217, 48}, 800: {17, 80}, 864: {17, 48},
	928: {15, 58}, 992: {65, 124}, 1024: {31, 64}, 1088: {171, 204}, 1152: {35, 72}, 1184: {19, 74}, 1216: {39, 76}, 1248: {19, 78},
	1280: {199, 240}, 1312: {21, 82}, 1408: {43, 88}, 1504: {49, 846}, 1632: {25, 102}, 1760: {27, 110}, 1824: {29, 114},
	1888: {45, 354}, 2240: {209, 420},
}

// constituent encodes bits with one of the two encoders of TS 36.212 §5.1.3.2.1 and drives it back to zero: the parity
// bits, then three pairs of what the tail puts in and out.
func constituent(in []uint8) (parity []uint8, tail [3][2]uint8) {
	var s [3]uint8 // newest first
	parity = make([]uint8, len(in))
	step := func(b uint8) uint8 { // b is what enters the register: feedback is 1+D^2+D^3, output 1+D+D^3
		out := b ^ s[0] ^ s[2]
		s = [3]uint8{b, s[0], s[1]}
		return out
	}
	for i, b := range in {
		parity[i] = step(b ^ s[1] ^ s[2])
	}
	for i := range tail {
		x := s[1] ^ s[2] // cancels the feedback
		tail[i] = [2]uint8{x, step(0)}
	}
	return parity, tail
}

// turbo encodes a block to its three streams of len(in)+4 bits, TS 36.212 §5.1.3.2. The length is one of the table's.
func turbo(in []uint8) [3][]uint8 {
	k := len(in)
	f, ok := turboInterleaver[k]
	if !ok {
		panic("enb: no turbo interleaver of this size")
	}
	mixed := make([]uint8, k)
	for i := range mixed {
		mixed[i] = in[(f[0]*i+f[1]*i%k*i)%k]
	}
	z, t := constituent(in)
	zz, tt := constituent(mixed)
	// TS 36.212 §5.1.3.2.2
	return [3][]uint8{
		append(append([]uint8(nil), in...), t[0][0], t[1][1], tt[0][0], tt[1][1]),
		append(z, t[0][1], t[2][0], tt[0][1], tt[2][0]),
		append(zz, t[1][0], t[2][1], tt[1][0], tt[2][1]),
	}
}

// turboColumns is the inter-column permutation of TS 36.212 Table 5.1.4-1.
var turboColumns = [32]int{0, 16, 8, 24, 4, 20, 12, 28, 2, 18, 10, 26, 6, 22, 14, 30,
	1, 17, 9, 25, 5, 21, 13, 29, 3, 19, 11, 27, 7, 23, 15, 31}

const null = 2 // what fills the interleaver's matrix up

// circularBuffer is the buffer of TS 36.212 §5.1.4.1.2 that redundancy versions are read from.
type circularBuffer struct {
	rows int
	w    []uint8 // 0, 1, null
}

func newCircularBuffer(d [3][]uint8) circularBuffer {
	rows := (len(d[0]) + 31) / 32
	size := 32 * rows
	b := circularBuffer{rows, make([]uint8, 3*size)}
	padded := func(stream, i int) uint8 {
		if i -= size - len(d[stream]); i >= 0 {
			return d[stream][i]
		}
		return null
	}
	for k := range size {
		i := turboColumns[k/rows] + 32*(k%rows)
		b.w[k] = padded(0, i)
		b.w[size+2*k] = padded(1, i)
		b.w[size+2*k+1] = padded(2, (i+1)%size)
	}
	return b
}

// read gives the e bits of a redundancy version, TS 36.212 §5.1.4.1.2 for a code block that is the whole transport block.
func (b circularBuffer) read(dst []uint8, rv int) {
	k := b.rows * (24*rv + 2)
	for i := range dst {
		for b.w[k] == null {
			if k++; k == len(b.w) {
				k = 0
			}
		}
		dst[i] = b.w[k]
		if k++; k == len(b.w) {
			k = 0
		}
	}
}

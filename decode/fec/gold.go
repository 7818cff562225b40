// Package fec holds the coding primitives of the LTE downlink: scrambling sequences, CRCs, convolutional and turbo codes
// and their rate matching. Bits are one per byte (0 or 1), most significant first. LLRs are positive for bit 0.
package fec

// goldSkip is Nc of TS 36.211 §7.2: outputs of both registers that are thrown away.
const goldSkip = 1600

// x1Start is the first register of TS 36.211 §7.2 after goldSkip steps; its initial state never varies.
var x1Start = func() uint32 {
	x := uint32(1)
	for range goldSkip {
		x = x>>1 | (x>>3^x)&1<<30
	}
	return x
}()

// x2Jump holds, for each bit of the initial state, the second register after goldSkip steps: the register is linear.
var x2Jump = func() (t [31]uint32) {
	for i := range t {
		x := uint32(1) << i
		for range goldSkip {
			x = x>>1 | (x>>3^x>>2^x>>1^x)&1<<30
		}
		t[i] = x
	}
	return t
}()

// Gold returns bits c(0) to c(n-1) of the pseudo-random sequence of TS 36.211 §7.2 started with cinit (31 bits).
func Gold(cinit uint32, n int) []uint8 {
	c := make([]uint8, n)
	GoldTo(c, cinit)
	return c
}

// GoldTo fills c with the sequence's first len(c) bits.
func GoldTo(c []uint8, cinit uint32) {
	x1, x2 := x1Start, uint32(0)
	for i, v := range x2Jump {
		if cinit>>i&1 != 0 {
			x2 ^= v
		}
	}
	for i := range c {
		c[i] = uint8((x1 ^ x2) & 1)
		x1 = x1>>1 | (x1>>3^x1)&1<<30
		x2 = x2>>1 | (x2>>3^x2>>2^x2>>1^x2)&1<<30
	}
}

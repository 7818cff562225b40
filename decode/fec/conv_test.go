package fec

import (
	"math/rand/v2"
	"testing"
)

func TestViterbiDecodesWhatConvEncodeSent(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var v Viterbi
	for _, k := range []int{6, 23, 40, 47} {
		wrong := 0
		for range 200 {
			in := make([]uint8, k)
			for i := range in {
				in[i] = uint8(rng.IntN(2))
			}
			var llr [3][]float32
			for s, d := range ConvEncode(in) {
				llr[s] = make([]float32, k)
				for i, b := range d {
					llr[s][i] = float32(1-2*int(b)) + 0.6*float32(rng.NormFloat64())
				}
			}
			if string(v.Decode(llr)) != string(in) {
				wrong++
			}
		}
		if wrong > 20 && k > 20 {
			t.Errorf("%d of 200 blocks of %d bits wrong", wrong, k)
		}
	}
}

// The sequence of TS 36.211 §7.2 straight from its recursion.
func TestGoldAgainstRecursion(t *testing.T) {
	for _, cinit := range []uint32{0, 1, 503, 0x7fffffff, 0x2a5a5a5a} {
		const n = 300
		x1, x2 := make([]uint8, 1600+n+31), make([]uint8, 1600+n+31)
		x1[0] = 1
		for i := range 31 {
			x2[i] = uint8(cinit >> i & 1)
		}
		for i := range 1600 + n {
			x1[i+31] = x1[i+3] ^ x1[i]
			x2[i+31] = x2[i+3] ^ x2[i+2] ^ x2[i+1] ^ x2[i]
		}
		for i, b := range Gold(cinit, n) {
			if b != x1[i+1600]^x2[i+1600] {
				t.Fatalf("cinit %d: bit %d differs", cinit, i)
			}
		}
	}
}

// Check values of the CRC catalogue: CRC-16/XMODEM, CRC-24/LTE-A and CRC-24/LTE-B of the octets of "123456789".
func TestCRCCheckValues(t *testing.T) {
	var bits []uint8
	for _, c := range "123456789" {
		b := make([]uint8, 8)
		Bits(b, uint32(c), 8)
		bits = append(bits, b...)
	}
	if CRC16(bits) != 0x31c3 || CRC24A(bits) != 0xcde703 || CRC24B(bits) != 0x23ef52 {
		t.Errorf("crc16 %04x crc24a %06x crc24b %06x", CRC16(bits), CRC24A(bits), CRC24B(bits))
	}
}

package fec

// Generator polynomials of TS 36.212 §5.1.1 without their leading term.
const (
	poly24A = 0x864cfb
	poly24B = 0x800063
	poly16  = 0x1021
)

func crc(bits []uint8, poly uint32, width uint) uint32 {
	top, mask := uint32(1)<<(width-1), uint32(1)<<width-1
	var r uint32
	for _, b := range bits {
		fb := r&top != 0
		r = r << 1 & mask
		if fb != (b != 0) {
			r ^= poly
		}
	}
	return r
}

// CRC16 is gCRC16 of TS 36.212 §5.1.1 over bits, first bit first.
func CRC16(bits []uint8) uint16 { return uint16(crc(bits, poly16, 16)) }

// CRC24A is gCRC24A of TS 36.212 §5.1.1.
func CRC24A(bits []uint8) uint32 { return crc(bits, poly24A, 24) }

// CRC24B is gCRC24B of TS 36.212 §5.1.1.
func CRC24B(bits []uint8) uint32 { return crc(bits, poly24B, 24) }

// Bits writes the low n bits of v to dst, most significant first.
func Bits(dst []uint8, v uint32, n int) {
	for i := range n {
		dst[i] = uint8(v >> (n - 1 - i) & 1)
	}
}

// Value reads bits as an unsigned number, most significant first; at most 32.
func Value(bits []uint8) uint32 {
	var v uint32
	for _, b := range bits {
		v = v<<1 | uint32(b&1)
	}
	return v
}

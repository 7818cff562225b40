package rrc

// gsm7 is the GSM 7-bit default alphabet, TS 23.038 §6.2.1. The escape code stands as 0x1b.
var gsm7 = []rune("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ" +
	" !\"#¤%&'()*+,-./0123456789:;<=>?" +
	"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§" +
	"¿abcdefghijklmnopqrstuvwxyzäöñüà")

const escape = 0x1b

// gsm7Extension is reached by the escape code, TS 23.038 §6.2.1.1.
var gsm7Extension = map[byte]rune{
	0x0a: '\f', 0x14: '^', 0x28: '{', 0x29: '}', 0x2f: '\\', 0x3c: '[', 0x3d: '~', 0x3e: ']', 0x40: '|', 0x65: '€',
}

// unpackGSM7 reads the 7-bit codes packed into octets, TS 23.038 §6.1.2.2: each octet's low bits belong to the earlier code.
func unpackGSM7(octets []byte) []byte {
	codes := make([]byte, 0, len(octets)*8/7)
	held, n := uint(0), 0
	for _, o := range octets {
		held |= uint(o) << n
		n += 8
		for n >= 7 {
			codes = append(codes, byte(held&0x7f))
			held >>= 7
			n -= 7
		}
	}
	return codes
}

// gsm7Text turns codes into characters. A code that the extension table lacks means its character of the main table; an
// escape at the end means a space.
func gsm7Text(codes []byte) string {
	text := make([]rune, 0, len(codes))
	for i := 0; i < len(codes); i++ {
		if codes[i] != escape {
			text = append(text, gsm7[codes[i]])
			continue
		}
		i++
		if i == len(codes) || codes[i] == escape {
			text = append(text, ' ')
		} else if r, ok := gsm7Extension[codes[i]]; ok {
			text = append(text, r)
		} else {
			text = append(text, gsm7[codes[i]])
		}
	}
	return string(text)
}

package iqfile

import (
	"encoding/binary"
	"math"
	"strings"
)

// layout is one way of writing a complex sample as octets: two components, I then Q.
type layout struct {
	name string // as --format spells it
	core string // as SigMF's core:datatype spells it
	bits int    // of one component
	big  bool   // most significant octet first
	// read turns len(dst) samples of little-endian src into dst. It counts the components at the converter's limits
	// and those that were no usable numbers (read as 0).
	read func(dst []complex64, src []byte) (clip, bad int)
	// write is the reverse, rounding to the nearest step and holding at the limits.
	write func(dst []byte, src []complex64)
}

// size is the number of octets of one complex sample.
func (l *layout) size() int64 { return int64(l.bits / 4) }

var layouts = []layout{
	{name: "cu8", core: "cu8", bits: 8, read: readU8, write: writeU8},
	{name: "cs8", core: "ci8", bits: 8, read: readS8, write: writeS8},
	{name: "cs16", core: "ci16_le", bits: 16, read: readS16, write: writeS16},
	{name: "cf32", core: "cf32_le", bits: 32, read: readF32, write: writeF32},
	{core: "ci16_be", bits: 16, big: true, read: readS16},
	{core: "cf32_be", bits: 32, big: true, read: readF32},
}

// Formats lists the names --format takes.
func Formats() []string {
	var names []string
	for _, l := range layouts {
		if l.name != "" {
			names = append(names, l.name)
		}
	}
	return names
}

// rawLayout finds a layout by the name --format gives it; nil if there is none.
func rawLayout(name string) *layout {
	for i := range layouts {
		if name != "" && layouts[i].name == name {
			return &layouts[i]
		}
	}
	return nil
}

// sigmfLayout finds a layout by its core:datatype; nil if straycell does not read it. One octet has no order, and
// writers that name none for wider ones mean the machine's own, which has been little-endian for as long as SigMF exists.
func sigmfLayout(datatype string) *layout {
	for i := range layouts {
		l := &layouts[i]
		if datatype == l.core || datatype == strings.TrimSuffix(l.core, "_le") {
			return l
		}
		if l.bits == 8 && (datatype == l.core+"_le" || datatype == l.core+"_be") {
			return l
		}
	}
	return nil
}

// convert reads len(dst) samples from src, which it may reorder in place.
func (l *layout) convert(dst []complex64, src []byte) (clip, bad int) {
	if l.big {
		swap(src, l.bits/8)
	}
	return l.read(dst, src)
}

func swap(b []byte, width int) {
	switch width {
	case 2:
		for i := 0; i+1 < len(b); i += 2 {
			b[i], b[i+1] = b[i+1], b[i]
		}
	case 4:
		for i := 0; i+3 < len(b); i += 4 {
			b[i], b[i+1], b[i+2], b[i+3] = b[i+3], b[i+2], b[i+1], b[i]
		}
	}
}

// Unsigned octets of a dongle have their zero between 127 and 128: the middle of the converter's range.
const u8Mid = 127.5

var (
	u8Value, u8Edge = table(func(octet byte) float64 { return (float64(octet) - u8Mid) / u8Mid }, 0, 255)
	s8Value, s8Edge = table(func(octet byte) float64 { return float64(int8(octet)) / 128 }, 0x80, 0x7f)
)

// table lists the value of each octet, and marks the two that are the converter's limits.
func table(of func(byte) float64, low, high byte) (value [256]float32, edge [256]uint8) {
	for i := range value {
		value[i] = float32(of(byte(i)))
	}
	edge[low], edge[high] = 1, 1
	return value, edge
}

func readU8(dst []complex64, src []byte) (clip, bad int) {
	return readTable(dst, src, &u8Value, &u8Edge), 0
}

func readS8(dst []complex64, src []byte) (clip, bad int) {
	return readTable(dst, src, &s8Value, &s8Edge), 0
}

func readTable(dst []complex64, src []byte, value *[256]float32, edge *[256]uint8) (clip int) {
	src = src[:2*len(dst)]
	for i := range dst {
		re, im := src[2*i], src[2*i+1]
		dst[i] = complex(value[re], value[im])
		clip += int(edge[re] + edge[im])
	}
	return clip
}

func readS16(dst []complex64, src []byte) (clip, bad int) {
	src = src[:4*len(dst)]
	for i := range dst {
		v := binary.LittleEndian.Uint32(src[4*i:])
		re, im := int16(v), int16(v>>16)
		dst[i] = complex(float32(re)*(1.0/32768), float32(im)*(1.0/32768))
		// Adding one brings both limits together at the bottom: one comparison for two.
		if uint16(re)-0x7fff <= 1 {
			clip++
		}
		if uint16(im)-0x7fff <= 1 {
			clip++
		}
	}
	return clip, 0
}

// Floats have no converter of their own: full scale is 1 by SigMF's convention, and what a 16-bit converter calls its
// positive limit counts as full scale. Beyond floatLimit there is no signal, only values that would overflow in the
// sums of a decoder.
const (
	floatFull  = 32767.0 / 32768
	floatLimit = 1e6
)

func readF32(dst []complex64, src []byte) (clip, bad int) {
	src = src[:8*len(dst)]
	for i := range dst {
		re := math.Float32frombits(binary.LittleEndian.Uint32(src[8*i:]))
		im := math.Float32frombits(binary.LittleEndian.Uint32(src[8*i+4:]))
		for _, v := range [2]*float32{&re, &im} {
			if m := float32(math.Abs(float64(*v))); !(m < floatFull) {
				if !(m <= floatLimit) { // NaN is neither
					*v = 0
					bad++
				} else {
					clip++
				}
			}
		}
		dst[i] = complex(re, im)
	}
	return clip, bad
}

func writeU8(dst []byte, src []complex64) {
	for i, v := range src {
		dst[2*i] = byte(step(real(v), u8Mid, u8Mid, 0, 255))
		dst[2*i+1] = byte(step(imag(v), u8Mid, u8Mid, 0, 255))
	}
}

func writeS8(dst []byte, src []complex64) {
	for i, v := range src {
		dst[2*i] = byte(step(real(v), 128, 0, -128, 127))
		dst[2*i+1] = byte(step(imag(v), 128, 0, -128, 127))
	}
}

func writeS16(dst []byte, src []complex64) {
	for i, v := range src {
		binary.LittleEndian.PutUint16(dst[4*i:], uint16(step(real(v), 32768, 0, -32768, 32767)))
		binary.LittleEndian.PutUint16(dst[4*i+2:], uint16(step(imag(v), 32768, 0, -32768, 32767)))
	}
}

func writeF32(dst []byte, src []complex64) {
	for i, v := range src {
		binary.LittleEndian.PutUint32(dst[8*i:], math.Float32bits(real(v)))
		binary.LittleEndian.PutUint32(dst[8*i+4:], math.Float32bits(imag(v)))
	}
}

// step is the converter's step nearest to v; what is not a number becomes the middle.
func step(v float32, scale, mid, low, high float64) int {
	x := float64(v)*scale + mid
	if x != x {
		x = mid
	}
	return int(math.Floor(max(low, min(high, x)) + 0.5))
}

package iqfile

// Codec turns the octets of one sample format into samples and back. Devices speak the formats of recordings.
type Codec struct{ l *layout }

// CodecOf finds a codec by the name --format gives the format; it is false if there is none.
func CodecOf(format string) (Codec, bool) {
	l := rawLayout(format)
	return Codec{l}, l != nil
}

// Size is the number of octets of one complex sample.
func (c Codec) Size() int { return int(c.l.size()) }

// Bits is the number of bits of one component.
func (c Codec) Bits() int { return c.l.bits }

// Decode reads len(dst) samples from the head of src and counts the components at the converter's limits.
func (c Codec) Decode(dst []complex64, src []byte) (clip int) {
	clip, _ = c.l.read(dst, src)
	return clip
}

// Encode writes src to the head of dst, rounded to the nearest step.
func (c Codec) Encode(dst []byte, src []complex64) { c.l.write(dst, src) }

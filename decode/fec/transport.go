package fec

import "slices"

// segment is how a transport block with its CRC is cut into code blocks, TS 36.212 §5.1.2: small ones first, then large
// ones; filler zeros stand before the first.
type segment struct {
	count, small, smallK, largeK int
	filler                       int
}

// cut segments b bits, CRC included.
func cut(b int) segment {
	if b <= MaxTurbo {
		k := TurboSize(b)
		return segment{count: 1, largeK: k, filler: k - b}
	}
	const crcBits = 24
	c := (b + MaxTurbo - crcBits - 1) / (MaxTurbo - crcBits)
	b += c * crcBits
	s := segment{count: c, largeK: TurboSize((b + c - 1) / c)}
	for _, k := range turboSizes {
		if k < s.largeK {
			s.smallK = k
		}
	}
	s.small = (c*s.largeK - b) / (s.largeK - s.smallK)
	s.filler = c*s.largeK - s.small*(s.largeK-s.smallK) - b
	return s
}

// k is the size of code block r.
func (s segment) k(r int) int {
	if r < s.small {
		return s.smallK
	}
	return s.largeK
}

// first is the number of filler bits of code block r.
func (s segment) first(r int) int {
	if r == 0 {
		return s.filler
	}
	return 0
}

// share is how many of g bits code block r gets, TS 36.212 §5.1.4.1.2; unit is bits per symbol times layers.
func (s segment) share(r, g, unit int) int {
	symbols := g / unit
	e := symbols / s.count
	if r >= s.count-symbols%s.count {
		e++
	}
	return e * unit
}

// Transport collects the soft bits of one transport block on the DL-SCH or PCH in the mother code's domain: transmissions of
// any redundancy version, from anywhere, add up. The zero value is empty.
type Transport struct {
	Sent int // transmissions added

	size  int
	seg   segment
	match []*turboMatch
	soft  []float32 // d(0), d(1), d(2) of each code block in turn
	bits  []uint8
}

// Reset empties the buffer for a block of size bits without its CRC, at least 16.
func (b *Transport) Reset(size int) {
	b.Sent = 0
	if b.size != size {
		b.size, b.seg = size, cut(size+24)
		b.match = b.match[:0]
		n := 0
		for r := range b.seg.count {
			b.match = append(b.match, newTurboMatch(b.seg.k(r), b.seg.first(r)))
			n += 3 * (b.seg.k(r) + 4)
		}
		b.soft = slices.Grow(b.soft[:0], n)[:n]
		b.bits = slices.Grow(b.bits[:0], size+24)[:size+24]
	}
	clear(b.soft)
}

// Size is the number of bits of the block.
func (b *Transport) Size() int { return b.size }

// Add takes the descrambled soft bits of one transmission with redundancy version rv (0 to 3); unit is bits per symbol times
// layers.
func (b *Transport) Add(llr []float32, rv, unit int) {
	b.Sent++
	soft := b.soft
	g := len(llr)
	for r := range b.seg.count {
		k := b.seg.k(r)
		m := b.match[r]
		e := min(b.seg.share(r, g, unit), len(llr))
		j := m.start[rv&3]
		for _, v := range llr[:e] {
			soft[m.order[j]] += v
			if j++; j == len(m.order) {
				j = 0
			}
		}
		soft, llr = soft[3*(k+4):], llr[e:]
	}
}

// Merge adds what another buffer for a block of the same size holds.
func (b *Transport) Merge(o *Transport) {
	for i, v := range o.soft[:len(b.soft)] {
		b.soft[i] += v
	}
	b.Sent += o.Sent
}

// Decode returns the bits of the block if its CRC passes, and those of its code blocks; valid until the next call.
func (b *Transport) Decode(t *Turbo) ([]uint8, bool) {
	soft, n := b.soft, 0
	for r := range b.seg.count {
		d := b.seg.k(r) + 4
		kind := KindCRC24A
		if b.seg.count > 1 {
			kind = KindCRC24B
		}
		filler := b.seg.first(r)
		bits, ok := t.Decode([3][]float32{soft[:d], soft[d : 2*d], soft[2*d : 3*d]}, filler, kind)
		if !ok {
			return nil, false
		}
		bits = bits[filler:]
		if b.seg.count > 1 {
			bits = bits[:len(bits)-24]
		}
		n += copy(b.bits[n:], bits)
		soft = soft[3*d:]
	}
	if b.seg.count > 1 && !KindCRC24A.pass(b.bits) {
		return nil, false
	}
	return b.bits[:b.size], true
}

// TransportEncode encodes a transport block into g bits of redundancy version rv, TS 36.212 §5.3.2.
func TransportEncode(block []uint8, g, rv, unit int) []uint8 {
	b := append([]uint8(nil), block...)
	b = append(b, make([]uint8, 24)...)
	Bits(b[len(block):], CRC24A(block), 24)
	s := cut(len(b))
	out := make([]uint8, 0, g)
	for r := range s.count {
		k, filler := s.k(r), s.first(r)
		in := make([]uint8, k)
		if s.count == 1 {
			copy(in[filler:], b)
		} else {
			n := copy(in[filler:k-24], b)
			b = b[n:]
			Bits(in[k-24:], CRC24B(in[:k-24]), 24)
		}
		d := TurboEncode(in)
		m := newTurboMatch(k, filler)
		j := m.start[rv&3]
		for range s.share(r, g, unit) {
			p := int(m.order[j])
			out = append(out, d[p/(k+4)][p%(k+4)])
			if j++; j == len(m.order) {
				j = 0
			}
		}
	}
	return out
}

package rrc

import "fmt"

// decoder reads the unaligned packed encoding of X.691 from a window of a message. A window is the message itself, the
// content of an open type, or that of an octet string which contains a type.
type decoder struct {
	octets []byte
	pos    int // next bit
	end    int // first bit behind the window
	path   path
	notes  []Note
}

func (d *decoder) malformed(format string, args ...any) error {
	return &FormatError{Bit: d.pos, Path: d.path.String(), Text: fmt.Sprintf(format, args...)}
}

func (d *decoder) unsupported(format string, args ...any) error {
	return &UnsupportedError{Bit: d.pos, Path: d.path.String(), Text: fmt.Sprintf(format, args...)}
}

func (d *decoder) note(kind NoteKind, text string) {
	d.notes = append(d.notes, Note{Kind: kind, Bit: d.pos, Path: d.path.String(), Text: text})
}

// left is the number of bits not yet read.
func (d *decoder) left() int { return d.end - d.pos }

// bits reads n bits, at most 64, the first as the highest.
func (d *decoder) bits(n int) (uint64, error) {
	if n > d.left() {
		return 0, d.malformed("%d bits needed, %d left", n, d.left())
	}
	var v uint64
	for n > 0 {
		offset := d.pos % 8
		take := min(8-offset, n)
		part := d.octets[d.pos/8] << offset >> (8 - take)
		v = v<<take | uint64(part)
		d.pos += take
		n -= take
	}
	return v, nil
}

func (d *decoder) flag() (bool, error) {
	v, err := d.bits(1)
	return v == 1, err
}

// copyBits reads n bits into octets, the last padded with zeros. It allocates only what is there to be read.
func (d *decoder) copyBits(n int) ([]byte, error) {
	if n > d.left() {
		return nil, d.malformed("%d bits needed, %d left", n, d.left())
	}
	out := make([]byte, 0, (n+7)/8)
	for ; n > 0; n -= 8 {
		take := min(n, 8)
		v, err := d.bits(take)
		if err != nil {
			return nil, err
		}
		out = append(out, byte(v)<<(8-take))
	}
	return out, nil
}

// constrained reads a whole number of a range, X.691 §11.5.
func (d *decoder) constrained(low, high int64) (int64, error) {
	at := d.pos
	v, err := d.bits(width(low, high))
	if err != nil {
		return 0, err
	}
	if v > uint64(high-low) {
		d.pos = at
		return 0, d.malformed("number outside %d to %d", low, high)
	}
	return low + int64(v), nil
}

// small reads a normally small non-negative number, X.691 §11.6.
func (d *decoder) small() (int, error) {
	large, err := d.flag()
	if err != nil {
		return 0, err
	}
	if !large {
		v, err := d.bits(6)
		return int(v), err
	}
	n, err := d.length()
	if err != nil {
		return 0, err
	}
	if n > 3 {
		return 0, d.unsupported("number of %d octets where a small one should stand", n)
	}
	v, err := d.bits(8 * n)
	if err == nil && (v < 64 || v>>(8*(n-1)) == 0) {
		d.note(NoteForm, "number not in its shortest form")
	}
	return int(v), err
}

// smallLength reads a normally small length, X.691 §11.9.3.4.
func (d *decoder) smallLength() (int, error) {
	large, err := d.flag()
	if err != nil {
		return 0, err
	}
	if !large {
		v, err := d.bits(6)
		return int(v) + 1, err
	}
	n, err := d.length()
	if err == nil && n <= 64 {
		d.note(NoteForm, "length not in its shortest form")
	}
	return n, err
}

// length reads an unconstrained length, X.691 §11.9.3.5 to 8. Fragments of 16384 and more are longer than any
// transport block that carries system information.
func (d *decoder) length() (int, error) {
	at := d.pos
	v, err := d.bits(8)
	if err != nil {
		return 0, err
	}
	switch v >> 6 {
	case 3:
		d.pos = at
		if multiple := int(v & 63); multiple*16384 > d.left() {
			return 0, d.malformed("length is beyond the end")
		}
		return 0, d.unsupported("fragmented length")
	case 2:
		more, err := d.bits(8)
		if err != nil {
			return 0, err
		}
		n := int(v&63)<<8 | int(more)
		if n < 128 {
			d.note(NoteForm, "length not in its shortest form")
		}
		return n, nil
	}
	return int(v), nil
}

// octetLength reads a length of octets and makes sure that they are there.
func (d *decoder) octetLength() (int, error) {
	n, err := d.length()
	if err == nil && 8*n > d.left() {
		return 0, d.malformed("%d octets needed, %d bits left", n, d.left())
	}
	return n, err
}

// window reads the next n octets with read. What it cannot read is noted and skipped: the window's length is known, so
// nothing behind it is lost.
func (d *decoder) window(n int, read func() error) error {
	outer, depth := d.end, len(d.path)
	start := d.pos
	d.end = start + 8*n
	err := read()
	if err != nil {
		d.path = d.path[:depth]
		d.unreadable(err)
	} else {
		d.padding(start)
	}
	d.pos, d.end = d.end, outer
	return err
}

// unreadable notes why a part was skipped.
func (d *decoder) unreadable(err error) {
	switch e := err.(type) {
	case *FormatError:
		d.notes = append(d.notes, Note{NoteMalformed, e.Bit, e.Path, e.Text})
	case *UnsupportedError:
		d.notes = append(d.notes, Note{NoteUnknown, e.Bit, e.Path, e.Text})
	}
}

// padding looks at what stands between a value and the end of its window: nothing but the zeros that fill the last
// octet is expected, and an empty value takes one octet (X.691 §11.1.3).
func (d *decoder) padding(start int) {
	used, size := d.pos-start, d.end-start
	if want := max(8, (used+7)/8*8); size != want {
		d.note(NotePadding, "content does not fill its length")
	} else if v, _ := d.bits(size - used); v != 0 {
		d.note(NotePadding, "bits behind the value are not zero")
	}
}

// skipped reads what is left of the window as it was sent.
func (d *decoder) skipped() (Unread, error) {
	n := d.left()
	octets, err := d.copyBits(n)
	return Unread{octets, n}, err
}

// open reads an open type, X.691 §11.2: a length and the octets of a value. Content that cannot be read is kept as sent.
func (d *decoder) open(of schema) (any, error) {
	n, err := d.octetLength()
	if err != nil {
		return nil, err
	}
	start := d.pos
	var value any
	err = d.window(n, func() (err error) {
		value, err = of.decode(d)
		return err
	})
	if err != nil {
		return d.again(start, n)
	}
	return value, nil
}

// again reads n octets from start as they were sent, leaving the position behind them.
func (d *decoder) again(start, n int) (Unread, error) {
	d.pos = start
	octets, err := d.copyBits(8 * n)
	return Unread{octets, 8 * n}, err
}

// unknownAddition reads an open type that V17.1.0 does not have.
func (d *decoder) unknownAddition() (Unread, error) {
	n, err := d.octetLength()
	if err != nil {
		return Unread{}, err
	}
	d.note(NoteUnknown, "extension of a later release")
	return d.again(d.pos, n)
}

// width is the number of bits of a whole number of a range, X.691 §11.5.6.
func width(low, high int64) int {
	n := 0
	for r := uint64(high - low); r > 0; r >>= 1 {
		n++
	}
	return n
}

package rrc

import "fmt"

// encoder writes the unaligned packed encoding of X.691.
type encoder struct {
	octets []byte
	n      int // bits written
	path   path
}

func (e *encoder) wrong(format string, args ...any) error {
	return &EncodeError{Path: e.path.String(), Text: fmt.Sprintf(format, args...)}
}

// bits writes the low n bits of v, the highest of them first.
func (e *encoder) bits(v uint64, n int) {
	for n > 0 {
		if e.n%8 == 0 {
			e.octets = append(e.octets, 0)
		}
		free := 8 - e.n%8
		take := min(free, n)
		part := byte(v>>(n-take)) & (1<<take - 1)
		e.octets[e.n/8] |= part << (free - take)
		e.n += take
		n -= take
	}
}

func (e *encoder) flag(set bool) {
	if set {
		e.bits(1, 1)
	} else {
		e.bits(0, 1)
	}
}

// raw writes n bits of octets.
func (e *encoder) raw(octets []byte, n int) {
	for i := 0; n > 0; i, n = i+1, n-8 {
		take := min(n, 8)
		e.bits(uint64(octets[i]>>(8-take)), take)
	}
}

func (e *encoder) constrained(v, low, high int64) error {
	if v < low || v > high {
		return e.wrong("%d is outside %d to %d", v, low, high)
	}
	e.bits(uint64(v-low), width(low, high))
	return nil
}

func (e *encoder) small(v int) error {
	if v < 64 {
		e.bits(uint64(v), 7)
		return nil
	}
	n := (width(0, int64(v)) + 7) / 8
	e.bits(1, 1)
	if err := e.length(n); err != nil {
		return err
	}
	e.bits(uint64(v), 8*n)
	return nil
}

func (e *encoder) smallLength(n int) error {
	if n >= 1 && n <= 64 {
		e.bits(uint64(n-1), 7)
		return nil
	}
	e.bits(1, 1)
	return e.length(n)
}

func (e *encoder) length(n int) error {
	switch {
	case n < 128:
		e.bits(uint64(n), 8)
	case n < 16384:
		e.bits(uint64(n)|0x8000, 16)
	default:
		return e.wrong("%d octets are more than a message holds", n)
	}
	return nil
}

// open writes what write writes as an open type; a value of no bits takes one octet.
func (e *encoder) open(write func(*encoder) error) error {
	inner := encoder{path: e.path}
	if err := write(&inner); err != nil {
		return err
	}
	if len(inner.octets) == 0 {
		inner.octets = []byte{0}
	}
	if err := e.length(len(inner.octets)); err != nil {
		return err
	}
	e.raw(inner.octets, 8*len(inner.octets))
	return nil
}

// openValue writes a value as an open type; what was not read when decoding goes out as it came in.
func (e *encoder) openValue(of schema, v any) error {
	if u, ok := v.(Unread); ok {
		return e.openUnread(u)
	}
	return e.open(func(inner *encoder) error { return of.encode(inner, v) })
}

func (e *encoder) openUnread(u Unread) error {
	if u.Len%8 != 0 {
		return e.wrong("an unread part of %d bits cannot stand here", u.Len)
	}
	if err := e.length(u.Len / 8); err != nil {
		return err
	}
	e.raw(u.Octets, u.Len)
	return nil
}

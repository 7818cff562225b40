package rrc

// bitString is a BIT STRING of a size, X.691 §16.
type bitString struct{ min, max int64 }

func (s *bitString) decode(d *decoder) (any, error) {
	n, err := d.constrained(s.min, s.max)
	if err != nil {
		return nil, err
	}
	octets, err := d.copyBits(int(n))
	if err != nil {
		return nil, err
	}
	return Bits{octets, int(n)}, nil
}

func (s *bitString) encode(e *encoder, v any) error {
	b, ok := v.(Bits)
	if !ok || len(b.Octets) != (b.Len+7)/8 {
		return e.wrong("%T where Bits should stand, as many octets as hold them", v)
	}
	if err := e.constrained(int64(b.Len), s.min, s.max); err != nil {
		return err
	}
	e.raw(b.Octets, b.Len)
	return nil
}

// octetString is an OCTET STRING, X.691 §17: of a size, or of any (max 0). One that contains a type is read as a value of
// that type; if it cannot be, it stays Octets.
type octetString struct {
	min, max int64
	contains schema
}

func (s *octetString) decode(d *decoder) (any, error) {
	n, err := s.length(d)
	if err != nil {
		return nil, err
	}
	if 8*n > d.left() {
		return nil, d.malformed("%d octets needed, %d bits left", n, d.left())
	}
	if s.contains == nil {
		octets, err := d.copyBits(8 * n)
		return Octets(octets), err
	}
	start := d.pos
	var value any
	if d.window(n, func() (err error) {
		value, err = s.contains.decode(d)
		return err
	}) != nil {
		u, err := d.again(start, n)
		return Octets(u.Octets), err
	}
	return value, nil
}

func (s *octetString) length(d *decoder) (int, error) {
	if s.max == 0 {
		return d.octetLength()
	}
	n, err := d.constrained(s.min, s.max)
	return int(n), err
}

func (s *octetString) encode(e *encoder, v any) error {
	octets, ok := v.(Octets)
	if !ok {
		if s.contains == nil {
			return e.wrong("%T where Octets should stand", v)
		}
		inner := encoder{path: e.path}
		if err := s.contains.encode(&inner, v); err != nil {
			return err
		}
		if octets = inner.octets; len(octets) == 0 {
			octets = Octets{0} // X.691 §11.1.3
		}
	}
	if s.max == 0 {
		if err := e.length(len(octets)); err != nil {
			return err
		}
	} else if err := e.constrained(int64(len(octets)), s.min, s.max); err != nil {
		return err
	}
	e.raw(octets, 8*len(octets))
	return nil
}

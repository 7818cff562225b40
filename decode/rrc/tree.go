package rrc

import (
	"strconv"
	"strings"
)

// A message is a tree of these values; leaves are int64 (INTEGER, never scaled) and bool besides.
type (
	// Object is a SEQUENCE: the fields that were sent, and those with a DEFAULT, in the specification's order.
	Object struct {
		Members []Member
		sent    []bool // extension additions as the sender announced them; nil when it announced none
	}
	// Member is one field of an Object. Names are the specification's with the hyphens dropped: qRxLevMin.
	Member struct {
		Name  string
		Value any
	}
	// Alternative is a CHOICE: the chosen alternative.
	Alternative Member
	// List is a SEQUENCE OF.
	List []any
	// Enum is an ENUMERATED value by the name the specification gives it, hyphens kept: dB-6.
	Enum string
	// Null is a NULL.
	Null struct{}
	// Bits is a BIT STRING of Len bits, the first in the highest bit of the first octet.
	Bits struct {
		Octets []byte
		Len    int
	}
	// Octets is an OCTET STRING.
	Octets []byte
	// Unread is a part whose length is known but whose content is not of V17.1.0 or is malformed: its bits as sent.
	Unread Bits
)

// unknown begins the names of extensions that V17.1.0 does not have; their number in the list of additions follows.
const unknown = "unknownExtension"

// unknownNumber is the number, from 1, of an extension that V17.1.0 does not have, by its name.
func unknownNumber(name string) (int, bool) {
	digits, ok := strings.CutPrefix(name, unknown)
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	return n, err == nil && n >= 1 && strconv.Itoa(n) == digits
}

// Field walks down from a value by the names of fields and alternatives. It reports whether all of them were there.
func Field(v any, names ...string) (any, bool) {
	for _, name := range names {
		switch t := v.(type) {
		case Object:
			found := false
			for _, m := range t.Members {
				if m.Name == name {
					v, found = m.Value, true
					break
				}
			}
			if !found {
				return nil, false
			}
		case Alternative:
			if t.Name != name {
				return nil, false
			}
			v = t.Value
		default:
			return nil, false
		}
	}
	return v, true
}

// Uint is the number a bit string of at most 64 bits stands for, first bit highest.
func (b Bits) Uint() uint64 {
	var v uint64
	for i := range min(b.Len, 64) {
		v = v<<1 | uint64(b.bit(i))
	}
	return v
}

// String prints 0 and 1.
func (b Bits) String() string {
	var s strings.Builder
	s.Grow(b.Len)
	for i := range b.Len {
		s.WriteByte('0' + b.bit(i))
	}
	return s.String()
}

func (b Bits) bit(i int) byte { return b.Octets[i/8] >> (7 - i%8) & 1 }

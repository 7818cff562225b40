package rrc

import (
	"encoding/hex"
	"maps"
	"math"
	"slices"
)

// FromPlain makes the tree of a message from plain values, as readers of JSON and TOML give them: the form that AppendJSON
// prints. Maps are SEQUENCE (and CHOICE, with one key), true is NULL as well as BOOLEAN, text is ENUMERATED, BIT STRING of 0
// and 1, or OCTET STRING in hex. Fields that are missing are Encode's to find. It fails with an EncodeError.
func FromPlain(c Channel, v any) (any, error) {
	of, ok := c.schema()
	if !ok {
		return nil, &EncodeError{Path: "message", Text: "no channel is called " + string(c)}
	}
	e := &encoder{}
	return e.plain(of, v)
}

// plain makes the value of a type; of the encoder it uses the path alone.
func (e *encoder) plain(of schema, v any) (any, error) {
	switch t := of.(type) {
	case *sequence:
		return e.plainObject(t, v)
	case *choice:
		m, ok := v.(map[string]any)
		if !ok || len(m) != 1 {
			return nil, e.wrong("want a table with one key, the alternative")
		}
		for name, inner := range m {
			for _, f := range slices.Concat(t.root, t.additions) {
				if f.name == name {
					made, err := e.plainField(&f, inner)
					return Alternative{name, made}, err
				}
			}
			return nil, e.wrong("no alternative is called %s", name)
		}
	case *sequenceOf:
		return e.plainList(t, v)
	case *integer:
		switch n := v.(type) {
		case int64:
			return n, nil
		case float64:
			if n == math.Trunc(n) && math.Abs(n) < 1<<53 {
				return int64(n), nil
			}
		}
		return nil, e.wrong("want a whole number")
	case *boolean:
		if b, ok := v.(bool); ok {
			return b, nil
		}
		return nil, e.wrong("want true or false")
	case *null:
		if v == true {
			return Null{}, nil
		}
		return nil, e.wrong("want true")
	case *enumerated:
		if name, ok := v.(string); ok {
			return Enum(name), nil
		}
		return nil, e.wrong("want a name in quotes")
	case *bitString:
		return e.plainBits(v)
	case *octetString:
		if text, ok := v.(string); ok {
			octets, err := hex.DecodeString(text)
			if err != nil {
				return nil, e.wrong("want octets in hex")
			}
			return Octets(octets), nil
		}
		if t.contains != nil {
			return e.plain(t.contains, v)
		}
		return nil, e.wrong("want octets in hex")
	}
	return nil, e.wrong("an extension of a later release cannot be written")
}

func (e *encoder) plainField(f *field, v any) (any, error) {
	e.path.enter(f.name)
	made, err := e.plain(f.of, v)
	if err == nil {
		e.path.leave()
	}
	return made, err
}

func (e *encoder) plainObject(t *sequence, v any) (any, error) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, e.wrong("want a table")
	}
	var o Object
	add := func(fields []field) error {
		for i := range fields {
			f := &fields[i]
			inner, ok := m[f.name]
			if !ok {
				continue
			}
			made, err := e.plainField(f, inner)
			if err != nil {
				return err
			}
			o.Members = append(o.Members, Member{f.name, made})
		}
		return nil
	}
	if err := add(t.root); err != nil {
		return nil, err
	}
	for i := range t.additions {
		if err := add(t.additions[i].fields); err != nil {
			return nil, err
		}
	}
	if len(o.Members) < len(m) {
		for _, name := range slices.Sorted(maps.Keys(m)) {
			if !slices.ContainsFunc(o.Members, func(x Member) bool { return x.Name == name }) {
				return nil, e.wrong("no field is called %s", name)
			}
		}
	}
	return o, nil
}

func (e *encoder) plainList(t *sequenceOf, v any) (any, error) {
	var in []any
	switch l := v.(type) {
	case []any:
		in = l
	case []map[string]any:
		for _, m := range l {
			in = append(in, m)
		}
	default:
		return nil, e.wrong("want a list")
	}
	out := make(List, 0, len(in))
	for i, inner := range in {
		e.path.element(i)
		made, err := e.plain(t.of, inner)
		if err != nil {
			return nil, err
		}
		e.path.leave()
		out = append(out, made)
	}
	return out, nil
}

func (e *encoder) plainBits(v any) (any, error) {
	text, ok := v.(string)
	b := Bits{Octets: make([]byte, (len(text)+7)/8), Len: len(text)}
	for i, c := range text {
		if c != '0' && c != '1' {
			ok = false
			break
		}
		b.Octets[i/8] |= byte(c-'0') << (7 - i%8)
	}
	if !ok {
		return nil, e.wrong("want a text of 0 and 1")
	}
	return b, nil
}

package rrc

import (
	"slices"
	"strconv"
)

// boolean is a BOOLEAN, X.691 §12.
type boolean struct{}

func (*boolean) decode(d *decoder) (any, error) { return d.flag() }

func (*boolean) encode(e *encoder, v any) error {
	b, ok := v.(bool)
	if !ok {
		return e.wrong("%T where a bool should stand", v)
	}
	e.flag(b)
	return nil
}

// null is a NULL, X.691 §18.
type null struct{}

func (*null) decode(*decoder) (any, error) { return Null{}, nil }

func (*null) encode(e *encoder, v any) error {
	if _, ok := v.(Null); !ok {
		return e.wrong("%T where a Null should stand", v)
	}
	return nil
}

// integer is an INTEGER of a range, X.691 §13.2.
type integer struct{ min, max int64 }

func (i *integer) decode(d *decoder) (any, error) { return d.constrained(i.min, i.max) }

func (i *integer) encode(e *encoder, v any) error {
	n, ok := v.(int64)
	if !ok {
		return e.wrong("%T where an int64 should stand", v)
	}
	return e.constrained(n, i.min, i.max)
}

// enumerated is an ENUMERATED, X.691 §14.
type enumerated struct {
	names      []string
	extensible bool
	more       []string // behind the extension marker
}

func (t *enumerated) decode(d *decoder) (any, error) {
	extended := false
	if t.extensible {
		var err error
		if extended, err = d.flag(); err != nil {
			return nil, err
		}
	}
	if !extended {
		i, err := d.constrained(0, int64(len(t.names)-1))
		if err != nil {
			return nil, err
		}
		return Enum(t.names[i]), nil
	}
	i, err := d.small()
	if err != nil {
		return nil, err
	}
	if i < len(t.more) {
		return Enum(t.more[i]), nil
	}
	d.note(NoteUnknown, "value of a later release")
	return Enum(unknown + strconv.Itoa(i+1)), nil
}

func (t *enumerated) encode(e *encoder, v any) error {
	name, ok := v.(Enum)
	if !ok {
		return e.wrong("%T where an Enum should stand", v)
	}
	if i := slices.Index(t.names, string(name)); i >= 0 {
		if t.extensible {
			e.flag(false)
		}
		e.bits(uint64(i), width(0, int64(len(t.names)-1)))
		return nil
	}
	i := slices.Index(t.more, string(name))
	if n, ok := unknownNumber(string(name)); ok && n > len(t.more) {
		i = n - 1
	}
	if !t.extensible || i < 0 {
		return e.wrong("no value is called %s", name)
	}
	e.flag(true)
	return e.small(i)
}

package rrc

import "strconv"

// choice is a CHOICE, X.691 §23. Its alternatives keep the order of the text, since RRC tags automatically.
type choice struct {
	root       []field
	extensible bool
	additions  []field
}

func (c *choice) decode(d *decoder) (any, error) {
	extended := false
	if c.extensible {
		var err error
		if extended, err = d.flag(); err != nil {
			return nil, err
		}
	}
	if extended {
		return c.decodeAddition(d)
	}
	i, err := d.constrained(0, int64(len(c.root)-1))
	if err != nil {
		return nil, err
	}
	f := &c.root[i]
	d.path.enter(f.name)
	v, err := f.of.decode(d)
	if err != nil {
		return nil, err
	}
	d.path.leave()
	return Alternative{f.name, v}, nil
}

func (c *choice) decodeAddition(d *decoder) (any, error) {
	i, err := d.small()
	if err != nil {
		return nil, err
	}
	name, of := unknown+strconv.Itoa(i+1), schema(nil)
	if i < len(c.additions) {
		name, of = c.additions[i].name, c.additions[i].of
	}
	d.path.enter(name)
	var v any
	if of == nil {
		v, err = d.unknownAddition()
	} else {
		v, err = d.open(of)
	}
	if err != nil {
		return nil, err
	}
	d.path.leave()
	return Alternative{name, v}, nil
}

func (c *choice) encode(e *encoder, v any) error {
	a, ok := v.(Alternative)
	if !ok {
		return e.wrong("%T where an Alternative should stand", v)
	}
	e.path.enter(a.Name)
	defer e.path.leave()
	for i := range c.root {
		if c.root[i].name == a.Name {
			if c.extensible {
				e.flag(false)
			}
			e.bits(uint64(i), width(0, int64(len(c.root)-1)))
			return c.root[i].of.encode(e, a.Value)
		}
	}
	if !c.extensible {
		return e.wrong("no such alternative")
	}
	e.flag(true)
	for i := range c.additions {
		if c.additions[i].name == a.Name {
			if err := e.small(i); err != nil {
				return err
			}
			return e.openValue(c.additions[i].of, a.Value)
		}
	}
	n, ok := unknownNumber(a.Name)
	u, unread := a.Value.(Unread)
	if !ok || !unread || n <= len(c.additions) {
		return e.wrong("no such alternative")
	}
	if err := e.small(n - 1); err != nil {
		return err
	}
	return e.openUnread(u)
}

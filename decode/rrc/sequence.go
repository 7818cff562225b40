package rrc

import "strconv"

// sequence is a SEQUENCE, X.691 §19.
type sequence struct {
	root       []field
	extensible bool
	additions  []addition
}

func (s *sequence) decode(d *decoder) (any, error) {
	extended := false
	if s.extensible {
		var err error
		if extended, err = d.flag(); err != nil {
			return nil, err
		}
	}
	members, err := d.fields(s.root)
	if err != nil {
		return nil, err
	}
	o := Object{Members: members}
	if extended {
		if err := s.decodeAdditions(d, &o); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// fields reads the bits that tell which optional fields are there, then the fields.
func (d *decoder) fields(list []field) ([]Member, error) {
	present := make([]bool, len(list))
	for i := range list {
		present[i] = true
		if list[i].implied() {
			var err error
			if present[i], err = d.flag(); err != nil {
				return nil, err
			}
		}
	}
	var members []Member
	for i := range list {
		f := &list[i]
		if !present[i] {
			if f.standard != nil {
				members = append(members, Member{f.name, f.standard})
			}
			continue
		}
		d.path.enter(f.name)
		v, err := f.of.decode(d)
		if err != nil {
			return nil, err
		}
		if f.standard != nil && v == f.standard {
			d.note(NoteForm, "default value sent")
		}
		d.path.leave()
		members = append(members, Member{f.name, v})
	}
	return members, nil
}

func (s *sequence) decodeAdditions(d *decoder, o *Object) error {
	n, err := d.smallLength()
	if err != nil {
		return err
	}
	if n > d.left() {
		return d.malformed("%d extensions announced, %d bits left", n, d.left())
	}
	o.sent = make([]bool, n)
	some := false
	for i := range o.sent {
		if o.sent[i], err = d.flag(); err != nil {
			return err
		}
		some = some || o.sent[i]
	}
	if !some {
		d.note(NoteForm, "extension announced, none sent")
	}
	for i, present := range o.sent {
		if !present {
			continue
		}
		if err := s.decodeAddition(d, i, o); err != nil {
			return err
		}
	}
	return nil
}

func (s *sequence) decodeAddition(d *decoder, i int, o *Object) error {
	if i < len(s.additions) && !s.additions[i].group {
		f := &s.additions[i].fields[0]
		d.path.enter(f.name)
		v, err := d.open(f.of)
		if err != nil {
			return err
		}
		d.path.leave()
		o.Members = append(o.Members, Member{f.name, v})
		return nil
	}
	name := unknown + strconv.Itoa(i+1)
	if i >= len(s.additions) {
		d.path.enter(name)
		v, err := d.unknownAddition()
		if err != nil {
			return err
		}
		d.path.leave()
		o.Members = append(o.Members, Member{name, v})
		return nil
	}
	n, err := d.octetLength()
	if err != nil {
		return err
	}
	start := d.pos
	var members []Member
	if d.window(n, func() (err error) {
		members, err = d.fields(s.additions[i].fields)
		return err
	}) != nil {
		v, err := d.again(start, n)
		if err != nil {
			return err
		}
		members = []Member{{name, v}}
	}
	o.Members = append(o.Members, members...)
	return nil
}

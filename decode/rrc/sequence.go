package rrc

import (
	"fmt"
	"strconv"
	"strings"
)

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

func (s *sequence) encode(e *encoder, v any) error {
	o, ok := v.(Object)
	if !ok {
		return e.wrong("%T where an Object should stand", v)
	}
	left := make(map[string]any, len(o.Members))
	for _, m := range o.Members {
		if _, twice := left[m.Name]; twice {
			return e.wrong("%s stands twice", m.Name)
		}
		left[m.Name] = m.Value
	}
	root := take(left, s.root)
	present, contents := s.presentAdditions(o, left)
	if len(present) > 0 && !s.extensible {
		return e.wrong("no extension may stand here")
	}
	if len(left) > 0 {
		return e.wrong("no field is called %s", firstName(o, left))
	}
	if s.extensible {
		e.flag(len(present) > 0)
	}
	if err := e.fields(s.root, root); err != nil {
		return err
	}
	if len(present) == 0 {
		return nil
	}
	if err := e.smallLength(len(present)); err != nil {
		return err
	}
	for _, p := range present {
		e.flag(p)
	}
	for i, p := range present {
		if p {
			if err := s.encodeAddition(e, i, contents[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// presentAdditions takes the additions out of left: which of them go out, and each one's fields. The list of additions
// is as long as the sender's was, since a cell of an earlier release announces fewer.
func (s *sequence) presentAdditions(o Object, left map[string]any) (present []bool, contents []map[string]any) {
	count := len(o.sent)
	for name := range left {
		if i, ok := unknownNumber(name); ok {
			count = max(count, i)
		}
	}
	contents = make([]map[string]any, max(count, len(s.additions)))
	for i := range contents {
		var fields []field
		if i < len(s.additions) {
			fields = s.additions[i].fields
		}
		contents[i] = take(left, fields)
		if name := unknown + strconv.Itoa(i+1); left[name] != nil {
			contents[i][name] = left[name]
			delete(left, name)
		}
		if len(contents[i]) > 0 && i >= count {
			count = len(contents)
		}
	}
	present = make([]bool, count)
	for i := range present {
		present[i] = len(contents[i]) > 0 || i < len(o.sent) && o.sent[i]
	}
	return present, contents
}

func (s *sequence) encodeAddition(e *encoder, i int, content map[string]any) error {
	if v, ok := content[unknown+strconv.Itoa(i+1)]; ok {
		u, ok := v.(Unread)
		if !ok || len(content) > 1 {
			return e.wrong("an unknown extension is an Unread part by itself")
		}
		return e.openUnread(u)
	}
	if i >= len(s.additions) {
		return e.wrong("extension %d was announced and its content is missing", i+1)
	}
	a := &s.additions[i]
	if a.group {
		return e.open(func(inner *encoder) error { return inner.fields(a.fields, content) })
	}
	f := &a.fields[0]
	v, ok := content[f.name]
	if !ok {
		return e.wrong("%s was announced and its content is missing", f.name)
	}
	e.path.enter(f.name)
	err := e.openValue(f.of, v)
	e.path.leave()
	return err
}

// fields writes the presence bits and the fields.
func (e *encoder) fields(list []field, content map[string]any) error {
	for i := range list {
		f := &list[i]
		v, ok := content[f.name]
		if !ok && !f.implied() {
			return e.wrong("%s is missing", f.name)
		}
		if f.implied() {
			if ok && f.standard != nil && v == f.standard {
				delete(content, f.name) // X.691 §19.5
				ok = false
			}
			e.flag(ok)
		}
	}
	for i := range list {
		f := &list[i]
		v, ok := content[f.name]
		if !ok {
			continue
		}
		e.path.enter(f.name)
		err := f.of.encode(e, v)
		if err != nil {
			return err
		}
		e.path.leave()
	}
	return nil
}

// take moves the values of fields from left into a map of their own.
func take(left map[string]any, fields []field) map[string]any {
	out := map[string]any{}
	for i := range fields {
		if v, ok := left[fields[i].name]; ok {
			out[fields[i].name] = v
			delete(left, fields[i].name)
		}
	}
	return out
}

func firstName(o Object, left map[string]any) string {
	for _, m := range o.Members {
		if _, ok := left[m.Name]; ok {
			return m.Name
		}
	}
	return ""
}

// unknownNumber is the number, from 1, of an extension that V17.1.0 does not have, by its name.
func unknownNumber(name string) (int, bool) {
	digits, ok := strings.CutPrefix(name, unknown)
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	return n, err == nil && n >= 1 && fmt.Sprint(n) == digits
}

package rrc

import "strconv"

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

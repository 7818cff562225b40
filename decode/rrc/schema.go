package rrc

// schema is one type of the messages: it reads its value from a decoder and writes it to an encoder, clause by clause of
// X.691. The tables in schema_gen.go are built of the types that implement it, and none of them contains itself.
type schema interface {
	decode(*decoder) (any, error)
	encode(*encoder, any) error
}

// field is a component of a sequence or an alternative of a choice.
type field struct {
	name     string
	of       schema
	optional bool
	standard any // value of a DEFAULT, which stands for the field where it was not sent
}

// implied tells a field that may be left out.
func (f *field) implied() bool { return f.optional || f.standard != nil }

// addition is what one open type behind the extension marker holds: one field, or the fields of a [[ group ]].
type addition struct {
	group  bool
	fields []field
}

// later is a SEQUENCE {} that stands for what a later release may define: a message that cannot be read without knowing
// it (critical), or an extension that ends the message or the octet string it is in.
type later struct{ critical bool }

func (l *later) decode(d *decoder) (any, error) {
	if l.critical {
		return nil, d.unsupported("message of a later release")
	}
	d.note(NoteUnknown, "extension of a later release")
	return d.skipped()
}

func (l *later) encode(e *encoder, v any) error {
	u, ok := v.(Unread)
	if !ok || l.critical {
		return e.wrong("only what was read as unread can be written as a later release's extension")
	}
	e.raw(u.Octets, u.Len)
	return nil
}

package rrc

// sequenceOf is a SEQUENCE OF with bounds on its size, X.691 §20.
type sequenceOf struct {
	min, max int64
	of       schema
}

func (s *sequenceOf) decode(d *decoder) (any, error) {
	n, err := d.constrained(s.min, s.max)
	if err != nil {
		return nil, err
	}
	list := make(List, 0, min(int(n), d.left()+1)) // an element has a bit at least, mostly
	for i := range int(n) {
		d.path.element(i)
		v, err := s.of.decode(d)
		if err != nil {
			return nil, err
		}
		d.path.leave()
		list = append(list, v)
	}
	return list, nil
}

func (s *sequenceOf) encode(e *encoder, v any) error {
	list, ok := v.(List)
	if !ok {
		return e.wrong("%T where a List should stand", v)
	}
	if err := e.constrained(int64(len(list)), s.min, s.max); err != nil {
		return err
	}
	for i, element := range list {
		e.path.element(i)
		if err := s.of.encode(e, element); err != nil {
			return err
		}
		e.path.leave()
	}
	return nil
}

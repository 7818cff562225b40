package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
)

// Binary columns hold Go values in a form that outlives their types: a struct is a bitmap of its fields that are not zero
// and then those, and the file says once, as text, which fields a build knew by which kind. A build that knows more reads
// them as zero, one that knows fewer passes over them.
//
// Shape: "bool", "int", "float", "string", "*T", "[]T", "[3]T", "{Name T;Name T}".

// shapeOf writes down a type. What shapes cannot hold is a fault of the program: a test names it.
func shapeOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "bool"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "int"
	case reflect.Float32, reflect.Float64:
		return "float"
	case reflect.String:
		return "string"
	case reflect.Pointer:
		return "*" + shapeOf(t.Elem())
	case reflect.Slice:
		return "[]" + shapeOf(t.Elem())
	case reflect.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), shapeOf(t.Elem()))
	case reflect.Struct:
		var b strings.Builder
		b.WriteByte('{')
		for i := range t.NumField() {
			if i > 0 {
				b.WriteByte(';')
			}
			b.WriteString(t.Field(i).Name + " " + shapeOf(t.Field(i).Type))
		}
		return b.String() + "}"
	}
	panic("store: no shape for " + t.String())
}

// pack appends a value.
func pack(b []byte, v reflect.Value) []byte {
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			return append(b, 1)
		}
		return append(b, 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return binary.AppendVarint(b, v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return binary.AppendVarint(b, int64(v.Uint()))
	case reflect.Float32, reflect.Float64:
		return binary.BigEndian.AppendUint64(b, math.Float64bits(v.Float()))
	case reflect.String:
		return append(binary.AppendUvarint(b, uint64(v.Len())), v.String()...)
	case reflect.Pointer:
		if v.IsNil() {
			return append(b, 0)
		}
		return pack(append(b, 1), v.Elem())
	case reflect.Slice:
		n := v.Len()
		if n == 0 && !v.IsNil() {
			return binary.AppendUvarint(b, 1) // empty is not nil
		}
		if n > 0 {
			n++
		}
		b = binary.AppendUvarint(b, uint64(n))
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			b = pack(b, v.Index(i))
		}
		return b
	case reflect.Struct:
		at := len(b)
		b = append(b, make([]byte, (v.NumField()+7)/8)...)
		for i := range v.NumField() {
			if f := v.Field(i); !f.IsZero() {
				b[at+i/8] |= 1 << (i % 8)
				b = pack(b, f)
			}
		}
		return b
	}
	panic("store: cannot pack " + v.Type().String())
}

var errTorn = errors.New("a binary column does not hold what its shape says")

// unpacker reads what pack wrote, by the shape that was written with it. The data may be anything: it is bounded by what is
// there.
type unpacker struct {
	b     []byte
	depth int
}

// maxDepth of nested shapes; ours has six.
const maxDepth = 32

// value reads one value of a shape into v; an invalid v, or one of another kind, is passed over. It returns what follows
// the shape.
func (u *unpacker) value(shape string, v reflect.Value) (rest string, err error) {
	if u.depth++; u.depth > maxDepth {
		return "", errTorn
	}
	defer func() { u.depth-- }()
	switch {
	case strings.HasPrefix(shape, "bool"):
		x, err := u.take(1)
		if err == nil && v.Kind() == reflect.Bool {
			v.SetBool(x[0] != 0)
		}
		return shape[4:], err
	case strings.HasPrefix(shape, "int"):
		n, k := binary.Varint(u.b)
		if k <= 0 {
			return "", errTorn
		}
		u.b = u.b[k:]
		switch {
		case v.CanInt() && !v.OverflowInt(n):
			v.SetInt(n)
		case v.CanUint() && !v.OverflowUint(uint64(n)):
			v.SetUint(uint64(n))
		}
		return shape[3:], nil
	case strings.HasPrefix(shape, "float"):
		x, err := u.take(8)
		if err == nil && v.CanFloat() {
			v.SetFloat(math.Float64frombits(binary.BigEndian.Uint64(x)))
		}
		return shape[5:], err
	case strings.HasPrefix(shape, "string"):
		n, err := u.count()
		if err != nil {
			return "", err
		}
		x, err := u.take(n)
		if err == nil && v.Kind() == reflect.String {
			v.SetString(string(x))
		}
		return shape[6:], err
	case strings.HasPrefix(shape, "*"):
		return u.pointer(shape[1:], v)
	case strings.HasPrefix(shape, "["):
		return u.list(shape, v)
	case strings.HasPrefix(shape, "{"):
		return u.fields(shape, v)
	}
	return "", errTorn
}

func (u *unpacker) pointer(shape string, v reflect.Value) (string, error) {
	x, err := u.take(1)
	if err != nil {
		return "", err
	}
	if x[0] == 0 {
		return skip(shape)
	}
	var to reflect.Value
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		to = v.Elem()
	}
	return u.value(shape, to)
}

func (u *unpacker) list(shape string, v reflect.Value) (string, error) {
	var fixed int
	elem, slice := strings.CutPrefix(shape, "[]")
	if !slice {
		if _, err := fmt.Sscanf(shape, "[%d]", &fixed); err != nil || fixed < 0 || fixed > 1<<16 {
			return "", errTorn
		}
		elem = shape[strings.IndexByte(shape, ']')+1:]
	}
	n, to := fixed, v
	if slice {
		var err error
		if n, err = u.count(); err != nil {
			return "", err
		}
		if n == 0 {
			return skip(elem)
		}
		n--
		if v.Kind() == reflect.Slice {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
		}
	}
	rest, err := skip(elem)
	if err != nil {
		return "", err
	}
	for i := range n {
		var e reflect.Value
		if k := to.Kind(); (k == reflect.Slice || k == reflect.Array) && i < to.Len() {
			e = to.Index(i)
		}
		if _, err := u.value(elem, e); err != nil {
			return "", err
		}
	}
	return rest, nil
}

func (u *unpacker) fields(shape string, v reflect.Value) (string, error) {
	names, shapes, rest, err := members(shape)
	if err != nil {
		return "", err
	}
	bits, err := u.take((len(names) + 7) / 8)
	if err != nil {
		return "", err
	}
	for i, name := range names {
		if bits[i/8]&(1<<(i%8)) == 0 {
			continue
		}
		var f reflect.Value
		if v.Kind() == reflect.Struct {
			f = v.FieldByName(name)
		}
		if _, err := u.value(shapes[i], f); err != nil {
			return "", err
		}
	}
	return rest, nil
}

func (u *unpacker) take(n int) ([]byte, error) {
	if n < 0 || n > len(u.b) {
		return nil, errTorn
	}
	x := u.b[:n]
	u.b = u.b[n:]
	return x, nil
}

// count reads a length; no element takes less than a byte, but for empty structs, which nobody stores.
func (u *unpacker) count() (int, error) {
	n, k := binary.Uvarint(u.b)
	if k <= 0 || n > uint64(len(u.b)) {
		return 0, errTorn
	}
	u.b = u.b[k:]
	return int(n), nil
}

// skip returns what follows one shape.
func skip(shape string) (string, error) {
	for strings.HasPrefix(shape, "*") || strings.HasPrefix(shape, "[") {
		if shape[0] == '*' {
			shape = shape[1:]
			continue
		}
		i := strings.IndexByte(shape, ']')
		if i < 0 {
			return "", errTorn
		}
		shape = shape[i+1:]
	}
	if strings.HasPrefix(shape, "{") {
		_, _, rest, err := members(shape)
		return rest, err
	}
	for _, word := range []string{"bool", "int", "float", "string"} {
		if rest, ok := strings.CutPrefix(shape, word); ok {
			return rest, nil
		}
	}
	return "", errTorn
}

// members takes "{A int;B []int}rest" apart.
func members(shape string) (names, shapes []string, rest string, err error) {
	depth, start := 0, 1
	for i := range len(shape) {
		switch shape[i] {
		case '{':
			depth++
			continue
		case '}':
			depth--
		case ';':
		default:
			continue
		}
		if depth > 1 || depth == 1 && shape[i] == '}' {
			continue
		}
		if i > start {
			name, of, ok := strings.Cut(shape[start:i], " ")
			if !ok {
				return nil, nil, "", errTorn
			}
			names, shapes = append(names, name), append(shapes, of)
		}
		start = i + 1
		if depth == 0 {
			return names, shapes, shape[i+1:], nil
		}
	}
	return nil, nil, "", errTorn
}

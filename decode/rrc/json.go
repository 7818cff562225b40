package rrc

import (
	"encoding/hex"
	"strconv"
)

// AppendJSON appends the JSON of a value: fields in the specification's order, CHOICE an object with one key, NULL true,
// BIT STRING text of 0 and 1, OCTET STRING hex, and what could not be read hex as well.
func AppendJSON(dst []byte, v any) []byte {
	switch t := v.(type) {
	case Object:
		dst = append(dst, '{')
		for i, m := range t.Members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendMember(dst, m)
		}
		return append(dst, '}')
	case Alternative:
		dst = append(dst, '{')
		dst = appendMember(dst, Member(t))
		return append(dst, '}')
	case List:
		dst = append(dst, '[')
		for i, e := range t {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendJSON(dst, e)
		}
		return append(dst, ']')
	case int64:
		return strconv.AppendInt(dst, t, 10)
	case bool:
		return strconv.AppendBool(dst, t)
	case Null:
		return append(dst, "true"...)
	case Enum:
		return append(append(append(dst, '"'), t...), '"')
	case Bits:
		return append(append(append(dst, '"'), t.String()...), '"')
	case Octets:
		return append(hex.AppendEncode(append(dst, '"'), t), '"')
	case Unread:
		return append(hex.AppendEncode(append(dst, '"'), t.Octets), '"')
	}
	return append(dst, "null"...)
}

// appendMember needs no escaping: names and enumerated values come from the schema, never from the air.
func appendMember(dst []byte, m Member) []byte {
	dst = append(append(append(dst, '"'), m.Name...), `":`...)
	return AppendJSON(dst, m.Value)
}

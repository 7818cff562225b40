package plain

import (
	"bytes"
	"fmt"
	"unicode"
)

// JSON makes a line of JSON safe for a terminal: text in it stays what it is, but nothing a terminal would obey or hide is written
// raw: control and format characters are escaped.
func JSON(line []byte) []byte {
	raw := func(r rune) bool { return r >= 0x7f && !unicode.IsGraphic(r) }
	if !bytes.ContainsFunc(line, raw) {
		return line
	}
	var safe bytes.Buffer
	for _, r := range string(line) { // outside of its strings, JSON has no such characters
		switch {
		case !raw(r):
			safe.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&safe, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(&safe, `\u%04x`, r)
		}
	}
	return safe.Bytes()
}

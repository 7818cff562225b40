package export

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText bounds a text of other people's: a warning of all its pages has some 1400 characters.
const maxText = 2000

// clean makes one line of a text from the air, a file or a list: what moves, hides or reorders characters is spelled out
// (\u202e), and what is too long is cut. It is still foreign text: each format escapes it once more for itself.
func clean(s string) string {
	var b strings.Builder
	n := 0
	for i := 0; i < len(s); n++ {
		if n == maxText {
			b.WriteString("…")
			break
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\t' || r == '\n' || r == '\r' || r != ' ' && unicode.Is(unicode.Zs, r):
			b.WriteByte(' ')
		case !unicode.IsGraphic(r), unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r), unicode.Is(unicode.Variation_Selector, r):
			if r > 0xffff {
				fmt.Fprintf(&b, `\U%08x`, r)
			} else {
				fmt.Fprintf(&b, `\u%04x`, r)
			}
		default:
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

// table writes CSV, RFC 4180. Programs that open it may take a field for a formula: one that begins with a sign that starts
// one, and, where they part fields by another separator than the comma, what comes behind that separator. A ' before it
// makes text of it.
type table struct {
	w   *bufio.Writer
	err error
}

func newTable(w io.Writer) *table { return &table{w: bufio.NewWriter(w)} }

// starters begin a formula in some program, in ASCII or in their wide forms.
const starters = "=+-@＝＋－＠"

// parters may end a field before them.
const parters = ";,|'\""

// inert is a text that no spreadsheet takes for a formula.
func inert(s string) string {
	var b strings.Builder
	first := true // only what may be taken for nothing came so far
	for _, r := range clean(s) {
		if first && strings.ContainsRune(starters, r) {
			b.WriteByte('\'')
		}
		b.WriteRune(r)
		first = strings.ContainsRune(parters, r) || first && r == ' '
	}
	return b.String()
}

// row writes a line: texts, numbers, and nil for what is not known.
func (t *table) row(fields ...any) {
	for i, f := range fields {
		if i > 0 {
			t.text(",")
		}
		switch f := f.(type) {
		case nil:
		case string:
			t.field(inert(f))
		case int:
			t.text(strconv.Itoa(f))
		case uint32:
			t.text(strconv.FormatUint(uint64(f), 10))
		case float64:
			t.text(strconv.FormatFloat(f, 'f', -1, 64))
		case bool:
			t.text(strconv.FormatBool(f))
		case *int:
			if f != nil {
				t.text(strconv.Itoa(*f))
			}
		case *uint32:
			if f != nil {
				t.text(strconv.FormatUint(uint64(*f), 10))
			}
		case *float64:
			if f != nil {
				t.text(strconv.FormatFloat(*f, 'f', -1, 64))
			}
		default:
			panic(fmt.Sprintf("export: a field of type %T", f))
		}
	}
	t.text("\r\n")
}

// field quotes what is more than a word, so that no separator within counts.
func (t *table) field(s string) {
	plain := strings.IndexFunc(s, func(r rune) bool {
		return !(r == '_' || r == '.' || r == ':' || r == '-' || r == '/' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
	}) < 0
	if !plain {
		s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	t.text(s)
}

func (t *table) text(s string) {
	if _, err := t.w.WriteString(s); err != nil && t.err == nil {
		t.err = err
	}
}

func (t *table) close() error {
	if err := t.w.Flush(); err != nil && t.err == nil {
		t.err = err
	}
	return t.err
}

package known

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Bounds on what a list may ask of memory. A quote that is never closed must not swallow the file behind it.
const (
	maxLineBytes   = 64 << 10
	maxFields      = 256
	maxRecordLines = 16 // lines that one record may span inside quotes
)

// records splits CSV text into records. A broken record costs its first line only: reading goes on with the next line.
type records struct {
	r     *bufio.Reader
	comma byte
	last  int    // number of the last line taken from r
	ahead []line // lines read in search of a closing quote, and given back
	err   error  // of r, once the lines before it are used up
}

type line struct {
	no   int
	text string
	long bool // the text was cut at maxLineBytes
}

func newRecords(r io.Reader) *records {
	return &records{r: bufio.NewReaderSize(r, maxLineBytes)}
}

// line returns the next physical line without its end.
func (c *records) line() (line, bool) {
	if len(c.ahead) > 0 {
		l := c.ahead[0]
		c.ahead = c.ahead[1:]
		return l, true
	}
	if c.err != nil {
		return line{}, false
	}
	b, err := c.r.ReadSlice('\n')
	l := line{no: c.last + 1, text: strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")}
	for errors.Is(err, bufio.ErrBufferFull) {
		l.long = true
		_, err = c.r.ReadSlice('\n')
	}
	if err != nil {
		c.err = err
		if len(b) == 0 && !l.long {
			return line{}, false
		}
	}
	c.last = l.no
	return l, true
}

// next returns the fields of the next record that is neither empty nor a comment, and the line it starts on. ok is false at
// the end; a problem is of this record alone.
func (c *records) next() (fields []string, no int, problem error, ok bool) {
	for {
		first, ok := c.line()
		if !ok {
			return nil, 0, nil, false
		}
		if first.long {
			return nil, first.no, fmt.Errorf("longer than %d bytes", maxLineBytes), true
		}
		if t := strings.TrimLeft(first.text, " \t"); t == "" || t[0] == '#' {
			continue
		}
		fields, problem := c.record(first)
		return fields, first.no, problem, true
	}
}

// record parses the record that starts with first, and takes more lines while a quote is open.
func (c *records) record(first line) ([]string, error) {
	text, taken := first.text, []line(nil)
	for {
		fields, open, err := split(text, c.comma)
		if !open {
			if err != nil {
				c.ahead = append(taken, c.ahead...)
			}
			return fields, err
		}
		l, ok := c.line()
		if ok {
			taken = append(taken, l)
		}
		if !ok || l.long || len(taken) >= maxRecordLines || len(text)+len(l.text) >= maxLineBytes {
			c.ahead = append(taken, c.ahead...)
			return nil, errors.New("a quote is opened and not closed")
		}
		text += "\n" + l.text
	}
}

// split cuts one record into fields: RFC 4180, with spaces allowed around quoted fields and quotes allowed inside unquoted
// ones. open: the text ends inside quotes.
func split(text string, comma byte) (fields []string, open bool, err error) {
	for {
		if len(fields) == maxFields {
			return nil, false, fmt.Errorf("more than %d fields", maxFields)
		}
		var f string
		if t := strings.TrimLeft(text, " "); t != "" && t[0] == '"' {
			if f, text, open = unquote(t[1:]); open {
				return nil, true, nil
			}
			if text = strings.TrimLeft(text, " "); text != "" && text[0] != comma {
				return nil, false, errors.New("text after a closing quote")
			}
		} else if i := strings.IndexByte(text, comma); i >= 0 {
			f, text = text[:i], text[i:]
		} else {
			f, text = text, ""
		}
		fields = append(fields, f)
		if text == "" {
			return fields, false, nil
		}
		text = text[1:]
	}
}

// unquote reads up to the closing quote; two quotes are one.
func unquote(t string) (field, rest string, open bool) {
	for from := 0; ; {
		i := strings.IndexByte(t[from:], '"')
		if i < 0 {
			return "", "", true
		}
		i += from
		if i+1 < len(t) && t[i+1] == '"' {
			from = i + 2
			continue
		}
		return strings.ReplaceAll(t[:i], `""`, `"`), t[i+1:], false
	}
}

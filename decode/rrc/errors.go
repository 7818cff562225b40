package rrc

import (
	"fmt"
	"strconv"
	"strings"
)

// A FormatError says that the octets are not what TS 36.331 allows: the cell sent nonsense, which is evidence.
// It never holds a value from the message, so it can be shown and logged even for paging.
type FormatError struct {
	Bit  int    // position in the message, from 0
	Path string // the field that was being read, such as message.c1.systemInformation
	Text string
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("rrc: decode at bit %d, %s: %s", e.Bit, e.Path, e.Text)
}

// An UnsupportedError says that the octets may be good, but of a form or release that is not read here. It is never
// evidence against a cell.
type UnsupportedError struct {
	Bit  int
	Path string
	Text string
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("rrc: decode at bit %d, %s: not supported: %s", e.Bit, e.Path, e.Text)
}

// An EncodeError says that a tree is not a message of the schema.
type EncodeError struct {
	Path string
	Text string
}

func (e *EncodeError) Error() string {
	return fmt.Sprintf("rrc: encode %s: %s", e.Path, e.Text)
}

// path is where in a message decoder or encoder stand.
type path []step

// step is a field's name, or an element's index in the list before it.
type step struct {
	name  string
	index int // -1 for a name
}

func (p path) String() string {
	var b strings.Builder
	for _, s := range p {
		if s.index >= 0 {
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(s.name)
	}
	if b.Len() == 0 {
		return "message"
	}
	return b.String()
}

func (p *path) enter(name string) { *p = append(*p, step{name, -1}) }
func (p *path) element(i int)     { *p = append(*p, step{"", i}) }
func (p *path) leave()            { *p = (*p)[:len(*p)-1] }

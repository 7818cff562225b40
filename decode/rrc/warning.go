package rrc

import (
	"bytes"
	"slices"

	"github.com/straycell/straycell/decode/lte"
)

// Warnings assembles the public warnings of one cell from its system information messages. The zero value is ready.
type Warnings struct {
	pending []*assembly // oldest first
}

// maxPending bounds the warnings held at a time: a cell repeats the few that are in force.
const maxPending = 32

// assembly is one warning on the way. A cell sends one segment in each message, TS 36.331 §5.2.2.18 and 19.
type assembly struct {
	sib        lte.SIBType
	id, serial uint16
	coding     *byte
	segments   map[int][]byte
	last       int // number of the last segment; -1 not known yet
	told       bool
}

// Add takes a decoded message and returns the warnings that it completes. One that was returned is not returned again,
// unless its content changes.
func (w *Warnings) Add(m *Message) []lte.Warning {
	var out []lte.Warning
	for _, b := range m.SIBs() {
		switch b.Type {
		case 10:
			if a := w.find(b, ""); a != nil && !a.told {
				a.told = true
				warning := a.warning()
				warning.Type = uint16(octetNumber(b.Value, "warningType"))
				out = append(out, warning)
			}
		case 11:
			out = append(out, w.segment(b, "")...)
		case 12:
			out = append(out, w.segment(b, "R9")...)
		}
	}
	return out
}

// find returns the assembly a block belongs to, a new one if need be; nil for a block that could not be read. The names of
// a block's fields end in suffix.
func (w *Warnings) find(b SIB, suffix string) *assembly {
	if _, ok := b.Value.(Object); !ok {
		return nil
	}
	id, serial := uint16(number(b.Value, "messageIdentifier"+suffix)), uint16(number(b.Value, "serialNumber"+suffix))
	for _, a := range w.pending {
		if a.sib == b.Type && a.id == id && a.serial == serial {
			return a
		}
	}
	if len(w.pending) == maxPending {
		w.pending = slices.Delete(w.pending, 0, 1)
	}
	a := &assembly{sib: b.Type, id: id, serial: serial, segments: map[int][]byte{}, last: -1}
	w.pending = append(w.pending, a)
	return a
}

func (w *Warnings) segment(b SIB, suffix string) []lte.Warning {
	a := w.find(b, suffix)
	if a == nil {
		return nil
	}
	n := int(number(b.Value, "warningMessageSegmentNumber"+suffix))
	octets, _ := Field(b.Value, "warningMessageSegment"+suffix)
	content, _ := octets.(Octets)
	if old, ok := a.segments[n]; ok && !bytes.Equal(old, content) { // another warning under the same number
		*a = assembly{sib: a.sib, id: a.id, serial: a.serial, segments: map[int][]byte{}, last: -1}
	}
	a.segments[n] = content
	if named(b.Value, "warningMessageSegmentType"+suffix) == "lastSegment" {
		a.last = n
	}
	if _, ok := Field(b.Value, "dataCodingScheme"+suffix); ok {
		scheme := byte(octetNumber(b.Value, "dataCodingScheme"+suffix))
		a.coding = &scheme
	}
	if a.told || !a.whole() {
		return nil
	}
	a.told = true
	return []lte.Warning{a.warning()}
}

func (a *assembly) whole() bool {
	for i := 0; i <= a.last; i++ {
		if _, ok := a.segments[i]; !ok {
			return false
		}
	}
	return a.last >= 0
}

func (a *assembly) warning() lte.Warning {
	w := lte.Warning{SIB: a.sib, MessageID: a.id, Serial: a.serial, Coding: a.coding}
	for i := 0; i <= a.last; i++ {
		w.Octets = append(w.Octets, a.segments[i]...)
	}
	if w.Coding != nil {
		w.Text, w.Language, _ = cbText(w.Octets, *w.Coding)
	}
	return w
}

// octetNumber is the number an octet string stands for, first octet highest.
func octetNumber(v any, name string) uint64 {
	f, _ := Field(v, name)
	octets, _ := f.(Octets)
	return Bits{octets, 8 * len(octets)}.Uint()
}

package rrc

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
)

var channels = []Channel{BCCHBCH, BCCHDLSCH, PCCH}

func FuzzDecode(f *testing.F) {
	set, _ := messages(300)
	for _, g := range set {
		octets, err := Encode(g.channel, g.value)
		if err != nil {
			f.Fatal(err)
		}
		for i, c := range channels {
			if c == g.channel && len(octets) < 2000 {
				f.Add(uint8(i), octets)
			}
		}
	}
	f.Fuzz(func(t *testing.T, channel uint8, octets []byte) {
		check(t, channels[int(channel)%len(channels)], octets)
	})
}

// check holds a decoder to what it promises for any octets: an error of a known kind, or a tree no larger than the octets
// can hold, whose JSON is valid and which encodes to the same octets unless a note says that their form was odd.
func check(t *testing.T, c Channel, octets []byte) {
	m, err := decode(c, octets)
	if err != nil {
		var format *FormatError
		var unsupported *UnsupportedError
		if !errors.As(err, &format) && !errors.As(err, &unsupported) {
			t.Fatalf("error of another kind: %v", err)
		}
		return
	}
	if n := size(m.Value); n > 100+20*8*len(octets) {
		t.Fatalf("%d values from %d octets", n, len(octets))
	}
	if text, ok := MessageJSON(string(c), octets); !ok || !json.Valid(text) {
		t.Fatalf("not JSON: %s", text)
	}
	if c == BCCHDLSCH {
		if _, err := SIB1(m); err != nil && err != errNotSIB1 {
			var format *FormatError
			if !errors.As(err, &format) {
				t.Fatal(err)
			}
		}
		new(Warnings).Add(m)
	}
	for _, n := range m.Notes {
		if n.Kind == NoteForm || n.Kind == NotePadding {
			return
		}
	}
	again, err := Encode(c, m.Value)
	if err != nil {
		t.Fatalf("%s: %v", AppendJSON(nil, m.Value), err)
	}
	if !bytes.Equal(bytes.TrimRight(again, "\x00"), bytes.TrimRight(octets, "\x00")) {
		t.Fatalf("%x encodes again to %x", octets, again)
	}
}

// size counts the values of a tree.
func size(v any) int {
	n := 1
	switch t := v.(type) {
	case Object:
		for _, m := range t.Members {
			n += size(m.Value)
		}
	case Alternative:
		n += size(t.Value)
	case List:
		for _, e := range t {
			n += size(e)
		}
	}
	return n
}

// TestCutAndFlipped cuts every generated message at each octet and flips bits of it: an error or an honest reading, never a
// panic. A cut message is never read as a whole one.
func TestCutAndFlipped(t *testing.T) {
	set, _ := messages(300)
	for i, g := range set {
		octets, err := Encode(g.channel, g.value)
		if err != nil {
			t.Fatal(err)
		}
		step := 1 + len(octets)/20
		for n := 0; n < len(octets); n += step {
			if _, err := decode(g.channel, octets[:n]); err == nil {
				t.Fatalf("message %d of %d octets reads when cut to %d", i, len(octets), n)
			}
		}
		for bit := 0; bit < 8*len(octets); bit += 1 + len(octets)/3 {
			octets[bit/8] ^= 0x80 >> (bit % 8)
			check(t, g.channel, octets)
			octets[bit/8] ^= 0x80 >> (bit % 8)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	set, _ := messages(100)
	var messages [][]byte
	total := 0
	for _, g := range set {
		if octets, err := Encode(g.channel, g.value); err == nil && g.channel == BCCHDLSCH && len(octets) < 300 {
			messages = append(messages, octets)
			total += len(octets)
		}
	}
	b.SetBytes(int64(total / len(messages)))
	b.ReportAllocs()
	for i := range b.N {
		if _, err := Decode(BCCHDLSCH, messages[i%len(messages)]); err != nil {
			b.Fatal(err)
		}
	}
}

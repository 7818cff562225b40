package rrc

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/straycell/straycell/decode/lte"
)

// packGSM7 packs codes into octets, low bits first.
func packGSM7(codes []byte) []byte {
	out := make([]byte, (7*len(codes)+7)/8)
	for i, c := range codes {
		for b := range 7 {
			if c>>b&1 == 1 {
				out[(7*i+b)/8] |= 1 << ((7*i + b) % 8)
			}
		}
	}
	return out
}

// gsm7Codes is text as codes of the default alphabet.
func gsm7Codes(text string) []byte {
	var out []byte
next:
	for _, r := range text {
		for code, c := range gsm7Extension {
			if c == r {
				out = append(out, escape, code)
				continue next
			}
		}
		code := slices.Index(gsm7, r)
		if code < 0 {
			panic(fmt.Sprintf("%q is not in the alphabet", r))
		}
		out = append(out, byte(code))
	}
	return out
}

// cbData puts pages of octets into CB data.
func cbData(pages ...[]byte) []byte {
	out := []byte{byte(len(pages))}
	for _, p := range pages {
		out = append(append(append(out, p...), make([]byte, pageOctets-len(p))...), byte(len(p)))
	}
	return out
}

func ucs2(text string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(text)) {
		out = append(out, byte(u>>8), byte(u))
	}
	return out
}

// block12 is a message with a SIB12 that carries one segment; coding only in the first, as Cond Segment1 demands.
func block12(serial uint16, number int, last bool, segment []byte, coding byte) *Message {
	kind := Enum("notLastSegment")
	if last {
		kind = "lastSegment"
	}
	o := Object{Members: []Member{
		{"messageIdentifierR9", Bits{[]byte{0x11, 0x12}, 16}},
		{"serialNumberR9", Bits{[]byte{byte(serial >> 8), byte(serial)}, 16}},
		{"warningMessageSegmentTypeR9", kind},
		{"warningMessageSegmentNumberR9", int64(number)},
		{"warningMessageSegmentR9", Octets(segment)},
	}}
	if number == 0 {
		o.Members = append(o.Members, Member{"dataCodingSchemeR9", Octets{coding}})
	}
	return information(Alternative{"sib12V920", o})
}

func information(blocks ...any) *Message {
	return &Message{Channel: BCCHDLSCH, Value: Object{Members: []Member{{"message", Alternative{"c1", Alternative{"systemInformation", Object{Members: []Member{{
		"criticalExtensions", Alternative{"systemInformationR8", Object{Members: []Member{{"sibTypeAndInfo", List(blocks)}}}}}}}}}}}}}
}

// TestWarningText reads every form of text that a warning may have.
func TestWarningText(t *testing.T) {
	long := strings.Repeat("Tsunami! ", 10) + "abc"  // 93 characters: a full page
	korean := strings.Repeat("대", 40) + "\U0001F30A" // the pair of surrogates is cut by the page
	for _, c := range []struct {
		name   string
		coding byte
		data   []byte
		text   string
		lang   string
		ok     bool
	}{
		{"english", 0x01, cbData(packGSM7(gsm7Codes("Take cover {now} €5\nÄöñ@Δ"))), "Take cover {now} €5\nÄöñ@Δ", "en", true},
		{"unspecified, padded", 0x0f, cbData(packGSM7(gsm7Codes("Test\r\r\r\r"))), "Test", "", true},
		{"two pages", 0x0f, cbData(packGSM7(gsm7Codes(long)), packGSM7(gsm7Codes("end"))), long + "end", "", true},
		{"language before", 0x10, cbData(packGSM7(gsm7Codes("ES\rAviso"))), "Aviso", "es", true},
		{"korean", 0x48, cbData(ucs2(korean)[:82], ucs2(korean)[82:]), korean, "", true},
		{"language before, UCS-2", 0x11, cbData(append(packGSM7(gsm7Codes("ja")), ucs2("津波")...)), "津波", "ja", true},
		{"half a pair", 0x48, cbData([]byte{0xd8, 0x3c, 0, 'a'}), "\ufffda", "", true},
		{"control characters", 0x48, cbData(ucs2("a\x1b[31m\x00b\u0085\r\nc")), "a[31mb\nc", "", true},
		{"hebrew", 0x21, cbData(packGSM7(gsm7Codes("x"))), "x", "he", true},
		{"binary", 0x44, cbData([]byte{1, 2}), "", "", false},
		{"compressed", 0x60, cbData([]byte{1, 2}), "", "", false},
		{"no page", 0x0f, []byte{0}, "", "", false},
		{"cut page", 0x0f, cbData(packGSM7(gsm7Codes("x")))[:40], "", "", false},
		{"too much used", 0x0f, append(cbData(nil)[:pageOctets+1], 83), "", "", false},
		{"escape at the end", 0x0f, cbData(packGSM7([]byte{'a', escape})), "a ", "", true},
		{"empty", 0x0f, nil, "", "", false},
	} {
		text, lang, ok := cbText(c.data, c.coding)
		if text != c.text || lang != c.lang || ok != c.ok {
			t.Errorf("%s: %q %q %v, want %q %q %v", c.name, text, lang, ok, c.text, c.lang, c.ok)
		}
	}
}

func TestWarningSegments(t *testing.T) {
	data := cbData(packGSM7(gsm7Codes("First page.\r")), packGSM7(gsm7Codes(" Second page.")))
	var w Warnings
	for _, number := range []int{2, 0, 0, 2} {
		if got := w.Add(block12(7, number, number == 2, data[60*number:min(60*number+60, len(data))], 0x01)); got != nil {
			t.Fatalf("whole without segment 1: %v", got)
		}
	}
	got := w.Add(block12(7, 1, false, data[60:120], 0))
	if len(got) != 1 || got[0].Text != "First page. Second page." || got[0].MessageID != 0x1112 || got[0].Serial != 7 || got[0].SIB != 12 ||
		*got[0].Coding != 1 || got[0].Language != "en" || len(got[0].Octets) != len(data) {
		t.Fatalf("%+v", got)
	}
	if again := w.Add(block12(7, 1, false, data[60:120], 0)); again != nil {
		t.Errorf("told twice: %v", again)
	}
	// The same number with other content is another warning, not a mixture.
	other := cbData(packGSM7(gsm7Codes("Other")))
	if got := w.Add(block12(7, 0, true, other, 0x0f)); len(got) != 1 || got[0].Text != "Other" {
		t.Errorf("%+v", got)
	}
	// Never more than maxPending are held.
	for serial := range uint16(10 * maxPending) {
		w.Add(block12(1000+serial, 0, false, other, 0x0f))
	}
	if len(w.pending) != maxPending {
		t.Errorf("%d held", len(w.pending))
	}
}

func TestPrimaryAndSecondary(t *testing.T) {
	var w Warnings
	got := w.Add(information(
		Alternative{"sib10", Object{Members: []Member{
			{"messageIdentifier", Bits{[]byte{0x11, 0x00}, 16}}, {"serialNumber", Bits{[]byte{0x30, 0x00}, 16}}, {"warningType", Octets{0x05, 0x80}}}}},
		Alternative{"sib11", Object{Members: []Member{
			{"messageIdentifier", Bits{[]byte{0x11, 0x00}, 16}}, {"serialNumber", Bits{[]byte{0x30, 0x00}, 16}},
			{"warningMessageSegmentType", Enum("lastSegment")}, {"warningMessageSegmentNumber", int64(0)},
			{"warningMessageSegment", Octets(cbData(ucs2("地震")))}, {"dataCodingScheme", Octets{0x48}}}}},
		Alternative{"sib12V920", Unread{[]byte{1}, 8}},
	))
	if len(got) != 2 || got[0].SIB != 10 || got[0].Type != 0x0580 || got[0].Coding != nil || got[1].SIB != lte.SIBType(11) || got[1].Text != "地震" {
		t.Errorf("%+v", got)
	}
}

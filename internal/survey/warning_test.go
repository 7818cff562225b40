package survey

import (
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/rrc"
	"github.com/straycell/straycell/internal/cell"
)

// heardSegment is a message with a segment of SIB12, as a look tells it.
func heardSegment(t *testing.T, number int, last string, octets []byte) lte.SIMessage {
	t.Helper()
	type table = map[string]any
	v, err := rrc.FromPlain(rrc.BCCHDLSCH, table{"message": table{"c1": table{"systemInformation": table{"criticalExtensions": table{"systemInformationR8": table{"sibTypeAndInfo": []any{
		table{"sib12V920": table{"messageIdentifierR9": "0001000100010010", "serialNumberR9": "0000000000000111", "warningMessageSegmentTypeR9": last,
			"warningMessageSegmentNumberR9": int64(number), "warningMessageSegmentR9": fmt.Sprintf("%x", octets), "dataCodingSchemeR9": "48"}}}}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := rrc.Encode(rrc.BCCHDLSCH, v)
	if err != nil {
		t.Fatal(err)
	}
	return lte.SIMessage{Entry: 1, Octets: out, SIBs: []lte.SIBContent{{Type: 12, JSON: []byte("{}")}}}
}

// A warning is told once all its segments were heard, in whatever order; its text can hold anything.
func TestPublicWarnings(t *testing.T) {
	page := make([]byte, 84)
	page[0] = 1
	page[83] = byte(copy(page[1:83], "\x00<\xc7\x80\xc7\xac\x00\x1b\x00>"))
	segments := []lte.SIMessage{heardSegment(t, 1, "lastSegment", page[40:]), {Octets: []byte{1}, SIBs: []lte.SIBContent{{Type: 12}}}, {SIBs: []lte.SIBContent{{Type: 3}}}}
	id := &cell.Identity{Messages: segments}
	if got := warnings(id); len(got) != 0 {
		t.Fatalf("a part is told: %+v", got)
	}
	id.Messages = append(id.Messages, heardSegment(t, 0, "notLastSegment", page[:40]))
	got := warnings(id)
	if len(got) != 1 || got[0].Text != "<잀재>" || got[0].SIB != 12 || got[0].MessageID != 0x1112 || got[0].Serial != 7 || *got[0].Coding != 0x48 ||
		got[0].Type != nil || got[0].Hex != hex.EncodeToString(page) {
		t.Errorf("%+v", got)
	}
}

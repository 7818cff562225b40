package si_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/rrc"
	"github.com/straycell/straycell/decode/si"
	"github.com/straycell/straycell/internal/enb"
)

// segment is a message with one segment of a CMAS warning.
func segment(t testing.TB, number int, last bool, octets []byte) []byte {
	return message(t, table{"systemInformation": table{"criticalExtensions": table{"systemInformationR8": table{"sibTypeAndInfo": []any{
		table{"sib12V920": table{"messageIdentifierR9": "0001000100010010", "serialNumberR9": "0000000000000111",
			"warningMessageSegmentTypeR9":   map[bool]string{false: "notLastSegment", true: "lastSegment"}[last],
			"warningMessageSegmentNumberR9": int64(number), "warningMessageSegmentR9": fmt.Sprintf("%x", octets), "dataCodingSchemeR9": "01"}},
	}}}}})
}

// A warning's segments follow each other in one place of the schedule: each is read from the transmissions of its own window,
// none spoilt by the others'.
func TestSegments(t *testing.T) {
	if testing.Short() {
		t.Skip("twenty seconds under the race detector")
	}
	c := enb.Cell{PCI: 9, PRB: 25, CFI: 2}
	var sib1 map[string]any
	m, err := rrc.Decode(rrc.BCCHDLSCH, sib1Of(t, c, 1, 20, 8))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(rrc.AppendJSON(nil, m.Value), &sib1); err != nil {
		t.Fatal(err)
	}
	block := sib1["message"].(table)["c1"].(table)["systemInformationBlockType1"].(table)
	block["schedulingInfoList"].([]any)[0].(table)["sibMappingInfo"] = []any{"sibType12-v920"}
	octets := message(t, table{"systemInformationBlockType1": block})

	r := si.NewReader()
	read, want := 0, 0
	for seed := range uint64(6) {
		// One period of each segment, joined where radio frames meet.
		var iq []complex64
		var segments [][]byte
		var w world
		for n := range 3 {
			w = world{cell: c}
			segments = append(segments, segment(t, n, n == 2, bytes.Repeat([]byte{byte(n), 0x55}, 12)))
			if w.cell.Broadcast, err = enb.NewBroadcast(octets, segments[n]); err != nil {
				t.Fatal(err)
			}
			w.cell.Broadcast.SIHabit = enb.Habit{Times: 4, Blocks: 3}
			x := w.samples(t, 0.24, -4.5, enb.Channel{}, seed)
			iq = append(iq, x[n*len(x)/3:(n+1)*len(x)/3]...)
		}
		w.layout = si.Cell{Layout: grid.Layout{PCI: 9, Ports: 1, PRB: 25, Timing: grid.Timing{CP: lte.NormalCP}, Frames: grid.Frames{Duplex: lte.FDD, CP: lte.NormalCP}},
			Duration: lte.PHICHNormal, Resource: lte.PHICHOne}
		info, _ := r.Read(context.Background(), iq, rates[25], w.layout)
		if info.SIB1 == nil {
			continue
		}
		want += 3
		for _, s := range segments {
			for _, m := range info.Messages {
				if bytes.HasPrefix(m.Octets, s) {
					read++
				}
			}
		}
	}
	t.Logf("%d of %d segments", read, want)
	if want < 12 || read < want*2/3 {
		t.Errorf("%d of %d segments read", read, want)
	}
}

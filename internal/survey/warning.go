package survey

import (
	"encoding/hex"
	"encoding/json"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/rrc"
	"github.com/straycell/straycell/internal/cell"
)

// Warning is a public warning, whole: all its segments were read. Its text is whatever the air brought.
type Warning struct {
	SIB       int    `json:"sib"`
	MessageID int    `json:"message_id"`
	Serial    int    `json:"serial"`
	Type      *int   `json:"warning_type,omitempty"`
	Coding    *int   `json:"coding,omitempty"`
	Language  string `json:"language,omitempty"`
	Text      string `json:"text,omitempty"`
	Hex       string `json:"hex,omitempty"`
}

// warnings assembles what the messages of an identity hold, in the order of the schedule, older ones first.
func warnings(id *cell.Identity) (out []Warning) {
	var all rrc.Warnings
	for _, m := range id.Messages {
		if !warns(m) {
			continue
		}
		decoded, err := rrc.Decode(rrc.BCCHDLSCH, m.Octets)
		if err != nil {
			continue
		}
		for _, w := range all.Add(decoded) {
			e := Warning{SIB: int(w.SIB), MessageID: int(w.MessageID), Serial: int(w.Serial), Language: w.Language, Text: w.Text, Hex: hex.EncodeToString(w.Octets)}
			if w.SIB == 10 {
				t := int(w.Type)
				e.Type = &t
			}
			if w.Coding != nil {
				c := int(*w.Coding)
				e.Coding = &c
			}
			out = append(out, e)
		}
	}
	return out
}

// warns tells whether a message holds a part of a warning.
func warns(m lte.SIMessage) bool {
	for _, b := range m.SIBs {
		if b.Type >= 10 && b.Type <= 12 {
			return true
		}
	}
	return false
}

// blocks is the newest content of each block that was read, by its number.
func blocks(id *cell.Identity) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	if m, err := rrc.Decode(rrc.BCCHDLSCH, id.Octets); err == nil {
		for _, b := range m.SIBs() {
			out[b.Type.String()] = rrc.AppendJSON(nil, b.Value)
		}
	}
	for _, m := range id.Messages {
		for _, b := range m.SIBs {
			out[b.Type.String()] = b.JSON
		}
	}
	return out
}

// Package post is a fixed post: surveys that go on for months without anybody looking, alerts that reach somebody, and what
// is asked of it over its local API. It takes the events of surveys; what they mean was decided before.
package post

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
)

// Severity of an alert, in rising order.
type Severity int8

const (
	SeverityUnknown Severity = iota
	Minor                    // a cell that no list has
	Warning                  // level suspicious, or the post is not well
	Critical                 // level alert, or the post is deaf
)

var severityNames = [...]string{"", "notice", "warning", "critical"}

func (s Severity) String() string {
	if s < 0 || int(s) >= len(severityNames) {
		return ""
	}
	return severityNames[s]
}

func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

func (s *Severity) UnmarshalText(text []byte) error {
	for i, name := range severityNames {
		if name == string(text) {
			*s = Severity(i)
			return nil
		}
	}
	return fmt.Errorf("post: severity %.20q is none", text)
}

// Names of alerts: what receivers sort by. They do not change.
const (
	StrayCell = "stray-cell" // an unknown or suspicious cell
	Deaf      = "deaf"       // the post hears nothing, or much less than it did
	RadioAway = "radio-away" // a device went away, or does not deliver
	DiskFull  = "disk"       // the disk takes nothing
	Flood     = "flood"      // more alerts at once than are kept apart
	HeldBack  = "held-back"  // alerts that were not told one by one
	TestAlert = "test"       // somebody tries the ways alerts go
	Heartbeat = "heartbeat"  // the post lives, and what it does
)

// What happened to an alert.
const (
	raised     = "raised"
	escalated  = "escalated"  // its severity rose
	identified = "identified" // the cell's SIB1 was read: Subject is another than before
	cleared    = "cleared"
	told       = "told" // what is neither raised nor cleared: a heartbeat, a test, a summary
)

// Notice is what sinks get: docs/posts.md says what each field is.
type Notice struct {
	Type     string       `json:"type"` // "notice"
	ID       string       `json:"id"`
	Post     string       `json:"post"`
	Time     time.Time    `json:"time"`
	Alert    string       `json:"alert"`
	Event    string       `json:"event"`
	Severity Severity     `json:"severity"`
	Of       string       `json:"of,omitempty"`
	Subject  string       `json:"subject,omitempty"`
	Since    *time.Time   `json:"since,omitempty"`
	Text     string       `json:"text"`
	Cell     *survey.Cell `json:"cell,omitempty"`
	Proof    *Proof       `json:"proof,omitempty"`
}

// line is anything as a line of JSON in which nothing that a terminal would obey stands raw.
func line(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(true)
	if err := enc.Encode(v); err != nil { // numbers that are none; there are none
		return []byte(`{"type":"error","t_s":0,"text":"a line could not be written"}`)
	}
	return plain.JSON(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// brief is a cell without its messages octet for octet: enough to act on, short enough for every sink.
func brief(c survey.Cell) *survey.Cell {
	c.MIBHex, c.SIB1Hex, c.SIHex, c.SIBs, c.SIOnAir, c.NotJudged = "", "", nil, nil, nil, nil
	return &c
}

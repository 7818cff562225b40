package store

import (
	"encoding/json"
	"time"

	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/internal/plan"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
)

// Meta is what a survey was: enough to run it again.
type Meta struct {
	Program  string         `json:"program"` // what wrote it
	Started  time.Time      `json:"started"` // by the computer's clock
	Source   string         `json:"source"`  // as the user named it
	URI      string         `json:"uri"`     // as the source names itself
	Radio    Radio          `json:"radio"`
	PPM      float64        `json:"ppm"`
	PPMRange float64        `json:"ppm_range"`
	Bands    []int          `json:"bands,omitempty"`
	Profile  string         `json:"profile,omitempty"`
	Here     *known.Place   `json:"here,omitempty"`
	Lists    []string       `json:"lists,omitempty"` // of known cells, as the user named them
	Raw      Raw            `json:"raw,omitzero"`    // how the recording was described
	FreqsHz  []float64      `json:"freqs_hz,omitempty"`
	Plan     []radio.Tuning `json:"plan,omitempty"`
	Spans    []plan.Span    `json:"spans,omitempty"`  // that the plan shows
	Missed   []survey.Skip  `json:"missed,omitempty"` // what was asked for beside them
	ForS     float64        `json:"for_s,omitempty"`
}

// Raw describes a recording that does not describe itself.
type Raw struct {
	Format string  `json:"format,omitempty"`
	RateHz float64 `json:"rate_hz,omitempty"`
	FreqHz float64 `json:"freq_hz,omitempty"`
}

// Radio is the source of a survey.
type Radio struct {
	URI    string  `json:"uri"`
	Driver string  `json:"driver"`
	Serial string  `json:"serial,omitempty"`
	Bits   int     `json:"bits,omitempty"`
	PPM    float64 `json:"ppm,omitempty"`
}

// rows are the lines of the table survey, each value as JSON.
func (m Meta) rows() map[string]string {
	text, err := json.Marshal(m)
	var values map[string]json.RawMessage
	if err == nil {
		err = json.Unmarshal(text, &values)
	}
	if err != nil { // numbers that are none; there are none
		return nil
	}
	out := map[string]string{}
	for name, value := range values {
		out[name] = string(value)
	}
	return out
}

// metaOf reads the lines back; what a file does not say, or says wrongly, stays zero.
func metaOf(rows map[string]string) (m Meta, closed bool) {
	for name, value := range rows {
		if one, err := json.Marshal(map[string]json.RawMessage{name: json.RawMessage(value)}); err == nil {
			json.Unmarshal(one, &m)
		}
	}
	return m, rows["closed"] == "true"
}

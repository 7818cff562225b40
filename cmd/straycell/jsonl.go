package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
)

// jsonSink prints every event as one line of JSON, written as soon as it is known.
func jsonSink(w io.Writer, live bool) survey.Sink {
	return survey.Sink{Name: "json", Live: live, Take: func(e survey.Event) error {
		line, err := jsonLine(e)
		if err != nil {
			return err
		}
		_, err = w.Write(line)
		return err
	}}
}

// jsonLine is an event as JSON. Text from the air stays what it is, but nothing a terminal would obey or hide is written
// raw: control and format characters are escaped.
func jsonLine(e survey.Event) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		return nil, fmt.Errorf("json: %s: %w", e.Kind(), err)
	}
	line := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	return append(plain.JSON(line), '\n'), nil
}

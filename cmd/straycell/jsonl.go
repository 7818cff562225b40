package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode"

	"github.com/straycell/straycell/internal/survey"
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
	if bytes.ContainsFunc(line, hidden) {
		var safe bytes.Buffer
		for _, r := range string(line) { // outside of its strings, JSON has no such characters
			switch {
			case !hidden(r):
				safe.WriteRune(r)
			case r > 0xffff:
				r -= 0x10000
				fmt.Fprintf(&safe, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
			default:
				fmt.Fprintf(&safe, `\u%04x`, r)
			}
		}
		line = safe.Bytes()
	}
	return append(line, '\n'), nil
}

func hidden(r rune) bool { return r >= 0x7f && !unicode.IsGraphic(r) }

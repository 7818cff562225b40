package main

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/straycell/straycell/internal/survey"
)

func FuzzJSONLine(f *testing.F) {
	f.Add("서울 \x1b[31m\u202e\u200b\U000e0041\u2028 <>& \x7f\u009b \xff")
	f.Fuzz(func(t *testing.T, text string) {
		line, err := jsonLine(survey.Error{Type: "error", TS: 1, Text: text})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range strings.TrimSuffix(string(line), "\n") {
			if !unicode.IsGraphic(r) {
				t.Fatalf("%U stands raw in %q", r, line)
			}
		}
		var back survey.Error
		if err := json.Unmarshal(line, &back); err != nil {
			t.Fatalf("%v: %q", err, line)
		}
		if want := strings.ToValidUTF8(text, "\ufffd"); strings.Count(want, "\ufffd") == 0 && back.Text != want {
			t.Fatalf("%q came back as %q", want, back.Text)
		}
		if !strings.HasPrefix(string(line), `{"type":"error","t_s":1`) {
			t.Fatalf("type is not first: %q", line)
		}
	})
}

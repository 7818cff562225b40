package tui

import (
	"encoding/json"
	"strings"

	"github.com/straycell/straycell/decode/rrc"
	"github.com/straycell/straycell/internal/cell"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
)

// versions lists each content that the cell's blocks had, and what changed from each to the next.
func (m *model) versions(c *survey.Cell, width int) []string {
	if c.History == nil || len(c.History.Versions) == 0 {
		return []string{m.say.T("no system information was read")}
	}
	var out []string
	var before *cell.Version
	for i := range c.History.Versions {
		v := &c.History.Versions[i]
		if before == nil || before.Type != v.Type {
			if len(out) > 0 {
				out = append(out, "")
			}
			out = append(out, "SIB"+v.Type.String())
			before = nil
		}
		out = append(out, plain.Text(m.say.F("  %s  first at %.1f s, last at %.1f s, %s", v.Hash, v.FirstS, v.LastS, m.say.Count(v.CRCs, "read once", "read %d times")), width))
		if before != nil {
			out = append(out, diff(contentOf(before), contentOf(v), width)...)
		}
		before = v
	}
	for _, t := range c.History.Turns {
		out = append(out, "", m.say.F("at %.1f s SIB1 went back to what it had said %.1f s before", t.S, t.AgoS))
	}
	return out
}

// contentOf is a version's fields.
func contentOf(v *cell.Version) []field {
	raw := json.RawMessage(v.JSON)
	if v.SIB1 != nil {
		if msg, err := rrc.Decode(rrc.BCCHDLSCH, v.Octets); err == nil {
			for _, b := range msg.SIBs() {
				if b.Type == 1 {
					raw = rrc.AppendJSON(nil, b.Value)
				}
			}
		}
	}
	return fields(raw)
}

// diff says which fields are in one content alone.
func diff(a, b []field, width int) []string {
	lines := func(fs []field) (out []string) {
		for _, f := range fs {
			if f.text != "" {
				out = append(out, strings.Join(f.path, ".")+" = "+f.text)
			}
		}
		return out
	}
	was, is := lines(a), lines(b)
	in := func(all []string) map[string]bool {
		set := map[string]bool{}
		for _, l := range all {
			set[l] = true
		}
		return set
	}
	inA, inB := in(was), in(is)
	var out []string
	for _, l := range was {
		if !inB[l] {
			out = append(out, plain.Text("    - "+l, width))
		}
	}
	for _, l := range is {
		if !inA[l] {
			out = append(out, plain.Text("    + "+l, width))
		}
	}
	return out
}

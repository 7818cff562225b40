package rrc

import (
	"bytes"
	"reflect"
	"testing"
)

// TestGeneratedMessages encodes 300 messages at the bounds of the schema, decodes them and finds the same trees and octets.
func TestGeneratedMessages(t *testing.T) {
	set, held := messages(300)
	longest := 0
	for i, g := range set {
		octets, err := Encode(g.channel, g.value)
		if err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
		longest = max(longest, len(octets))
		m, err := decode(g.channel, append(octets, 0, 0, 0))
		if err != nil {
			t.Fatalf("message %d %x: %v", i, octets, err)
		}
		if len(m.Notes) > 0 {
			t.Fatalf("message %d: %v", i, m.Notes)
		}
		if (m.Bits+7)/8 != len(octets) {
			t.Errorf("message %d: %d bits used of %d octets", i, m.Bits, len(octets))
		}
		again, err := Encode(g.channel, m.Value)
		if err != nil || !bytes.Equal(again, octets) {
			t.Fatalf("message %d: encodes again to %x, not %x: %v", i, again, octets, err)
		}
		if !equal(m.Value, g.value) {
			t.Errorf("message %d: decoded tree differs\n%s\n%s", i, AppendJSON(nil, m.Value), AppendJSON(nil, g.value))
		}
	}
	missing := unheld(held)
	t.Logf("%d messages, longest %d octets, %d features held, %d not: %v", len(set), longest, len(held), len(missing), missing)
	if len(missing) > 0 {
		t.Errorf("not in any message: %v", missing)
	}
}

// equal compares trees without what only a decoder knows: defaults that were not sent, and the length of the list of
// additions.
func equal(got, want any) bool {
	switch w := want.(type) {
	case Object:
		g, ok := got.(Object)
		if !ok {
			return false
		}
		byName := map[string]any{}
		for _, m := range g.Members {
			byName[m.Name] = m.Value
		}
		for _, m := range w.Members {
			if !equal(byName[m.Name], m.Value) {
				return false
			}
		}
		return len(g.Members) >= len(w.Members)
	case Alternative:
		g, ok := got.(Alternative)
		return ok && g.Name == w.Name && equal(g.Value, w.Value)
	case List:
		g, ok := got.(List)
		if !ok || len(g) != len(w) {
			return false
		}
		for i := range w {
			if !equal(g[i], w[i]) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(got, want)
}

// unheld lists the optional fields, additions, alternatives and enumerated values that no message held.
func unheld(held map[feature]int) []string {
	var missing []string
	seen := map[any]bool{}
	var visit func(s schema, where string)
	visitFields := func(list []field, where string) {
		for i := range list {
			f := &list[i]
			if _, ok := f.of.(*later); ok {
				continue
			}
			if f.implied() && held[feature{f, present}] == 0 {
				missing = append(missing, where+"."+f.name)
			}
			visit(f.of, where+"."+f.name)
		}
	}
	visit = func(s schema, where string) {
		if seen[s] {
			return
		}
		switch t := s.(type) {
		case *sequence:
			seen[s] = true
			visitFields(t.root, where)
			for i := range t.additions {
				if held[feature{&t.additions[i], present}] == 0 {
					missing = append(missing, where+" addition "+t.additions[i].fields[0].name)
				}
				visitFields(t.additions[i].fields, where)
			}
		case *choice:
			seen[s] = true
			visitFields(t.root, where)
			visitFields(t.additions, where)
			for _, f := range append(append([]field(nil), t.root...), t.additions...) {
				if _, ok := f.of.(*later); !ok && held[feature{t, f.name}] == 0 {
					missing = append(missing, where+" alternative "+f.name)
				}
			}
		case *integer:
			seen[s] = true
			if held[feature{t, lowest}] == 0 || held[feature{t, highest}] == 0 {
				missing = append(missing, where+" bound")
			}
		case *sequenceOf:
			visit(t.of, where+"[]")
		case *octetString:
			if t.contains != nil {
				visit(t.contains, where)
			}
		}
	}
	for _, c := range []Channel{BCCHBCH, BCCHDLSCH, PCCH} {
		of, _ := c.schema()
		visit(of, string(c))
	}
	return missing
}

package rrc

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// shared is the folder of the reference material: ../shared beside the module, or where STRAYCELL_SHARED says.
func shared(t *testing.T) string {
	dir := os.Getenv("STRAYCELL_SHARED")
	if dir == "" {
		at, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for {
			if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
				break
			}
			if at == filepath.Dir(at) {
				t.Fatal("no go.mod above the test")
			}
			at = filepath.Dir(at)
		}
		dir = filepath.Join(filepath.Dir(at), "shared")
	}
	if _, err := os.Stat(filepath.Join(dir, "captures")); err != nil {
		t.Skipf("the recordings are not there: put them into %s or set STRAYCELL_SHARED", dir)
	}
	return dir
}

// TestMessagesOfOthers compares every field with the reading of an independent ASN.1 decoder, and encodes each message
// again.
func TestMessagesOfOthers(t *testing.T) {
	f, err := os.Open(filepath.Join(shared(t), "captures", "rrc", "messages.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	count, fields := 0, 0
	for lines.Scan() {
		var truth struct {
			Channel, Hex string
			JSON         any
		}
		decoder := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		decoder.UseNumber()
		if err := decoder.Decode(&truth); err != nil {
			t.Fatal(err)
		}
		octets, err := hex.DecodeString(truth.Hex)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Decode(Channel(truth.Channel), octets)
		if err != nil {
			t.Errorf("%s: %v", truth.Hex, err)
			continue
		}
		if len(m.Notes) > 0 {
			t.Errorf("%s: %v", truth.Hex, m.Notes)
		}
		var ours any
		decoder = json.NewDecoder(bytes.NewReader(AppendJSON(nil, m.Value)))
		decoder.UseNumber()
		if err := decoder.Decode(&ours); err != nil {
			t.Fatal(err)
		}
		have := leaves("", ours)
		for _, l := range leaves("", truth.JSON) {
			i := slices.Index(have, l)
			if i < 0 {
				t.Errorf("%s: %s is missing", truth.Hex, l)
				continue
			}
			have = slices.Delete(have, i, i+1)
			fields++
		}
		again, err := Encode(m.Channel, m.Value)
		if err != nil || !bytes.Equal(bytes.TrimRight(again, "\x00"), bytes.TrimRight(octets, "\x00")) {
			t.Errorf("%s encodes again to %x: %v", truth.Hex, again, err)
		}
		count++
	}
	if count == 0 {
		t.Error("no message in messages.jsonl")
	}
	t.Logf("%d messages, %d fields", count, fields)
}

// leaves lists name=value of every leaf; bit strings are compared as text.
func leaves(name string, v any) []string {
	var out []string
	switch t := v.(type) {
	case map[string]any:
		for k, e := range t {
			out = append(out, leaves(plain(k), e)...)
		}
	case []any:
		for _, e := range t {
			out = append(out, leaves(name, e)...)
		}
	case bool:
		out = append(out, name+"="+strconv.FormatBool(t))
	case string:
		out = append(out, name+"="+t)
	case json.Number:
		out = append(out, name+"="+t.String())
	}
	return out
}

// TestSIB1OfRecordings reads the identities out of every SIB1 the recordings' truth names.
func TestSIB1OfRecordings(t *testing.T) {
	sides, err := filepath.Glob(filepath.Join(shared(t), "captures", "*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, side := range sides {
		text, err := os.ReadFile(side)
		if err != nil {
			t.Fatal(err)
		}
		var truth struct {
			Cells []struct {
				PLMNs      []string
				TAC        uint16
				ECI        uint32
				CSG        bool
				CellBarred bool     `json:"cell_barred"`
				SIB1Hex    string   `json:"sib1_hex"`
				SIHex      []string `json:"si_hex"`
				Duplex     string
			}
		}
		if err := json.Unmarshal(text, &truth); err != nil {
			t.Fatalf("%s: %v", side, err)
		}
		for _, c := range truth.Cells {
			if c.SIB1Hex == "" {
				continue
			}
			s, err := SIB1(block(t, c.SIB1Hex))
			if err != nil {
				t.Errorf("%s: %v", side, err)
				continue
			}
			var plmns []string
			for _, p := range s.PLMNs {
				plmns = append(plmns, p.PLMN.String())
			}
			if !slices.Equal(plmns, c.PLMNs) || s.TAC != c.TAC || uint32(s.ECI) != c.ECI || s.CSG != c.CSG || s.CellBarred != c.CellBarred {
				t.Errorf("%s: read %+v, want %+v", filepath.Base(side), s, c)
			}
			if (s.TDD != nil) != (strings.EqualFold(c.Duplex, "tdd")) || s.SIWindowMS == 0 || len(s.Schedule) == 0 || s.Schedule[0].SIBs[0] != 2 {
				t.Errorf("%s: read %+v of a %s cell", filepath.Base(side), s, c.Duplex)
			}
			for _, h := range c.SIHex {
				if len(block(t, h).SIBs()) == 0 {
					t.Errorf("%s: no block in %s", filepath.Base(side), h)
				}
			}
			count++
		}
	}
	if count == 0 {
		t.Error("no SIB1 in the recordings' truth")
	}
	t.Logf("%d cells", count)
}

// block decodes a transport block whose zero padding may have been taken off.
func block(t *testing.T, text string) *Message {
	t.Helper()
	octets, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Decode(BCCHDLSCH, append(octets, make([]byte, 8)...))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return m
}

package export

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/straycell/straycell/decode/rrc"
	"github.com/straycell/straycell/internal/survey"
)

// dissected is a packet as tshark reads it.
type dissected struct {
	fields []field
	proto  map[string]bool
}

type field struct{ name, show, shown, value string }

// TestTshark lets tshark read what cells broadcast, as pcapng: no packet is malformed, and every field of our JSON stands there.
func TestTshark(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long under the race detector")
	}
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is not installed: apt-get install tshark")
	}
	for _, uri := range []string{"sim:kt-femto?level=observations&profile=usrp", "sim:warning?level=observations&profile=usrp"} {
		d := driven(t, uri, 4*time.Second)
		file := filepath.Join(t.TempDir(), "messages.pcapng")
		if err := os.WriteFile(file, []byte(text(t, d, (*Drive).WritePackets)), 0o600); err != nil {
			t.Fatal(err)
		}
		var want []Packet
		p := d.openPackets()
		for e, err := range d.s.Steps() {
			if err != nil {
				t.Fatal(err)
			}
			if l, ok := e.(survey.Look); ok {
				want = append(want, p.of(&l)...)
			}
		}
		got := dissect(t, file)
		if len(got) != len(want) || len(got) < 20 {
			t.Fatalf("%s: tshark reads %d packets of %d", uri, len(got), len(want))
		}
		fields, kinds := 0, map[string]int{}
		for i, g := range got {
			w := want[i]
			if !g.proto["gsmtap"] || !g.proto["lte_rrc"] || g.proto["_ws.malformed"] {
				t.Errorf("%s packet %d: %v", uri, i+1, g.proto)
			}
			for name, value := range map[string]string{"udp.dstport": "4729", "gsmtap.version": "2", "gsmtap.arfcn": fmt.Sprint(*w.EARFCN), "gsmtap.frame_nr": fmt.Sprint(max(0, w.SFN)),
				"frame.time_epoch": fmt.Sprintf("%d.%09d", w.Time.Unix(), w.Time.Nanosecond())} {
				if show := g.of(name); show != value {
					t.Errorf("%s packet %d: %s is %q, want %q", uri, i+1, name, show, value)
				}
			}
			said, ok := rrc.MessageJSON(string(w.Channel), w.Octets)
			if !ok {
				t.Errorf("%s packet %d: we cannot read it", uri, i+1)
				continue
			}
			kinds[string(w.Channel)]++
			n, diff := compare(said, g.fields)
			if diff != "" {
				t.Errorf("%s packet %d (%x): %s", uri, i+1, w.Octets, diff)
			}
			fields += n
		}
		t.Logf("%s: %d packets (%v), %d fields alike", uri, len(got), kinds, fields)
	}
}

func (d *dissected) of(name string) string {
	for _, f := range d.fields {
		if f.name == name {
			return f.show
		}
	}
	return ""
}

func dissect(t *testing.T, file string) []dissected {
	out, err := exec.Command("tshark", "-n", "-r", file, "-T", "pdml").Output()
	if err != nil {
		t.Fatal("tshark:", err)
	}
	var all []dissected
	dec := xml.NewDecoder(bytes.NewReader(out))
	for {
		token, err := dec.Token()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		attr := map[string]string{}
		for _, a := range e.Attr {
			attr[a.Name.Local] = a.Value
		}
		switch e.Name.Local {
		case "packet":
			all = append(all, dissected{proto: map[string]bool{}})
		case "proto", "field":
			p := &all[len(all)-1]
			p.proto[attr["name"]] = true
			p.fields = append(p.fields, field{attr["name"], attr["show"], attr["showname"], strings.ReplaceAll(attr["value"], ":", "")})
		}
	}
}

// leaf is a value of our JSON with the name it stands under; of a list's elements the name is "".
type leaf struct {
	name  string
	value any
}

// leaves lists them in the order of the text.
func leaves(dec *json.Decoder, name string) []leaf {
	token, err := dec.Token()
	if err != nil {
		return nil
	}
	var out []leaf
	switch token {
	case json.Delim('{'):
		for dec.More() {
			key, _ := dec.Token()
			out = append(out, leaves(dec, key.(string))...)
		}
		dec.Token()
	case json.Delim('['):
		for dec.More() {
			out = append(out, leaves(dec, "")...)
		}
		dec.Token()
	default:
		out = append(out, leaf{name, token})
	}
	return out
}

func plainName(s string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(s))
}

// compare finds each leaf of ours among tshark's fields, in their order, with the same value.
func compare(said []byte, fields []field) (n int, diff string) {
	dec := json.NewDecoder(bytes.NewReader(said))
	dec.UseNumber()
	from := 0
	for _, l := range leaves(dec, "") {
		found := false
		for k := from; k < len(fields) && !found; k++ {
			f := fields[k]
			if !strings.HasPrefix(f.name, "lte-rrc.") {
				continue
			}
			name, shown, _ := strings.Cut(strings.TrimLeft(f.shown, "01. ="), ":")
			if l.name != "" && plainName(name) != plainName(l.name) {
				continue
			}
			if l.name == "" && !same(l.value, f, shown) { // an element has their name for it
				continue
			}
			if found = true; !same(l.value, f, shown) {
				return n, fmt.Sprintf("%s is %v for us, %q (%s) for tshark", l.name, l.value, f.show, f.shown)
			}
			from = k + 1
			n++
		}
		if !found && defaults[l.name] != l.value {
			return n, fmt.Sprintf("tshark has no %s = %v behind what came before", l.name, l.value)
		}
	}
	return n, ""
}

// defaults are values that need not be sent, TS 36.331 §6.3.1: our JSON has them all the same.
var defaults = map[string]any{"qOffsetFreq": "dB0"}

func same(v any, f field, shown string) bool {
	switch v := v.(type) {
	case bool:
		return !v && (f.show == "0" || f.show == "False") || v && f.show != "0" && f.show != "False" // NULL is true
	case json.Number:
		return f.show == v.String()
	case string:
		show := strings.ReplaceAll(f.show, ":", "")
		return strings.HasPrefix(strings.TrimSpace(shown), v+" (") || v == show || v == f.value || bits(v) == show || bits(v) == f.value
	}
	return false
}

// bits are those of a text of 0 and 1 as hex, filled up with zeros.
func bits(s string) string {
	if s == "" || strings.Trim(s, "01") != "" {
		return "-"
	}
	out := make([]byte, (len(s)+7)/8)
	for i, c := range s {
		if c == '1' {
			out[i/8] |= 0x80 >> (i % 8)
		}
	}
	return hex.EncodeToString(out)
}

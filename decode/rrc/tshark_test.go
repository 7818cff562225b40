package rrc

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// node is a field as both sides are compared: its name without hyphens and in lower case, its value as text, and what it
// holds. Where our tables have no name, as for a list's elements, theirs stands for it.
type node struct {
	name  string
	value string // number, index of an alternative or name, count of a list, or hex
	raw   string // theirs: the octets in hex
	leaf  bool   // ours: what tshark shows below is its own explanation
	below []*node
}

// TestAgainstTshark lets tshark read 300 messages at the bounds of the schema and compares field by field.
func TestAgainstTshark(t *testing.T) {
	if testing.Short() {
		t.Skip("takes ten seconds and more under the race detector")
	}
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is not installed: apt-get install tshark")
	}
	set, _ := messages(300)
	for _, c := range []Channel{BCCHBCH, BCCHDLSCH, PCCH} {
		var packets [][]byte
		var trees []any
		for _, g := range set {
			if g.channel != c {
				continue
			}
			octets, err := Encode(c, g.value)
			if err != nil {
				t.Fatal(err)
			}
			packets = append(packets, octets)
			trees = append(trees, g.value)
		}
		of, _ := c.schema()
		for i, theirs := range dissect(t, c, packets) {
			if len(theirs.below) != 1 {
				t.Errorf("%s message %d: tshark reads %d parts", c, i, len(theirs.below))
				continue
			}
			if diff := difference(fieldNode("", of, trees[i]), theirs.below[0]); diff != "" {
				t.Errorf("%s message %d: %s\n%x", c, i, diff, packets[i][:min(len(packets[i]), 60)])
			}
		}
		t.Logf("%s: %d messages compared", c, len(packets))
	}
}

// dissect returns tshark's reading of each packet.
func dissect(t *testing.T, c Channel, packets [][]byte) []*node {
	const linkType = 147 // LINKTYPE_USER0
	file := filepath.Join(t.TempDir(), "messages.pcap")
	data := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	data = append(data, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	data = binary.LittleEndian.AppendUint32(data, 262144)
	data = binary.LittleEndian.AppendUint32(data, linkType)
	for i, p := range packets {
		for _, v := range []int{i, 0, len(p), len(p)} {
			data = binary.LittleEndian.AppendUint32(data, uint32(v))
		}
		data = append(data, p...)
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	dissector := "lte_rrc." + strings.ReplaceAll(string(c), "-", "_")
	cmd := exec.Command("tshark", "-n", "-r", file, "-T", "pdml",
		"-o", fmt.Sprintf(`uat:user_dlts:"User 0 (DLT=147)","%s","0","","0",""`, dissector))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	read := readPDML(t, out)
	if err := cmd.Wait(); err != nil {
		t.Fatal("tshark:", err)
	}
	if len(read) != len(packets) {
		t.Fatalf("tshark read %d of %d packets", len(read), len(packets))
	}
	return read
}

// lifted is the name of a node whose fields belong to the one above.
const lifted = "lifted"

// readPDML reads the fields of lte-rrc of each packet; those of the encoding (per.) and decorations are left out.
func readPDML(t *testing.T, r io.Reader) []*node {
	var out []*node
	var stack []*node
	d := xml.NewDecoder(r)
	for {
		token, err := d.Token()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			attr := map[string]string{}
			for _, a := range e.Attr {
				attr[a.Name.Local] = a.Value
			}
			n := &node{}
			switch name := attr["name"]; {
			case e.Name.Local == "packet":
				stack = nil
			case e.Name.Local == "proto" || name == "": // an item of a list, or a protocol: what is in it counts
				n.name = lifted
			case strings.HasPrefix(name, "lte-rrc."):
				name, _, _ := strings.Cut(strings.TrimLeft(attr["showname"], "01. ="), ":")
				n.name, n.value, n.raw = plain(name), strings.ReplaceAll(attr["show"], ":", ""), attr["value"]
			case strings.HasPrefix(name, "_ws."):
				n.name, n.value = "malformed", attr["showname"]
			}
			stack = append(stack, n)
		case xml.EndElement:
			if len(stack) == 0 {
				continue
			}
			n := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if len(stack) == 0 {
				if e.Name.Local == "packet" {
					out = append(out, n)
				}
				continue
			}
			above := stack[len(stack)-1]
			switch {
			case n.name == lifted:
				above.below = append(above.below, n.below...)
			case n.name != "":
				above.below = append(above.below, n)
			}
		}
	}
}

// plain is a name as it is compared.
func plain(name string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(name))
}

// fieldNode is our reading of a value as a node.
func fieldNode(name string, s schema, v any) *node {
	n := &node{name: plain(name), leaf: true}
	switch t := s.(type) {
	case *sequence:
		n.leaf = false
		lists := [][]field{t.root}
		for _, a := range t.additions {
			lists = append(lists, a.fields)
		}
		for _, l := range lists {
			for i := range l {
				f := &l[i]
				if below, ok := Field(v, f.name); ok && (f.standard == nil || below != f.standard) {
					n.below = append(n.below, fieldNode(f.name, f.of, below))
				}
			}
		}
	case *choice:
		n.leaf = false
		all := append(append([]field(nil), t.root...), t.additions...)
		i := slices.IndexFunc(all, func(f field) bool { return f.name == v.(Alternative).Name })
		n.value = strconv.Itoa(i)
		n.below = []*node{fieldNode(all[i].name, all[i].of, v.(Alternative).Value)}
	case *sequenceOf:
		n.leaf = false
		n.value = strconv.Itoa(len(v.(List)))
		for _, e := range v.(List) {
			n.below = append(n.below, fieldNode("", t.of, e))
		}
	case *enumerated:
		n.value = strconv.Itoa(slices.Index(append(append([]string(nil), t.names...), t.more...), string(v.(Enum))))
	case *octetString:
		if t.contains != nil {
			n.leaf = false
			n.below = []*node{fieldNode("", t.contains, v)}
			break
		}
		n.value = hex.EncodeToString(v.(Octets))
	case *bitString:
		n.value = hex.EncodeToString(v.(Bits).Octets)
	case *integer:
		n.value = strconv.FormatInt(v.(int64), 10)
	case *boolean:
		n.value = map[bool]string{false: "0", true: "1"}[v.(bool)]
	}
	return n
}

// difference says where two readings of a field part; "" if they agree.
func difference(ours, theirs *node) string {
	if ours.name != "" && ours.name != theirs.name {
		return fmt.Sprintf("we read %s, tshark %s", ours.name, theirs.name)
	}
	if ours.value != "" && ours.value != theirs.value && ours.value != theirs.raw {
		return fmt.Sprintf("%s is %s for us, %s (%s) for tshark", theirs.name, ours.value, theirs.value, theirs.raw)
	}
	if ours.leaf {
		return ""
	}
	for i := range max(len(ours.below), len(theirs.below)) {
		switch {
		case i >= len(theirs.below):
			return fmt.Sprintf("%s: we read %s, tshark nothing", theirs.name, ours.below[i].name)
		case i >= len(ours.below):
			return fmt.Sprintf("%s: tshark reads %s, we nothing", theirs.name, theirs.below[i].name)
		}
		if d := difference(ours.below[i], theirs.below[i]); d != "" {
			return theirs.name + ": " + d
		}
	}
	return ""
}

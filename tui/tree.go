package tui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
)

// field is one value of a message: its path and what it is.
type field struct {
	path []string
	text string // "": it has fields of its own
}

// Bounds on what one block may put on the screen.
const (
	maxFields = 2000
	maxDepth  = 24
)

// fields lists the fields of a message in their order.
func fields(raw json.RawMessage) []field {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var out []field
	walk(d, nil, &out)
	return joined(out)
}

// joined puts a list of plain values into one line: digits of an MCC are no tree.
func joined(all []field) []field {
	out := all[:0:0]
	for i := 0; i < len(all); i++ {
		f := all[i]
		end := i + 1
		var values []string
		for end < len(all) && len(all[end].path) == len(f.path)+1 && all[end].text != "" && strings.HasPrefix(all[end].path[len(f.path)], "[") {
			values = append(values, all[end].text)
			end++
		}
		if below := end < len(all) && len(all[end].path) > len(f.path); f.text == "" && len(values) > 0 && !below {
			f.text = strings.Join(values, " ")
			i = end - 1
		}
		out = append(out, f)
	}
	return out
}

// walk reads one value. It is false when there is nothing more to read.
func walk(d *json.Decoder, path []string, out *[]field) bool {
	t, err := d.Token()
	if err != nil || len(*out) >= maxFields || len(path) > maxDepth {
		return false
	}
	leaf := func(text string) { *out = append(*out, field{slices.Clone(path), text}) }
	switch t := t.(type) {
	case json.Delim:
		if len(path) > 0 {
			leaf("")
		}
		for i := 0; d.More(); i++ {
			name := "[" + strconv.Itoa(i) + "]"
			if t == '{' {
				k, err := d.Token()
				if err != nil {
					return false
				}
				name = fmt.Sprint(k)
			}
			if !walk(d, append(path, name), out) {
				return false
			}
		}
		_, err := d.Token() // its end
		return err == nil
	case nil:
		leaf("null")
	case string:
		if t == "" {
			t = `""`
		}
		leaf(t)
	default:
		leaf(fmt.Sprint(t))
	}
	return true
}

// sibs draws what was read of the cell's system information as a tree, and which of it was not.
func (m *model) sibs(c *survey.Cell, width int) []string {
	if len(c.SIBs) == 0 {
		return []string{m.say.T("no system information was read")}
	}
	var out []string
	for i, s := range c.SISchedule {
		state := m.say.T("read")
		if !s.Read {
			state = m.say.T("not read yet")
		}
		out = append(out, fmt.Sprintf("SI %d: SIB %s  %d ms  %s", i+1, strings.Trim(fmt.Sprint(s.SIBs), "[]"), s.PeriodRF*10, state))
	}
	for _, w := range c.Warnings {
		out = append(out, "", m.say.F("public warning, SIB%d, message %d, serial %d:", w.SIB, w.MessageID, w.Serial))
		out = append(out, plain.Hang("  ", w.Text, width)...)
	}
	for _, name := range blockNames(c.SIBs) {
		out = append(out, "", "SIB"+plain.Text(name, 8))
		out = append(out, tree(fields(c.SIBs[name]), width)...)
	}
	return out
}

// blockNames orders blocks by their numbers.
func blockNames(sibs map[string]json.RawMessage) []string {
	return slices.SortedFunc(maps.Keys(sibs), func(a, b string) int {
		x, _ := strconv.Atoi(strings.TrimRight(a, "abcdefghijklmnopqrstuvwxyz"))
		y, _ := strconv.Atoi(strings.TrimRight(b, "abcdefghijklmnopqrstuvwxyz"))
		if x != y {
			return x - y
		}
		return strings.Compare(a, b)
	})
}

// tree draws fields below each other, lines of ancestors at their left.
func tree(all []field, width int) []string {
	out := make([]string, len(all))
	open := map[int]bool{} // depths at which more is to come
	for i := len(all) - 1; i >= 0; i-- {
		depth := len(all[i].path)
		var b strings.Builder
		for d := 1; d < depth; d++ {
			if open[d] {
				b.WriteString("│ ")
			} else {
				b.WriteString("  ")
			}
		}
		if open[depth] {
			b.WriteString("├ ")
		} else {
			b.WriteString("└ ")
		}
		for d := range open {
			if d > depth {
				delete(open, d)
			}
		}
		open[depth] = true
		text := all[i].path[max(0, depth-1)]
		if all[i].text != "" {
			text += ": " + all[i].text
		}
		out[i] = b.String() + plain.Text(text, max(1, width-2*depth))
	}
	return out
}

// hex draws what was sent, octet for octet.
func (m *model) hex(c *survey.Cell, width int) []string {
	var out []string
	dump := func(name, text string) {
		if text == "" {
			return
		}
		out = append(out, name+"  "+m.say.Count((len(text)+1)/2, "1 octet", "%d octets"))
		across := 32
		if width < 110 {
			across = 16
		}
		for at := 0; at < len(text); at += 2 * across {
			end := min(len(text), at+2*across)
			var b strings.Builder
			for i := at; i < end; i += 2 {
				b.WriteString(text[i:min(end, i+2)] + " ")
				if (i-at)/2%8 == 7 {
					b.WriteByte(' ')
				}
			}
			out = append(out, fmt.Sprintf("  %04x  ", at/2)+plain.Text(b.String(), width))
		}
	}
	dump("MIB", c.MIBHex)
	dump("SIB1", c.SIB1Hex)
	for i, h := range c.SIHex {
		dump(m.say.F("SI message %d", i+1), h)
	}
	for _, w := range c.Warnings {
		dump(m.say.F("warning of SIB%d", w.SIB), w.Hex)
	}
	if len(out) == 0 {
		out = append(out, m.say.T("nothing was read"))
	}
	return out
}

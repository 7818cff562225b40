package known

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// columns are the names a list may use, in the order they are documented and written.
var columns = []string{"plmn", "mcc", "mnc", "eci", "enb", "sector", "pci", "earfcn", "bandwidth_mhz", "ports", "tac",
	"lat", "lon", "azimuth", "class", "state", "address", "valid_from", "valid_to", "name"}

// baselineMark starts a baseline: there, and only there, a line may lack an identity and hold several EARFCNs.
const baselineMark = "# straycell baseline"

// plain reduces a header word to what counts: letters and digits, in lower case.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '-', '_', ' ', '.', '\t', '\u00a0', '\ufeff':
			return -1
		}
		return r
	}, strings.ToLower(s))
}

// header tells where each of our columns stands in a record.
type header struct {
	at      map[string]int // our name -> field
	width   int
	ignored []string
}

// parseHeader finds our columns among the fields, after the foreign names in theirs were translated.
func parseHeader(fields []string, theirs map[string]string) (header, error) {
	ours := map[string]string{}
	for _, c := range columns {
		ours[plain(c)] = c
	}
	names := maps.Clone(ours)
	for _, t := range slices.Sorted(maps.Keys(theirs)) {
		o, ok := ours[plain(theirs[t])]
		if !ok {
			return header{}, fmt.Errorf("column %.40q cannot become %.40q: the names are %s", t, theirs[t], strings.Join(columns, " "))
		}
		names[plain(t)] = o
	}
	h := header{at: map[string]int{}, width: len(fields)}
	for i, f := range fields {
		c, ok := names[plain(f)]
		if !ok {
			if f = clean(f); f != "" {
				h.ignored = append(h.ignored, f)
			}
			continue
		}
		if _, twice := h.at[c]; twice {
			return header{}, fmt.Errorf("two columns are %s: rename one", c)
		}
		h.at[c] = i
	}
	return h, h.complete(fields)
}

// complete says which column is missing, and what the columns are called instead.
func (h header) complete(fields []string) error {
	var miss []string
	if !h.has("plmn") && !(h.has("mcc") && h.has("mnc")) {
		miss = append(miss, "plmn (or mcc and mnc)")
	}
	if !h.has("eci") && !(h.has("enb") && h.has("sector")) {
		miss = append(miss, "eci (or enb and sector)")
	}
	if len(miss) == 0 {
		return nil
	}
	var have []string
	for i, f := range fields {
		if i == 12 {
			have = append(have, "…")
			break
		}
		have = append(have, fmt.Sprintf("%.24q", f))
	}
	return fmt.Errorf("no column %s; there are %s: name them with --map theirs=ours", strings.Join(miss, ", no column "), strings.Join(have, " "))
}

func (h header) has(c string) bool { _, ok := h.at[c]; return ok }

// field is the trimmed text of a column, "" where the list has no such column.
func (h header) field(rec []string, c string) string {
	i, ok := h.at[c]
	if !ok {
		return ""
	}
	return strings.TrimSpace(rec[i])
}

// comma guesses the separator: whichever of the three the header has most of, outside quotes.
func comma(head string) byte {
	n := map[byte]int{}
	quoted := false
	for i := range len(head) {
		switch b := head[i]; b {
		case '"':
			quoted = !quoted
		case ',', ';', '\t':
			if !quoted {
				n[b]++
			}
		}
	}
	best := byte(',')
	for _, b := range []byte{';', '\t'} {
		if n[b] > n[best] {
			best = b
		}
	}
	return best
}

// open reads up to and with the header: marks, a spreadsheet's "sep=;" line, comments, then the names.
func (c *records) open(theirs map[string]string) (h header, baseline bool, err error) {
	for {
		l, ok := c.line()
		if !ok {
			return h, false, errors.New("no line of column names: a list starts with one, at least plmn,eci")
		}
		if l.no == 1 {
			if strings.HasPrefix(l.text, "\xff\xfe") || strings.HasPrefix(l.text, "\xfe\xff") || strings.ContainsRune(l.text, 0) {
				return h, false, errors.New("not UTF-8 text: save the list as CSV UTF-8")
			}
			l.text = strings.TrimPrefix(l.text, "\ufeff")
		}
		t := strings.TrimSpace(l.text)
		switch {
		case strings.HasPrefix(t, baselineMark):
			baseline = true
		case t == "" || t[0] == '#':
		case len(t) == 5 && strings.EqualFold(t[:4], "sep=") && strings.IndexByte(",;\t", t[4]) >= 0:
			c.comma = t[4]
		case l.long:
			return h, false, fmt.Errorf("line %d is longer than %d bytes: not a list of cells", l.no, maxLineBytes)
		default:
			if c.comma == 0 {
				c.comma = comma(l.text)
			}
			fields, err := c.record(l)
			if err == nil {
				h, err = parseHeader(fields, theirs)
			}
			if err != nil {
				return h, false, fmt.Errorf("line %d: %w", l.no, err)
			}
			return h, baseline, nil
		}
	}
}

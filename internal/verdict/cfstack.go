package verdict

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/straycell/straycell/decode/lte"
)

// stackDefaults, CF-06: it broadcasts what an open or commercial stack comes configured with.
//
// Who runs such a stack edits PLMN and identity first, and timers, PRACH and power control last or never. Innocent: licensed
// private networks, laboratories, universities. Many fields must agree, or one tuple that nobody has by chance.
func stackDefaults(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	_, read := c.info.newest(2)
	for _, st := range c.policy().stacks {
		var same, other []string
		tuple, whole, late, lateOther := 0, true, 0, 0
		for _, f := range st.Fields {
			vs := c.values(f)
			switch {
			case len(vs) == 0:
				if f.Tuple {
					whole = false
				}
				continue
			case slices.ContainsFunc(vs, f.is):
				same = append(same, f.Name+" "+f.String())
				if f.Tuple {
					tuple++
				}
				if f.SIB > 0 {
					late++
				}
			default:
				other = append(other, f.Name)
				if f.Tuple {
					whole = false
				}
				if f.SIB > 0 {
					lateOther++
				}
			}
		}
		// Identity and carrier are edited first; what SIB2 and SIB3 hold is edited last, or never.
		if tuple >= 2 && whole || late >= int(c.n("fields")) && float64(late) >= c.n("share")*float64(late+lateOther) {
			return c.found("weight", Finding{Field: "sibs", Value: strings.Join(same[:min(len(same), most)], ", "), Expected: "an operator's own values",
				From: "defaults of " + st.Name, Text: fmt.Sprintf("%d of %d values compared are the defaults of %s", len(same), len(same)+len(other), st.Name)})
		}
	}
	if !read {
		return missing("SIB2 not read: only SIB1 and MIB were compared")
	}
	return fine
}

// values are what the cell says for a field of a fingerprint, in any content that was heard.
func (c *Case) values(f stackField) (out []any) {
	id := c.Identity
	switch f.Name {
	case "plmn":
		for _, p := range c.plmns {
			out = append(out, p.String())
		}
	case "eci":
		out = append(out, float64(id.SIB1.ECI))
	case "enb":
		out = append(out, float64(id.SIB1.ECI.ENB()))
	case "tac":
		out = append(out, float64(id.SIB1.TAC))
	case "pci":
		out = append(out, float64(c.PCI))
	case "earfcn":
		if c.Sure {
			out = append(out, float64(c.EARFCN))
		}
	case "q_rx_lev_min_dbm":
		out = append(out, float64(id.SIB1.QRxLevMinDBm))
	case "si_window_ms":
		out = append(out, float64(id.SIB1.SIWindowMS))
	case "schedule":
		out = append(out, float64(len(id.SIB1.Schedule)))
	case "period_rf":
		if len(id.SIB1.Schedule) > 0 {
			out = append(out, float64(id.SIB1.Schedule[0].PeriodRF))
		}
	case "phich_resource":
		out = append(out, c.Best.MIB.PHICHResource.String())
	case "ports":
		out = append(out, float64(c.Best.Ports))
	default:
		for _, b := range c.info.of(lte.SIBType(f.SIB)) {
			if v := at(b.fields, strings.Split(f.Name, ".")...); v != nil {
				out = append(out, v)
			}
		}
	}
	return out
}

// stackScheduling, CF-07: system information is sent as a stack's code sends it, whatever its configuration says.
//
// srsENB sends all messages in subframe 9, OpenAirInterface in subframe 5. Innocent: a vendor that does the same: the
// operator's other cells tell.
func stackScheduling(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	sub, n := habit(c.Entry)
	if n < int(c.n("sent")) {
		return missing(fmt.Sprintf("%s of system information read, want %.0f", count(n, "message"), c.n("sent")))
	}
	name := map[int]string{9: "srsENB", 5: "OpenAirInterface"}[sub]
	if name == "" {
		return fine
	}
	others := 0
	for _, e := range c.peers() {
		s, n := habit(e)
		if n < int(c.n("sent"))/2 {
			continue
		}
		if s == sub {
			return fine // the operator's own do the same
		}
		others++
	}
	weight := "alone"
	if others >= int(c.n("peers")) {
		weight = "unlike"
	}
	return c.found(weight, Finding{Field: "si_onair", Value: fmt.Sprintf("all in subframe %d", sub), Expected: "spread over the window",
		From: count(others, "cell") + " of the operator", Text: fmt.Sprintf("%d messages of system information, all in subframe %d, as %s sends them", n, sub, name)})
}

// habit is the one subframe in which a cell sends its messages, -1 if there are several, and how many were seen.
func habit(e *Entry) (sub, n int) {
	sub = -2
	if e.Identity == nil {
		return -1, 0
	}
	for _, s := range e.Identity.OnAir {
		if s.Entry == 0 {
			continue
		}
		n += s.Count
		switch {
		case sub == -2:
			sub = s.Subframe
		case sub != s.Subframe:
			sub = -1
		}
	}
	return sub, n
}

// oddTimers, CF-14: single values that stacks come with and networks rarely use.
//
// Innocent: some network somewhere: each counts little, and together they are bounded.
func oddTimers(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	if len(c.info.of(2)) == 0 {
		return missing("SIB2 not read")
	}
	var odd []string
	for _, f := range c.policy().odd {
		if slices.ContainsFunc(c.values(f), f.is) {
			odd = append(odd, f.Name[strings.LastIndexByte(f.Name, '.')+1:]+" "+f.String())
		}
	}
	// What the operator's other cells say too is its own habit.
	for _, e := range c.peers() {
		peer := *c
		peer.Entry = e
		odd = slices.DeleteFunc(odd, func(o string) bool {
			return slices.ContainsFunc(c.policy().odd, func(f stackField) bool {
				return strings.HasSuffix(f.Name, o[:strings.IndexByte(o, ' ')]) && slices.ContainsFunc(peer.values(f), f.is)
			})
		})
	}
	if len(odd) == 0 {
		return fine
	}
	weight := map[int]string{1: "one", 2: "two", 3: "three"}[len(odd)]
	if weight == "" {
		weight = "four"
	}
	return c.found(weight, Finding{Field: "sibs.2", Value: strings.Join(odd, ", "), Expected: "values of a network", From: "defaults of open stacks",
		Text: fmt.Sprintf("%s a network rarely uses: %s", count(len(odd), "value"), strings.Join(odd, ", "))})
}

// stack is the fingerprint of one.
type stack struct {
	Name   string       `toml:"name"`
	Fields []stackField `toml:"field"`
}

// stackField is a value that a stack comes with. Tuple: with the others marked so it is enough, for nobody has them by chance.
type stackField struct {
	SIB   int    `toml:"sib"` // 0: of SIB1, MIB or carrier, by the name in the lines of JSON
	Name  string `toml:"name"`
	Value any    `toml:"value"`
	Tuple bool   `toml:"tuple"`
}

func (f stackField) is(v any) bool {
	switch want := f.Value.(type) {
	case int64:
		n, ok := v.(float64)
		return ok && math.Abs(n-float64(want)) < 0.5
	default:
		return v == want
	}
}

func (f stackField) String() string { return fmt.Sprint(f.Value) }

package verdict

import (
	"fmt"
	"strconv"

	"github.com/straycell/straycell/decode/lte"
)

// Warnings are ETWS in SIB10 and SIB11, CMAS in SIB12.
var warningBlocks = []lte.SIBType{10, 11, 12}

// warning is one that is broadcast.
type warning struct {
	block
	id, serial string // as sent, bits
}

func (c *Case) warnings() (out []warning) {
	for _, t := range warningBlocks {
		for _, b := range c.info.of(t) {
			w := warning{block: b}
			for _, suffix := range []string{"", "R9"} {
				if s := b.text("messageIdentifier" + suffix); s != "" {
					w.id = s
				}
				if s := b.text("serialNumber" + suffix); s != "" {
					w.serial = s
				}
			}
			out = append(out, w)
		}
	}
	return out
}

func warns(s *lte.SIB1) bool {
	for _, t := range warningBlocks {
		if scheduled(s, t) {
			return true
		}
	}
	return false
}

func bits(s string) uint64 {
	n, err := strconv.ParseUint(s, 2, 16)
	if err != nil {
		return 0
	}
	return n
}

// loneWarning, PW-01: a public warning that one cell alone broadcasts.
//
// A false alarm, sent to whoever is near. Innocent: a real one reaches every cell of an area, and an area has edges: others
// of its tracking area are asked, if there are any; their SIB1 must have been read after this cell's warning began, and the warning
// must have stood for a while. Where warnings go out sector by sector, at the edge of a polygon, one cell may warn alone and be right:
// what it says, and the news, tell.
func loneWarning(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	ws := c.warnings()
	if len(ws) == 0 {
		return fine
	}
	first, last := ws[0].FirstS, ws[0].LastS
	for _, w := range ws {
		first, last = min(first, w.FirstS), max(last, w.LastS)
	}
	quiet, loud, here := 0, 0, 0
	for _, x := range c.of(c.operatorKeys(), func(e *Entry) bool { return e.Identity != nil && c.sharesPLMN(e) && c.recent(e) }) {
		switch {
		case warns(&x.Identity.SIB1) || len((&Case{Entry: x}).warnings()) > 0:
			loud++
		case x.Identity.LastS > first+c.n("seconds"):
			quiet++
			if x.Identity.SIB1.TAC == c.Identity.SIB1.TAC {
				here++
			}
		}
	}
	if here > 0 { // a warning reaches an area, whose edge may run here
		quiet = here
	}
	f := Finding{Field: "sibs." + ws[0].Type.String(), Value: fmt.Sprintf("message 0x%04x, serial 0x%04x", bits(ws[0].id), bits(ws[0].serial)),
		Expected: "the same from other cells of the operator", From: count(quiet, "cell") + " of the operator without it"}
	f.Text = fmt.Sprintf("broadcasts a public warning (SIB%s, message 0x%04x)", ws[0].Type, bits(ws[0].id))
	switch {
	case loud > 0:
		f.Text += fmt.Sprintf(", as %s of the operator", count(loud, "other cell"))
		return c.found("context", f)
	case quiet >= int(c.n("cells")) && last-first >= c.n("seconds")/2:
		f.Text += fmt.Sprintf(" that none of %s of the operator broadcasts", count(quiet, "other cell"))
		return c.found("weight", f)
	}
	f.Text += "; too few others of the operator were read since to tell whether they do"
	return c.found("context", f)
}

// operatorKeys are keys under which all cells of any of the cell's operators stand.
func (c *Case) operatorKeys() (out []string) {
	for _, p := range c.plmns {
		out = append(out, keyOperator+p.String())
	}
	return out
}

// testWarning, PW-02: a warning under an identifier for tests and exercises.
//
// Misuse of what phones may show all the same. Innocent: tests of the operator. TS 23.041 §9.4.1.2.2.
func testWarning(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	for _, w := range c.warnings() {
		if id := bits(w.id); id == 0x1103 || id >= 0x111c && id <= 0x111e {
			return c.found("weight", Finding{Field: "sibs." + w.Type.String(), Value: fmt.Sprintf("message 0x%04x", id), Expected: "no tests on the air", From: "TS 23.041 §9.4.1.2.2",
				Text: fmt.Sprintf("broadcasts a warning under the identifier 0x%04x, for tests", id)})
		}
	}
	return fine
}

// emptyIndication, PW-03: paging announces a warning, and there is none.
//
// It makes all phones read system information, again and again. Innocent: a warning that ends in this moment.
func emptyIndication(c *Case) Outcome {
	if why := c.unread(); why != "" {
		return missing(why)
	}
	p := c.Identity.Paging
	switch {
	case c.Identity.Pages == 0:
		return missing("no paging read")
	case !p.ETWSIndication && !p.CMASIndication, warns(&c.Identity.SIB1), len(c.warnings()) > 0:
		return fine
	case c.Identity.LastS-c.Identity.FirstS < c.n("seconds"):
		return missing("not watched for long enough")
	}
	for _, b := range c.info.of(1) {
		if warns(b.SIB1) {
			return fine
		}
	}
	return c.found("weight", Finding{Field: "paging", Value: "warning announced", Expected: "SIB10, SIB11 or SIB12", From: "TS 36.331 §5.3.2",
		Text: "paging announces a public warning, and SIB1 schedules none"})
}

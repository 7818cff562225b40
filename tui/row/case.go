package row

import (
	"fmt"
	"strings"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
)

// Title names a cell in one line.
func Title(c *survey.Cell) string {
	parts := []string{Band(c), "EARFCN " + EARFCN(c), fmt.Sprintf("PCI %d", c.PCI)}
	if len(c.PLMNs) > 0 {
		parts = append(parts, strings.Join(c.PLMNs, " "))
	}
	if c.ENB != nil || c.ECI != nil {
		parts = append(parts, "eNB "+Identity(c))
	}
	return strings.Join(parts, " ")
}

// Case is what stands against a cell in lines of at most width cells: each finding with its field, value, expected value
// and origin, then what could not be judged.
func Case(c *survey.Cell, width int) []string {
	var out []string
	for _, f := range c.Findings {
		out = append(out, plain.Hang(Sign(c)+" ", fmt.Sprintf("%s v%d: %s", f.Rule, f.Version, f.Text), width)...)
		s := f.Field + ": " + f.Value
		if f.Expected != "" {
			s += "; expected: " + f.Expected
		}
		if f.From != "" {
			s += "; from: " + f.From
		}
		if f.Weight != 0 {
			s += fmt.Sprintf("; weight: %d", f.Weight)
		}
		out = append(out, plain.Hang("   ", s, width)...)
	}
	if len(c.Findings) == 0 {
		out = append(out, plain.Hang("", "no finding against this cell"+map[string]string{
			"no-list":     ": no list says what should be here",
			"unconfirmed": ": it fits the list, yet its identity was not read",
		}[c.Known], width)...)
	}
	return append(out, NotJudged(c, width)...)
}

// NotJudged says why rules could not judge, those with one reason in one line.
func NotJudged(c *survey.Cell, width int) (out []string) {
	var whys []string
	rules := map[string][]string{}
	for _, n := range c.NotJudged {
		if rules[n.Why] == nil {
			whys = append(whys, n.Why)
		}
		rules[n.Why] = append(rules[n.Why], n.Rule)
	}
	for _, why := range whys {
		out = append(out, plain.Hang("not judged: ", strings.Join(rules[why], " ")+": "+why, width)...)
	}
	return out
}

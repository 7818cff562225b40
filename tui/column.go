package tui

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
	"github.com/straycell/straycell/tui/row"
)

// column is one column of the table of cells.
type column struct {
	title string // English; said in the screen's language
	cells int
	right bool // numbers stand to the right
	from  int  // shown where the table is at least so wide
	until int  // and less than so wide; 0: always
	text  func(m *model, c *survey.Cell) string
}

// Widths from which the table says more.
const (
	wide  = 100
	wider = 120
	roomy = 160
	huge  = 190
)

// columns in their order. Those that are always shown take 79 cells: a cursor and they fill a terminal of 80.
var columns = []column{
	{"state", 14, false, 0, 0, func(m *model, c *survey.Cell) string { return m.state(c) }},
	{"pts", 3, true, 0, wide, func(m *model, c *survey.Cell) string { return strconv.Itoa(c.Score) }},
	{"verdict", 13, false, wide, 0, func(m *model, c *survey.Cell) string { return m.verdictOf(c) }},
	{"op", 4, false, 0, wider, func(m *model, c *survey.Cell) string { return cmp.Or(m.operator(c).Short, "-") }},
	{"operator", 10, false, wider, 0, func(m *model, c *survey.Cell) string { return cmp.Or(m.operator(c).Name, "-") }},
	{"PLMN", 7, false, wider, 0, func(m *model, c *survey.Cell) string { return cmp.Or(strings.Join(c.PLMNs, " "), "-") }},
	{"B", 3, false, 0, 0, func(m *model, c *survey.Cell) string { return row.Band(c) }},
	{"EARFCN", 6, true, 0, 0, func(m *model, c *survey.Cell) string { return row.EARFCN(c) }},
	{"MHz", 7, true, wide, 0, func(m *model, c *survey.Cell) string { return fmt.Sprintf("%.1f", c.FreqHz/1e6) }},
	{"PCI", 3, true, 0, 0, func(m *model, c *survey.Cell) string { return strconv.Itoa(c.PCI) }},
	{"eNB/sector", 10, false, 0, 0, func(m *model, c *survey.Cell) string { return row.Identity(c) }},
	{"TAC", 5, true, 0, 0, func(m *model, c *survey.Cell) string { return number(c.TAC, "%d") }},
	{"BW", 3, true, 0, 0, func(m *model, c *survey.Cell) string { return row.Bandwidth(c.PRB) }},
	{"ports", 5, true, roomy, 0, func(m *model, c *survey.Cell) string { return strconv.Itoa(c.Ports) }},
	{"RSRP", 4, true, 0, 0, func(m *model, c *survey.Cell) string { return whole(cmp.Or(c.RSRPdBm, c.RSRPdBFS)) }},
	{"RSRQ", 5, true, wider, 0, func(m *model, c *survey.Cell) string { return number(c.RSRQdB, "%.1f") }},
	{"SINR", 4, true, 0, 0, func(m *model, c *survey.Cell) string { return whole(c.SINRdB) }},
	{"ppm", 5, true, 0, 0, func(m *model, c *survey.Cell) string { return relative(c.CFORelPPM) }},
	{"clock", 6, true, roomy, 0, func(m *model, c *survey.Cell) string { return number(c.ClockPPM, "%+.2f") }},
	{"radio", 6, false, roomy, 0, func(m *model, c *survey.Cell) string { return c.Transmitter }},
	{"age", 3, true, 0, 0, func(m *model, c *survey.Cell) string { return row.Age(m.now - c.LastS) }},
	{"against it", 40, false, huge, 0, func(m *model, c *survey.Cell) string { return against(c) }},
}

// line writes the columns that fit, with one space between them.
func line(width int, text func(*column) string) string {
	var b strings.Builder
	for i := range columns {
		col := &columns[i]
		if width < col.from || col.until > 0 && width >= col.until {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		if col.right {
			b.WriteString(plain.Right(text(col), col.cells))
		} else {
			b.WriteString(plain.Left(text(col), col.cells))
		}
	}
	return b.String()
}

func (m *model) head(width int) string {
	return line(width, func(c *column) string { return m.say.T(c.title) })
}

func (m *model) row(width int, c *survey.Cell) string {
	return line(width, func(col *column) string { return col.text(m, c) })
}

// state is the sign and the word: of a cell with findings that weigh, its level.
func (m *model) state(c *survey.Cell) string { return row.Sign(c) + " " + m.say.T(row.Word(c)) }

func (m *model) verdictOf(c *survey.Cell) string {
	return fmt.Sprintf("%s %d", m.say.T(c.Level), c.Score)
}

// against lists the rules that speak against a cell, the heaviest first.
func against(c *survey.Cell) string {
	var names []string
	for _, f := range heaviest(c.Findings) {
		names = append(names, f.Rule)
	}
	return strings.Join(names, " ")
}

// heaviest are findings in the order of what they weigh.
func heaviest(fs []survey.Finding) []survey.Finding {
	out := slices.Clone(fs)
	slices.SortStableFunc(out, func(a, b survey.Finding) int { return cmp.Compare(b.Weight, a.Weight) })
	return out
}

// relative is an offset in ppm, as exactly as five cells allow.
func relative(v *float64) string {
	if v == nil {
		return "-"
	}
	if math.Abs(*v) >= 9.995 {
		return fmt.Sprintf("%+.1f", *v)
	}
	return fmt.Sprintf("%+.2f", *v)
}

// whole is a number without decimals: all that a glance needs.
func whole(v *float64) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf("%.0f", math.Round(*v)+0) // adding 0 makes -0 a 0
}

func number[T any](v *T, format string) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf(format, *v)
}

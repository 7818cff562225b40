// Package row says a cell in one line: the columns that the screen and the printed table share.
package row

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
)

// Column is one column of a table of cells.
type Column struct {
	Title string
	Cells int  // of the screen
	Right bool // numbers stand to the right
	Wide  int  // shown only where the table is at least this wide; 0: always
	Text  func(c *survey.Cell, now float64) string
}

// Columns in their order. The ones that are always shown take 79 cells: a cursor and they fill a terminal of 80.
var Columns = []Column{
	{"state", 14, false, 0, func(c *survey.Cell, _ float64) string { return State(c) }},
	{"level", 14, false, 132, func(c *survey.Cell, _ float64) string { return fmt.Sprintf("%s %d", c.Level, c.Score) }},
	{"band", 4, false, 0, func(c *survey.Cell, _ float64) string { return Band(c) }},
	{"EARFCN", 6, true, 0, func(c *survey.Cell, _ float64) string { return EARFCN(c) }},
	{"MHz", 7, true, 100, func(c *survey.Cell, _ float64) string { return fmt.Sprintf("%.1f", c.FreqHz/1e6) }},
	{"PCI", 3, true, 0, func(c *survey.Cell, _ float64) string { return strconv.Itoa(c.PCI) }},
	{"PLMN", 7, false, 120, func(c *survey.Cell, _ float64) string { return strings.Join(c.PLMNs, " ") }},
	{"eNB/sector", 11, false, 0, func(c *survey.Cell, _ float64) string { return Identity(c) }},
	{"TAC", 5, true, 0, func(c *survey.Cell, _ float64) string { return number(c.TAC, "%d") }},
	{"BW", 3, true, 0, func(c *survey.Cell, _ float64) string { return Bandwidth(c.PRB) }},
	{"ports", 5, true, 0, func(c *survey.Cell, _ float64) string { return orDash(c.Ports != 0, strconv.Itoa(c.Ports)) }},
	{"RSRP", 4, true, 0, func(c *survey.Cell, _ float64) string { return decibels(cmp.Or(c.RSRPdBm, c.RSRPdBFS)) }},
	{"RSRQ", 5, true, 120, func(c *survey.Cell, _ float64) string { return number(c.RSRQdB, "%.1f") }},
	{"SINR", 4, true, 0, func(c *survey.Cell, _ float64) string { return decibels(c.SINRdB) }},
	{"offset", 6, true, 0, func(c *survey.Cell, _ float64) string { return offset(c.CFOHz) }},
	{"clock", 6, true, 120, func(c *survey.Cell, _ float64) string { return number(c.ClockPPM, "%+.2f") }},
	{"age", 3, true, 0, func(c *survey.Cell, now float64) string { return Age(now - c.LastS) }},
}

// Legend names what the titles have no room for.
const Legend = "eNB/sector and TAC once SIB1 was read · BW MHz · RSRP dBFS (dBm once calibrated) · SINR dB · " +
	"offset of the carrier in kHz · age since last seen"

// Line writes the columns that fit a table of width cells, with one space between them. text gives a column's text.
func Line(width int, text func(Column) string) string {
	var b strings.Builder
	for _, col := range Columns {
		if col.Wide > width {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		if col.Right {
			b.WriteString(plain.Right(text(col), col.Cells))
		} else {
			b.WriteString(plain.Left(text(col), col.Cells))
		}
	}
	return b.String()
}

// Head is the line of titles.
func Head(width int) string { return Line(width, func(c Column) string { return c.Title }) }

// Cell is the line of one cell; now is the survey's signal time.
func Cell(width int, c *survey.Cell, now float64) string {
	return Line(width, func(col Column) string { return col.Text(c, now) })
}

// Rank orders cells by what must be seen first: unknown, then any whose level is suspicious or alert, then unconfirmed,
// no-list and known.
func Rank(c *survey.Cell) int {
	switch {
	case c.Known == "unknown":
		return 0
	case c.Level == "suspicious" || c.Level == "alert":
		return 1
	case c.Known == "unconfirmed":
		return 2
	case c.Known == "no-list":
		return 3
	}
	return 4
}

// Order puts cells in the order of their rank, then score, and within it by carrier and PCI, so that rows stay where
// they are while levels move.
func Order(a, b *survey.Cell) int {
	return cmp.Or(cmp.Compare(Rank(a), Rank(b)), cmp.Compare(b.Score, a.Score), cmp.Compare(a.FreqHz, b.FreqHz),
		cmp.Compare(a.PCI, b.PCI), cmp.Compare(a.Transmitter, b.Transmitter))
}

// Sign marks a rank in two cells, for screens without colour.
func Sign(c *survey.Cell) string { return [...]string{"!!", "**", "??", "--", "ok"}[Rank(c)] }

// Word is the state, or the level of a cell that is suspicious although the lists do not call it unknown.
func Word(c *survey.Cell) string {
	if Rank(c) == 1 {
		return c.Level
	}
	return c.Known
}

// State is the sign and the word.
func State(c *survey.Cell) string { return Sign(c) + " " + Word(c) }

// Band is "B3", or "-" while it is not known.
func Band(c *survey.Cell) string { return orDash(c.Band != 0, "B"+strconv.Itoa(c.Band)) }

// EARFCN is the carrier's number; "1303?" is the nearest of several that the radio's error leaves possible.
func EARFCN(c *survey.Cell) string {
	if c.EARFCN != nil {
		return strconv.FormatUint(uint64(*c.EARFCN), 10)
	}
	if len(c.EARFCNCandidates) == 0 {
		return "-"
	}
	off := func(n uint32) float64 { return math.Abs(lte.EARFCN(n).FreqHz() - c.FreqHz) }
	near := slices.MinFunc(c.EARFCNCandidates, func(a, b uint32) int { return cmp.Compare(off(a), off(b)) })
	return strconv.FormatUint(uint64(near), 10) + "?"
}

// Identity is eNB/sector, or the whole identity of a home eNB.
func Identity(c *survey.Cell) string {
	switch {
	case c.ENB != nil && c.Sector != nil:
		return fmt.Sprintf("%d/%d", *c.ENB, *c.Sector)
	case c.ECI != nil:
		return fmt.Sprintf("h%d", *c.ECI)
	}
	return "-"
}

// Bandwidth in MHz of a carrier of that many resource blocks, TS 36.101 §5.6.
func Bandwidth(prb int) string {
	switch prb {
	case 6:
		return "1.4"
	case 15:
		return "3"
	case 25, 50, 75, 100:
		return strconv.Itoa(prb / 5)
	}
	return "-"
}

// Age is a duration in three cells.
func Age(s float64) string {
	switch {
	case !(s > 0):
		return "0s"
	case s < 99.5:
		return fmt.Sprintf("%.0fs", s)
	case s < 99.5*60:
		return fmt.Sprintf("%.0fm", s/60)
	case s < 99.5*3600:
		return fmt.Sprintf("%.0fh", s/3600)
	}
	return fmt.Sprintf("%.0fd", min(s/86400, 99))
}

// offset writes Hz as kHz, as exactly as six cells allow.
func offset(hz *float64) string {
	if hz == nil {
		return "-"
	}
	s := fmt.Sprintf("%+.2f", *hz/1e3)
	if len(s) > 6 {
		s = fmt.Sprintf("%+.1f", *hz/1e3)
	}
	return s
}

// decibels are whole ones, as exact as a glance needs.
func decibels(v *float64) string {
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

func orDash(ok bool, s string) string {
	if !ok {
		return "-"
	}
	return s
}

package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/x/term"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
	"github.com/straycell/straycell/tui/row"
)

// pipeWidth is the table's width where nobody's terminal has one.
const pipeWidth = 100

// width of the table that e.out has room for.
func (e *env) width() int {
	if w, _, err := term.GetSize(e.out.Fd()); err == nil && w > 0 {
		return max(w, 79)
	}
	return pipeWidth
}

// printTable prints what a survey found: the cells, unknown ones on top, the case against each, and a line of counts.
func printTable(w io.Writer, width int, s survey.Summary) error {
	cells := make([]*survey.Cell, len(s.Cells))
	for i := range s.Cells {
		cells[i] = &s.Cells[i]
	}
	slices.SortStableFunc(cells, row.Order)

	var b strings.Builder
	line := func(text string) { b.WriteString(strings.TrimRight(text, " ") + "\n") }
	if len(cells) > 0 {
		line(row.Head(width))
	}
	for _, c := range cells {
		line(row.Cell(width, c, s.Sweep.TS))
	}
	for _, c := range cells {
		if len(c.Findings) > 0 {
			line("")
			line(plain.Text(row.Title(c)+":", width))
			for _, l := range row.Case(c, width-3) {
				line("   " + l)
			}
		}
	}
	if len(cells) > 0 {
		line("")
	}
	line(totals(cells, s))
	if s.Sweep.Tunings > 0 {
		line(plain.Text(swept(s.Sweep), maxNote))
	}
	if len(s.Ghosts) > 0 {
		line(plain.Text(row.Ghosts(s.Ghosts), maxNote))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// swept says what a sweep covered, and what it would have missed.
func swept(s survey.Sweep) string {
	t := "swept " + count(int64(s.Tunings), "tuning")
	if s.CarriersCovered != nil {
		t += fmt.Sprintf(", %d of %d carriers", *s.CarriersCovered, s.CarriersPlanned)
	}
	if s.SensitivityDBFS != nil {
		t += fmt.Sprintf("; a cell of %.0f dBFS would have been found", *s.SensitivityDBFS)
	}
	if s.Unread > 0 {
		t += fmt.Sprintf("; SIB1 not read of %d", s.Unread)
	}
	if s.PPM != nil {
		t += fmt.Sprintf("; carriers stand %+.2f ppm off, as %s", *s.PPM, count(int64(s.PPMCells), "cell"))
		t += map[bool]string{true: " says", false: " say"}[s.PPMCells == 1]
	}
	for _, k := range s.BandsSkipped {
		t += "; not covered: " + k.Why
	}
	return t
}

// totals is the last line of the table.
func totals(cells []*survey.Cell, s survey.Summary) string {
	of := map[string]int{}
	for _, c := range cells {
		of[c.Known]++
	}
	t := cmp.Or(map[int]string{0: "no cell found"}[len(cells)], count(int64(len(cells)), "cell"))
	var parts []string
	for _, k := range []string{"unknown", "unconfirmed", "no-list", "known"} {
		if of[k] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", of[k], k))
		}
	}
	if len(parts) > 0 {
		t += ": " + strings.Join(parts, ", ")
	}
	return fmt.Sprintf("%s; %.2f s of signal, %s lost", t, s.Sweep.Seconds, count(s.Sweep.LostSamples, "sample"))
}

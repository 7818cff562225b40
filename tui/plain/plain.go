// Package plain makes text that others wrote (cells, files, inventories) safe to show on a terminal: what could move the
// cursor, hide, reorder or join characters is spelled out, and widths are counted in the terminal's cells.
package plain

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// maxMarks bounds the combining marks on one character; living scripts need three at most.
const maxMarks = 3

// Text returns s with every rune that a terminal would not simply draw spelled out, \u202e for a bidi override, and cut
// to at most cells cells of the screen; "~" marks the cut. The result is one line.
func Text(s string, cells int) string {
	var b strings.Builder
	width, marks := 0, maxMarks // a mark has nothing to sit on at the start
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		t := s[i : i+n]
		switch {
		case r == utf8.RuneError && n == 1:
			t, marks = fmt.Sprintf(`\x%02x`, s[i]), 0
		case r == '\t' || r == '\n' || r == '\r' || r != ' ' && unicode.Is(unicode.Zs, r):
			t, marks = " ", 0
		case hidden(r):
			t, marks = spell(r), 0
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks {
				t = spell(r)
			}
		default:
			marks = 0
		}
		w := Width(t)
		if width+w > cells {
			return cut(b.String(), cells)
		}
		b.WriteString(t)
		width += w
		i += n
	}
	return b.String()
}

// cut marks text that did not fit: one cell at its end becomes "~".
func cut(s string, cells int) string {
	if cells <= 0 {
		return ""
	}
	if Width(s) >= cells {
		s = ansi.Truncate(s, cells-1, "")
	}
	return s + "~"
}

// hidden tells whether a terminal might do anything else than draw r by itself in one or two cells.
func hidden(r rune) bool {
	switch {
	case r < 0x7f:
		return r < ' '
	case !unicode.IsGraphic(r), // controls, format (bidi, zero width, joiners, tags), surrogates, private use, unassigned
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r), // Hangul fillers and other letters that draw nothing
		unicode.Is(unicode.Variation_Selector, r),
		r == 0x2800,                  // braille blank
		r >= 0x1f1e6 && r <= 0x1f1ff, // regional indicators: two make one flag
		r >= 0x1f3fb && r <= 0x1f3ff, // skin tones join the character before
		r >= 0x1100 && r <= 0x11ff,   // conjoining jamo: terminals disagree on their width
		r >= 0xa960 && r <= 0xa97c, r >= 0xd7b0 && r <= 0xd7fb:
		return true
	}
	return false
}

func spell(r rune) string {
	if r > 0xffff {
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// Width counts the cells of the screen that s takes.
func Width(s string) int { return ansi.StringWidth(s) }

// Left is Text padded with spaces to exactly cells cells.
func Left(s string, cells int) string {
	s = Text(s, cells)
	return s + strings.Repeat(" ", max(0, cells-Width(s)))
}

// Right is Text set to the right in exactly cells cells.
func Right(s string, cells int) string {
	s = Text(s, cells)
	return strings.Repeat(" ", max(0, cells-Width(s))) + s
}

// Lines wraps s between words into lines of at most cells cells, at most max of them; "~" marks what did not fit.
func Lines(s string, cells, max int) []string {
	if cells < 2 || max < 1 { // two cells hold any character
		return nil
	}
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(Text(s, cells*max)) {
		if line != "" && Width(line)+1+Width(word) > cells {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
		for Width(line) > cells {
			head := ansi.Truncate(line, cells, "")
			lines, line = append(lines, head), line[len(head):]
		}
	}
	if lines = append(lines, line); len(lines) > max {
		lines = lines[:max]
		lines[max-1] = cut(lines[max-1], cells)
	}
	return lines
}

// MaxWrap bounds how many lines one text may take on a screen.
const MaxWrap = 6

// Hang wraps s to the right of its indent, which opens the first line and is blank on the others.
func Hang(indent, s string, cells int) []string {
	at := Width(indent)
	lines := Lines(s, cells-at, MaxWrap)
	for i := range lines {
		if i > 0 {
			indent = strings.Repeat(" ", at)
		}
		lines[i] = indent + lines[i]
	}
	return lines
}

package tui

import (
	"fmt"
	"math"
	"strings"

	"github.com/straycell/straycell/tui/plain"
)

// eighths are the heights of one character, from nothing to all of it.
var eighths = []rune(" ▁▂▃▄▅▆▇█")

// scale is what a chart spans.
type scale struct{ low, high float64 }

// beyond is what no level, offset or time comes near: larger numbers would swallow a step.
const beyond = 1e9

// around is the scale that holds all values, at least so wide, and ends on round numbers.
func around(values []float64, least, step float64) scale {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if math.Abs(v) < beyond {
			low, high = min(low, v), max(high, v)
		}
	}
	if low > high {
		return scale{0, least}
	}
	low, high = math.Floor(low/step)*step, math.Ceil(high/step)*step
	for high-low < least {
		low -= step / 2
		high += step / 2
	}
	return scale{low, high}
}

// of is where a value stands, 0 to 1.
func (s scale) of(v float64) float64 {
	if !(s.high > s.low) || math.IsNaN(v) {
		return 0
	}
	return max(0, min(1, (v-s.low)/(s.high-s.low)))
}

// columns draws one column a value, height lines high, the top line first. NaN leaves a gap; the lowest value is still seen.
func (s scale) columns(values []float64, height int) []string {
	out := make([]string, height)
	for y := range height {
		var b strings.Builder
		for _, v := range values {
			part := 0
			if !math.IsNaN(v) {
				eight := max(1, int(math.Round(s.of(v)*float64(height*8))))
				part = max(0, min(8, eight-(height-1-y)*8))
			}
			b.WriteRune(eighths[part])
		}
		out[y] = b.String()
	}
	return out
}

// dots draws one mark a value, where only its height counts.
func (s scale) dots(values []float64, height int) []string {
	out := make([]string, height)
	for y := range height {
		var b strings.Builder
		for _, v := range values {
			r := ' '
			if !math.IsNaN(v) && int(math.Round((1-s.of(v))*float64(height-1))) == y {
				r = '•'
			}
			b.WriteRune(r)
		}
		out[y] = b.String()
	}
	return out
}

// axisCells is how much of a chart's width its numbers take.
const axisCells = 9

// framed puts the scale's ends beside a chart.
func (s scale) framed(lines []string, format string) []string {
	for i := range lines {
		label := ""
		switch i {
		case 0:
			label = fmt.Sprintf(format, s.high)
		case len(lines) - 1:
			label = fmt.Sprintf(format, s.low)
		}
		lines[i] = plain.Right(label, axisCells-2) + "│ " + lines[i]
	}
	return lines
}

// binned is the values of points in time as n columns: the largest of each, NaN where there is none.
func binned(at, values []float64, from, to float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = math.NaN()
	}
	if n == 0 {
		return out
	}
	for i, s := range at {
		v := values[i]
		if !(math.Abs(v) < beyond) || !(math.Abs(s) < beyond) {
			continue
		}
		x := n - 1
		if to > from && to-from < 2*beyond {
			x = int(max(0, min(float64(n-1), (s-from)/(to-from)*float64(n))))
		}
		if math.IsNaN(out[x]) || v > out[x] {
			out[x] = v
		}
	}
	return out
}

// held fills gaps with the value before them, where they are no longer than points are apart: few points make no comb.
func held(values []float64, points int) []float64 {
	reach := 0
	if points > 0 {
		reach = 2 * len(values) / points
	}
	last := -1
	for i, v := range values {
		if math.IsNaN(v) {
			continue
		}
		if last >= 0 && i-last <= reach {
			for k := last + 1; k < i; k++ {
				values[k] = values[last]
			}
		}
		last = i
	}
	return values
}

// bar draws a level of 0 to 1 in n characters, to an eighth of one.
func bar(v float64, n int) string {
	const parts = " ▏▎▍▌▋▊▉█"
	eight := int(math.Round(max(0, min(1, v)) * float64(n*8)))
	s := strings.Repeat("█", eight/8)
	if eight%8 > 0 {
		s += string([]rune(parts)[eight%8])
	}
	return pad(s, n)
}

// glyphs are figures of three by five, a bit a cell, the top line first.
var glyphs = map[rune][5]byte{
	'0': {7, 5, 5, 5, 7}, '1': {2, 6, 2, 2, 7}, '2': {7, 1, 7, 4, 7}, '3': {7, 1, 7, 1, 7}, '4': {5, 5, 7, 1, 1},
	'5': {7, 4, 7, 1, 7}, '6': {7, 4, 7, 5, 7}, '7': {7, 1, 1, 2, 2}, '8': {7, 5, 7, 5, 7}, '9': {7, 5, 7, 1, 7},
	'-': {0, 0, 7, 0, 0}, '+': {0, 2, 7, 2, 0}, '.': {0, 0, 0, 0, 2}, ' ': {},
}

// large writes a number five lines high, each figure scale characters a bit.
func large(text string, scale int) []string {
	out := make([]string, 5)
	for y := range out {
		for _, r := range text {
			for bit := 4; bit > 0; bit >>= 1 {
				c := " "
				if glyphs[r][y]&byte(bit) != 0 {
					c = "█"
				}
				out[y] += strings.Repeat(c, scale)
			}
			out[y] += strings.Repeat(" ", scale)
		}
	}
	return out
}

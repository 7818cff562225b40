package tui

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/straycell/straycell/internal/survey"
)

// blocks are the eight heights of one character.
var blocks = []rune("▁▂▃▄▅▆▇█")

// The line spans these levels, whatever is received: an empty band looks empty, and a strong one strong.
const (
	floorDBFS = -90
	topDBFS   = -20
)

// spectrum draws the tuning's power spectrum in one line of width cells, its edges in MHz at the ends.
func spectrum(p *survey.Progress, width int) string {
	if p == nil || len(p.PSD) == 0 {
		return "no spectrum yet"
	}
	left := fmt.Sprintf("%.1f ", (p.FreqHz-p.RateHz/2)/1e6)
	bins := make([]float64, 0, width)
	for _, dB := range p.PSD {
		if !math.IsNaN(float64(dB)) && !math.IsInf(float64(dB), 0) {
			bins = append(bins, float64(dB))
		}
	}
	if len(bins) == 0 {
		return "no spectrum yet"
	}
	right := fmt.Sprintf(" %.1f MHz  peak %.0f dBFS", (p.FreqHz+p.RateHz/2)/1e6, slices.Max(bins))
	n := width - len(left) - len(right)
	if n < 8 {
		return strings.TrimSpace(left) + "–" + strings.TrimSpace(right)
	}
	return left + string(bars(bins, n)) + right
}

// bars maps bins to n characters; each shows the mean power of its bins.
func bars(dB []float64, n int) []rune {
	out := make([]rune, n)
	for i := range out {
		from := i * len(dB) / n
		to := max((i+1)*len(dB)/n, from+1)
		var sum float64
		for _, v := range dB[from:to] {
			sum += math.Pow(10, v/10)
		}
		height := (10*math.Log10(sum/float64(to-from)) - floorDBFS) / (topDBFS - floorDBFS) * float64(len(blocks))
		out[i] = blocks[int(max(0, min(height, float64(len(blocks)-1))))]
	}
	return out
}

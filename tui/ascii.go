package tui

import (
	"strings"

	"github.com/straycell/straycell/tui/plain"
)

// plainer says our own signs on a terminal whose locale is not UTF-8.
var plainer = map[rune]rune{
	'▁': '_', '▂': '.', '▃': '-', '▄': '=', '▅': '+', '▆': '*', '▇': '#', '█': '@',
	'▏': '|', '▎': '|', '▍': '|', '▌': '|', '▋': '|', '▊': '|', '▉': '#', '░': '.', '▒': ':', '▓': '%',
	'│': '|', '├': '+', '└': '+', '•': '*', '▲': '^', '▼': 'v', '←': '<', '→': '>',
	'─': '-', '–': '-', '·': '|', '±': '~', '↑': '^', '↓': 'v', '…': '~',
}

// ascii replaces everything beyond ASCII, cell for cell.
func ascii(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch p, ours := plainer[r]; {
		case r < 0x80:
			b.WriteRune(r)
		case ours:
			b.WriteRune(p)
		default:
			b.WriteString(strings.Repeat("?", plain.Width(string(r))))
		}
	}
	return b.String()
}

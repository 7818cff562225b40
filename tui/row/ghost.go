package row

import (
	"fmt"
	"strings"

	"github.com/straycell/straycell/internal/survey"
)

// mostGhosts is how many places of ghosts one line names.
const mostGhosts = 3

// Ghosts names, in one line, what was read like a cell and is none. Ghosts of one carrier stand together in the list.
func Ghosts(all []survey.Candidate) string {
	type place struct {
		freqHz float64
		of     string
	}
	var places []place
	pcis := map[place]string{}
	for _, g := range all {
		p := place{g.FreqHz, g.Ghost}
		if pcis[p] == "" {
			places = append(places, p)
		}
		pcis[p] += fmt.Sprintf(" %d", g.PCI)
	}
	var named []string
	for i, p := range places {
		if i == mostGhosts {
			named = append(named, fmt.Sprintf("%d more places", len(places)-i))
			break
		}
		named = append(named, fmt.Sprintf("PCI%s at %.1f MHz (%s)", pcis[p], p.freqHz/1e6, p.of))
	}
	noun := "ghosts"
	if len(all) == 1 {
		noun = "ghost"
	}
	return fmt.Sprintf("%d %s named: %s", len(all), noun, strings.Join(named, ", "))
}

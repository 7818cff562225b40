package cell

import (
	"cmp"
	"slices"

	"github.com/straycell/straycell/decode/lte"
)

// Ghost is a transmitter that is not there: its signal is another one's, folded or mirrored by the receiver.
type Ghost struct {
	Seen  lte.Observation // the newest that names it
	Looks int             // that name it
}

// ghost tells whether more looks named the transmitter a ghost than took it for a cell. The decoder tells a ghost by the
// cell it is the image of; a look in which that one is missed shows the image alone.
func (x *transmitter) ghost() bool {
	ghosts, shown := x.folded.ghosts, x.folded.shown
	for _, t := range x.tracks {
		ghosts, shown = ghosts+t.ghosts, shown+t.shown
	}
	return ghosts > 0 && ghosts >= shown
}

// maxGhosts bounds the ghosts remembered after they were last seen.
const maxGhosts = 256

// bury remembers a candidate that is forgotten, if it was a ghost.
func (r *Register) bury(x *transmitter) {
	if x.ghost() && len(r.ghosts) < maxGhosts {
		r.ghosts = append(r.ghosts, x.sum())
	}
}

// Ghosts lists what was held to be no cell but the image of another one, by carrier and PCI.
func (r *Register) Ghosts() []Ghost {
	all := slices.Clone(r.ghosts)
	for _, x := range slices.Concat(r.accepted, r.candidates) {
		if x.ghost() {
			all = append(all, x.sum())
		}
	}
	slices.SortStableFunc(all, func(a, b tally) int {
		return cmp.Or(cmp.Compare(a.named.FreqHz, b.named.FreqHz), cmp.Compare(a.named.PCI, b.named.PCI))
	})
	var out []Ghost
	for _, a := range all {
		last := len(out) - 1
		if last >= 0 && out[last].Seen.FreqHz == a.named.FreqHz && out[last].Seen.PCI == a.named.PCI { // came back after a while
			out[last] = Ghost{a.named, out[last].Looks + a.ghosts}
			continue
		}
		out = append(out, Ghost{a.named, a.ghosts})
	}
	return out
}

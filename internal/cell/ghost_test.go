package cell

import (
	"fmt"
	"strings"
	"testing"
)

// A transmitter that the decoder names a ghost is no cell, also in the looks in which it fails to name it.
func TestGhost(t *testing.T) {
	for _, c := range []struct {
		name   string
		looks  string // g: named a ghost, m: shows its MIB, -: not seen
		news   string
		cells  int
		ghosts string
	}{
		{"always named", "gggg", "", 0, "88 alias of 1852.5 MHz in 4 looks"},
		{"missed at times", "ggmgg", "", 0, "88 alias of 1852.5 MHz in 4 looks"},
		{"missed first", "mggg", "new t1, ghost t1", 0, "88 alias of 1852.5 MHz in 3 looks"},
		{"a cell that was named once", "mmmgmmm", "new t1", 1, ""},
		{"a cell that was named first", "gmmm", "new t1", 1, ""},
		{"forgotten and back", "gg" + strings.Repeat("-", 120) + "gg", "", 0, "88 alias of 1852.5 MHz in 4 looks"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rnd, r := seeded(), testRegister()
			m := mast{pci: 88, rxHz: 1871.7e6, at: 0.0031, sinr: 10}
			var news []News
			for i, kind := range c.looks {
				l := window(i)
				if kind != '-' {
					l = l.of(rnd, m)
				}
				if kind == 'g' {
					l = mute(l)
					l.Obs[0].Ghost = "alias of 1852.5 MHz"
				}
				n := r.Add(l)
				if len(n.Seen) > 0 && kind == 'g' && c.cells == 0 {
					t.Errorf("look %d: seen as a cell", i)
				}
				news = append(news, n)
			}
			if got := changes(news...); got != c.news {
				t.Errorf("news %q, want %q", got, c.news)
			}
			var ghosts []string
			for _, g := range r.Ghosts() {
				ghosts = append(ghosts, fmt.Sprintf("%d %s in %d looks", g.Seen.PCI, g.Seen.Ghost, g.Looks))
			}
			if got := strings.Join(ghosts, ", "); got != c.ghosts || len(r.Cells()) != c.cells {
				t.Errorf("%d cells, ghosts %q, want %d and %q", len(r.Cells()), got, c.cells, c.ghosts)
			}
		})
	}
}

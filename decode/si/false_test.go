//go:build bench

package si_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/si"
)

// TestFalseSIB1 counts what noise and other cells' signals pass for, each window one place of a SIB1: code words of the PDCCH
// and CRCs of the PDSCH compared, and what was believed.
func TestFalseSIB1(t *testing.T) {
	const windows = 10000
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(1, 2))
	report := func(name string, r *si.Reader, n, believed, pages int) {
		dcis, blocks := r.Tried()
		fmt.Printf("%-28s %d windows: %d code words, %d CRC24s compared, %d SIB1s, %d pages\n", name, n, dcis, blocks, believed, pages)
		if believed > 0 || pages > 0 {
			t.Errorf("%s: %d SIB1s, %d pages", name, believed, pages)
		}
	}

	r, believed, pages := si.NewReader(), 0, 0
	iq := make([]complex64, 1.92e6*0.02)
	for range windows {
		noise(rng, iq)
		info, _ := r.Read(ctx, iq, 1.92e6, anybody(rng))
		believed, pages = believed+min(1, len(info.SIB1Octets)), pages+info.Pages
	}
	report("noise", r, windows, believed, pages)

	// Other cells: recordings of strong ones, read as a cell with another PCI, and with its own a subframe off.
	for _, name := range []string{"a15p2.cs16", "a25p1.cs8", "a50p2.cs8", "e_fdd_25prb_4p.cs8"} {
		x, rate, cell, _ := clean(t, name)
		for _, kind := range []string{"another PCI", "another subframe"} {
			r, believed, pages = si.NewReader(), 0, 0
			n := windows / 8
			for range n {
				c := cell
				frame := int(rate / 100)
				from := rng.IntN(len(x)/frame-2) * frame
				if kind == "another PCI" {
					for c.PCI == cell.PCI {
						c.PCI = lte.PCI(rng.IntN(504))
					}
				} else {
					from += (1 + rng.IntN(4)) * frame / 10
				}
				c.SFN = 2 * rng.IntN(512)
				info, _ := r.Read(ctx, x[from:min(from+2*frame, len(x))], rate, c)
				believed, pages = believed+min(1, len(info.SIB1Octets)), pages+info.Pages
			}
			report(name+", "+kind, r, n, believed, pages)
		}
	}
}

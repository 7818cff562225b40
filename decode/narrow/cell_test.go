package narrow

import (
	"context"
	"testing"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/radio"
)

// Where samples were lost, a cell at another timing takes the place of the one like it that is not heard any more, with what was spent in
// vain on it. Otherwise, or beside it, it is another cell.
func TestCellsAfterLoss(t *testing.T) {
	at := func(ms float64) lte.Observation {
		return lte.Observation{
			FreqHz: 1840e6, PCI: 7, Duplex: lte.FDD, CP: lte.NormalCP, Ports: 2, FirstSample: ms * 1920,
			MIB: &lte.MIB{PRB: 50, PHICHDuration: lte.PHICHNormal, PHICHResource: lte.PHICHOne},
		}
	}
	for _, x := range []struct {
		name  string
		lost  bool
		then  []lte.Observation
		cells int
		tired bool // the last one
	}{
		{"the same", false, []lte.Observation{at(2)}, 1, true},
		{"another", false, []lte.Observation{at(5)}, 2, false},
		{"the same after a loss", true, []lte.Observation{at(5)}, 1, true},
		{"both after a loss", true, []lte.Observation{at(5), at(2)}, 2, false},
	} {
		r := NewReader()
		b := &radio.Block{Tuning: radio.Tuning{FreqHz: 1840e6, RateHz: 1.92e6}, IQ: make([]complex64, 0)}
		r.Read(context.Background(), b, 0, []lte.Observation{at(2)})
		if len(r.cells) != 1 {
			t.Fatalf("%d cells", len(r.cells))
		}
		r.cells[0].unread = effort{tired: 2, windows: 50}
		if x.lost {
			r.Lost(0.9)
		}
		r.Read(context.Background(), b, 1, x.then)
		if n := len(r.cells); n != x.cells || (r.cells[n-1].unread.tired == 2) != x.tired {
			t.Errorf("%s: %d cells, want %d; the last was tried in vain %d times", x.name, n, x.cells, r.cells[n-1].unread.tired)
		}
	}
}

// What is held for all cells is bounded: the one not heard for longest gives way.
func TestHeldForAll(t *testing.T) {
	r := NewReader()
	for i := range 3 * maxHeard / maxHeld {
		r.cells = append(r.cells, &cell{heardS: float64(i)})
	}
	for _, c := range r.cells {
		for range maxHeld + 3 {
			r.hold(c)
		}
		if len(c.held) != maxHeld {
			t.Fatalf("%d held for the cell heard last", len(c.held))
		}
	}
	held := 0
	for _, c := range r.cells {
		held += len(c.held)
	}
	if held != maxHeard || r.made != maxHeard {
		t.Errorf("%d held, %d made, want %d", held, r.made, maxHeard)
	}
	if n := len(r.cells[0].held); n != 0 {
		t.Errorf("%d held for the cell not heard for longest", n)
	}
}

package narrow

import (
	"slices"
	"testing"
)

// The edges come first, every block is in some window, and what was heard comes last.
func TestPlaces(t *testing.T) {
	for _, prb := range []int{6, 15, 25, 50, 75, 100} {
		ps := places(prb)
		n := min(windowPRB, prb)
		covered := make([]bool, prb)
		for _, p := range ps {
			for i := p; i < p+n; i++ {
				covered[i] = true
			}
		}
		if ps[0] != 0 || len(ps) > 1 && ps[1] != prb-n || slices.Contains(covered, false) {
			t.Errorf("%d blocks: windows %v cover %v", prb, ps, covered)
		}
	}
	c := &cell{}
	c.layout.PRB = 100
	if c.next() != 0 {
		t.Errorf("first window at %d", c.next())
	}
	c.hear(0, 13, 0.08)
	if c.next() != 88 {
		t.Errorf("after the lower edge: %d, want the upper, 88", c.next())
	}
}

// The window wanted for an allocation lies round it.
func TestWantCentre(t *testing.T) {
	w := Want{CarrierHz: 1815.3e6, PRB: 100, FirstPRB: 0, PRBs: 12}
	if got := w.CentreHz(); got != 1815.3e6-7.92e6 {
		t.Errorf("middle of blocks 0 to 11 at %.0f Hz", got)
	}
}

package narrow

import (
	"slices"
	"testing"
)

// The edges come first, every block is in some window, and what was heard comes last.
func TestPlaces(t *testing.T) {
	for _, prb := range []int{6, 15, 25, 50, 75, 100} {
		n := min(12, prb)
		ps := places(prb, n)
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
	r := NewReader()
	r.tuned.RateHz = 2.4e6
	c := &cell{}
	c.layout.PRB = 100
	c.start(r)
	if at := c.windows[c.next()]; at != 0 {
		t.Errorf("first window at %d", at)
	}
	c.hear(0, 13, 0.08)
	if at := c.windows[c.next()]; at != 88 {
		t.Errorf("after the lower edge: %d, want the upper, 88", at)
	}
}

// A cell asks for each of its windows, then for none until it has rested.
func TestWantsEnd(t *testing.T) {
	r := NewReader()
	r.tuned.RateHz = 1.92e6
	c := &cell{mibS: 1, heardS: 1, sinrDB: 5}
	c.layout.PRB = 50
	r.cells = append(r.cells, c)
	asked := map[int]bool{}
	n := 0
	for ; n < 20; n++ {
		w := r.Wants(0.5, false)
		if len(w) == 0 {
			break
		}
		asked[w[0].FirstPRB] = true
		c.hear(w[0].FirstPRB, 10, w[0].DurationS-settleS)
		c.heardS += w[0].DurationS
	}
	if n != len(places(50, 9)) || len(asked) != n {
		t.Errorf("%d windows heard, %d of them different: want %d", n, len(asked), len(places(50, 9)))
	}
	c.mibS = 5
	c.heardS = 5
	if w := r.Wants(4, false); len(w) != 0 {
		t.Errorf("asks for %+v while it rests", w)
	}
	c.mibS, c.heardS = 20, 20
	if w := r.Wants(21, false); len(w) != 0 {
		t.Errorf("asks for %+v though it was not heard", w)
	}
	if w := r.Wants(19, false); len(w) != 1 {
		t.Errorf("rested, it asks for %+v", w)
	}
}

// The window wanted for an allocation lies round it.
func TestWantCentre(t *testing.T) {
	w := Want{CarrierHz: 1815.3e6, PRB: 100, FirstPRB: 0, PRBs: 12}
	if got := w.CentreHz(); got != 1815.3e6-7.92e6 {
		t.Errorf("middle of blocks 0 to 11 at %.0f Hz", got)
	}
}
